//! The part of the command line that takes portfolios through policies.

use std::{num::NonZeroUsize, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args as ClapArgs, ValueEnum};

use super::{LangArg, RulesArg};

const ROWS_HELP: &str = "\
Rows:
  *.ndjson, -    a request on each line, as the service takes it, beside whose members may stand
                 \"label\": 0|1|true|false|\"good\"|\"bad\"   (1, true and \"bad\": not paid back)
                 \"segments\": {\"region\": \"norte\", …}     what the lender groups people by
  *.csv          a column for each characteristic that the policy reads, named as in
  *.parquet      `dictamen characteristics`; besides application_id, label, as_of (which says nothing
                 more), and any column named in --by. Empty cells are unknown
  --data DIR     the decisions of the policy in a log, decided again

Rows that cannot be read are counted, told with their line, and kept in a side file; they can be
put right there. No rule sees a label or a segment.

Groups (--by): band, outcome, a characteristic that is a code or yes or no, one that is a number
and scored (by its bins), or a segment. At most 200 values of each are counted apart.
";

macro_rules! numbers_help {
    () => {
        "\
Gates (--fail-if) compare a number with a limit: >, >=, <, <=, ==, !=; shares take %, changes of
shares pp. A number that cannot be told fails. abs(NAME) takes off the sign. Numbers:
  rows  rejected  rejected_rate  approval_rate  referral_rate  decline_rate  undecided_rate
  failed_rate  offer_volume  average_offer  bad_rate  ks  gini  adverse_impact_ratio"
    };
}

pub(super) const SIMULATE_HELP: &str = concat!(
    "\
Examples:
  dictamen simulate --policy nomina-personal-loan-mx --input people.ndjson
  dictamen simulate --policy nomina-personal-loan-mx --input people.parquet --by institution,band
  dictamen simulate --policy nomina-personal-loan-mx --input people.csv --vary min_weeks_total=0..104:4 \\
      --report sweep.html
  dictamen simulate --policy nomina-personal-loan-mx --input big.ndjson --state run.state --output rows.csv
  dictamen simulate --policy nomina-personal-loan-mx --data data --fail-if 'approval_rate < 35%'

With --state an interrupted run goes on where it was; the file is removed when it is done. The
result is the same whatever the number of threads.

",
    numbers_help!()
);

pub(super) const COMPARE_HELP: &str = concat!(
    "\
Examples:
  dictamen compare nomina-personal-loan-mx@1.0.0 nomina-personal-loan-mx --input people.ndjson
  dictamen compare nomina-personal-loan-mx drafts/nomina --input people.ndjson --by region,sex
  dictamen compare A B --input people.parquet --report change.html --report change.md \\
      --fail-if 'approval_rate_change > 2pp' --fail-if 'adverse_impact_ratio < 0.8'

A policy is named by its id, by id@version, or by its folder. Who changes is shared among the
edits between the two: exactly up to 6 edits, by 16 fixed orders up to 32, not at all beyond. When
nothing differs for any row, somebody is looked for who would be decided differently.

Groups that are segments are held against each other: approval rate over that of the group that
fares best, with a two-proportion z-test. Groups of fewer than 100 people are said to be too few,
and adverse_impact_ratio cannot be told then.

",
    numbers_help!(),
    "
and with two policies
  approval_rate_change  referral_rate_change  decline_rate_change  undecided_rate_change
  bad_rate_change  offer_volume_change  average_offer_change  ks_change  gini_change
  adverse_impact_ratio_change  psi  swap_in  swap_out  swap_in_rate  swap_out_rate
  swap_in_bad_rate  swap_out_bad_rate  flips  flip_rate  differ"
);

pub(super) const REPORT_HELP: &str = "\
Examples:
  dictamen report nomina-personal-loan-mx@1.0.0 nomina-personal-loan-mx --input people.ndjson > change.md
  dictamen report nomina-personal-loan-mx drafts/nomina --input people.ndjson --report change.html

