//! Reading a rules folder from disk, whole and unjudged.
//!
//! What cannot be read costs the folder it is in, never its neighbours: one broken link must not
//! keep every other policy from being reloaded.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use dictamen_engine::{Diagnostic, PolicySource};

use super::PARAMETERS;

/// A policy folder is text by hand; a larger file is there by mistake.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Files and folders in the folder of one policy.
const MAX_FILES: usize = 20_000;
/// Folders inside each other; symbolic links in a circle end here.
const MAX_DEPTH: usize = 16;

/// What was read of a folder, or everything in it that could not be.
pub type Reading<T> = Result<T, Vec<Diagnostic>>;

/// The files of a rules folder, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesSource {
    /// Policy folders by name, such as `nomina` or `nomina@1.0.0`.
    pub folders: BTreeMap<String, Reading<PolicySource>>,
    /// Files of `parameters/` by name; empty without such a folder.
    pub parameters: Reading<BTreeMap<String, Vec<u8>>>,
    /// What lies beside the folders, cannot be read and is passed over, as warnings.
    pub loose: Vec<Diagnostic>,
}

impl Default for RulesSource {
    fn default() -> Self {
        Self {
            folders: BTreeMap::new(),
            parameters: Ok(BTreeMap::new()),
            loose: Vec::new(),
        }
    }
}

/// Why a rules folder, or something in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system refuses.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A symbolic link to nothing.
    #[error("`{}` is a link to something that does not exist", path.display())]
    BrokenLink {
        /// The link.
        path: PathBuf,
    },
    /// A file larger than a policy's file can reasonably be.
    #[error("`{}` is larger than {} MiB", path.display(), MAX_FILE_BYTES / 1024 / 1024)]
    FileTooLarge {
        /// The file.
        path: PathBuf,
    },
    /// More files than policies can reasonably have.
    #[error("`{}` holds more than {MAX_FILES} files", path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
    },
    /// Folders too deep inside each other, or links in a circle.
    #[error("folders more than {MAX_DEPTH} deep at `{}`", path.display())]
    TooDeep {
        /// Where.
        path: PathBuf,
    },
    /// A name that is not text.
    #[error("the name of `{}` is not UTF-8", path.display())]
    Name {
        /// The file or folder.
        path: PathBuf,
    },
}

impl ReadError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } => "does the folder exist, and may this user read it?",
            Self::BrokenLink { .. } => "remove the link, or put back what it points at",
            Self::FileTooLarge { .. } | Self::TooManyFiles { .. } => {
                "keep only policies and parameters in the rules folder"
            }
            Self::TooDeep { .. } => "is a symbolic link pointing at a folder above itself?",
            Self::Name { .. } => "rename it",
        }
    }
}

impl RulesSource {
    /// Reads the folder at `dir`. The path is resolved first, so that a link that is moved to
    /// another folder meanwhile gives all of the old or all of the new.
    ///
    /// # Errors
    ///
    /// When the folder itself cannot be read. What cannot be read inside it is told where it is:
    /// in [`folders`](Self::folders), [`parameters`](Self::parameters) or [`loose`](Self::loose).
    pub fn read(dir: &Path) -> Result<Self, ReadError> {
        let root = fs::canonicalize(dir).map_err(|source| ReadError::Io {
            path: dir.to_owned(),
            source,
        })?;
        let mut source = Self::default();
        for entry in entries(&root, &root)? {
            let (name, path) = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    source.loose.push(warning(&error));
                    continue;
                }
            };
            match metadata(&root, &path) {
                Ok(metadata) if metadata.is_dir() => {
                    let files = Folder::read(&root, &path);
                    source.put(name, files);
                }
                Ok(_) => {}
                // What may have been a folder a moment ago is one that fails, so that its last
                // good version stays in force.
                Err(error) if is_folder_name(&name) => source.put(name, Err(vec![finding(&error)])),
                Err(error) => source.loose.push(warning(&error)),
            }
        }
        Ok(source)
    }

    /// Reads one folder of a rules folder, whatever lies beside it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_folder(dir: &Path) -> Result<Self, ReadError> {
        let path = fs::canonicalize(dir).map_err(|source| ReadError::Io {
            path: dir.to_owned(),
            source,
        })?;
        let name = path.file_name().unwrap_or_default().to_str();
        let name = name.ok_or_else(|| ReadError::Name {
            path: dir.to_owned(),
        })?;
        let root = path.parent().unwrap_or(&path);
        let mut source = Self::default();
        source.put(name.to_owned(), Folder::read(root, &path));
        Ok(source)
    }

    fn put(&mut self, name: String, files: Reading<BTreeMap<String, Vec<u8>>>) {
        if name == PARAMETERS {
            self.parameters = files.map(|mut files| {
                files.retain(|name, _| Path::new(name).extension().is_some_and(|e| e == "toml"));
                files
            });
        } else {
            let files = files.map(|files| files.into_iter().collect());
            self.folders.insert(name, files);
        }
    }
}

