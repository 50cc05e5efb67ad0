//! `dictamen test`.

use std::{fs, io::Write};

use dictamen_lab::{
    cases::{self, Counts, Suite},
    coverage::{self, Coverage},
};
use dictamen_server::{
    answer,
    rules::{Failure as Failed, RuleBook},
};
use serde::Serialize;

use crate::{
    args::{TestArgs, TestFormat},
    exit::{Exit, Failure},
    report, rules,
};

/// What became of all cases, for programs.
#[derive(Debug, Serialize)]
struct Results<'a> {
    #[serde(flatten)]
    counts: Counts,
    policies: &'a [Suite],
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a [Coverage]>,
}

pub(crate) fn run(
    args: &TestArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    if args.format == TestFormat::Html && !args.coverage {
        let message = "an HTML page shows what is covered, and coverage was not asked for";
        return Err(Failure::new(Exit::Usage, message).help("add `--coverage`"));
    }
    let (book, parameters) = rules::several(&args.rules.rules, &args.policies, err)?;
    let policies: Vec<Suite> = book
        .folders()
        .map(|(_, loaded)| cases::run(&loaded.policy, &loaded.source, &parameters.parameters))
        .collect();
    let covered: Option<Vec<Coverage>> = args.coverage.then(|| {
        let folders = book.folders();
        folders
            .map(|(_, loaded)| {
                coverage::run(&loaded.policy, &loaded.source, &parameters.parameters)
            })
            .collect()
    });
    let counts = policies
        .iter()
        .map(Suite::counts)
        .fold(Counts::default(), Counts::plus);
    match &args.output {
        None => write(args, out, &book, counts, &policies, covered.as_deref())?,
        Some(path) => {
            let mut text = Vec::new();
            // A file is no terminal.
            let mut plain = anstream::StripStream::new(&mut text);
            write(
                args,
                &mut plain,
                &book,
                counts,
                &policies,
                covered.as_deref(),
            )?;
            fs::write(path, text).map_err(|error| {
                let message = format!("cannot write `{}`: {error}", path.display());
                Failure::new(Exit::Failed, message)
            })?;
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

fn write(
    args: &TestArgs,
    out: &mut dyn Write,
    book: &RuleBook,
    counts: Counts,
    policies: &[Suite],
    covered: Option<&[Coverage]>,
) -> Result<(), Failure> {
    match args.format {
        TestFormat::Json => {
            let results = Results {
                counts,
                policies,
                coverage: covered,
            };
            let bytes = answer::line(&results)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        TestFormat::Junit => report::junit::write(out, policies, counts)?,
        TestFormat::Html => {
            let sources = book.folders().map(|(_, loaded)| &loaded.source);
            let both: Vec<_> = covered.unwrap_or_default().iter().zip(sources).collect();
            out.write_all(coverage::html(&both).as_bytes())?;
        }
        TestFormat::Human => {
            let folders = book.folders();
            let folders = folders.map(|(folder, _)| args.rules.rules.join(folder));
            let folders: Vec<_> = folders.collect();
            for (folder, suite) in folders.iter().zip(policies) {
                report::cases::write(out, suite, folder)?;
            }
            report::cases::summary(out, counts)?;
            for (folder, covered) in folders.iter().zip(covered.unwrap_or_default()) {
                report::coverage::write(out, covered, folder)?;
            }
        }
    }
    Ok(())
}
