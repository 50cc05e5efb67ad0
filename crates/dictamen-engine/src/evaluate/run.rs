//! One run of one policy over one application.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_model::characteristic::{Characteristics, Value, definitions};

use super::{
    offer::{self, Requested},
    value::{Result, Settlement, number},
    walk::{Sight, walk},
};
use crate::{
    Decided, Decision, ENGINE_VERSION, FAILED, HUMAN_REVIEW, MissingInput, Offer, Outcome, Reason,
    ReasonText, RuleTrace, Trace, UNDECIDED, Verdict, canonical,
    decision::Ordered,
    policy::{Application, Effect, Ending, OFFER, Policy, SCORE, Stage},
    tree::Closure,
};

/// Decides one application.
pub(crate) fn run(policy: &Policy, application: &Application<'_>) -> Decided {
    let mut run = Run {
        policy,
        facts: application.characteristics,
        trace: Vec::new(),
        missing: Vec::new(),
    };
    let mut end = run.decide();
    run.not_reached();
    let asked = application
        .characteristics
        .by_name("human_review_requested");
    if end.outcome == Outcome::Decline && asked == Some(&Value::Bool(true)) {
        end.outcome = Outcome::Refer;
        end.codes.insert(0, (HUMAN_REVIEW.into(), None));
    }
    let trace = Trace {
        rules: std::mem::take(&mut run.trace),
    };
    let missing = std::mem::take(&mut run.missing);
    Decided {
        decision: run.decision(application, end, missing),
        trace,
    }
}

/// How a run ended.
struct End {
    outcome: Outcome,
    stage: Arc<str>,
    /// Codes in order, with the points lost where they come from the scorecard.
    codes: Vec<(Arc<str>, Option<i64>)>,
    score: Option<i64>,
    band: Option<Arc<str>>,
    points: Option<BTreeMap<Arc<str>, i64>>,
    offer: Option<Offer>,
}

impl End {
    fn new(outcome: Outcome, stage: &Arc<str>, codes: Vec<(Arc<str>, Option<i64>)>) -> Self {
        let stage = Arc::clone(stage);
        Self {
            outcome,
            stage,
            codes,
            score: None,
            band: None,
            points: None,
            offer: None,
        }
    }
}

struct Run<'a> {
    policy: &'a Policy,
    facts: &'a Characteristics,
    trace: Vec<RuleTrace>,
    missing: Vec<MissingInput>,
}

/// The score with what it is made of.
struct Scored {
    score: i64,
    points: BTreeMap<Arc<str>, i64>,
    /// Codes with points lost against the best bin, most first, ties as written.
    losses: Vec<(Arc<str>, i64)>,
}

