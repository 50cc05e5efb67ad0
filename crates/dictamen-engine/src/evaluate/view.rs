//! A finished run: its decision and its trace, made when somebody asks for them.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, Value, definitions};

use super::{
    compute::distance,
    machine::Sight,
    scratch::{Granted, Met, Scratch, StageAt},
};
use crate::{
    Comparison, Decision, ENGINE_VERSION, MissingInput, Offer, Outcome, ParametersStamp, Printed,
    Reason, ReasonText, RuleTrace, Trace, Verdict, canonical,
    policy::{Policy, SCORE},
    program::{Cell, Gap, index},
};

/// One run that has been made, with what it was made of.
#[derive(Debug, Clone, Copy)]
pub struct Evaluated<'a> {
    policy: &'a Policy,
    facts: &'a Characteristics,
    scratch: &'a Scratch,
}

impl<'a> Evaluated<'a> {
    pub(crate) fn new(
        policy: &'a Policy,
        facts: &'a Characteristics,
        scratch: &'a Scratch,
    ) -> Self {
        Self {
            policy,
            facts,
            scratch,
        }
    }

    /// What the application gets.
    pub fn outcome(&self) -> Outcome {
        self.scratch.end.outcome
    }

    /// Sum of the scorecard, when it was computed.
    pub fn score(&self) -> Option<i64> {
        self.scratch.end.score
    }

