//! The two engines behind one interface.
//!
//! All SQL is below here. Above, nobody knows which engine it is: [`Connection`] has every
//! statement once, and hands it to the engine it belongs to.

pub(crate) mod postgres;
pub(crate) mod rows;
pub(crate) mod sqlite;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, pool::PoolConnection};

use crate::{
    Activation, ApiKey, Candidate, Checkpoint, Draft, Entry, Split, StoreError, Version,
    entry::Head, folder::Folder, seal::Wrapped,
};
use rows::{
    AnsweredRow, Chain, DecisionRow, EntryTuple, KeyRow, TaskRow, TaskTuple, TasksWanted, TurnRow,
    Wanted, Whose,
};

/// Where the log is kept.
#[derive(Clone)]
pub enum Place {
    /// In a file of the data folder, for one process.
    Sqlite(Folder),
    /// In a PostgreSQL database, for several instances.
    Postgres(String),
}

/// An address may hold a password.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(folder) => f.debug_tuple("Sqlite").field(folder).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// Where connections come from.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(postgres::Pools),
}

impl Database {
    /// Opens for reading and writing; the tables are made or brought up to date.
    pub(crate) async fn open(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::Sqlite(folder) => {
                let (write, read) = sqlite::open(folder).await?;
                Ok(Self::Sqlite { write, read })
            }
            Place::Postgres(url) => Ok(Self::Postgres(postgres::open(url).await?)),
        }
    }

    /// A connection that reads.
    pub(crate) async fn reading(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Connection::Sqlite(read.acquire().await?),
            Self::Postgres(pools) => Connection::Postgres(pools.read.acquire().await?),
        })
    }

    /// The connection that writes. It is closed when it is dropped, whatever state it is in, so
    /// that a write that was given up leaves nothing behind.
    pub(crate) async fn writing(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => {
                let mut conn = write.acquire().await?;
                conn.close_on_drop();
                Connection::Sqlite(conn)
            }
            Self::Postgres(pools) => {
                let mut conn = pools.write.acquire().await?;
                conn.close_on_drop();
                Connection::Postgres(conn)
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                // Whoever still reads would keep the last connection from doing it: what is in the
                // file alone is what somebody copies.
                let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                    .execute(write)
                    .await;
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pools) => {
                pools.read.close().await;
                pools.claims.close().await;
                // Not the one for listening: whoever still listens holds its only connection.
                pools.write.close().await;
            }
        }
    }
}

/// Where a log is read that another process may be writing.
#[derive(Debug)]
pub(crate) enum Readable {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Readable {
    pub(crate) fn open(place: &Place) -> Result<Self, StoreError> {
        Ok(match place {
            Place::Sqlite(folder) => Self::Sqlite(sqlite::open_for_reading(folder)?),
            Place::Postgres(url) => Self::Postgres(postgres::open_for_reading(url)?),
        })
    }

