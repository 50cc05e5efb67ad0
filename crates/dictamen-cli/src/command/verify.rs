//! `dictamen verify`.

use std::io::Write;

use dictamen_engine::invariants::Invariants;
use dictamen_lab::invariants::{Counts, Limits, Verification, verify};
use dictamen_server::{
    answer,
    rules::{Failure as Failed, PARAMETERS, RuleBook},
};
use serde::Serialize;

use crate::{
    args::{Format, VerifyRulesArgs},
    exit::{Exit, Failure},
    report, rules,
};

/// What became of all promises, for programs.
#[derive(Debug, Serialize)]
struct Results {
    #[serde(flatten)]
    counts: Counts,
    policies: Vec<Verification>,
}

pub(crate) fn run(
    args: &VerifyRulesArgs,
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
    rules::print_failures(&book, dir, err, |folder| folder != PARAMETERS)?;
    let limits = Limits {
        regions: args.budget,
        ..Limits::default()
    };
    let mut invalid = book.failures().iter().any(Failed::is_error);
    let mut policies = Vec::new();
    for (folder, loaded) in book.folders() {
        match Invariants::load(&loaded.source, &loaded.policy) {
            Ok(invariants) => {
                let found = verify(&loaded.policy, &invariants, limits);
                if args.format == Format::Human {
                    report::verify::write(out, &found)?;
                }
                policies.push(found);
            }
            Err(diagnostics) => {
                invalid = true;
                for diagnostic in &diagnostics {
                    report::diagnostic::draw(err, diagnostic, &dir.join(folder))?;
                }
            }
        }
    }
    let counts = policies
        .iter()
        .map(Verification::counts)
        .fold(Counts::default(), Counts::plus);
    match args.format {
        Format::Json => {
            let bytes = answer::line(&Results { counts, policies })
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => report::verify::summary(out, counts)?,
    }
    if invalid {
        return Err(Failure::new(
            Exit::Invalid,
            "a policy or its `invariants.rhai` does not load, so its promises were not looked at",
        ));
    }
    Ok(if counts.refuted > 0 {
        Exit::CasesFailed
    } else {
        Exit::Done
    })
}
