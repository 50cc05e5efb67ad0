//! The command line of `dictamen verify`.

use clap::Args as ClapArgs;

use super::{Format, RulesArg};

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen verify
  dictamen verify nomina-personal-loan-mx --format json

What a policy promises stands in `invariants.rhai` of its folder; what every policy promises
(nothing fails, every decline has a reason, every rule and band is reached, sex and birthplace are
out of reach) is looked at as well. Each promise is PROVED for every applicant within the declared
ranges and the assumptions of the file, REFUTED with an applicant as ordinary as possible, or NOT
DECIDED within the budget. Relations among characteristics are not known: where a refuting
applicant cannot exist, say so with `assume(|a| …)`. The exit code is 4 when a promise is refuted.";

#[derive(Debug, ClapArgs)]
pub(crate) struct VerifyRulesArgs {
    /// Policies, by id or folder; all when none is named
    #[arg(value_name = "POLICY")]
    pub(crate) policies: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Regions of applicants taken apart for one promise, at most
    #[arg(long, value_name = "REGIONS", default_value_t = 100)]
    pub(crate) budget: usize,
}
