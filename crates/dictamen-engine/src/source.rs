//! The files of one policy folder, in memory.
//!
//! The engine never touches a disk: whoever has the files hands them over.

use std::{collections::BTreeMap, sync::Arc};

/// The files of one policy folder by path within it (`policy.rhai`, `tables/rates.csv`),
/// separated by `/`. Files the policy does not use (cases, change log) may be among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySource {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl PolicySource {
    /// An empty folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, content: impl Into<Arc<[u8]>>) -> &mut Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|content| &**content)
    }

    /// Paths and contents, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(path, content)| (path.as_str(), &**content))
    }
}

impl<P: Into<String>, C: Into<Arc<[u8]>>> FromIterator<(P, C)> for PolicySource {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(p, c)| (p.into(), c.into()))
                .collect(),
        }
    }
}
