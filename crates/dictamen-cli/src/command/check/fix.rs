//! `dictamen check --fix`: makes the edits that are safe, looks again, and goes on until there are
//! none left.
//!
//! A file is replaced as a whole or not at all, and only when it still is what was checked. What
//! could not be changed is said.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use dictamen_engine::{Diagnostic, Edit, PolicySource};
use dictamen_server::rules::{RuleBook, RulesSource};

use crate::{exit::Failure, report, rules};

/// Reading a script ends at its first slip, so each round may find one more; but edits that make
/// each other necessary must not go on for ever.
const MAX_ROUNDS: usize = 100;

/// Changes the policies named, all when none is, and tells each change.
pub(super) fn run(dir: &Path, policies: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    let mut made = 0_usize;
    let mut refused = BTreeSet::new();
    for round in 0..=MAX_ROUNDS {
        let mut source = rules::read(dir)?;
        rules::keep(&mut source, policies)?;
        let wanted = wanted(&source);
        let mut changed = false;
        for ((folder, file), edits) in wanted {
            let path = dir.join(&folder).join(&file);
            let Some(Ok(files)) = source.folders.get(&folder) else {
                continue;
            };
            if refused.contains(&path) {
                continue;
            }
            if round == MAX_ROUNDS {
                report::fix::refused(
                    out,
                    &path,
                    "there is still something to change; look at it, or fix once more",
                )?;
                continue;
            }
            match change(&path, files, &file, &edits) {
                Ok((before, after)) => {
                    for edit in &edits {
                        report::fix::made(out, &path, edit)?;
                    }
                    changed |= before != after;
                    made = made.saturating_add(edits.len());
                }
                Err(why) => {
                    report::fix::refused(out, &path, &why)?;
                    refused.insert(path);
                }
            }
        }
        if !changed {
            break;
        }
    }
    report::fix::summary(out, made)?;
    Ok(())
}

/// The safe edits by folder and file; of findings whose edits meet, those of the first.
fn wanted(source: &RulesSource) -> BTreeMap<(String, String), Vec<Edit>> {
    let book = RuleBook::build(&RuleBook::default(), source);
    let loaded = book
        .folders()
        .map(|(folder, loaded)| (folder, &loaded.warnings));
    let failed = book
        .failures()
        .iter()
        .map(|failure| (failure.folder.as_str(), &failure.diagnostics));
    let mut wanted: BTreeMap<(String, String), Vec<Edit>> = BTreeMap::new();
    for (folder, findings) in loaded.chain(failed) {
        let Some(Ok(files)) = source.folders.get(folder) else {
            continue;
        };
        for finding in findings.iter().filter(|finding| finding.is_fixable()) {
            let Some(file) = only_file(finding) else {
                continue;
            };
            let chosen = wanted
                .entry((folder.to_owned(), file.to_owned()))
                .or_default();
            let together = chosen.iter().chain(&finding.edits);
            if edited(files, file, together).is_some() {
                chosen.extend(finding.edits.iter().cloned());
            }
        }
    }
    wanted.retain(|_, edits| !edits.is_empty());
    wanted
}

/// The one file that the edits of a finding change.
fn only_file(finding: &Diagnostic) -> Option<&str> {
    let file = finding.edits.first()?.span.file.as_str();
    finding
        .edits
        .iter()
        .all(|edit| edit.span.file == file)
        .then_some(file)
}

fn edited<'a>(
    files: &PolicySource,
    file: &str,
    edits: impl IntoIterator<Item = &'a Edit>,
) -> Option<String> {
    let text = std::str::from_utf8(files.get(file)?).ok()?;
    Edit::apply(text, edits)
}

/// Changes one file. Gives what it was and what it is now.
fn change(
    path: &Path,
    files: &PolicySource,
    file: &str,
    edits: &[Edit],
) -> Result<(Vec<u8>, Vec<u8>), String> {
    let before = files.get(file).unwrap_or_default().to_vec();
    let after = edited(files, file, edits).ok_or("its changes do not fit together")?;
    let after = after.into_bytes();
    replace(path, &before, &after).map_err(|error| error.to_string())?;
    Ok((before, after))
}

/// Puts new content in the place of a file that still has the content it was checked with.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    // A link stays one; what it leads to is changed.
    let path = fs::canonicalize(path)?;
    let draft = draft(&path);
    let written = fs::write(&draft, after)
        .and_then(|()| fs::set_permissions(&draft, fs::metadata(&path)?.permissions()))
        .and_then(|()| {
            if fs::read(&path)? != before {
                let message = "it was changed by somebody else meanwhile";
                return Err(io::Error::other(message));
            }
            fs::rename(&draft, &path)
        });
    if written.is_err() {
        // Nothing is lost when it stays behind; its name begins with a dot.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// A file beside another, which no policy reads.
fn draft(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.fix", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let place = tempfile::TempDir::new().unwrap();
        let path = place.path().join("policy.rhai");
        fs::write(&path, "one").unwrap();
        replace(&path, b"one", b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let refused = replace(&path, b"one", b"three").unwrap_err();
        assert!(refused.to_string().contains("meanwhile"));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        assert!(replace(&place.path().join("none"), b"", b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_rights_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let place = tempfile::TempDir::new().unwrap();
        let (real, link) = (place.path().join("real"), place.path().join("link"));
        fs::write(&real, "one").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        replace(&link, b"one", b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"two");
        let mode = fs::metadata(&real).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