/// Whether a name can be that of `parameters`, a policy or a version of one.
fn is_folder_name(name: &str) -> bool {
    let id = name.split_once('@').map_or(name, |(id, _)| id);
    !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn finding(error: &ReadError) -> Diagnostic {
    Diagnostic::error("rules::unreadable", error.to_string()).help(error.help())
}

fn warning(error: &ReadError) -> Diagnostic {
    Diagnostic::warning("rules::unreadable", error.to_string()).help(error.help())
}

/// One folder of the rules folder while it is read.
struct Folder<'a> {
    root: &'a Path,
    seen: usize,
    files: BTreeMap<String, Vec<u8>>,
    findings: Vec<Diagnostic>,
}

impl<'a> Folder<'a> {
    /// Every file below `dir`, or everything that cannot be read there.
    fn read(root: &'a Path, dir: &Path) -> Reading<BTreeMap<String, Vec<u8>>> {
        let mut folder = Self {
            root,
            seen: 0,
            files: BTreeMap::new(),
            findings: Vec::new(),
        };
        if let Err(error) = folder.walk(dir, dir, "", 1) {
            folder.findings.push(finding(&error));
        }
        if folder.findings.is_empty() {
            Ok(folder.files)
        } else {
            Err(folder.findings)
        }
    }

    /// Fails where going on makes no sense: links in a circle would be followed without end.
    fn walk(
        &mut self,
        top: &Path,
        dir: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(ReadError::TooDeep {
                path: shown(self.root, dir),
            });
        }
        let entries = match entries(self.root, dir) {
            Ok(entries) => entries,
            Err(error) => {
                self.findings.push(finding(&error));
                return Ok(());
            }
        };
        for entry in entries {
            self.seen = self.seen.saturating_add(1);
            if self.seen > MAX_FILES {
                return Err(ReadError::TooManyFiles {
                    path: shown(self.root, top),
                });
            }
            let read = entry.and_then(|(name, path)| {
                let metadata = metadata(self.root, &path)?;
                Ok((name, path, metadata))
            });
            let (name, path, metadata) = match read {
                Ok(read) => read,
                Err(error) => {
                    self.findings.push(finding(&error));
                    continue;
                }
            };
            let name = format!("{prefix}{name}");
            if metadata.is_dir() {
                self.walk(top, &path, &format!("{name}/"), depth.saturating_add(1))?;
            } else if metadata.is_file() {
                match content(self.root, &path, &metadata) {
                    Ok(content) => {
                        self.files.insert(name, content);
                    }
                    Err(error) => self.findings.push(finding(&error)),
                }
            }
        }
        Ok(())
    }
}

type Entry = Result<(String, PathBuf), ReadError>;

/// Names and paths in a folder, sorted by path, without dot files.
fn entries(root: &Path, dir: &Path) -> Result<Vec<Entry>, ReadError> {
    let io_error = |source| ReadError::Io {
        path: shown(root, dir),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(io_error)? {
        let path = entry.map_err(io_error)?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.as_encoded_bytes().starts_with(b".") {
            paths.push(path);
        }
        if paths.len() > MAX_FILES {
            return Err(ReadError::TooManyFiles {
                path: shown(root, dir),
            });
        }
    }
    paths.sort();
    let named =
        paths.into_iter().map(
            |path| match path.file_name().and_then(|name| name.to_str()) {
                Some(name) => Ok((name.to_owned(), path)),
                None => Err(ReadError::Name {
                    path: shown(root, &path),
                }),
            },
        );
    Ok(named.collect())
}

fn content(root: &Path, path: &Path, metadata: &fs::Metadata) -> Result<Vec<u8>, ReadError> {
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::FileTooLarge {
            path: shown(root, path),
        });
    }
    fs::read(path).map_err(|source| ReadError::Io {
        path: shown(root, path),
        source,
    })
}

fn metadata(root: &Path, path: &Path) -> Result<fs::Metadata, ReadError> {
    fs::metadata(path).map_err(|source| {
        let is_link = fs::symlink_metadata(path).is_ok_and(|entry| entry.is_symlink());
        let path = shown(root, path);
        if is_link && source.kind() == io::ErrorKind::NotFound {
            ReadError::BrokenLink { path }
        } else {
            ReadError::Io { path, source }
        }
    })
}

/// A path as it is told: from the rules folder on, which is what an analyst knows.
fn shown(root: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(root) {
        Ok(inside) if !inside.as_os_str().is_empty() => inside.to_owned(),
        _ => path.to_owned(),
    }
}
