//! One edit between two policies: the smallest change that makes sense by itself.

use std::sync::Arc;

use dictamen_engine::{
    Outcome, Table,
    declaration::{BandEffect, Bands, Offer, Otherwise, Rule, Scorecard, Scored},
    tree::Closure,
};
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

/// Whose closure is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// A rule's condition, by its code.
    Rule(Arc<str>),
    /// What a line of the scorecard scores, by its code.
    Line(Arc<str>),
    /// The offer.
    Offer,
}

/// One edit: what it is about, and what it becomes.
#[derive(Debug, Clone)]
pub enum Edit {
    /// A named threshold has another value.
    Param {
        /// Position among the params of both.
        at: usize,
        /// Its name.
        name: Arc<str>,
        /// Its new value.
        to: Value,
    },
    /// A table of the folder has other rows.
    Table {
        /// Position among the tables of both.
        at: usize,
        /// Its new content.
        to: Table,
    },
    /// A literal in a closure has another value.
    Literal {
        /// Whose closure.
        site: Site,
        /// Which of its literals, in the order they are computed.
        at: usize,
        /// Its value before.
        from: Value,
        /// Its new value.
        to: Value,
    },
    /// A closure is written otherwise.
    Closure {
        /// Whose.
        site: Site,
        /// What it becomes.
        to: Closure,
    },
    /// A rule is new.
    RuleAdded {
        /// Its stage.
        stage: Arc<str>,
        /// The rule.
        rule: Rule,
    },
    /// A rule is gone.
    RuleRemoved {
        /// Its code.
        code: Arc<str>,
    },
    /// A rule is in another stage.
    RuleMoved {
        /// Its code.
        code: Arc<str>,
        /// The stage it is in now.
        to: Arc<str>,
    },
    /// Rules of a stage are told in another order.
    RuleOrder {
        /// The stage.
        stage: Arc<str>,
        /// Codes in their new order.
        order: Vec<Arc<str>>,
    },
    /// A stage leads to another outcome.
    StageOutcome {
        /// The stage.
        stage: Arc<str>,
        /// What it leads to now.
        to: Outcome,
    },
    /// Stages run in another order.
    StageOrder {
        /// Names in their new order.
        order: Vec<Arc<str>>,
    },
    /// Everybody begins with other points.
    Base {
        /// How many.
        to: i64,
    },
    /// A line of the scorecard is new.
    LineAdded {
        /// The line.
        line: Scored,
    },
    /// A line of the scorecard is gone.
    LineRemoved {
        /// Its code.
        code: Arc<str>,
    },
    /// One bin of a line has another bound or other points.
    Bin {
        /// Code of the line.
        code: Arc<str>,
        /// Which of its bins.
        at: usize,
        /// What it is now.
        to: (Decimal, i64),
    },
    /// A line is cut into other bins.
    Bins {
        /// Code of the line.
        code: Arc<str>,
        /// The bins now.
        to: Vec<(Decimal, i64)>,
    },
    /// An unknown value gives other points.
    MissingPoints {
        /// Code of the line.
        code: Arc<str>,
        /// The points now; none refers.
        to: Option<i64>,
    },
    /// A band begins at another score.
    CutOff {
        /// Its id.
        band: Arc<str>,
        /// Its least score now.
        to: i64,
    },
    /// A term of a band has another value.
    Term {
        /// Its id.
        band: Arc<str>,
        /// Position among the terms of both.
        at: usize,
        /// Name of the term.
        name: Arc<str>,
        /// The value now.
        to: Value,
    },
    /// A band leads to something else.
    BandEffect {
        /// Its id.
        band: Arc<str>,
        /// What it leads to now.
        to: BandEffect,
    },
    /// There are other bands.
    Bands {
        /// The bands now.
        to: Option<Bands>,
    },
    /// There is a scorecard where there was none, or none where there was one.
    Scoring {
        /// The scorecard now.
        scorecard: Option<Scorecard>,
        /// Its bands.
        bands: Option<Bands>,
    },
    /// A run that nothing else ended ends otherwise.
    Ending {
        /// The offer now.
        offer: Option<Offer>,
        /// Or the outcome.
        otherwise: Option<Otherwise>,
    },
}
