//! A compiled policy: what a folder declared, checked for sense and ready to decide.

mod amend;
mod compile;
mod describe;
mod locate;

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, Value, index_of};

pub use describe::{ParamInfo, RuleInfo, StageInfo};
pub use locate::Locator;

use crate::{
    CatalogueReason, Decided, Diagnostic, Outcome, ParametersStamp, PolicySource, PolicyStamp,
    declaration::Declaration,
    evaluate::{self, Bins, Evaluated, Scratch},
    invariants::Invariants,
    program::{Cell, Entry, Program, Stretch, index},
    reasons, script,
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
    pub(crate) stages: Vec<Stage>,
    pub(crate) scorecard: Option<Scorecard>,
    /// Best first; empty without a scorecard.
    pub(crate) bands: Vec<Band>,
    pub(crate) ending: Ending,
    /// The catalogue, by code; reasons are known by their position in it.
    pub(crate) reasons: Vec<CatalogueReason>,
    pub(crate) names: Names,
    pub(crate) system: SystemReasons,
    pub(crate) asked: Asked,
    /// The trees above, flat.
    pub(crate) program: Arc<Program>,
    /// Names of the terms that bands carry, by position.
    pub(crate) terms: Vec<Arc<str>>,
    /// What all of it was made of.
    pub(crate) declaration: Declaration,
    /// Paths of the files that places are in.
    pub(crate) files: Arc<[String]>,
}

/// Positions of the engine's own reasons in the catalogue.
#[derive(Debug)]
pub(crate) struct SystemReasons {
    pub(crate) failed: u32,
    pub(crate) undecided: u32,
    pub(crate) human_review: u32,
}

/// Table positions of the characteristics that the engine itself reads.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) amount: Option<usize>,
    pub(crate) term_months: Option<usize>,
    pub(crate) human_review: Option<usize>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            amount: index_of("requested_amount"),
            term_months: index_of("requested_term_months"),
            human_review: index_of("human_review_requested"),
        }
    }
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
    /// How the rules are carried out, in their order.
    pub(crate) stretches: Box<[Stretch]>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: Arc<str>,
    pub(crate) reason: u32,
    pub(crate) condition: Closure,
    pub(crate) entry: Entry,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// The scorecard.
#[derive(Debug)]
pub(crate) struct Scorecard {
    pub(crate) base: i64,
    /// The lowest and the highest score there can be.
    pub(crate) reach: Option<(i64, i64)>,
    pub(crate) characteristics: Vec<Scored>,
}

/// One characteristic of the scorecard.
#[derive(Debug)]
pub(crate) struct Scored {
    pub(crate) code: Arc<str>,
    pub(crate) reason: u32,
    pub(crate) input: Closure,
    pub(crate) entry: Entry,
    /// The characteristic that the input is, by table position, when it is nothing else.
    pub(crate) fact: Option<u32>,
    pub(crate) bins: Bins,
    /// Points when the input is missing; `None` refers.
    pub(crate) missing: Option<i64>,
    pub(crate) file: String,
    pub(crate) line: usize,
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
    Terms {
        values: Vec<Option<Value>>,
        cells: Box<[Cell]>,
    },
    /// The end.
    End {
        outcome: Outcome,
        reason: u32,
        score_reasons: usize,
    },
}

/// How a run ends that no stage and no band ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With an offer.
    Offer {
        closure: Closure,
        entry: Entry,
        file: String,
        line: usize,
    },
    /// With a fixed outcome.
    Otherwise {
        outcome: Outcome,
        reason: Option<u32>,
    },
}

/// A policy that loaded, with what somebody should look at.
#[derive(Debug)]
pub struct Loaded {
    /// The policy.
    pub policy: Policy,
    /// Findings that do not keep it from deciding; those of `invariants.rhai` may be errors.
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
        Self::load_with(source, true)
    }

    /// As [`load`](Self::load). Without `chains` every rule is carried out as instructions, which
    /// a test compares with what is done otherwise.
    pub(crate) fn load_with(
        source: &PolicySource,
        chains: bool,
    ) -> Result<Loaded, Vec<Diagnostic>> {
        let texts = Texts::new(source);
        let script::Ran {
            declaration,
            mut diagnostics,
        } = script::run(source, &texts);
        let whole = diagnostics.iter().all(|d| !d.is_error());
        let catalogue = reasons::load(source, &texts, &mut diagnostics);
        let policy = compile::compile(
            declaration,
            catalogue,
            source,
            &texts,
            whole,
            chains,
            &mut diagnostics,
        );
        // What is wrong with a promise keeps nobody from deciding.
        let sound = diagnostics.iter().all(|d| !d.is_error());
        let promises = policy
            .as_ref()
            .filter(|_| sound && source.get(crate::invariants::FILE).is_some());
        let broken = promises.and_then(|policy| Invariants::load(source, policy).err());
        diagnostics.extend(broken.into_iter().flatten());
        diagnostics.sort_by(|a, b| (a.severity, &a.span).cmp(&(b.severity, &b.span)));
        match policy {
            Some(policy) if sound => Ok(Loaded {
                policy,
                warnings: diagnostics,
            }),
            _ => Err(diagnostics),
        }
    }

    /// A reason by its position in the catalogue.
    pub(crate) fn reason(&self, at: u32) -> Option<&CatalogueReason> {
        self.reasons.get(index(at))
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

    /// Decides on characteristics, writing into memory that is used again: once the scratch has
    /// grown to the policy's size nothing is taken from the heap. Never fails and never panics:
    /// what cannot be computed refers.
    pub fn evaluate<'a>(
        &'a self,
        characteristics: &'a Characteristics,
        scratch: &'a mut Scratch,
    ) -> Evaluated<'a> {
        evaluate::run(self, characteristics, scratch);
        Evaluated::new(self, characteristics, scratch)
    }

    /// Decides one application, with its whole trace.
    pub fn decide(&self, application: &Application<'_>) -> Decided {
        let mut scratch = Scratch::new();
        let evaluated = self.evaluate(application.characteristics, &mut scratch);
        let Application {
            application_id,
            as_of,
            parameters,
            ..
        } = *application;
        Decided {
            decision: evaluated.decision(application_id, as_of, parameters),
            trace: evaluated.trace(),
        }
    }
}
