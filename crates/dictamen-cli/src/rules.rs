//! Reading the rules folder for one command: what is needed of it, and what is wrong with it.

use std::{io::Write, path::Path, sync::Arc};

use dictamen_model::suggest;
use dictamen_server::rules::{
    LoadedPolicy, PARAMETERS, ParameterSet, ReadError, RuleBook, RulesSource, Versions,
};

use crate::{
    exit::{Exit, Failure},
    report,
};

/// The rules folder at `dir`, read and not yet compiled.
pub(crate) fn read(dir: &Path) -> Result<RulesSource, Failure> {
    RulesSource::read(dir).map_err(|error| unreadable(&error))
}

/// One folder of a rules folder, whatever lies beside it.
pub(crate) fn read_folder(dir: &Path) -> Result<RulesSource, Failure> {
    RulesSource::read_folder(dir).map_err(|error| unreadable(&error))
}

fn unreadable(error: &ReadError) -> Failure {
    Failure::new(Exit::Failed, error.to_string()).help(error.help())
}

/// The named policies of the rules folder at `dir`, or all of them, with the parameters. What does not
/// load is said, and stays in the book's failures.
pub(crate) fn several(
    dir: &Path,
    names: &[String],
    err: &mut dyn Write,
) -> Result<(RuleBook, Arc<ParameterSet>), Failure> {
    let mut source = read(dir)?;
    keep(&mut source, names)?;
    if source.folders.is_empty() {
        return Err(Failure::new(
            Exit::Invalid,
            format!("`{}` holds no policy", dir.display()),
        )
        .help("a policy is a folder with a `policy.rhai` in it"));
    }
    let book = RuleBook::build(&RuleBook::default(), &source);
    let parameters = parameters(&book, dir, err)?;
    print_failures(&book, dir, err, |folder| folder != PARAMETERS)?;
    Ok((book, parameters))
}

/// Keeps the folders of the named policies; all when none is named.
pub(crate) fn keep(source: &mut RulesSource, names: &[String]) -> Result<(), Failure> {
    for name in names {
        if !source.folders.keys().any(|folder| belongs(folder, name)) {
            let known = source.folders.keys().map(String::as_str);
            return Err(
                Failure::new(Exit::Usage, format!("there is no policy `{name}`"))
                    .help_opt(suggest::help(name, known)),
            );
        }
    }
    if !names.is_empty() {
        source.loose.clear();
        source
            .folders
            .retain(|folder, _| names.iter().any(|name| belongs(folder, name)));
    }
    Ok(())
}

/// Whether a folder is called `name` or holds a version of the policy called `name`.
fn belongs(folder: &str, name: &str) -> bool {
    folder == name || folder.split_once('@').is_some_and(|(id, _)| id == name)
}

/// The parameters of a book, or everything that is wrong with them.
pub(crate) fn parameters(
    book: &RuleBook,
    dir: &Path,
    err: &mut dyn Write,
) -> Result<Arc<ParameterSet>, Failure> {
    if let Some(set) = book.parameters() {
        return Ok(Arc::clone(set));
    }
    print_failures(book, dir, err, |folder| folder == PARAMETERS)?;
    Err(Failure::new(Exit::Invalid, "the parameters are not usable"))
}

/// Prints what is wrong with the chosen folders.
pub(crate) fn print_failures(
    book: &RuleBook,
    dir: &Path,
    err: &mut dyn Write,
    chosen: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    for failure in book.failures().iter().filter(|f| chosen(&f.folder)) {
        let folder = dir.join(&failure.folder);
        for diagnostic in &failure.diagnostics {
            report::diagnostic::draw(err, diagnostic, &folder)?;
        }
    }
    Ok(())
}

/// The policy called `ID` or `ID@VERSION` in the rules folder at `dir`, and the book it is in.
pub(crate) fn policy(
    dir: &Path,
    policy: &str,
    err: &mut dyn Write,
) -> Result<(RuleBook, Arc<LoadedPolicy>), Failure> {
    let (id, version) = match policy.split_once('@') {
        Some((id, version)) => (id, Some(version)),
        None => (policy, None),
    };
    let mut source = read(dir)?;
    keep(&mut source, &[id.to_owned()])?;
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
                print_failures(&book, dir, err, |f| source.folders.contains_key(f))?;
                return Err(Failure::new(
                    Exit::Invalid,
                    format!("policy `{id}` does not load"),
                ));
            }
            return Err(failure);
        }
    };
    Ok((book, loaded))
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
