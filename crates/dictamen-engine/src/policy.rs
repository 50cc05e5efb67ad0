//! A compiled policy: what a folder declared, checked for sense and ready to decide.

mod compile;
mod describe;

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, Value};
use rust_decimal::Decimal;

pub use describe::{ParamInfo, RuleInfo, StageInfo};

use crate::{
    Decided, Diagnostic, Outcome, ParametersStamp, PolicySource, PolicyStamp, canonical,
    declaration::{BandEffect, Param},
    evaluate, reasons, script,
    table::Table,
    text::Texts,
    tree::Closure,
};

/// Name of the stage that scores.
pub(crate) const SCORE: &str = "SCORE";
/// Name of the stage that offers.
pub(crate) const OFFER: &str = "OFFER";
/// Name of the stage of a policy without an offer.
pub(crate) const END: &str = "END";

/// A compiled policy. Immutable; share one between threads with an [`Arc`].
#[derive(Debug)]
pub struct Policy {
    pub(crate) stamp: PolicyStamp,
    pub(crate) params: Vec<Param>,
    pub(crate) tables: Vec<Table>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) scorecard: Option<Scorecard>,
    /// Best first; empty without a scorecard.
    pub(crate) bands: Vec<Band>,
    pub(crate) ending: Ending,
    pub(crate) reasons: reasons::Catalogue,
    pub(crate) names: Names,
}

/// Names of the stages that the engine adds.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) score: Arc<str>,
    pub(crate) offer: Arc<str>,
    pub(crate) end: Arc<str>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            score: SCORE.into(),
            offer: OFFER.into(),
            end: END.into(),
        }
    }
}

/// One stage: rules that end the run in the same way.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: Arc<str>,
    pub(crate) outcome: Outcome,
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: Arc<str>,
    pub(crate) condition: Closure,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// The scorecard.
#[derive(Debug)]
pub(crate) struct Scorecard {
    pub(crate) base: i64,
    pub(crate) characteristics: Vec<Scored>,
}

/// One characteristic of the scorecard.
#[derive(Debug)]
pub(crate) struct Scored {
    pub(crate) code: Arc<str>,
    pub(crate) input: Closure,
    /// Lower bounds, ascending, with points.
    pub(crate) bins: Vec<(Decimal, i64)>,
    /// Points when the input is missing; `None` refers.
    pub(crate) missing: Option<i64>,
    pub(crate) file: String,
    pub(crate) line: usize,
}

impl Scored {
    /// The points of the best bin, against which points are lost.
    pub(crate) fn best(&self) -> i64 {
        self.bins
            .iter()
            .map(|(_, points)| *points)
            .max()
            .unwrap_or(0)
    }

    /// The points of the bin a value falls in; `None` below the first bin.
    pub(crate) fn points(&self, value: Decimal) -> Option<i64> {
        let above = self.bins.partition_point(|(lower, _)| *lower <= value);
        self.bins
            .get(above.checked_sub(1)?)
            .map(|(_, points)| *points)
    }
}

/// One band of the score.
#[derive(Debug)]
pub(crate) struct Band {
    pub(crate) id: Arc<str>,
    pub(crate) cut_off: i64,
    pub(crate) effect: Effect,
}

/// What falling in a band leads to.
#[derive(Debug)]
pub(crate) enum Effect {
    /// On to the offer, with these terms by position.
    Terms(Vec<Option<Value>>),
    /// The end.
    End {
        outcome: Outcome,
        code: Arc<str>,
        score_reasons: usize,
    },
}

impl Effect {
    fn new(effect: BandEffect, terms: usize) -> Self {
        match effect {
            BandEffect::Terms(given) => {
                let mut by_position = vec![None; terms];
                for (index, value) in given {
                    if let Some(slot) = by_position.get_mut(index) {
                        *slot = Some(value);
                    }
                }
                Self::Terms(by_position)
            }
            BandEffect::End {
                outcome,
                code,
                score_reasons,
            } => Self::End {
                outcome,
                code,
                score_reasons,
            },
        }
    }
}

/// How a run ends that no stage and no band ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With an offer.
    Offer {
        closure: Closure,
        file: String,
        line: usize,
    },
    /// With a fixed outcome.
    Otherwise {
        outcome: Outcome,
        code: Option<Arc<str>>,
    },
}

/// A policy that loaded, with what somebody should look at.
#[derive(Debug)]
pub struct Loaded {
    /// The policy.
    pub policy: Policy,
    /// Findings that do not keep it from deciding.
    pub warnings: Vec<Diagnostic>,
}

/// What a policy decides on.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// The lender's id of the application.
    pub application_id: &'a str,
    /// The day the facts are taken to hold.
    pub as_of: NaiveDate,
    /// The characteristics computed for that day.
    pub characteristics: &'a Characteristics,
    /// The parameters they were computed with.
    pub parameters: &'a ParametersStamp,
}

impl Policy {
    /// Runs the policy's script once, under limits, and compiles what it declares.
    ///
    /// # Errors
    ///
    /// Every problem found, not just the first; at least one of them is an error.
    pub fn load(source: &PolicySource) -> Result<Loaded, Vec<Diagnostic>> {
        let texts = Texts::new(source);
        let script::Ran {
            declaration,
            mut diagnostics,
        } = script::run(source, &texts);
        let whole = diagnostics.iter().all(|d| !d.is_error());
        let catalogue = reasons::load(source, &texts, &mut diagnostics);
        let hash = canonical::policy_hash(source);
        let policy = compile::compile(
            declaration,
            catalogue,
            source,
            &hash,
            &texts,
            whole,
            &mut diagnostics,
        );
        diagnostics.sort_by(|a, b| (a.severity, &a.span).cmp(&(b.severity, &b.span)));
        match policy {
            Some(policy) if diagnostics.iter().all(|d| !d.is_error()) => Ok(Loaded {
                policy,
                warnings: diagnostics,
            }),
            _ => Err(diagnostics),
        }
    }

    /// Stage and code of everything a run can meet, in the order it is met.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        let staged = self.stages.iter().flat_map(|stage| {
            stage
                .rules
                .iter()
                .map(move |rule| (&stage.name, &rule.code))
        });
        let names = &self.names;
        let scored = self
            .scorecard
            .iter()
            .flat_map(|scorecard| &scorecard.characteristics);
        let scored = scored.map(move |scored| (&names.score, &scored.code));
        let offer =
            matches!(self.ending, Ending::Offer { .. }).then_some((&names.offer, &names.offer));
        staged.chain(scored).chain(offer)
    }

    /// Decides one application. Never fails and never panics: what cannot be computed refers.
    pub fn decide(&self, application: &Application<'_>) -> Decided {
        evaluate::run(self, application)
    }
}