    /// The band the score falls in.
    pub fn band(&self) -> Option<&'a str> {
        self.band_id().map(|id| &**id)
    }

    /// Codes of the reasons, most important first.
    pub fn codes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let reasons = &self.policy.reasons;
        let codes = self.scratch.codes.iter();
        codes.filter_map(|(code, _)| reasons.get(index(*code)).map(|reason| &*reason.code))
    }

    /// The amount granted, unrounded, in MXN.
    pub fn amount(&self) -> Option<rust_decimal::Decimal> {
        self.granted()?.amount.number()
    }

    /// The term granted, in months, with the nominal annual rate and the payment per month in MXN,
    /// both unrounded.
    pub fn terms(&self) -> Option<(i64, rust_decimal::Decimal, rust_decimal::Decimal)> {
        let granted = self.granted()?;
        let rate = granted.annual_rate.number()?;
        Some((granted.term_months, rate, granted.monthly_payment.number()?))
    }

    /// What can be asked of the decision, in the order of [`PARTS`](crate::invariants::PARTS).
    pub(crate) fn parts(&self) -> Vec<Value> {
        let known = |value: Option<Value>| value.unwrap_or(Value::Missing);
        let number = |cell: Option<Cell>| known(cell.and_then(Cell::number).map(Value::Decimal));
        let granted = self.granted();
        vec![
            Value::from(self.outcome().name()),
            known(self.score().map(Value::Int)),
            known(self.band().map(Value::from)),
            Value::Text(self.stage()),
            number(granted.map(|offer| offer.amount)),
            known(granted.map(|offer| Value::Int(offer.term_months))),
            number(granted.map(|offer| offer.annual_rate)),
            number(granted.map(|offer| offer.monthly_payment)),
            number(granted.and_then(|offer| offer.max_amount)),
            number(granted.and_then(|offer| offer.max_payment)),
        ]
    }

    pub(super) fn granted(&self) -> Option<&'a Granted> {
        self.scratch.granted.get(index(self.scratch.end.offer?))
    }

    pub(super) fn band_id(&self) -> Option<&'a Arc<str>> {
        let band = self.policy.bands.get(index(self.scratch.end.band?))?;
        Some(&band.id)
    }

    fn sight(&self) -> Sight<'a> {
        Sight {
            program: &self.policy.program,
            facts: self.facts,
            tables: &self.policy.declaration.tables,
        }
    }

    pub(super) fn stage(&self) -> Arc<str> {
        let names = &self.policy.names;
        match self.scratch.end.stage {
            StageAt::Stage(at) => self
                .policy
                .stages
                .get(index(at))
                .map_or_else(|| Arc::clone(&names.end), |stage| Arc::clone(&stage.name)),
            StageAt::Score => Arc::clone(&names.score),
            StageAt::Offer => Arc::clone(&names.offer),
            StageAt::End => Arc::clone(&names.end),
        }
    }

    /// Rules, bin inputs and the offer that were met, with stage and code.
    fn met(&self) -> impl Iterator<Item = (&'a Arc<str>, &'a Arc<str>, &'a Met)> + use<'a> {
        let rules = self.policy.rules();
        rules
            .zip(self.scratch.met.filled())
            .map(|((stage, rule), met)| (stage, rule, met))
    }

    fn missing_names(&self, gap: Gap) -> impl Iterator<Item = Arc<str>> + use<> {
        let missing = self.scratch.gaps.missing(gap);
        missing.filter_map(|at| definitions().get(at).map(|d| d.name.into()))
    }

    /// The answer to the application these characteristics are of. `as_of` is the day they were
    /// computed for, `parameters` what they were computed with.
    pub fn decision(
        &self,
        application_id: &str,
        as_of: NaiveDate,
        parameters: &ParametersStamp,
    ) -> Decision {
        let end = &self.scratch.end;
        let stamp = &self.policy.stamp;
        let input_hash = canonical::input_hash(application_id, as_of, self.facts);
        let decision_id = canonical::decision_id(&stamp.hash, &parameters.hash, &input_hash);
        Decision {
            decision_id,
            application_id: application_id.to_owned(),
            outcome: end.outcome,
            score: end.score,
            band: self.band_id().cloned(),
            offer: self.granted().map(|granted| self.offer(granted)),
            reasons: self.reasons(),
            missing: self.missing(),
            stage: self.stage(),
            points: end.score.map(|_| self.points()),
            characteristics: Printed::new(self.facts.clone()),
            policy: stamp.clone(),
            parameters: parameters.clone(),
            engine: ENGINE_VERSION,
            input_hash,
            as_of,
        }
    }

    pub(super) fn offer(&self, granted: &Granted) -> Offer {
        // What is granted is a number.
        let amount = |value: Cell| value.number().unwrap_or_default();
        let pesos = |value| canonical::fixed(amount(value), 2);
        let factor = granted
            .limiting_factor
            .map(|at| self.sight().text(at).into());
        Offer {
            amount: pesos(granted.amount),
            term_months: granted.term_months,
            annual_rate: canonical::plain(amount(granted.annual_rate)),
            monthly_payment: pesos(granted.monthly_payment),
            currency: "MXN",
            max_amount: granted.max_amount.map(pesos),
            max_payment: granted.max_payment.map(pesos),
            limiting_factor: factor,
        }
    }

    pub(super) fn reasons(&self) -> Vec<Reason> {
        let codes = self.scratch.codes.iter();
        let known = codes.filter_map(|(code, lost)| Some((self.policy.reason(*code)?, *lost)));
        let reasons = known.zip(1..).map(|((reason, points_lost), rank)| Reason {
            code: Arc::clone(&reason.code),
            rank,
            text: ReasonText {
                es_mx: Arc::clone(&reason.es_mx),
                en: Arc::clone(&reason.en),
            },
            points_lost,
            evidence: reason.evidence.clone(),
        });
        reasons.collect()
    }

    pub(super) fn missing(&self) -> Vec<MissingInput> {
        let undecided = self
            .met()
            .filter(|(.., met)| met.verdict == Verdict::Undecided);
        let inputs = undecided.flat_map(|(_, rule, met)| {
            self.missing_names(met.gap)
                .map(|characteristic| MissingInput {
                    characteristic,
                    needed_by: Arc::clone(rule),
                })
        });
        inputs.collect()
    }

    pub(super) fn points(&self) -> BTreeMap<Arc<str>, i64> {
        let scored = self.policy.scorecard.iter();
        let scored = scored.flat_map(|scorecard| &scorecard.characteristics);
        let given = scored.zip(&self.scratch.points);
        given
            .filter_map(|(scored, points)| Some((Arc::clone(&scored.code), (*points)?)))
            .collect()
    }

    /// How the decision was reached.
    pub fn trace(&self) -> Trace {
        let scratch = self.scratch;
        let starts = [0]
            .into_iter()
            .chain(scratch.met.filled().iter().map(|met| met.records));
        let mut recorded = scratch.values.iter().copied();
        let mut rules: Vec<RuleTrace> = self
            .met()
            .zip(starts)
            .map(|((stage, rule, met), start)| self.rule(stage, rule, met, start, &mut recorded))
            .collect();
        for (at, why) in &scratch.failures {
            if let Some(rule) = rules.get_mut(*at) {
                rule.failure = Some((*why).to_owned());
            }
        }
        let staged = self.policy.stages.iter().map(|stage| stage.rules.len());
        let scored = self.policy.scorecard.iter();
        let scored = scored.flat_map(|scorecard| &scorecard.characteristics);
        let binned = scored.zip(&scratch.points);
        let mut inputs = scratch.inputs.iter().copied();
        for (rule, (scored, points)) in rules.iter_mut().skip(staged.sum()).zip(binned) {
            let value = match scored.fact {
                Some(fact) => Some(self.sight().fact(fact)),
                None => inputs.next().flatten(),
            };
            rule.value = value.map(|value| self.shown(value));
            rule.points = *points;
        }
        if let Some(why) = scratch.end.score_failure {
            rules.push(RuleTrace {
                failure: Some(why.to_owned()),
                ..blank(&self.policy.names.score, SCORE.into(), Verdict::Failed)
            });
        }
        let behind = self.policy.rules().skip(scratch.met.len());
        rules.extend(
            behind.map(|(stage, rule)| blank(stage, Arc::clone(rule), Verdict::NotReached)),
        );
        Trace { rules }
    }

    /// `recorded` goes on to what was recorded first after this rule.
    fn rule(
        &self,
        stage: &Arc<str>,
        rule: &Arc<str>,
        met: &Met,
        start: u32,
        recorded: &mut impl Iterator<Item = Cell>,
    ) -> RuleTrace {
        let records = self.scratch.records.filled();
        let records = records.get(index(start)..index(met.records));
        let comparisons = records.into_iter().flatten().filter_map(|record| {
            let site = self.policy.program.sites.get(index(record.site()))?;
            let mut side = |side| self.sight().side(side).or_else(|| recorded.next());
            let (left, right) = (side(site.left)?, side(site.right)?);
            let missing = |cell| matches!(cell, Cell::Missing(_));
            // What a characteristic is, is no distance to anything.
            let measured = site.operator != IS && !missing(left) && !missing(right);
            Some(Comparison {
                text: Arc::clone(&site.text),
                left: self.shown(left),
                operator: site.operator,
                right: self.shown(right),
                holds: record.held(),
                distance: measured.then(|| distance(left, right)).flatten(),
            })
        });
        let comparisons = comparisons.collect();
        RuleTrace {
            comparisons,
            missing: self.missing_names(met.gap).collect(),
            ..blank(stage, Arc::clone(rule), met.verdict)
        }
    }

    /// A value as traces show it: exact.
    fn shown(&self, cell: Cell) -> serde_json::Value {
        match cell {
            Cell::Int(n) => n.into(),
            Cell::Small(small) => canonical::plain(small.decimal()).into(),
            Cell::Decimal(d) => canonical::plain(d).into(),
            Cell::Bool(b) => b.into(),
            Cell::Date(d) => d.to_string().into(),
            Cell::Text(at) => self.sight().text(at).into(),
            Cell::Missing(_) | Cell::Granted(_) | Cell::Ended { .. } => serde_json::Value::Null,
        }
    }
}

/// The operator of a record that is no comparison.
const IS: &str = "is";

fn blank(stage: &Arc<str>, rule: Arc<str>, verdict: Verdict) -> RuleTrace {
    RuleTrace {
        stage: Arc::clone(stage),
        rule,
        verdict,
        comparisons: Vec::new(),
        value: None,
        points: None,
        missing: Vec::new(),
        failure: None,
    }
}
