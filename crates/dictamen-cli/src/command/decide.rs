//! `dictamen decide`.

use std::{io::Write, sync::Arc};

use dictamen_engine::Outcome;
use dictamen_lab::pipeline;
use dictamen_model::suggest;
use dictamen_server::{
    answer::{self, Explain},
    rules::{LoadedPolicy, RuleBook, Versions},
};

use super::input;
use crate::{
    args::{DecideArgs, Format},
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    args: &DecideArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let (id, version) = match args.policy.split_once('@') {
        Some((id, version)) => (id, Some(version)),
        None => (args.policy.as_str(), None),
    };
    let mut source = rules::read(dir)?;
    rules::keep(&mut source, &[id.to_owned()])?;
    let book = RuleBook::build(&RuleBook::default(), &source);
    let loaded = match find(&book, id, version) {
        Ok(loaded) => loaded,
        Err(failure) => {
            // A policy that does not load is the likeliest cause, and says more.
            if book
                .failures()
                .iter()
                .any(|f| source.folders.contains_key(&f.folder))
            {
                rules::print_failures(&book, dir, err, |f| source.folders.contains_key(f))?;
                return Err(Failure::new(
                    Exit::Invalid,
                    format!("policy `{id}` does not load"),
                ));
            }
            return Err(failure);
        }
    };
    let parameters = rules::parameters(&book, dir, err)?;
    let (request, as_of) = input::read(&args.input, err)?;
    let decided = pipeline::decide(&loaded.policy, &request, as_of, &parameters.parameters)
        .map_err(|error| Failure::new(Exit::Invalid, error.to_string()).help(error.help()))?;
    match args.format {
        Format::Json => {
            let explain = if args.explain {
                Explain::Full
            } else {
                Explain::None
            };
            let bytes = answer::write(&decided.decision, Some(&decided.trace), explain)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => report::decision::write(out, &decided, args.explain)?,
    }
    Ok(match decided.decision.outcome {
        Outcome::Refer if args.exit_outcome => Exit::Refer,
        Outcome::Decline if args.exit_outcome => Exit::Decline,
        Outcome::Approve | Outcome::Counter | Outcome::Refer | Outcome::Decline => Exit::Done,
    })
}

fn find(book: &RuleBook, id: &str, version: Option<&str>) -> Result<Arc<LoadedPolicy>, Failure> {
    let versions = book.policy(id);
    let found = match version {
        Some(version) => versions.and_then(|v| v.get(version)),
        None => versions.and_then(Versions::live),
    };
    found.cloned().ok_or_else(|| {
        let known: Vec<&str> = versions.into_iter().flat_map(Versions::names).collect();
        match version {
            Some(version) => Failure::new(
                Exit::Usage,
                format!("policy `{id}` has no version `{version}`"),
            )
            .help_opt(suggest::help(version, known.iter().copied())),
            None => Failure::new(Exit::Usage, format!("policy `{id}` has no live version")).help(
                format!(
                    "name one with `--policy {id}@VERSION`: {}",
                    known.join(", ")
                ),
            ),
        }
    })
}
