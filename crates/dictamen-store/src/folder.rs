//! The data folder: keys, the lock that keeps it to one process, and the database file.
//!
//! Folder and files are the owner's alone. A key is written to a file of its own and moved into
//! place, so that a crash leaves either no key or a whole one.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use crate::{MasterKeys, PublicKey, SigningKey, StoreError};

const DATABASE: &str = "dictamen.db";
const LOCK: &str = "lock";
const MASTER: &str = "master.key";
const SIGNING: &str = "signing.key";
/// What checkpoints are checked with; may leave the folder.
const PUBLIC: &str = "signing.pub";

/// A data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(PathBuf);

/// Held while a process uses a folder; the system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Folder {
    /// The folder at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database file in it.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Creates the folder when it is not there.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.0)
            .map_err(|error| StoreError::folder(&self.0, error))
    }

    /// Creates the database file as the owner's alone, so that it never is anybody else's.
    pub(crate) fn create_database(&self) -> Result<(), StoreError> {
        let path = self.database();
        match private().create_new(true).open(&path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(StoreError::folder(path, error)),
        }
    }

    /// Keeps the folder to this process.
    pub(crate) fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.0.join(LOCK);
        let file = private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| StoreError::folder(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(self.0.clone())),
            Err(TryLockError::Error(error)) => Err(StoreError::folder(path, error)),
        }
    }

    /// The master keys of the folder; made on first use.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, or holds anything but keys.
    pub fn master_keys(&self) -> Result<MasterKeys, StoreError> {
        if let Some(keys) = self.existing_master_keys()? {
            return Ok(keys);
        }
        self.create()?;
        let keys = MasterKeys::random()?;
        self.write_new(MASTER, &keys.text())?;
        // Whoever was first has written it.
        self.existing_master_keys()
            .map(|found| found.unwrap_or(keys))
    }

    /// The master keys of the folder, when it has any.
    ///
    /// # Errors
    ///
    /// As [`Self::master_keys`].
    pub fn existing_master_keys(&self) -> Result<Option<MasterKeys>, StoreError> {
        let found = self.read(MASTER)?;
        found
            .map(|text| MasterKeys::parse(&text, &self.named(MASTER)))
            .transpose()
    }

    /// Replaces the folder's master keys.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn replace_master_keys(&self, keys: &MasterKeys) -> Result<(), StoreError> {
        self.replace(MASTER, &keys.text())
    }

    /// The signing key of the folder; made on first use, with its public key beside it.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written, or holds anything but a key.
    pub fn signing_key(&self) -> Result<SigningKey, StoreError> {
        self.create()?;
        let read = || -> Result<Option<SigningKey>, StoreError> {
            let text = self.read(SIGNING)?;
            text.map(|text| SigningKey::parse(&text, &self.named(SIGNING)))
                .transpose()
        };
        let key = if let Some(key) = read()? {
            key
        } else {
            let key = SigningKey::random()?;
            self.write_new(SIGNING, &key.text())?;
            // Whoever was first has written it.
            read()?.unwrap_or(key)
        };
        if self.public_key()? != Some(key.public()) {
            self.replace(PUBLIC, &format!("{}\n", key.public()))?;
        }
        Ok(key)
    }

    /// The public key of the folder, when it has one.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds anything but a key.
    pub fn public_key(&self) -> Result<Option<PublicKey>, StoreError> {
        let found = self.read(PUBLIC)?;
        found
            .map(|text| {
                PublicKey::parse(&text).ok_or_else(|| StoreError::BadKey(self.named(PUBLIC)))
            })
            .transpose()
    }

    fn named(&self, name: &str) -> String {
        format!("`{}`", self.0.join(name).display())
    }

    fn read(&self, name: &str) -> Result<Option<zeroize::Zeroizing<String>>, StoreError> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(zeroize::Zeroizing::new(text))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::folder(path, error)),
        }
    }

    /// Writes a file unless there is one.
    fn write_new(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let (part, path) = self.write_part(name, text)?;
        // Unlike a rename, a link does not replace what another process has written meanwhile.
        let linked = fs::hard_link(&part, &path);
        let _ = fs::remove_file(&part);
        match linked {
            Ok(()) => self.sync(),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(StoreError::folder(path, error)),
        }
    }

    fn replace(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let (part, path) = self.write_part(name, text)?;
        fs::rename(&part, &path).map_err(|error| StoreError::folder(path, error))?;
        self.sync()
    }

    fn write_part(&self, name: &str, text: &str) -> Result<(PathBuf, PathBuf), StoreError> {
        let part = self.0.join(format!(".{name}.{}", std::process::id()));
        let mut file = private()
            .create(true)
            .truncate(true)
            .open(&part)
            .map_err(|error| StoreError::folder(&part, error))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| StoreError::folder(&part, error))?;
        Ok((part, self.0.join(name)))
    }

    /// Makes names durable, not only what is behind them.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        #[cfg(unix)]
        File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| StoreError::folder(&self.0, error))?;
        Ok(())
    }
}

/// Files that only their owner reads.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_are_the_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("a/b"));
        let master = folder.master_keys().unwrap();
        assert_eq!(folder.master_keys().unwrap().text(), master.text());
        let signing = folder.signing_key().unwrap();
        assert_eq!(folder.signing_key().unwrap().text(), signing.text());
        assert_eq!(folder.public_key().unwrap(), Some(signing.public()));
        #[cfg(unix)]
        for (file, mode) in [("", 0o700), ("master.key", 0o600), ("signing.key", 0o600)] {
            use std::os::unix::fs::PermissionsExt as _;
            let found = fs::metadata(folder.path().join(file))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(found & 0o777, mode, "{file}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_broken_key_file_is_named_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        for text in ["", "abc", "zz"] {
            fs::write(dir.path().join("master.key"), text).unwrap();
            let error = folder.master_keys().unwrap_err();
            assert_eq!(error.code(), "store::bad-key");
            assert!(error.to_string().contains("master.key"), "{error}");
            assert_eq!(
                fs::read_to_string(dir.path().join("master.key")).unwrap(),
                text
            );
        }
    }

    #[test]
    fn a_folder_is_for_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let lock = folder.lock().unwrap();
        assert_eq!(folder.lock().unwrap_err().code(), "store::locked");
        drop(lock);
        folder.lock().unwrap();
    }
}
