//! Reading a rules folder from disk, whole and unjudged.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use dictamen_engine::PolicySource;

use super::PARAMETERS;

/// A policy folder is text by hand; a larger file is there by mistake.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Files in the whole rules folder.
const MAX_FILES: usize = 20_000;
/// Folders inside each other; symbolic links in a circle end here.
const MAX_DEPTH: usize = 16;

/// The files of a rules folder, in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesSource {
    /// Policy folders by name, such as `nomina` or `nomina@1.0.0`.
    pub folders: BTreeMap<String, PolicySource>,
    /// Files of `parameters/` by name.
    pub parameters: BTreeMap<String, Vec<u8>>,
}

/// Why a rules folder cannot be read.
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
    /// A file larger than a policy's file can reasonably be.
    #[error("`{}` is larger than {} MiB", path.display(), MAX_FILE_BYTES / 1024 / 1024)]
    FileTooLarge {
        /// The file.
        path: PathBuf,
    },
    /// More files than policies can reasonably have.
    #[error("`{}` holds more than {MAX_FILES} files", path.display())]
    TooManyFiles {
        /// The rules folder.
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
    /// When the folder or anything in it cannot be read.
    pub fn read(dir: &Path) -> Result<Self, ReadError> {
        let root = fs::canonicalize(dir).map_err(|source| ReadError::Io {
            path: dir.to_owned(),
            source,
        })?;
        let mut reading = Reading { root, files: 0 };
        let mut source = Self::default();
        for (name, path) in reading.entries(&reading.root)? {
            if !metadata(&path)?.is_dir() {
                continue;
            }
            let mut files = BTreeMap::new();
            reading.folder(&path, "", 1, &mut files)?;
            if name == PARAMETERS {
                files.retain(|name, _| Path::new(name).extension().is_some_and(|e| e == "toml"));
                source.parameters = files;
            } else {
                source.folders.insert(name, files.into_iter().collect());
            }
        }
        Ok(source)
    }
}

struct Reading {
    root: PathBuf,
    files: usize,
}

impl Reading {
    /// Names and paths in a folder, sorted, without dot files.
    fn entries(&self, dir: &Path) -> Result<Vec<(String, PathBuf)>, ReadError> {
        let io_error = |source| ReadError::Io {
            path: dir.to_owned(),
            source,
        };
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir).map_err(io_error)? {
            let path = entry.map_err(io_error)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(ReadError::Name { path });
            };
            if !name.starts_with('.') {
                entries.push((name.to_owned(), path));
            }
            if entries.len() > MAX_FILES {
                return Err(ReadError::TooManyFiles {
                    path: self.root.clone(),
                });
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn folder(
        &mut self,
        dir: &Path,
        prefix: &str,
        depth: usize,
        files: &mut BTreeMap<String, Vec<u8>>,
    ) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(ReadError::TooDeep {
                path: dir.to_owned(),
            });
        }
        for (name, path) in self.entries(dir)? {
            let metadata = metadata(&path)?;
            if metadata.is_dir() {
                let prefix = format!("{prefix}{name}/");
                self.folder(&path, &prefix, depth.saturating_add(1), files)?;
            } else if metadata.is_file() {
                self.files = self.files.saturating_add(1);
                if self.files > MAX_FILES {
                    return Err(ReadError::TooManyFiles {
                        path: self.root.clone(),
                    });
                }
                if metadata.len() > MAX_FILE_BYTES {
                    return Err(ReadError::FileTooLarge { path });
                }
                let content = fs::read(&path).map_err(|source| ReadError::Io { path, source })?;
                files.insert(format!("{prefix}{name}"), content);
            }
        }
        Ok(())
    }
}

fn metadata(path: &Path) -> Result<fs::Metadata, ReadError> {
    fs::metadata(path).map_err(|source| ReadError::Io {
        path: path.to_owned(),
        source,
    })
}