impl Run<'_> {
    fn decide(&mut self) -> End {
        let policy = self.policy;
        for stage in &policy.stages {
            if let Some(end) = self.stage(stage) {
                return end;
            }
        }
        let scored = match self.score() {
            Ok(scored) => scored,
            Err(end) => return *end,
        };
        let Some(scored) = scored else {
            return self.ending(&[]);
        };
        let band = policy.bands.iter().find(|b| b.cut_off <= scored.score);
        let mut end = match band.map(|band| &band.effect) {
            None => self.failed(SCORE, SCORE, "no band takes the score".to_owned()),
            Some(Effect::End {
                outcome,
                code,
                score_reasons,
            }) => {
                let mut codes = vec![(Arc::clone(code), None)];
                let strongest = scored.losses.iter().take(*score_reasons);
                codes.extend(strongest.map(|(code, lost)| (Arc::clone(code), Some(*lost))));
                End::new(*outcome, &policy.names.score, codes)
            }
            Some(Effect::Terms(terms)) => self.ending(terms),
        };
        end.score = Some(scored.score);
        end.points = Some(scored.points);
        end.band = band.map(|band| Arc::clone(&band.id));
        end
    }

    /// Runs one stage; `None` when no rule of it ends the run.
    fn stage(&mut self, stage: &Stage) -> Option<End> {
        let (mut fired, mut undecided, mut failed) = (Vec::new(), false, false);
        for rule in &stage.rules {
            let (result, mut trace) = self.walk(&rule.condition, &stage.name, &rule.code, &[]);
            match result {
                Ok(Result::Known(Value::Bool(true))) => {
                    trace.verdict = Verdict::Fired;
                    fired.push((Arc::clone(&rule.code), None));
                }
                Ok(Result::Known(Value::Bool(false))) => {}
                Ok(Result::Missing(names)) => {
                    undecided = true;
                    self.note_missing(&mut trace, &names, &rule.code);
                }
                Ok(_) => {
                    failed = true;
                    fail(
                        &mut trace,
                        "the condition is neither true nor false".to_owned(),
                    );
                }
                Err(why) => {
                    failed = true;
                    fail(&mut trace, why);
                }
            }
            self.trace.push(trace);
        }
        if !fired.is_empty() {
            return Some(End::new(stage.outcome, &stage.name, fired));
        }
        // An error or an unknown neither approves nor declines.
        let mut codes = Vec::new();
        if failed {
            codes.push((FAILED.into(), None));
        }
        if undecided {
            codes.push((UNDECIDED.into(), None));
        }
        (!codes.is_empty()).then(|| End::new(Outcome::Refer, &stage.name, codes))
    }

    /// Computes the score; an end when it cannot be computed, nothing without a scorecard.
    fn score(&mut self) -> std::result::Result<Option<Scored>, Box<End>> {
        let policy = self.policy;
        let Some(scorecard) = &policy.scorecard else {
            return Ok(None);
        };
        let stage = Arc::clone(&policy.names.score);
        let (mut undecided, mut failed) = (false, false);
        let mut score = Some(scorecard.base);
        let mut points = BTreeMap::new();
        let mut losses = Vec::new();
        for scored in &scorecard.characteristics {
            let (result, mut trace) = self.walk(&scored.input, &stage, &scored.code, &[]);
            let given = match result {
                Ok(Result::Known(value)) => {
                    trace.value = Some(canonical::json(&value));
                    let given = number(&value).and_then(|value| scored.points(value));
                    if given.is_none() {
                        failed = true;
                        fail(&mut trace, "the value lies below the first bin".to_owned());
                    }
                    given
                }
                Ok(Result::Missing(names)) => {
                    trace.value = Some(serde_json::Value::Null);
                    if scored.missing.is_none() {
                        undecided = true;
                        self.note_missing(&mut trace, &names, &scored.code);
                    }
                    scored.missing
                }
                Ok(Result::Settled(_)) => None,
                Err(why) => {
                    failed = true;
                    fail(&mut trace, why);
                    None
                }
            };
            if let Some(given) = given {
                trace.points = Some(given);
                score = score.and_then(|score| score.checked_add(given));
                points.insert(Arc::clone(&scored.code), given);
                losses.push((
                    Arc::clone(&scored.code),
                    scored.best().saturating_sub(given),
                ));
            }
            self.trace.push(trace);
        }
        let mut codes = Vec::new();
        if failed {
            codes.push((FAILED.into(), None));
        }
        if undecided {
            codes.push((UNDECIDED.into(), None));
        }
        match score {
            Some(score) if codes.is_empty() => {
                losses.retain(|(_, lost)| *lost > 0);
                losses.sort_by_key(|(_, lost)| std::cmp::Reverse(*lost));
                Ok(Some(Scored {
                    score,
                    points,
                    losses,
                }))
            }
            Some(_) => Err(Box::new(End::new(Outcome::Refer, &stage, codes))),
            None => {
                let why = "the score is too large".to_owned();
                Err(Box::new(self.failed(SCORE, SCORE, why)))
            }
        }
    }

    /// The end of a run that no stage and no band ended.
    fn ending(&mut self, terms: &[Option<Value>]) -> End {
        let policy = self.policy;
        let closure = match &policy.ending {
            Ending::Offer { closure, .. } => closure,
            Ending::Otherwise { outcome, code } => {
                let codes = code.iter().map(|code| (Arc::clone(code), None)).collect();
                return End::new(*outcome, &policy.names.end, codes);
            }
        };
        let stage = Arc::clone(&policy.names.offer);
        let (result, mut trace) = self.walk(closure, &stage, OFFER, terms);
        let end = match result {
            Ok(Result::Settled(Settlement::Granted { terms, reductions })) => {
                match offer::print(&terms, &self.requested(), !reductions.is_empty()) {
                    Ok(offer) => {
                        let outcome = if reductions.is_empty() {
                            Outcome::Approve
                        } else {
                            Outcome::Counter
                        };
                        let codes = reductions.into_iter().map(|code| (code, None)).collect();
                        End {
                            offer: Some(offer),
                            ..End::new(outcome, &stage, codes)
                        }
                    }
                    Err(why) => {
                        fail(&mut trace, why);
                        End::new(Outcome::Refer, &stage, vec![(FAILED.into(), None)])
                    }
                }
            }
            Ok(Result::Settled(Settlement::Ended { outcome, code })) => {
                trace.verdict = Verdict::Fired;
                End::new(outcome, &stage, vec![(code, None)])
            }
            Ok(Result::Missing(names)) => {
                self.note_missing(&mut trace, &names, OFFER);
                End::new(Outcome::Refer, &stage, vec![(UNDECIDED.into(), None)])
            }
            Ok(Result::Known(_)) => {
                fail(&mut trace, "the offer has no end".to_owned());
                End::new(Outcome::Refer, &stage, vec![(FAILED.into(), None)])
            }
            Err(why) => {
                fail(&mut trace, why);
                End::new(Outcome::Refer, &stage, vec![(FAILED.into(), None)])
            }
        };
        self.trace.push(trace);
        end
    }

    fn requested(&self) -> Requested {
        let amount = self.facts.by_name("requested_amount").and_then(number);
        let term_months = match self.facts.by_name("requested_term_months") {
            Some(Value::Int(months)) => Some(*months),
            _ => None,
        };
        Requested {
            amount,
            term_months,
        }
    }

    fn walk(
        &self,
        closure: &Closure,
        stage: &Arc<str>,
        rule: &str,
        terms: &[Option<Value>],
    ) -> (std::result::Result<Result, String>, RuleTrace) {
        let sight = Sight {
            characteristics: self.facts,
            params: &self.policy.params,
            tables: &self.policy.tables,
            terms,
        };
        let (result, comparisons) = walk(closure, &sight);
        let trace = RuleTrace {
            comparisons,
            ..blank(stage, rule, Verdict::Passed)
        };
        (result, trace)
    }

    fn note_missing(&mut self, trace: &mut RuleTrace, names: &[usize], needed_by: &str) {
        trace.verdict = Verdict::Undecided;
        for name in names
            .iter()
            .filter_map(|index| definitions().get(*index))
            .map(|d| d.name)
        {
            trace.missing.push(name.into());
            self.missing.push(MissingInput {
                characteristic: name.into(),
                needed_by: needed_by.into(),
            });
        }
    }

    fn failed(&mut self, stage: &str, rule: &str, why: String) -> End {
        let stage: Arc<str> = stage.into();
        let mut trace = blank(&stage, rule, Verdict::Failed);
        fail(&mut trace, why);
        self.trace.push(trace);
        End::new(Outcome::Refer, &stage, vec![(FAILED.into(), None)])
    }

    /// Adds the rules behind the end of the run. Those before it were met in the same order.
    fn not_reached(&mut self) {
        let policy = self.policy;
        let met = self
            .trace
            .iter()
            .filter(|trace| &*trace.rule != SCORE)
            .count();
        let behind = policy.rules().skip(met);
        let behind = behind.map(|(stage, rule)| blank(stage, rule, Verdict::NotReached));
        self.trace.extend(behind);
    }

    fn decision(
        &self,
        application: &Application<'_>,
        end: End,
        missing: Vec<MissingInput>,
    ) -> Decision {
        let input_hash = canonical::input_hash(
            application.application_id,
            application.as_of,
            application.characteristics,
        );
        let mut id = canonical::Hasher::new("dictamen decision 1");
        for part in [
            &*self.policy.stamp.hash,
            &*application.parameters.hash,
            ENGINE_VERSION,
            &input_hash,
        ] {
            id.part(part.as_bytes());
        }
        Decision {
            decision_id: id.finish_uuid(),
            application_id: application.application_id.to_owned(),
            outcome: end.outcome,
            score: end.score,
            band: end.band,
            offer: end
                .offer
                .filter(|_| matches!(end.outcome, Outcome::Approve | Outcome::Counter)),
            reasons: self.reasons(&end.codes),
            missing,
            stage: end.stage,
            points: end.points,
            characteristics: Ordered::printed(self.facts),
            policy: self.policy.stamp.clone(),
            parameters: application.parameters.clone(),
            engine: ENGINE_VERSION,
            input_hash,
            as_of: application.as_of,
        }
    }

    fn reasons(&self, codes: &[(Arc<str>, Option<i64>)]) -> Vec<Reason> {
        let reason = |(i, (code, points_lost)): (usize, &(Arc<str>, Option<i64>))| {
            let known = self.policy.reasons.get(code);
            let text = |pick: fn(&crate::CatalogueReason) -> &Arc<str>| {
                known.map_or_else(|| Arc::clone(code), |reason| Arc::clone(pick(reason)))
            };
            Reason {
                code: Arc::clone(code),
                rank: i.saturating_add(1),
                text: ReasonText {
                    es_mx: text(|r| &r.es_mx),
                    en: text(|r| &r.en),
                },
                points_lost: *points_lost,
                evidence: known.and_then(|reason| reason.evidence.clone()),
            }
        };
        codes.iter().enumerate().map(reason).collect()
    }
}

fn blank(stage: &Arc<str>, rule: &str, verdict: Verdict) -> RuleTrace {
    RuleTrace {
        stage: Arc::clone(stage),
        rule: rule.into(),
        verdict,
        comparisons: Vec::new(),
        value: None,
        points: None,
        missing: Vec::new(),
        failure: None,
    }
}

fn fail(trace: &mut RuleTrace, why: String) {
    trace.verdict = Verdict::Failed;
    trace.failure = Some(why);
}