    pub(crate) async fn connect(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }
}

/// A connection to either engine.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Makes a method of each statement: the same arguments, handed to the engine's own.
macro_rules! statements {
    ($($module:ident { $($name:ident($($arg:ident: $type:ty),*) -> $result:ty;)+ })+) => {
        impl Connection {
            $($(
                pub(crate) async fn $name(&mut self, $($arg: $type),*) -> Result<$result, StoreError> {
                    match self {
                        Self::Sqlite(conn) => statements!(@ sqlite $module $name)(conn, $($arg),*).await,
                        Self::Postgres(conn) => statements!(@ postgres $module $name)(conn, $($arg),*).await,
                    }
                }
            )+)+
        }
    };
    (@ $engine:ident tables $name:ident) => { $engine::tables::$name };
    (@ $engine:ident policies $name:ident) => { $engine::policies::$name };
    (@ $engine:ident work $name:ident) => { $engine::work::$name };
    (@ $engine:ident own $name:ident) => { $engine::$name };
}

statements! {
    own {
        begin() -> ();
        known(ids: &[&str]) -> BTreeMap<String, (i64, i64)>;
        insert_decisions(chain: i64, rows: &[DecisionRow<'_>]) -> ();
        shred() -> ();
        lock_api_keys() -> ();
        snapshot() -> ();
        copy_to(file: &str) -> ();
        insert_answered(rows: &[AnsweredRow], now: i64) -> BTreeSet<String>;
        settle(references: &[&str], owner: &str) -> ();
        revise() -> i64;
        take_tasks(kind: &str, token: &str, now: i64, until: i64, limit: i64) -> Vec<TaskTuple>;
        release_tasks() -> ();
    }
    work {
        insert_task(row: &TaskRow) -> ();
        keep_task_key(reference: &str, fingerprint: &str, task: &str, now: i64, expires: i64) -> bool;
        task_key(reference: &str, now: i64) -> Option<(String, String)>;
        move_task_key(reference: &str, task: &str) -> ();
        end_turn(row: &TurnRow, now: i64) -> bool;
        renew_turn(id: &str, token: &str, until: i64) -> bool;
        rewrite_task(id: &str, content: &[u8], now: i64) -> bool;
        wake(id: &str, now: i64) -> bool;
        reopen(id: &str, stage: &str, now: i64) -> bool;
        due_tasks(now: i64) -> Vec<(String, i64)>;
        backlog() -> Vec<(String, String, i64)>;
        task(id: &str) -> Option<TaskTuple>;
        marked(mark: &str) -> Vec<TaskTuple>;
        tasks(wanted: &TasksWanted, limit: i64) -> Vec<TaskTuple>;
        forget_tasks(whose: &Whose, now: i64) -> u64;
        delete_old_tasks(now: i64) -> ();
        task_keys_to_rewrap(current: &str, limit: i64) -> Vec<(String, Wrapped)>;
        replace_task_key(id: &str, wrapped: &Wrapped) -> ();
        spent(reference: &str) -> String;
        set_spent(reference: &str, instants: &str) -> ();
    }
    policies {
        revision() -> i64;
        keep_content(hash: &str, files: &str) -> ();
        content(hash: &str) -> Option<String>;
        drop_stray(hash: &str) -> ();
        draft(policy: &str, name: &str) -> Option<Draft>;
        drafts(policy: &str) -> Vec<Draft>;
        save_draft(draft: &Draft) -> ();
        delete_draft(policy: &str, name: &str) -> ();
        submit(candidate: &Candidate) -> ();
        candidate(policy: &str, content: &str) -> Option<Candidate>;
        candidates(policy: &str) -> Vec<Candidate>;
        approve(policy: &str, content: &str, approver: &str, at: i64, alone: bool) -> bool;
        authors(policy: &str, content: &str) -> Vec<String>;
        publish(version: &Version) -> bool;
        version(policy: &str, version: &str) -> Option<Version>;
        versions() -> Vec<Version>;
        activate(activation: &Activation) -> i64;
        activations() -> Vec<Activation>;
        cancel(id: i64) -> ();
        split(id: i64, split: Option<&Split>) -> ();
        shadows() -> Vec<(String, String)>;
        set_shadows(policy: &str, versions: &[String]) -> ();
    }
    tables {
        run(sql: &'static str) -> ();
        chains() -> Vec<Chain>;
        create_chain(instance: &str) -> Chain;
        head(chain: &Chain) -> Option<Head>;
        geneses() -> Vec<String>;
        entries_after(chain: i64, seq: i64, limit: i64) -> Vec<EntryTuple>;
        next_seq(chain: i64, seq: i64) -> Option<i64>;
        sealed_at(chain: i64, seq: i64) -> (Option<Vec<u8>>, bool);
        stray_sealed(chain: i64) -> Vec<i64>;
        homeless() -> i64;
        checkpoints(chain: &Chain) -> Vec<Result<Checkpoint, StoreError>>;
        insert_checkpoint(chain: i64, checkpoint: &Checkpoint) -> ();
        insert_entry(chain: i64, entry: &Entry) -> ();
        entry_of(decision_id: &str) -> Option<(Chain, Entry)>;
        list(wanted: &Wanted, limit: i64) -> Vec<(Chain, Entry)>;
        sealed_of(decision_id: &str) -> Option<(KeyRow, Vec<u8>)>;
        answered(reference: &str, now: i64) -> Option<AnsweredRow>;
        delete_expired(now: i64) -> ();
        decisions_of(whose: &Whose) -> Vec<(i64, i64, String)>;
        destroy(chain: i64, seq: i64) -> ();
        keys_to_rewrap(current: &str, limit: i64) -> Vec<(i64, i64, String, KeyRow)>;
        replace_key(chain: i64, seq: i64, wrapped: &Wrapped) -> ();
        secret(name: &str) -> Option<Wrapped>;
        insert_secret(name: &str, wrapped: &Wrapped) -> ();
        replace_secret(name: &str, wrapped: &Wrapped) -> ();
        api_keys() -> Vec<ApiKey>;
        insert_api_key(key: &ApiKey) -> ();
        end_api_key(id: &str, expires: DateTime<Utc>, revoked: Option<DateTime<Utc>>) -> ();
    }
}

impl Connection {
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT").await
    }
}

fn schema(error: &sqlx::migrate::MigrateError) -> StoreError {
    use sqlx::migrate::MigrateError as E;
    match error {
        E::VersionMissing(version) => {
            StoreError::Schema(format!("it is of a later version ({version})"))
        }
        E::VersionMismatch(version) => StoreError::Schema(format!(
            "version {version} of its tables is another than this program's"
        )),
        E::Dirty(version) => {
            StoreError::Schema(format!("its version {version} was left half-made"))
        }
        E::Execute(sqlx::Error::Database(error))
        | E::ExecuteMigration(sqlx::Error::Database(error), _) => {
            let code = error.code().unwrap_or_default();
            StoreError::Schema(format!("the database refused its tables with code {code}"))
        }
        _ => StoreError::Unavailable("its tables could not be looked at".into()),
    }
}
