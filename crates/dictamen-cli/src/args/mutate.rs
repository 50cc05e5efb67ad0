//! `dictamen mutate`: which mistakes in a policy its cases would notice.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args as ClapArgs;

use super::{Format, RulesArg};

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen mutate nomina-personal-loan-mx
  dictamen mutate nomina-personal-loan-mx --write-cases rules/nomina-personal-loan-mx/cases/boundary
  dictamen mutate --format json > mutants.json

A mutant is the policy with one small mistake: a threshold moved by one step, `<` for `<=`, a rule
dropped, a bin with one point more. A case kills it when what the case expects no longer comes
true. Each mutant that no case kills is printed, and makes the command end with 4. A mutant that
is proven to decide everybody as the policy does is equivalent, and counts as none; the JSON says
why.

--write-cases writes a case for each survivor. The file has been run: it passes, and fails with
the mistake in the policy. Read it, correct what it expects if the policy is wrong, and give it a
title.";

#[derive(Debug, ClapArgs)]
pub(crate) struct MutateArgs {
    /// Policies, by id or folder; all when none is named
    #[arg(value_name = "POLICY")]
    pub(crate) policies: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// How results are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Write a case for each survivor into this folder; a folder of the policy's `cases` is meant
    #[arg(long, value_name = "DIR")]
    pub(crate) write_cases: Option<PathBuf>,
    /// Threads; as many as there are processors unless given
    #[arg(long, value_name = "COUNT")]
    pub(crate) jobs: Option<NonZeroUsize>,
}
