//! The command line of `dictamen explain`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use dictamen_lab::letter::Paper;

use super::{Format, InputArgs, LangArg, RulesArg};

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen explain --policy nomina-personal-loan-mx --input request.json
  dictamen explain --policy nomina-personal-loan-mx --input request.json --lang en --format json
  dictamen explain --policy nomina-personal-loan-mx --input request.json --letter letter.pdf

Every condition with its values and distances, the scorecard with what was lost, and the smallest
changes of what an applicant can change (amount, term, other debts, time in the job) that lead to a
better answer. Each of them was decided again; age, history and identity are never touched.

The letter is Markdown, HTML or PDF by the ending of its name. Its template is --template, else
`letter.md` (`letter.en.md` in English) of the policy's folder, else a standard one. A template is
Markdown with {{placeholders}} and {{#sections}} … {{/sections}}: a wrong name is refused with
those there are.";

/// The size of a printed letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum PaperArg {
    /// 216 by 279 mm, carta
    #[default]
    Letter,
    /// 210 by 297 mm
    A4,
}

impl From<PaperArg> for Paper {
    fn from(paper: PaperArg) -> Self {
        match paper {
            PaperArg::Letter => Self::Letter,
            PaperArg::A4 => Self::A4,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// Policy to decide by; with @VERSION another version than the live one
    #[arg(long, value_name = "ID[@VERSION]")]
    pub(crate) policy: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// The language of sentences and letter
    #[arg(long, value_name = "LANGUAGE", default_value = "es-MX")]
    pub(crate) lang: LangArg,
    /// How the explanation is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Write the letter to the applicant to this file: .md, .html or .pdf
    #[arg(long, value_name = "FILE")]
    pub(crate) letter: Option<PathBuf>,
    /// Template of the letter instead of the policy's own
    #[arg(long, value_name = "FILE", requires = "letter")]
    pub(crate) template: Option<PathBuf>,
    /// Size of a PDF's pages
    #[arg(long, value_enum, default_value_t, requires = "letter")]
    pub(crate) paper: PaperArg,
}
