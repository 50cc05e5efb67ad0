//! `dictamen test`.

use std::io::Write;

use dictamen_lab::cases::{self, Counts, Suite};
use dictamen_server::{
    answer,
    rules::{Failure as Failed, PARAMETERS, RuleBook},
};
use serde::Serialize;

use crate::{
    args::{Format, TestArgs},
    exit::{Exit, Failure},
    report, rules,
};

/// What became of all cases, for programs.
#[derive(Debug, Serialize)]
struct Results {
    #[serde(flatten)]
    counts: Counts,
    policies: Vec<Suite>,
}

pub(crate) fn run(
    args: &TestArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let mut source = rules::read(dir)?;
    rules::keep(&mut source, &args.policies)?;
    if source.folders.is_empty() {
        return Err(Failure::new(
            Exit::Invalid,
            format!("`{}` holds no policy", dir.display()),
        )
        .help("a policy is a folder with a `policy.rhai` in it"));
    }
    let book = RuleBook::build(&RuleBook::default(), &source);
    let parameters = rules::parameters(&book, dir, err)?;
    let policies: Vec<Suite> = book
        .folders()
        .map(|(_, loaded)| cases::run(&loaded.policy, &loaded.source, &parameters.parameters))
        .collect();
    let counts = policies
        .iter()
        .map(Suite::counts)
        .fold(Counts::default(), Counts::plus);
    rules::print_failures(&book, dir, err, |folder| folder != PARAMETERS)?;
    let folders = book.folders().map(|(folder, _)| dir.join(folder));
    match args.format {
        Format::Json => {
            let results = Results { counts, policies };
            let bytes = answer::line(&results)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => {
            for (folder, suite) in folders.zip(&policies) {
                report::cases::write(out, suite, &folder)?;
            }
            report::cases::summary(out, counts)?;
        }
    }
    if book.failures().iter().any(Failed::is_error) {
        return Err(Failure::new(
            Exit::Invalid,
            "a policy does not load, so its cases were not run",
        ));
    }
    Ok(if counts.is_success() {
        Exit::Done
    } else {
        Exit::CasesFailed
    })
}
