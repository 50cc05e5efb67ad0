//! What running a policy's script declared: the front end's result and the compiler's input.
//!
//! The seam between the script language and everything behind it. The front end does not check it
//! for sense (codes, order of bins, bands); nothing here knows what Rhai is. A policy keeps its own,
//! so that whoever asks what would be different can change a copy and have that decide.

use std::sync::Arc;

use dictamen_model::characteristic::{Kind, Value};
use rust_decimal::Decimal;

use crate::{
    Outcome,
    table::Table,
    tree::{Closure, Names, Place},
};

/// Everything a policy's script declared, in the order it was declared.
#[derive(Debug, Clone, Default)]
pub struct Declaration {
    /// Id and version.
    pub identity: Option<Identity>,
    /// Named thresholds.
    pub params: Vec<Param>,
    /// Tables of the folder.
    pub tables: Vec<Table>,
    /// Stages, in the order they run.
    pub stages: Vec<Stage>,
    /// The scorecard.
    pub scorecard: Option<Scorecard>,
    /// The bands of its score.
    pub bands: Option<Bands>,
    /// What is offered to whoever gets that far.
    pub offer: Option<Offer>,
    /// How a policy without an offer ends.
    pub otherwise: Option<Otherwise>,
    /// Names and types of the terms that bands carry, in the order they were met.
    pub terms: Vec<Term>,
    /// Reason codes named inside the offer.
    pub offer_codes: Vec<(Arc<str>, Place)>,
}

impl Names for Declaration {
    fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("?", |param| &param.name)
    }

    fn term(&self, index: usize) -> &str {
        self.terms.get(index).map_or("?", |term| &term.name)
    }
}

/// `policy(id, version)`.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its id.
    pub id: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// Where it is declared.
    pub place: Place,
}

/// `param(name, value, unit, source)`.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Its unit, in the words of the analyst.
    pub unit: Arc<str>,
    /// Where it comes from.
    pub source: Arc<str>,
    /// Where it is declared.
    pub place: Place,
    /// Whether deciding code reads it.
    pub used: bool,
}

/// `stage(name, outcome, rules)`.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub name: Arc<str>,
    /// What it leads to.
    pub outcome: Outcome,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// Where it is declared.
    pub place: Place,
}

/// `rule(code, condition)`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its reason code.
    pub code: Arc<str>,
    /// When it fires.
    pub condition: Closure,
    /// Where it is declared.
    pub place: Place,
}

/// `scorecard(base, characteristics)`.
#[derive(Debug, Clone)]
pub struct Scorecard {
    /// Points everybody has.
    pub base: i64,
    /// What gives points, in order.
    pub characteristics: Vec<Scored>,
    /// Where it is declared.
    pub place: Place,
}

/// `characteristic(code, input, bins, missing)`.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Its reason code.
    pub code: Arc<str>,
    /// What is binned.
    pub input: Closure,
    /// Lower bounds and points, as written.
    pub bins: Vec<(Decimal, i64)>,
    /// Whether all bins are here; those with a fault are left out.
    pub sound: bool,
    /// Points when the input is missing; `None` refers.
    pub missing: Option<i64>,
    /// Where it is declared.
    pub place: Place,
}

/// `bands([...])`.
#[derive(Debug, Clone)]
pub struct Bands {
    /// Best first.
    pub bands: Vec<Band>,
    /// Where it is declared.
    pub place: Place,
}

/// `band(id, cut-off, ...)`.
#[derive(Debug, Clone)]
pub struct Band {
    /// Its id.
    pub id: Arc<str>,
    /// Least score of it.
    pub cut_off: i64,
    /// What it leads to.
    pub effect: BandEffect,
    /// Where it is declared.
    pub place: Place,
}

/// What falling in a band leads to.
#[derive(Debug, Clone)]
pub enum BandEffect {
    /// On to the offer, with these terms by position in [`Declaration::terms`].
    Terms(Vec<(usize, Value)>),
    /// The end, with a reason of its own and the scorecard's strongest reasons.
    End {
        /// What it leads to.
        outcome: Outcome,
        /// Its reason code.
        code: Arc<str>,
        /// How many reasons of the scorecard are told with it.
        score_reasons: usize,
    },
}

/// A term that bands carry.
#[derive(Debug, Clone)]
pub struct Term {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Kind,
    /// Whether every band with terms has it.
    pub complete: bool,
}

/// `offer(closure)`.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What computes it.
    pub closure: Closure,
    /// Where it is declared.
    pub place: Place,
}

/// `otherwise(outcome)` or `otherwise(outcome, code)`.
#[derive(Debug, Clone)]
pub struct Otherwise {
    /// What it leads to.
    pub outcome: Outcome,
    /// The reason that is told with it.
    pub code: Option<Arc<str>>,
    /// Where it is declared.
    pub place: Place,
}