Everything that `dictamen compare` says, in Markdown unless asked otherwise, and in the language of
the credit team: what was edited in words of business, who changes by which edit, rates, reasons,
fairness, and what applicants are told otherwise.";

/// Which rows, and how they are taken through.
#[derive(Debug, ClapArgs)]
pub(crate) struct PortfolioArgs {
    /// Rows: a file, or `-` for requests on standard input
    #[arg(long, value_name = "FILE", required_unless_present = "data", help_heading = "Rows", long_help = ROWS_HELP)]
    pub(crate) input: Option<PathBuf>,
    /// How the rows are written; by the file's name unless given
    #[arg(long, value_name = "FORMAT", requires = "input", help_heading = "Rows")]
    pub(crate) input_format: Option<InputFormat>,
    /// Folder of a decision log, whose requests are the rows
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "input",
        help_heading = "Rows"
    )]
    pub(crate) data: Option<PathBuf>,
    /// Master keys of the log, current one first; those of the folder unless given
    #[arg(long, hide = true, env = "DICTAMEN_MASTER_KEY", hide_env_values = true)]
    pub(crate) master_key: Option<String>,
    /// Day to decide as of where a request names none; today in Mexico City unless given
    #[arg(long, value_name = "DATE", help_heading = "Rows")]
    pub(crate) as_of: Option<NaiveDate>,
    /// Columns of a table to pass over; `*` for all that are unknown
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Rows"
    )]
    pub(crate) ignore: Vec<String>,
    /// Characteristics that a table has no column of and are unknown for everybody; `*` for all
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        help_heading = "Rows"
    )]
    pub(crate) absent: Vec<String>,
    /// Where rows that cannot be read are kept; the input's name with `.rejected.ndjson` unless given
    #[arg(long, value_name = "FILE", help_heading = "Rows")]
    pub(crate) rejected: Option<PathBuf>,
    /// Groups to tell apart
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// Threads; as many as there are processors unless given
    #[arg(long, value_name = "COUNT")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Where an interrupted run goes on from
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Write what every row gets: to .ndjson, .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write the report to .html, .md, .json or .txt; may be given several times
    #[arg(long = "report", value_name = "FILE")]
    pub(crate) reports: Vec<PathBuf>,
    /// End with 4 when a number is past a limit; may be given several times
    #[arg(long = "fail-if", value_name = "CONDITION")]
    pub(crate) gates: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SimulateArgs {
    /// Policy to decide by: an id, id@version, or a folder
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: String,
    /// Vary a threshold: NAME=LOW..HIGH or NAME=LOW..HIGH:STEP; may be given several times
    #[arg(long, value_name = "RANGE")]
    pub(crate) vary: Vec<String>,
    #[command(flatten)]
    pub(crate) portfolio: PortfolioArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
    /// The language it is told in
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) lang: LangArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompareArgs {
    /// The policy before: an id, id@version, or a folder
    #[arg(value_name = "A")]
    pub(crate) before: String,
    /// The policy now
    #[arg(value_name = "B")]
    pub(crate) after: String,
    #[command(flatten)]
    pub(crate) portfolio: PortfolioArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
    /// The language it is told in
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(crate) lang: LangArg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    /// The policy before: an id, id@version, or a folder
    #[arg(value_name = "A")]
    pub(crate) before: String,
    /// The policy now
    #[arg(value_name = "B")]
    pub(crate) after: String,
    #[command(flatten)]
    pub(crate) portfolio: PortfolioArgs,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "markdown")]
    pub(crate) format: ReportFormat,
    /// The language it is told in
    #[arg(long, value_name = "LANGUAGE", default_value = "es-MX")]
    pub(crate) lang: LangArg,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// A request on each line
    Ndjson,
    /// Characteristics, separated by commas
    Csv,
    /// Characteristics as a Parquet table
    Parquet,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
    /// One page that needs no network
    Html,
}
