//! `dictamen fmt`.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use dictamen_engine::{Diagnostic, format};

use crate::{
    args::FmtArgs,
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    args: &FmtArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let files = files(args)?;
    let (mut changed, mut invalid) = (0_usize, 0_usize);
    for (path, content) in &files {
        let laid_out = match text(content).and_then(format) {
            Ok(laid_out) => laid_out,
            Err(diagnostic) => {
                invalid = invalid.saturating_add(1);
                report::diagnostic::draw(err, &named(*diagnostic, path), folder(path))?;
                continue;
            }
        };
        if laid_out.as_bytes() == content {
            continue;
        }
        changed = changed.saturating_add(1);
        if !args.check {
            fs::write(path, laid_out).map_err(|error| {
                let message = format!("cannot write `{}`: {error}", path.display());
                Failure::new(Exit::Failed, message)
            })?;
        }
        report::formatted(out, path, args.check)?;
    }
    report::format_summary(out, files.len(), changed, args.check)?;
    Ok(if invalid > 0 {
        Exit::Invalid
    } else if args.check && changed > 0 {
        Exit::CasesFailed
    } else {
        Exit::Done
    })
}

/// The scripts to lay out, by path: files as named, and all scripts of policies.
fn files(args: &FmtArgs) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    let mut policies = Vec::new();
    for name in &args.names {
        let path = Path::new(name);
        if !is_script(path) && !path.is_file() {
            policies.push(name.clone());
            continue;
        }
        let content = fs::read(path).map_err(|error| {
            let message = format!("cannot read `{}`: {error}", path.display());
            Failure::new(Exit::Failed, message)
        })?;
        files.insert(path.to_owned(), content);
    }
    if args.names.is_empty() || !policies.is_empty() {
        let dir = &args.rules.rules;
        let mut source = rules::read(dir)?;
        rules::keep(&mut source, &policies)?;
        for (name, folder) in &source.folders {
            let folder = folder.as_ref().map_err(|findings| {
                let why: Vec<_> = findings.iter().map(ToString::to_string).collect();
                let path = dir.join(name);
                let message = format!("cannot read `{}`: {}", path.display(), why.join("; "));
                Failure::new(Exit::Failed, message)
            })?;
            for (file, content) in folder.iter().filter(|(file, _)| is_script(Path::new(file))) {
                files.insert(dir.join(name).join(file), content.to_vec());
            }
        }
    }
    Ok(files)
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "rhai")
}

fn text(content: &[u8]) -> Result<&str, Box<Diagnostic>> {
    std::str::from_utf8(content).map_err(|_| {
        let found = Diagnostic::error("script::not-utf8", "the file is not valid UTF-8 text");
        Box::new(found.help("save the file with encoding UTF-8"))
    })
}

/// The finding with the name of its file.
fn named(mut diagnostic: Diagnostic, path: &Path) -> Diagnostic {
    let name = path.file_name().map(|name| name.to_string_lossy());
    if let Some(span) = &mut diagnostic.span {
        span.file = name.unwrap_or_default().into_owned();
    } else {
        diagnostic.message = format!("`{}`: {}", path.display(), diagnostic.message);
    }
    diagnostic
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
