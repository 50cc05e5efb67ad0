//! `dictamen check`.

mod fix;

use std::{collections::BTreeMap, io::Write};

use dictamen_engine::{Diagnostic, Severity, checks};
use dictamen_model::suggest;
use dictamen_server::{
    answer,
    clock::Clock,
    rules::{PARAMETERS, RuleBook},
};
use serde::Serialize;

use crate::{
    args::{CheckArgs, FindingsFormat},
    exit::{Exit, Failure},
    report, rules,
};

/// What was found, for programs.
#[derive(Debug, Serialize)]
struct Findings<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    /// By folder of the rules folder, `parameters` among them.
    folders: BTreeMap<&'a str, Folder<'a>>,
}

#[derive(Debug, Default, Serialize)]
struct Folder<'a> {
    /// Null when it does not load.
    policy: Option<Stamp<'a>>,
    findings: Vec<&'a Diagnostic>,
}

#[derive(Debug, Serialize)]
struct Stamp<'a> {
    id: &'a str,
    version: &'a str,
    hash: &'a str,
}

pub(crate) fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain(code, out);
    }
    let dir = &args.rules.rules;
    if args.fix {
        fix::run(dir, &args.policies, out)?;
    }
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
    let day = args.as_of.unwrap_or_else(|| Clock::System.today());
    let ending = book
        .parameters()
        .map_or_else(Vec::new, |set| checks::ending(&set.parameters, day));
    let findings = findings(&book, &ending);
    match args.format {
        FindingsFormat::Json => {
            let bytes = answer::line(&findings)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        FindingsFormat::Sarif => {
            let places = findings.folders.iter().flat_map(|(name, folder)| {
                let path = dir.join(name);
                folder
                    .findings
                    .iter()
                    .map(move |finding| (path.clone(), *finding))
            });
            let bytes = answer::line(&report::sarif::log(places))
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        FindingsFormat::Human => {
            for (name, folder) in &findings.folders {
                for diagnostic in &folder.findings {
                    report::diagnostic::draw(out, diagnostic, &dir.join(name))?;
                }
                if let Some(stamp) = &folder.policy {
                    report::checked(out, stamp.id, stamp.version, stamp.hash)?;
                }
            }
            report::check_summary(
                out,
                source.folders.len(),
                findings.errors,
                findings.warnings,
                findings.notes,
            )?;
            let all = findings.folders.values().flat_map(|f| &f.findings);
            report::fix::possible(out, all.copied())?;
        }
    }
    Ok(if findings.errors > 0 {
        Exit::Invalid
    } else {
        Exit::Done
    })
}

/// Prints what a code means.
fn explain(code: &str, out: &mut dyn Write) -> Result<Exit, Failure> {
    let all = || checks::all().chain(dictamen_server::rules::checks::all());
    let Some(entry) = all().find(|entry| entry.code == code) else {
        let known: Vec<&str> = all().map(|entry| entry.code).collect();
        let message = format!("no finding has the code `{code}`");
        return Err(
            Failure::new(Exit::Usage, message).help_opt(suggest::help(code, known.iter().copied()))
        );
    };
    writeln!(out, "{code}\n\n{}", entry.text)?;
    Ok(Exit::Done)
}

fn findings<'a>(book: &'a RuleBook, ending: &'a [Diagnostic]) -> Findings<'a> {
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for (folder, loaded) in book.folders() {
        let stamp = loaded.policy.stamp();
        let entry = folders.entry(folder).or_default();
        entry.policy = Some(Stamp {
            id: &stamp.id,
            version: &stamp.version,
            hash: &stamp.hash,
        });
        entry.findings.extend(&loaded.warnings);
    }
    if book.parameters().is_some() {
        let entry = folders.entry(PARAMETERS).or_default();
        entry.findings.extend(ending);
    }
    for failure in book.failures() {
        let entry = folders.entry(&failure.folder).or_default();
        entry.findings.extend(&failure.diagnostics);
    }
    let count = |severity| {
        folders
            .values()
            .flat_map(|folder| &folder.findings)
            .filter(|finding| finding.severity == severity)
            .count()
    };
    Findings {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        folders,
    }
}
