//! What can keep the store from doing what it was asked, in words an operator can act on.
//!
//! No text here carries a personal value, an address of a database or a key.

use std::{io, path::PathBuf, sync::Arc};

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database is away, full or too slow. Nothing was acknowledged; trying again is safe.
    #[error("the decision log cannot be written or read now: {0}")]
    Unavailable(String),
    /// Another process uses the data folder.
    #[error("`{0}` is in use by another process")]
    Locked(PathBuf),
    /// A file of the data folder cannot be read or written.
    #[error("cannot use `{path}`: {error}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: Arc<io::Error>,
    },
    /// A key is not 64 hexadecimal digits.
    #[error("{0} is not usable: a key is 64 hexadecimal digits")]
    BadKey(String),
    /// The database was begun with a master key that is not among those given.
    #[error("the master key is not the one this decision log was written with")]
    WrongMasterKey,
    /// The sealed part of a decision was destroyed on request or by age.
    #[error("the personal part of this decision was erased")]
    Erased,
    /// What is stored cannot be what was written.
    #[error("the decision log is damaged: {0}")]
    Damaged(String),
    /// The database holds tables of a later version of this program, or of another program.
    #[error("the database cannot be brought to this version: {0}")]
    Schema(String),
    /// The database cannot be reached with what is given.
    #[error("the address of the database is not usable: {0}")]
    Address(String),
}

impl StoreError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "store::unavailable",
            Self::Locked(_) => "store::locked",
            Self::Folder { .. } => "store::folder",
            Self::BadKey(_) => "store::bad-key",
            Self::WrongMasterKey => "store::wrong-master-key",
            Self::Erased => "store::erased",
            Self::Damaged(_) => "store::damaged",
            Self::Schema(_) => "store::schema",
            Self::Address(_) => "store::address",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => {
                "is the database running, reachable and not full? the service goes on by itself once it is"
            }
            Self::Locked(_) => "stop the other process, or give this one a data folder of its own",
            Self::Folder { .. } => {
                "the folder must be on a local disk and belong to the user of this process"
            }
            Self::BadKey(_) => "give the key as it was written to the data folder",
            Self::WrongMasterKey => {
                "give every instance the master key the log was begun with; without it nothing personal can be read"
            }
            Self::Erased => {
                "the facts of the decision are still there; what was decided on is gone for good"
            }
            Self::Damaged(_) => "`dictamen log verify` names every entry that does not fit",
            Self::Schema(_) => {
                "run the version of this program that wrote it last, or give it a database of its own"
            }
            Self::Address(_) => "such as postgres://user:password@host:5432/dictamen",
        }
    }

    pub(crate) fn folder(path: impl Into<PathBuf>, error: io::Error) -> Self {
        Self::Folder {
            path: path.into(),
            error: Arc::new(error),
        }
    }
}

/// Whatever the database says is a reason to try again, but for rows that do not fit their types.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Damaged("a row does not have the types it was written with".into())
            }
            sqlx::Error::Database(error) => Self::Unavailable(match error.code() {
                // The message of a database may quote a row.
                Some(code) => format!("the database refused with code {code}"),
                None => "the database refused".to_owned(),
            }),
            sqlx::Error::Io(error) => Self::Unavailable(error.kind().to_string()),
            sqlx::Error::PoolTimedOut => Self::Unavailable("no connection in time".into()),
            _ => Self::Unavailable("no usable connection".into()),
        }
    }
}
