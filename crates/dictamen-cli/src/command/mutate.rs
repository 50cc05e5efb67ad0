//! `dictamen mutate`.

use std::{
    fs,
    io::{self, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use dictamen_lab::{
    cases,
    mutate::{self, Mutation, Survivor},
};
use dictamen_server::{answer, rules::Failure as Failed};
use serde::Serialize;

use crate::{
    args::{Format, MutateArgs},
    exit::{Exit, Failure},
    report, rules,
};

/// What became of all mutants, for programs.
#[derive(Debug, Serialize)]
struct Results<'a> {
    total: usize,
    killed: usize,
    equivalent: usize,
    survivors: Vec<Named<'a>>,
    policies: &'a [Mutation],
    /// Files written by `--write-cases`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    written: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Named<'a> {
    policy: &'a str,
    sentence: String,
    #[serde(flatten)]
    survivor: &'a Survivor,
}

pub(crate) fn run(
    args: &MutateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let (book, set) = rules::several(dir, &args.policies, err)?;
    if args.write_cases.is_some() && book.folders().count() > 1 {
        let message = "`--write-cases` writes beside the cases of one policy; name that policy";
        return Err(Failure::new(Exit::Usage, message));
    }
    let jobs = args.jobs.or_else(|| thread::available_parallelism().ok());
    let jobs = jobs.unwrap_or(NonZeroUsize::MIN);
    let mut found = Vec::new();
    for (_, loaded) in book.folders() {
        let suite = cases::run(&loaded.policy, &loaded.source, &set.parameters);
        if !suite.counts().is_success() {
            let id = &suite.policy;
            let message = format!("the cases of `{id}` do not all pass, so they prove nothing");
            return Err(Failure::new(Exit::CasesFailed, message)
                .help(format!("see what fails with `dictamen test {id}`")));
        }
        found.push(mutate::run(
            &loaded.policy,
            &loaded.source,
            &set.parameters,
            jobs,
        ));
    }
    let mut written = Vec::new();
    if let Some(folder) = &args.write_cases {
        for mutation in &found {
            written.extend(write(mutation, folder)?);
        }
    }
    match args.format {
        Format::Json => {
            let sum = |of: fn(&Mutation) -> usize| found.iter().map(of).sum();
            let results = Results {
                total: sum(|m| m.total),
                killed: sum(|m| m.killed),
                equivalent: sum(|m| m.equivalent),
                survivors: found.iter().flat_map(named).collect(),
                policies: &found,
                written: written.iter().map(|p| p.display().to_string()).collect(),
            };
            let bytes = answer::line(&results)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => {
            for mutation in &found {
                report::mutants::write(out, mutation)?;
            }
            report::mutants::written(out, &written)?;
        }
    }
    if book.failures().iter().any(Failed::is_error) {
        let message = "a policy does not load, so it was not looked at";
        return Err(Failure::new(Exit::Invalid, message));
    }
    Ok(if found.iter().all(|m| m.survivors.is_empty()) {
        Exit::Done
    } else {
        Exit::CasesFailed
    })
}

fn named(mutation: &Mutation) -> impl Iterator<Item = Named<'_>> {
    mutation.survivors.iter().map(|survivor| Named {
        policy: &mutation.policy,
        sentence: survivor.sentence(),
        survivor,
    })
}

/// Writes each case once, over nothing that is there.
fn write(mutation: &Mutation, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |path: &Path, error: &io::Error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        Failure::new(Exit::Failed, message)
    };
    let mut written: Vec<PathBuf> = Vec::new();
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for case in mutation.survivors.iter().filter_map(|s| s.case.as_ref()) {
        let name = case.path.rsplit('/').next().unwrap_or_default();
        let path = folder.join(name);
        if written.contains(&path) {
            continue;
        }
        let mut file = fs::File::create_new(&path).map_err(|error| failed(&path, &error))?;
        let result = file.write_all(case.content.as_bytes());
        result.map_err(|error| failed(&path, &error))?;
        written.push(path);
    }
    Ok(written)
}
