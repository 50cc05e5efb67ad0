//! The files the editor has open, over those on disk.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use dictamen_engine::PolicySource;
use lsp_types::Uri;

/// The script that makes a folder a policy.
pub(super) const MAIN: &str = "policy.rhai";
/// The catalogue of reasons.
pub(super) const REASONS: &str = "reasons.toml";

/// What a policy is made of.
const EXTENSIONS: [&str; 3] = ["rhai", "toml", "csv"];
/// Cases decide nothing, and there may be thousands.
const CASES: &str = "cases";
/// How far above a file its policy's folder is looked for, and how deep below it files.
const MAX_DEPTH: usize = 8;
/// A larger file is in the folder by mistake.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Files of one policy.
const MAX_FILES: usize = 2_000;

/// A file that is open in the editor.
#[derive(Debug)]
pub(super) struct Open {
    /// Its address, as the editor writes it.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
}

/// The open files by path.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) open: BTreeMap<PathBuf, Open>,
}

impl Workspace {
    /// The folder of the policy that a file belongs to.
    pub(super) fn folder_of(&self, file: &Path) -> Option<PathBuf> {
        let folders = file.ancestors().skip(1).take(MAX_DEPTH);
        folders
            .map(|folder| folder.join(MAIN))
            .find(|main| self.open.contains_key(main) || main.is_file())
            .and_then(|main| main.parent().map(Path::to_owned))
    }

    /// The files of a policy: what is open as it stands in the editor, the rest from disk. What
    /// cannot be read is left out.
    pub(super) fn source(&self, folder: &Path) -> PolicySource {
        let mut files = BTreeMap::new();
        read(folder, "", 0, &mut files);
        for (path, open) in &self.open {
            if let Some(name) = name_in(folder, path)
                && is_part(&name)
            {
                files.insert(name, open.text.clone().into_bytes());
            }
        }
        files.into_iter().collect()
    }

    /// The text of a file, open or on disk.
    pub(super) fn text(&self, path: &Path) -> Option<String> {
        match self.open.get(path) {
            Some(open) => Some(open.text.clone()),
            None => fs::read_to_string(path).ok(),
        }
    }

    /// The address of a file.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        match self.open.get(path) {
            Some(open) => Some(open.uri.clone()),
            None => address(path),
        }
    }
}

/// The name of a file within a folder, with `/` between its parts.
pub(super) fn name_in(folder: &Path, file: &Path) -> Option<String> {
    let parts = file.strip_prefix(folder).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

fn is_part(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| EXTENSIONS.contains(&e)) && !name.starts_with("cases/")
}

fn read(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten().take(MAX_FILES) {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        if name.starts_with('.') || files.len() >= MAX_FILES {
            continue;
        }
        let full = format!("{prefix}{name}");
        if metadata.is_dir() && depth < MAX_DEPTH && full != CASES {
            read(&path, &format!("{full}/"), depth.saturating_add(1), files);
        } else if metadata.is_file() && metadata.len() <= MAX_FILE_BYTES && is_part(&full) {
            files.extend(fs::read(&path).ok().map(|content| (full, content)));
        }
    }
}

/// The path that a `file:` address means.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme()?.as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let encoded = uri.path().as_str();
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            let hex = std::str::from_utf8(&hex).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    // `/c:/rules` is `c:/rules` where drives have letters.
    let drive = decoded
        .strip_prefix('/')
        .filter(|rest| cfg!(windows) && rest.chars().nth(1) == Some(':'));
    let path = PathBuf::from(drive.unwrap_or(&decoded));
    path.is_absolute().then_some(path)
}

/// The `file:` address of a path.
fn address(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.replace('\\', "/");
    let root = if path.starts_with('/') { "" } else { "/" };
    let mut text = format!("file://{root}");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").ok()?;
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths() {
        let path_ = Path::new("/srv/crédito nómina/policy@1.rhai");
        let uri = address(path_).unwrap();
        assert_eq!(
            uri.as_str(),
            "file:///srv/cr%C3%A9dito%20n%C3%B3mina/policy%401.rhai"
        );
        assert_eq!(path(&uri).as_deref(), Some(path_));
        for bad in ["untitled:Untitled-1", "http://x/y", "file:///a%FF", "file:"] {
            assert_eq!(path(&bad.parse().unwrap()), None, "{bad}");
        }
    }
}
