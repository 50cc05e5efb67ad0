//! A policy in words: the walk that turns trees into sentences, in Mexican Spanish and in English.
//!
//! [`Policy::document`](crate::Policy::document) gives everything a policy says as plain data, for whoever has to read,
//! sign or explain it and knows no scripts. Texts are plain; names of the script stand between
//! backticks. What is written above a rule or a threshold in the script is in it as well: it is
//! the analyst's own word, in whatever language it was written. How a document is laid out is
//! not known here.
//!
//! Sentences are built as `what: how much` ("semanas cotizadas: menos de 26 semanas"), which
//! needs no agreement of gender or number and reads like a form.

mod bands;
mod condition;
mod document;
mod missing;
mod remark;
mod say;
mod speaker;
mod steps;
mod value;

use std::sync::Arc;

use serde::Serialize;

use crate::{CatalogueReason, Outcome, PolicyStamp};

/// A language that documents are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Language {
    /// Mexican Spanish.
    #[serde(rename = "es-MX")]
    Spanish,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Its tag, `es-MX` or `en`.
    pub fn tag(self) -> &'static str {
        self.pick("es-MX", "en")
    }

    /// The text in this language.
    pub fn pick<T>(self, spanish: T, english: T) -> T {
        match self {
            Self::Spanish => spanish,
            Self::English => english,
        }
    }
}

/// A sentence with what belongs under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phrase {
    /// The sentence, without a full stop. Names of the script stand between backticks.
    pub text: String,
    /// Its parts, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Self>,
}

impl Phrase {
    /// A sentence by itself.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            parts: Vec::new(),
        }
    }

    /// A sentence with parts.
    pub(crate) fn with(text: impl Into<String>, parts: Vec<Self>) -> Self {
        Self {
            text: text.into(),
            parts,
        }
    }

    /// Everything on one line.
    pub fn flat(&self) -> String {
        if self.parts.is_empty() {
            return self.text.clone();
        }
        let parts: Vec<String> = self.parts.iter().map(Self::flat).collect();
        format!("{} {}", self.text, parts.join("; "))
    }
}

/// Everything a policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The language it is written in.
    pub language: Language,
    /// Id, version and hash of the policy.
    pub policy: PolicyStamp,
    /// Version of the engine that reads it so.
    pub engine: &'static str,
    /// What the script begins with: what the policy is for, in the analyst's words.
    pub purpose: Vec<Phrase>,
    /// The named thresholds, in the order declared.
    pub params: Vec<ParamWords>,
    /// The stages, in the order they run.
    pub stages: Vec<StageWords>,
    /// The scorecard, if there is one.
    pub scorecard: Option<ScorecardWords>,
    /// The bands of the score, best first.
    pub bands: Option<BandsWords>,
    /// How a run ends that nothing else ended.
    pub ending: EndingWords,
    /// The tables of the folder that the policy reads.
    pub tables: Vec<TableWords>,
    /// The characteristics it decides on.
    pub characteristics: Vec<CharacteristicWords>,
    /// Every reason it can give, the system's own included, by code.
    pub reasons: Vec<CatalogueReason>,
}

/// A named threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParamWords {
    /// Its name.
    pub name: Arc<str>,
    /// Its value with its unit.
    pub value: String,
    /// Where it comes from.
    pub source: Arc<str>,
    /// Codes of the rules that read it; the stage `OFFER` for the offer.
    pub used_in: Vec<Arc<str>>,
    /// What is written above it.
    pub remark: Vec<Phrase>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageWords {
    /// Its name.
    pub name: Arc<str>,
    /// What a rule that fires leads to.
    pub outcome: Outcome,
    /// What is written above it.
    pub remark: Vec<Phrase>,
    /// Its rules, in order.
    pub rules: Vec<RuleWords>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleWords {
    /// Its reason code.
    pub code: Arc<str>,
    /// When it fires.
    pub condition: Phrase,
    /// What becomes of it when what it asks for is not known. Empty when it always is.
    pub missing: Vec<MissingWords>,
    /// What is written above it.
    pub remark: Vec<Phrase>,
    /// What the applicant is told, and what settles a referral.
    pub reason: Option<CatalogueReason>,
}

/// What becomes of a condition or an offer when one of some values is unknown and all others are
/// known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingWords {
    /// What the values are called.
    pub values: Vec<String>,
    /// What becomes of it.
    pub becomes: &'static str,
}

/// The scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScorecardWords {
    /// Points everybody begins with.
    pub base: i64,
    /// The lowest and the highest score there can be, where they can be told.
    pub reach: Option<(i64, i64)>,
    /// What is written above it.
    pub remark: Vec<Phrase>,
    /// Its lines.
    pub characteristics: Vec<ScoredWords>,
}

/// A line of the scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScoredWords {
    /// Its reason code.
    pub code: Arc<str>,
    /// What is scored.
    pub input: Phrase,
    /// Ranges of it, each with the points it gives.
    pub bins: Vec<(String, i64)>,
    /// Points when it is unknown; none refers.
    pub missing: Option<i64>,
    /// What is written above it.
    pub remark: Vec<Phrase>,
    /// What the applicant is told when it lost points.
    pub reason: Option<CatalogueReason>,
}

/// The bands of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BandsWords {
    /// What is written above them.
    pub remark: Vec<Phrase>,
    /// Names of the terms, in the order of [`BandWords::terms`].
    pub terms: Vec<Arc<str>>,
    /// The bands, best first.
    pub bands: Vec<BandWords>,
}

/// A band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BandWords {
    /// Its name.
    pub id: Arc<str>,
    /// Its scores, from and to.
    pub scores: String,
    /// What it leads to.
    pub effect: String,
    /// Its terms as written; empty where the band lacks one or ends the run.
    pub terms: Vec<String>,
}

/// How a run ends that neither a stage nor a band ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndingWords {
    /// What is written above it.
    pub remark: Vec<Phrase>,
    /// Whether an offer is computed; otherwise there is a fixed outcome.
    pub is_offer: bool,
    /// The steps of the offer, or the outcome.
    pub steps: Vec<Phrase>,
    /// What the steps refer to by name: functions of the script with their steps.
    pub names: Vec<Phrase>,
    /// What becomes of the offer when what it asks for is not known.
    pub missing: Vec<MissingWords>,
}

/// A table of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableWords {
    /// Its file.
    pub file: Arc<str>,
    /// Names of its columns.
    pub columns: Vec<Arc<str>>,
    /// Its rows, cells as written; empty where nothing is known.
    pub rows: Vec<Vec<String>>,
}

/// A characteristic the policy decides on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CharacteristicWords {
    /// Its name in scripts.
    pub name: &'static str,
    /// What it is called in sentences.
    pub label: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// What it is measured in; empty when it is no number or a plain one.
    pub unit: &'static str,
    /// The values it can take, where that says something.
    pub range: Option<String>,
    /// When it is unknown; none when it never is.
    pub missing: Option<&'static str>,
    /// The fields it is computed from.
    pub source: &'static [&'static str],
    /// Codes of the rules that read it; the stage `OFFER` for the offer.
    pub used_in: Vec<Arc<str>>,
}
