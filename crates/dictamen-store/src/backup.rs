//! The whole log in one file, copied while it is being written.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use crate::{Reading, StoreError};

impl Reading {
    /// Copies the log, as it is at one instant, into a new file at `to` that is its owner's alone;
    /// gives its size in bytes. The service may go on writing meanwhile. The copy has a name of
    /// its own until it is whole and on disk.
    ///
    /// # Errors
    ///
    /// When there is a file at `to`, when it cannot be written, or when the log is in PostgreSQL,
    /// which has tools for this.
    pub async fn backup(&self, to: &Path) -> Result<u64, StoreError> {
        if fs::symlink_metadata(to).is_ok() {
            let exists = std::io::ErrorKind::AlreadyExists.into();
            return Err(StoreError::folder(to, exists));
        }
        let part = part(to);
        // Empty, so that SQLite takes it, and nobody else's from the beginning.
        private()
            .open(&part)
            .map_err(|error| StoreError::folder(&part, error))?;
        let copied = self.copy(&part).await.and_then(|()| publish(&part, to));
        if copied.is_err() {
            let _ = fs::remove_file(&part);
        }
        copied
    }

    async fn copy(&self, part: &Path) -> Result<(), StoreError> {
        let Some(path) = part.to_str() else {
            let error = std::io::Error::other("the name is not UTF-8");
            return Err(StoreError::folder(part, error));
        };
        self.connect().await?.copy_to(path).await
    }
}

fn part(to: &Path) -> PathBuf {
    let mut name = OsString::from(to);
    name.push(".part");
    name.into()
}

/// Makes the copy durable and gives it its name.
fn publish(part: &Path, to: &Path) -> Result<u64, StoreError> {
    let done = || {
        let file = File::open(part)?;
        file.sync_all()?;
        let size = file.metadata()?.len();
        fs::rename(part, to)?;
        #[cfg(unix)]
        if let Some(folder) = to.parent() {
            let here = Path::new(".");
            let named = folder.as_os_str().is_empty();
            File::open(if named { here } else { folder })?.sync_all()?;
        }
        Ok(size)
    };
    done().map_err(|error| StoreError::folder(to, error))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
