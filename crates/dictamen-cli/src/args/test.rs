//! `dictamen test`: running the cases of policies, and what they cover.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::RulesArg;

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen test
  dictamen test nomina-personal-loan-mx --rules rules
  dictamen test --format junit --output cases.xml
  dictamen test nomina-personal-loan-mx --coverage
  dictamen test nomina-personal-loan-mx --coverage --format html --output coverage.html

A case that decides otherwise than expected FAILS; a case that cannot be run is an ERROR.
A policy without any case is an error too.

--coverage says what no case has tried: each rule fired, passed and undecided, each condition
true, false and independently effective, bins, bands, missing values, ways through the offer, and
reasons. Each gap is shown in the script with what a case would need. What nobody can reach is no
gap. Gaps leave the exit code as it is; `dictamen mutate` says whether what was tried is also
looked at.";

#[derive(Debug, ClapArgs)]
pub(crate) struct TestArgs {
    /// Policies, by id or folder; all when none is named
    #[arg(value_name = "POLICY")]
    pub(crate) policies: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// Say what no case has tried
    #[arg(long)]
    pub(crate) coverage: bool,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TestFormat,
    /// Where they are written; standard output unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// For build servers: the cases as XML of the `JUnit` kind
    Junit,
    /// One page with the scripts and what is covered of them; needs --coverage
    Html,
}
