//! SQLite: one file in the data folder, for one process.
//!
//! One connection writes, so that nothing waits for a lock; the others only read. Every commit
//! is on disk before it is acknowledged (`synchronous=FULL`), and what is deleted is overwritten.

#[path = "tables.rs"]
pub(crate) mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use super::rows::{AnsweredRow, DecisionRow};
use crate::{Entry, StoreError, folder::Folder};

pub(crate) type Db = sqlx::Sqlite;

/// How many connections read at the same time.
const READERS: u32 = 4;

/// Opens the file for reading and writing, made and brought up to date as needed.
pub(crate) async fn open(folder: &Folder) -> Result<(SqlitePool, SqlitePool), StoreError> {
    folder.create_database()?;
    folder.sync()?;
    let options = options(folder)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON");
    let write = pool(1).connect_with(options.clone()).await?;
    migrator()
        .run(&write)
        .await
        .map_err(|error| super::schema(&error))?;
    let read = pool(READERS).connect_lazy_with(options.read_only(true));
    Ok((write, read))
}

/// Opens the file for reading, beside a process that may be writing it.
pub(crate) fn open_for_reading(folder: &Folder) -> Result<SqlitePool, StoreError> {
    let path = folder.database();
    std::fs::metadata(&path).map_err(|error| StoreError::folder(path, error))?;
    Ok(pool(READERS).connect_lazy_with(options(folder).read_only(true)))
}

fn options(folder: &Folder) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(folder.database())
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging()
}

fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn migrator() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        "decision log".into(),
        MigrationType::Simple,
        include_str!("sqlite/1.sql").into_sql_str(),
        false,
    )])
}

/// Begins a transaction that writes.
pub(crate) async fn begin(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    tables::run(conn, "BEGIN IMMEDIATE").await
}

/// Begins a transaction that reads one state of everything.
pub(crate) async fn snapshot(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    tables::run(conn, "BEGIN").await
}

/// Copies everything, as one transaction sees it, into an empty file.
pub(crate) async fn copy_to(conn: &mut SqliteConnection, file: &str) -> Result<(), StoreError> {
    sqlx::query("VACUUM INTO $1")
        .bind(file)
        .execute(conn)
        .await?;
    Ok(())
}

/// Which of these decisions are in the log, and the numbers of their chain and entry.
pub(crate) async fn known(
    conn: &mut SqliteConnection,
    ids: &[&str],
) -> Result<BTreeMap<String, (i64, i64)>, StoreError> {
    let list = serde_json::to_string(ids).unwrap_or_default();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT decision_id, chain, seq FROM entry
         WHERE decision_id IN (SELECT value FROM json_each($1))",
    )
    .bind(list)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, chain, seq)| (id, (chain, seq)))
        .collect())
}

/// Writes decisions.
pub(crate) async fn insert_decisions(
    conn: &mut SqliteConnection,
    chain: i64,
    rows: &[DecisionRow<'_>],
) -> Result<(), StoreError> {
    for DecisionRow {
        entry,
        columns,
        key,
        content,
    } in rows
    {
        let Entry {
            position,
            at,
            kind,
            facts,
            sealed,
            previous,
            hash,
        } = entry;
        sqlx::query(
            "INSERT INTO entry (chain, seq, at, kind, decision_id, policy, version, outcome,
                 facts, sealed, previous, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(chain)
        .bind(position.seq)
        .bind(at.timestamp_micros())
        .bind(kind.name())
        .bind(columns.decision_id.as_deref())
        .bind(columns.policy.as_deref())
        .bind(columns.version.as_deref())
        .bind(columns.outcome.as_deref())
        .bind(facts.as_str())
        .bind(sealed.as_ref().map(|hash| hash.0.as_slice()))
        .bind(previous.0.as_slice())
        .bind(hash.0.as_slice())
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "INSERT INTO data_key (chain, seq, application, applicant, master, wrapped)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(chain)
        .bind(position.seq)
        .bind(key.application.as_str())
        .bind(key.applicant.as_deref())
        .bind(key.wrapped.master.as_str())
        .bind(key.wrapped.blob.as_slice())
        .execute(&mut *conn)
        .await?;
        sqlx::query("INSERT INTO sealed (chain, seq, content) VALUES ($1, $2, $3)")
            .bind(chain)
            .bind(position.seq)
            .bind(*content)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Keeps answers, each unless there is one under its key that holds and can be read; gives the keys under
/// which they were kept.
pub(crate) async fn insert_answered(
    conn: &mut SqliteConnection,
    rows: &[AnsweredRow],
    now: i64,
) -> Result<BTreeSet<String>, StoreError> {
    let mut kept = BTreeSet::new();
    for row in rows {
        let reference: Option<(String,)> = sqlx::query_as(
            "INSERT INTO answered (reference, fingerprint, decision_id, expires, content)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (reference) DO UPDATE SET fingerprint = excluded.fingerprint,
                 decision_id = excluded.decision_id, expires = excluded.expires,
                 content = excluded.content
             WHERE answered.expires <= $6 OR NOT EXISTS (
                 SELECT 1 FROM entry JOIN data_key USING (chain, seq)
                 WHERE entry.decision_id = answered.decision_id)
             RETURNING reference",
        )
        .bind(row.reference.as_str())
        .bind(row.fingerprint.as_str())
        .bind(row.decision_id.as_str())
        .bind(row.expires)
        .bind(row.content.as_deref())
        .bind(now)
        .fetch_optional(&mut *conn)
        .await?;
        kept.extend(reference.map(|(reference,)| reference));
    }
    Ok(kept)
}

/// Claims of one process live in its memory.
pub(crate) async fn settle(
    _: &mut SqliteConnection,
    _: &[&str],
    _: &str,
) -> Result<(), StoreError> {
    Ok(())
}

/// Makes deleted keys disappear from the file: they are overwritten in place already, and the
/// write-ahead log that may still quote them is emptied.
pub(crate) async fn shred(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    tables::run(conn, "PRAGMA wal_checkpoint(TRUNCATE)").await
}
