//! SQLite: one file in the data folder, for one process.
//!
//! One connection writes, so that nothing waits for a lock; the others only read. Every commit
//! is on disk before it is acknowledged (`synchronous=FULL`), and what is deleted is overwritten.

#[path = "policies.rs"]
pub(crate) mod policies;
#[path = "tables.rs"]
pub(crate) mod tables;
#[path = "work.rs"]
pub(crate) mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
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

use super::rows::{AnsweredRow, DecisionRow, TaskTuple};
use crate::{StoreError, folder::Folder};

pub(crate) type Db = sqlx::Sqlite;

/// How many connections read at the same time.
const READERS: u32 = 4;

/// Memory for pages of the file, in KiB.
const CACHE_KIB: u32 = 8 * 1_024;

/// Pages that the write-ahead log may grow to before it is copied into the file: 32 MiB.
const CHECKPOINT_PAGES: u32 = 8_192;

/// Opens the file for reading and writing, made and brought up to date as needed.
pub(crate) async fn open(folder: &Folder) -> Result<(SqlitePool, SqlitePool), StoreError> {
    folder.create_database()?;
    folder.sync()?;
    let options = options(folder)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        // A statement that may fail keeps what it changes until it is done; not in a file.
        .pragma("temp_store", "MEMORY")
        // Hashes as keys touch pages all over an index: kept at hand, and written back together.
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string());
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
    let step = |version, what: &'static str, sql: &'static str| {
        let sql = sql.into_sql_str();
        Migration::new(version, what.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(vec![
        step(1, "decision log", include_str!("sqlite/1.sql")),
        step(3, "api keys", include_str!("sqlite/3.sql")),
        step(4, "policies", include_str!("sqlite/4.sql")),
        step(5, "work", include_str!("sqlite/5.sql")),
    ])
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

/// Most decisions that one text of statements writes.
const ROWS: usize = 32;

/// Tables that a decision is written to, with what is written.
const TABLES: [(&str, &[&str]); 3] = [
    (
        "entry",
        &[
            "chain",
            "seq",
            "at",
            "kind",
            "decision_id",
            "policy",
            "version",
            "outcome",
            "facts",
            "sealed",
            "previous",
            "hash",
        ],
    ),
    (
        "data_key",
        &[
            "chain",
            "seq",
            "application",
            "applicant",
            "master",
            "wrapped",
        ],
    ),
    ("sealed", &["chain", "seq", "content"]),
];

/// The text that writes so many decisions, for every number there can be. One text is one way to
/// the connection's thread and back, and is prepared once.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let insert = |rows: usize, (table, columns): &(&str, &[&str])| {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let values = vec![row.as_str(); rows].join(", ");
        let columns = columns.join(", ");
        format!("INSERT INTO {table} ({columns}) VALUES {values};")
    };
    let text = |rows| TABLES.iter().map(|table| insert(rows, table)).collect();
    (1..=ROWS).map(text).collect()
});

/// Writes decisions.
pub(crate) async fn insert_decisions(
    conn: &mut SqliteConnection,
    chain: i64,
    rows: &[DecisionRow<'_>],
) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS) {
        let text = rows.len().checked_sub(1).and_then(|at| INSERTS.get(at));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text.map_or("", String::as_str)));
        for DecisionRow { entry, columns, .. } in rows {
            query = query
                .bind(chain)
                .bind(entry.position.seq)
                .bind(entry.at.timestamp_micros())
                .bind(entry.kind.name())
                .bind(columns.decision_id.as_deref())
                .bind(columns.policy.as_deref())
                .bind(columns.version.as_deref())
                .bind(columns.outcome.as_deref())
                .bind(entry.facts.as_str())
                .bind(entry.sealed.as_ref().map(|hash| hash.0.as_slice()))
                .bind(entry.previous.0.as_slice())
                .bind(entry.hash.0.as_slice());
        }
        for DecisionRow { entry, key, .. } in rows {
            query = query
                .bind(chain)
                .bind(entry.position.seq)
                .bind(key.application.as_str())
                .bind(key.applicant.as_deref())
                .bind(key.wrapped.master.as_str())
                .bind(key.wrapped.blob.as_slice());
        }
        for DecisionRow { entry, content, .. } in rows {
            query = query.bind(chain).bind(entry.position.seq).bind(*content);
        }
        query.execute(&mut *conn).await?;
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

/// Begins a change of the registry: the revision it makes. One process writes, so nobody waits.
pub(crate) async fn revise(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    policies::revise(conn).await
}

/// Nobody else writes.
pub(crate) async fn lock_api_keys(_: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(())
}

/// Takes what is due of a kind for whoever has this token, until `until`. What nobody gave back
/// in time counts as a crash.
pub(crate) async fn take_tasks(
    conn: &mut SqliteConnection,
    kind: &str,
    token: &str,
    now: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<TaskTuple>, StoreError> {
    let rows = sqlx::query_as(
        "UPDATE task SET token = $2, due = $4, woken = 0, attempts = attempts + 1,
             crashes = crashes + CASE WHEN token IS NULL THEN 0 ELSE 1 END
         WHERE id IN (SELECT id FROM task WHERE kind = $1 AND state = 'waiting' AND due <= $3
                 ORDER BY due LIMIT $5)
         RETURNING id, kind, parent, state, stage, facts, due, attempts, crashes, created, updated,
             application, applicant, master, wrapped, content",
    )
    .bind(kind)
    .bind(token)
    .bind(now)
    .bind(until)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Gives back what a process that is gone held: one process uses the file.
pub(crate) async fn release_tasks(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let sql = "UPDATE task SET token = NULL, due = updated, crashes = crashes + 1
               WHERE token IS NOT NULL AND state = 'waiting'";
    tables::run(conn, sql).await
}
