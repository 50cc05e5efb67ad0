//! `dictamen report`: everything that somebody should know who approves a change.

use std::{io::Write, num::NonZeroUsize, thread};

use dictamen_engine::{invariants::Invariants, words::Language};
use dictamen_lab::{
    cases, coverage,
    invariants::{Limits, verify},
    mutate,
    report::{Checks, checked},
};
use dictamen_model::Parameters;
use dictamen_server::rules::LoadedPolicy;
use serde_json::json;

use super::compare::{Asked, Further, told};
use crate::{
    args::ReportArgs,
    exit::{Exit, Failure},
};

pub(crate) fn run(
    args: &ReportArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let asked = Asked {
        before: &args.before,
        after: &args.after,
        portfolio: &args.portfolio,
        format: args.format,
        lang: args.lang,
    };
    told(&asked, further, out, err)
}

/// What there is to say of the policies beside the comparison.
fn further(
    before: &LoadedPolicy,
    after: &LoadedPolicy,
    parameters: &Parameters,
    language: Language,
) -> Further {
    let (was, is) = (checks(before, parameters), checks(after, parameters));
    Further {
        sections: checked(&was, &is, language),
        json: Some(json!({ "before": was, "after": is })),
    }
}

fn checks(loaded: &LoadedPolicy, parameters: &Parameters) -> Checks {
    let (policy, source) = (&loaded.policy, &loaded.source);
    let invariants = Invariants::load(source, policy).ok();
    let counts = cases::run(policy, source, parameters).counts();
    let all = counts
        .passed
        .saturating_add(counts.failed)
        .saturating_add(counts.errors);
    let jobs = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Checks {
        promises: invariants.map(|invariants| verify(policy, &invariants, Limits::default())),
        cases: (counts.passed, all),
        coverage: (all > 0).then(|| coverage::run(policy, source, parameters)),
        mutants: counts
            .is_success()
            .then(|| mutate::run(policy, source, parameters, jobs)),
    }
}
