//! One place in an open script, with all that an answer about it may need.

use std::path::{Path, PathBuf};

use dictamen_engine::{
    PolicySource,
    guide::{self, ReasonInfo},
};
use lsp_types::{TextDocumentPositionParams, Uri};

use super::{
    text,
    workspace::{self, Workspace},
};

/// A place in a script.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) workspace: &'a Workspace,
    /// The script's path.
    pub(super) path: PathBuf,
    /// The script's address, as the editor writes it.
    pub(super) uri: Uri,
    pub(super) text: &'a str,
    /// The place, in bytes.
    pub(super) offset: usize,
}

impl<'a> Place<'a> {
    /// The place in an open script; none in other files.
    pub(super) fn new(workspace: &'a Workspace, at: &TextDocumentPositionParams) -> Option<Self> {
        let path = workspace::path(&at.text_document.uri)?;
        let open = workspace.open.get(&path)?;
        if path.extension().is_none_or(|e| e != "rhai") {
            return None;
        }
        Some(Self {
            workspace,
            path,
            uri: open.uri.clone(),
            text: &open.text,
            offset: text::offset(&open.text, at.position),
        })
    }

    /// The folder of the policy; of a script that belongs to none, its own.
    pub(super) fn folder(&self) -> PathBuf {
        let own = || self.path.parent().unwrap_or(Path::new("")).to_owned();
        self.workspace.folder_of(&self.path).unwrap_or_else(own)
    }

    /// The files of the policy.
    pub(super) fn source(&self) -> PolicySource {
        self.workspace.source(&self.folder())
    }

    /// The reasons of the policy.
    pub(super) fn reasons(&self) -> Vec<ReasonInfo> {
        guide::reasons(&self.source())
    }

    /// The file that an import in this script means.
    pub(super) fn imported(&self, file: &str) -> Option<PathBuf> {
        let name = if file.to_ascii_lowercase().ends_with(".rhai") {
            file.to_owned()
        } else {
            format!("{file}.rhai")
        };
        self.beside(self.path.parent()?, &name)
    }

    /// A file that a script names, if it is in the policy's folder.
    pub(super) fn beside(&self, from: &Path, name: &str) -> Option<PathBuf> {
        let mut path = from.to_owned();
        for part in name.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        let exists = self.workspace.open.contains_key(&path) || path.is_file();
        (path.starts_with(self.folder()) && exists).then_some(path)
    }
}
