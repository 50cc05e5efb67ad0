//! The letter to the applicant: why, and what would change it, from a template the lender owns.
//!
//! A template is Markdown with placeholders. What is put in their place is never read as Markdown,
//! and a letter holds nothing personal but what the template says itself. It becomes Markdown, one
//! HTML page, or a PDF; the same explanation and template give the same bytes.

mod fill;
mod html;
mod pdf;

use dictamen_engine::{Outcome, words::Language};

use crate::explain::Explanation;

/// The template of a policy's folder in Mexican Spanish.
pub const FILE: &str = "letter.md";
/// The template of a policy's folder in English.
pub const FILE_EN: &str = "letter.en.md";

/// Reasons that a letter tells at most: more of them explain less.
pub const MOST_REASONS: usize = 4;

/// What a template may name in `{{ }}`, with what it stands for.
pub const PLACEHOLDERS: [(&str, &str); 16] = [
    ("application_id", "the lender's id of the application"),
    ("decision_id", "the id of the decision, to ask about it"),
    ("date", "the day the facts hold, in words"),
    ("outcome", "what was decided, in words"),
    ("requested_amount", "the amount asked for"),
    ("requested_term", "the term asked for, in months"),
    ("reasons", "a list of the reasons, at most four"),
    (
        "reason_codes",
        "the codes of these reasons, for letters that are to show them",
    ),
    (
        "suggestions",
        "a list of what would lead to a better answer",
    ),
    (
        "evidence",
        "a list of what settles a referral, where the catalogue says so",
    ),
    ("offer_amount", "the amount offered"),
    ("offer_term", "the term offered, in months"),
    ("offer_payment", "the monthly payment offered"),
    (
        "offer_rate",
        "the yearly rate offered, in per cent, without IVA",
    ),
    ("policy", "id and version of the policy"),
    ("score", "the score, where there is one"),
];

/// What a part of a template may depend on: `{{#name}} … {{/name}}` is there only then.
pub const SECTIONS: [(&str, &str); 8] = [
    ("approve", "the application was approved as requested"),
    ("counter", "less is offered than was requested"),
    ("refer", "a person looks at it"),
    ("decline", "it was declined"),
    ("offer", "there is an offer"),
    ("reasons", "there are reasons"),
    ("suggestions", "something would lead to a better answer"),
    ("evidence", "the catalogue says what settles the referral"),
];

/// The size of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 216 by 279 mm, *carta*: what offices in Mexico print on.
    #[default]
    Letter,
    /// 210 by 297 mm.
    A4,
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TemplateError {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A letter, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    markdown: String,
    language: Language,
    paper: Paper,
}

/// The template that is taken where the lender has none.
pub fn standard(language: Language) -> &'static str {
    language.pick(
        include_str!("letter/standard.md"),
        include_str!("letter/standard.en.md"),
    )
}

impl Letter {
    /// Fills a template in.
    ///
    /// # Errors
    ///
    /// Every placeholder and section that there is not or that does not end.
    pub fn new(
        template: &str,
        explanation: &Explanation,
        language: Language,
        paper: Paper,
    ) -> Result<Self, Vec<TemplateError>> {
        let markdown = fill::fill(template, explanation, language)?;
        Ok(Self {
            markdown,
            language,
            paper,
        })
    }

    /// As Markdown.
    pub fn markdown(&self) -> &str {
        &self.markdown
    }

    /// As one HTML page, with nothing from elsewhere.
    pub fn html(&self) -> String {
        html::page(&self.markdown, self.language)
    }

    /// As a PDF.
    pub fn pdf(&self) -> Vec<u8> {
        pdf::document(&self.markdown, self.language, self.paper)
    }
}

/// What was decided, as a letter says it.
fn outcome(outcome: Outcome, language: Language) -> &'static str {
    match outcome {
        Outcome::Approve => language.pick("aprobada", "approved"),
        Outcome::Counter => {
            language.pick("aprobada con otras condiciones", "approved on other terms")
        }
        Outcome::Refer => language.pick("en revisión", "under review"),
        Outcome::Decline => language.pick("no aprobada", "not approved"),
    }
}
