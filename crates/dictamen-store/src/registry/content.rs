//! The files of a folder, as the registry keeps them: texts by path, known by their hash.

use std::collections::BTreeMap;

use crate::{Hash, StoreError};

/// Most files of a folder.
const MAX_FILES: usize = 5_000;
/// Longest path, in bytes.
const MAX_PATH: usize = 255;
/// Folders inside each other.
const MAX_DEPTH: usize = 16;

/// Texts by path within a folder, separated by `/`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content(BTreeMap<String, String>);

/// Why files are not those of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentProblem {
    /// The path, when it is about one.
    pub path: Option<String>,
    /// What is wrong, in plain words.
    pub message: &'static str,
}

impl Content {
    /// Takes files whose paths stay inside the folder.
    ///
    /// # Errors
    ///
    /// Every path that does not, or that no folder read from a disk would have.
    pub fn new(files: BTreeMap<String, String>) -> Result<Self, Vec<ContentProblem>> {
        let mut problems: Vec<_> = files
            .keys()
            .filter_map(|path| {
                let message = path_problem(path)?;
                Some(ContentProblem {
                    path: Some(path.clone()),
                    message,
                })
            })
            .collect();
        let whole = |message| ContentProblem {
            path: None,
            message,
        };
        if files.is_empty() {
            problems.push(whole("there is no file"));
        }
        if files.len() > MAX_FILES {
            problems = vec![whole("there are more than 5000 files")];
        }
        // `a` cannot be a file and a folder.
        let below = |path: &str| {
            let folder = format!("{path}/");
            let mut after = files.range(folder.clone()..);
            after
                .next()
                .is_some_and(|(next, _)| next.starts_with(&folder))
        };
        problems.extend(
            files
                .keys()
                .filter(|path| below(path))
                .map(|path| ContentProblem {
                    path: Some(path.clone()),
                    message: "it is a file and a folder",
                }),
        );
        if problems.is_empty() {
            Ok(Self(files))
        } else {
            Err(problems)
        }
    }

    /// Known by this: `sha256:` and 64 digits, over paths and texts.
    pub fn hash(&self) -> String {
        Hash::of(self.write().as_bytes()).to_string()
    }

    /// Paths and texts, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Paths and texts.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Canonical JSON.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    pub(crate) fn read(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|_| StoreError::Damaged("files of the registry cannot be read".into()))
    }
}

fn path_problem(path: &str) -> Option<&'static str> {
    if path.len() > MAX_PATH {
        return Some("it is longer than 255 bytes");
    }
    if path.split('/').count() > MAX_DEPTH {
        return Some("it is more than 16 folders deep");
    }
    if path.contains(|c: char| c.is_control() || matches!(c, '\\' | ':')) {
        return Some("it holds a character that no file of a policy has");
    }
    let outside = |part: &str| part.is_empty() || part.starts_with('.');
    path.split('/')
        .any(outside)
        .then_some("each part of it is to be a name that does not begin with a dot")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(paths: &[&str]) -> Result<Content, Vec<ContentProblem>> {
        let file = |path: &&str| ((*path).to_owned(), "x".to_owned());
        Content::new(paths.iter().map(file).collect())
    }

    #[test]
    fn paths_stay_inside_the_folder() {
        content(&["policy.rhai", "cases/base/a b.json", "ñ.csv"]).unwrap();
        let deep = "a/".repeat(16) + "a";
        let long = "a".repeat(256);
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../x",
            "a//b",
            "a/",
            ".git/config",
            "a\\..\\b",
            "C:x",
            "a\0b",
            "a\nb",
            "./a",
            &deep,
            &long,
        ] {
            let problems = content(&["policy.rhai", path]).unwrap_err();
            assert_eq!(problems.len(), 1, "{path:?}");
            assert_eq!(problems[0].path.as_deref(), Some(path));
        }
        assert_eq!(content(&[]).unwrap_err()[0].path, None);
        assert_eq!(
            content(&["a", "a.b", "a/b"]).unwrap_err()[0]
                .path
                .as_deref(),
            Some("a")
        );
        let many: Vec<String> = (0..=MAX_FILES).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(content(&many).unwrap_err().len(), 1);
    }

    #[test]
    fn the_hash_tells_paths_from_texts() {
        let of = |path: &str, text: &str| {
            let files = BTreeMap::from([(path.to_owned(), text.to_owned())]);
            Content::new(files).unwrap().hash()
        };
        assert_eq!(of("a", "b"), of("a", "b"));
        assert_ne!(of("a", "b"), of("b", "a"));
        assert_ne!(of("ab", ""), of("a", "b"));
    }
}
