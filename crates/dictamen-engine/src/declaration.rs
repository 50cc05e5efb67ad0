//! What running a policy's script declared: the front end's result and the compiler's input.
//!
//! The seam between the script language and everything behind it. Nothing here has been checked
//! for sense yet (codes, order of bins, bands); nothing here knows what Rhai is.

use std::sync::Arc;

use dictamen_model::characteristic::{Kind, Value};
use rust_decimal::Decimal;

use crate::{
    Outcome,
    table::Table,
    tree::{Closure, Names, Place},
};

/// Everything a policy's script declared, in the order it was declared.
#[derive(Debug, Default)]
pub(crate) struct Declaration {
    pub(crate) identity: Option<Identity>,
    pub(crate) params: Vec<Param>,
    pub(crate) tables: Vec<Table>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) scorecard: Option<Scorecard>,
    pub(crate) bands: Option<Bands>,
    pub(crate) offer: Option<Offer>,
    pub(crate) otherwise: Option<Otherwise>,
    /// Names and types of the terms that bands carry, in the order they were met.
    pub(crate) terms: Vec<Term>,
    /// Reason codes named inside the offer.
    pub(crate) offer_codes: Vec<(Arc<str>, Place)>,
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
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) id: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) place: Place,
}

/// `param(name, value, unit, source)`.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) name: Arc<str>,
    pub(crate) value: Value,
    pub(crate) unit: Arc<str>,
    pub(crate) source: Arc<str>,
    pub(crate) place: Place,
    /// Whether deciding code reads it.
    pub(crate) used: bool,
}

/// `stage(name, outcome, rules)`.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: Arc<str>,
    pub(crate) outcome: Outcome,
    pub(crate) rules: Vec<Rule>,
    pub(crate) place: Place,
}

/// `rule(code, condition)`.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: Arc<str>,
    pub(crate) condition: Closure,
    pub(crate) place: Place,
}

/// `scorecard(base, characteristics)`.
#[derive(Debug)]
pub(crate) struct Scorecard {
    pub(crate) base: i64,
    pub(crate) characteristics: Vec<Scored>,
    pub(crate) place: Place,
}

/// `characteristic(code, input, bins, missing)`.
#[derive(Debug)]
pub(crate) struct Scored {
    pub(crate) code: Arc<str>,
    pub(crate) input: Closure,
    /// Lower bounds and points, as written.
    pub(crate) bins: Vec<(Decimal, i64)>,
    /// Whether all bins are here; those with a fault are left out.
    pub(crate) sound: bool,
    /// Points when the input is missing; `None` refers.
    pub(crate) missing: Option<i64>,
    pub(crate) place: Place,
}

/// `bands([...])`.
#[derive(Debug)]
pub(crate) struct Bands {
    pub(crate) bands: Vec<Band>,
    pub(crate) place: Place,
}

/// `band(id, cut-off, ...)`.
#[derive(Debug)]
pub(crate) struct Band {
    pub(crate) id: Arc<str>,
    pub(crate) cut_off: i64,
    pub(crate) effect: BandEffect,
    pub(crate) place: Place,
}

/// What falling in a band leads to.
#[derive(Debug)]
pub(crate) enum BandEffect {
    /// On to the offer, with these terms by position in [`Declaration::terms`].
    Terms(Vec<(usize, Value)>),
    /// The end, with a reason of its own and the scorecard's strongest reasons.
    End {
        outcome: Outcome,
        code: Arc<str>,
        score_reasons: usize,
    },
}

/// A term that bands carry.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    /// Whether every band with terms has it.
    pub(crate) complete: bool,
}

/// `offer(closure)`.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) closure: Closure,
    pub(crate) place: Place,
}

/// `otherwise(outcome)` or `otherwise(outcome, code)`.
#[derive(Debug)]
pub(crate) struct Otherwise {
    pub(crate) outcome: Outcome,
    pub(crate) code: Option<Arc<str>>,
    pub(crate) place: Place,
}
