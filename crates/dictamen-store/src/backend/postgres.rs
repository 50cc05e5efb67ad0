//! PostgreSQL: one database for several instances.
//!
//! Each instance writes a chain of its own, so that none waits for another. Claims on idempotency
//! keys are rows that every instance sees.

#[path = "policies.rs"]
pub(crate) mod policies;
#[path = "tables.rs"]
pub(crate) mod tables;
#[path = "work.rs"]
pub(crate) mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr as _,
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions},
};

use super::rows::{AnsweredRow, DecisionRow, TaskTuple};
use crate::StoreError;

pub(crate) type Db = sqlx::Postgres;

/// How many connections read at the same time.
const READERS: u32 = 8;
/// How many take and give back claims.
const CLAIMERS: u32 = 8;

/// The connections of an instance.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) write: PgPool,
    pub(crate) read: PgPool,
    pub(crate) claims: PgPool,
    /// For hearing of changes of the registry.
    pub(crate) listen: PgPool,
}

/// Connects, and brings the tables up to date; instances that start together wait for each other.
pub(crate) async fn open(url: &str) -> Result<Pools, StoreError> {
    let options = options(url)?;
    let write = pool(1)
        .after_connect(|conn, _| {
            Box::pin(async move {
                // A server that acknowledges early would acknowledge decisions that can be lost.
                sqlx::raw_sql(
                    "SELECT set_config('synchronous_commit', 'on', false)
                     WHERE current_setting('synchronous_commit') = 'off'",
                )
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .connect_with(options.clone())
        .await?;
    migrator()
        .run(&write)
        .await
        .map_err(|error| super::schema(&error))?;
    let (fsync,): (String,) = sqlx::query_as("SELECT current_setting('fsync')")
        .fetch_one(&write)
        .await?;
    if fsync != "on" {
        tracing::warn!("the database runs with fsync off: a power cut can lose decisions");
    }
    // A claim that a crash of the server forgets costs nothing: answers are unique by key.
    let claims = options.clone().options([("synchronous_commit", "off")]);
    Ok(Pools {
        write,
        read: pool(READERS).connect_lazy_with(options.clone()),
        listen: pool(1).connect_lazy_with(options),
        claims: pool(CLAIMERS).connect_lazy_with(claims),
    })
}

/// Connects for reading.
pub(crate) fn open_for_reading(url: &str) -> Result<PgPool, StoreError> {
    let options = options(url)?.options([("default_transaction_read_only", "on")]);
    Ok(pool(READERS).connect_lazy_with(options))
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    // The library's message may quote the address, and with it the password.
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("it does not read as a PostgreSQL address".into()))?;
    Ok(options
        .application_name("dictamen")
        .disable_statement_logging())
}

fn pool(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(3))
}

fn migrator() -> Migrator {
    let step = |version, what: &'static str, sql: &'static str| {
        let sql = sql.into_sql_str();
        Migration::new(version, what.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(vec![
        step(1, "decision log", include_str!("postgres/1.sql")),
        step(3, "api keys", include_str!("postgres/3.sql")),
        step(4, "policies", include_str!("postgres/4.sql")),
        step(5, "work", include_str!("postgres/5.sql")),
    ])
}

/// Begins a transaction that writes.
pub(crate) async fn begin(conn: &mut PgConnection) -> Result<(), StoreError> {
    tables::run(conn, "BEGIN").await
}

/// Begins a transaction that reads one state of everything.
pub(crate) async fn snapshot(conn: &mut PgConnection) -> Result<(), StoreError> {
    tables::run(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
}

/// PostgreSQL is copied by its own tools.
pub(crate) async fn copy_to(_: &mut PgConnection, _: &str) -> Result<(), StoreError> {
    Err(StoreError::Unavailable(
        "a database in PostgreSQL is copied with pg_dump".into(),
    ))
}

/// Which of these decisions are in the log, and the numbers of their chain and entry.
pub(crate) async fn known(
    conn: &mut PgConnection,
    ids: &[&str],
) -> Result<BTreeMap<String, (i64, i64)>, StoreError> {
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT decision_id, chain, seq FROM entry WHERE decision_id = ANY($1)")
            .bind(ids)
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, chain, seq)| (id, (chain, seq)))
        .collect())
}

/// Writes decisions, a statement a table: each statement is a way to the server and back.
pub(crate) async fn insert_decisions(
    conn: &mut PgConnection,
    chain: i64,
    rows: &[DecisionRow<'_>],
) -> Result<(), StoreError> {
    fn all<'a, T>(rows: &'a [DecisionRow<'_>], of: impl Fn(&'a DecisionRow<'_>) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let seqs = all(rows, |row| row.entry.position.seq);
    sqlx::query(
        "INSERT INTO entry (chain, seq, at, kind, decision_id, policy, version, outcome,
             facts, sealed, previous, hash)
         SELECT $1, * FROM UNNEST($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
             $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::bytea[])",
    )
    .bind(chain)
    .bind(&seqs)
    .bind(all(rows, |row| row.entry.at.timestamp_micros()))
    .bind(all(rows, |row| row.entry.kind.name()))
    .bind(all(rows, |row| row.columns.decision_id.as_deref()))
    .bind(all(rows, |row| row.columns.policy.as_deref()))
    .bind(all(rows, |row| row.columns.version.as_deref()))
    .bind(all(rows, |row| row.columns.outcome.as_deref()))
    .bind(all(rows, |row| row.entry.facts.as_str()))
    .bind(all(rows, |row| {
        row.entry.sealed.as_ref().map(|hash| hash.0.as_slice())
    }))
    .bind(all(rows, |row| row.entry.previous.0.as_slice()))
    .bind(all(rows, |row| row.entry.hash.0.as_slice()))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO data_key (chain, seq, application, applicant, master, wrapped)
         SELECT $1, * FROM UNNEST($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[])",
    )
    .bind(chain)
    .bind(&seqs)
    .bind(all(rows, |row| row.key.application.as_str()))
    .bind(all(rows, |row| row.key.applicant.as_deref()))
    .bind(all(rows, |row| row.key.wrapped.master.as_str()))
    .bind(all(rows, |row| row.key.wrapped.blob.as_slice()))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO sealed (chain, seq, content)
         SELECT $1, * FROM UNNEST($2::bigint[], $3::bytea[])",
    )
    .bind(chain)
    .bind(&seqs)
    .bind(all(rows, |row| row.content))
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps answers, each unless there is one under its key that holds and can be read; gives the keys under
/// which they were kept.
pub(crate) async fn insert_answered(
    conn: &mut PgConnection,
    rows: &[AnsweredRow],
    now: i64,
) -> Result<BTreeSet<String>, StoreError> {
    let of = |of: fn(&AnsweredRow) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let kept: Vec<(String,)> = sqlx::query_as(
        "INSERT INTO answered (reference, fingerprint, decision_id, expires, content)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[])
         ON CONFLICT (reference) DO UPDATE SET fingerprint = excluded.fingerprint,
             decision_id = excluded.decision_id, expires = excluded.expires,
             content = excluded.content
         WHERE answered.expires <= $6 OR NOT EXISTS (
             SELECT 1 FROM entry JOIN data_key USING (chain, seq)
             WHERE entry.decision_id = answered.decision_id)
         RETURNING reference",
    )
    .bind(of(|row| &row.reference))
    .bind(of(|row| &row.fingerprint))
    .bind(of(|row| &row.decision_id))
    .bind(rows.iter().map(|row| row.expires).collect::<Vec<_>>())
    .bind(
        rows.iter()
            .map(|row| row.content.as_deref())
            .collect::<Vec<_>>(),
    )
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(kept.into_iter().map(|(reference,)| reference).collect())
}

/// Ends the claims whose answers were kept.
pub(crate) async fn settle(
    conn: &mut PgConnection,
    references: &[&str],
    owner: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM claim WHERE reference = ANY($1) AND owner = $2")
        .bind(references)
        .bind(owner)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes deleted keys disappear from the tables' files. What the server archives or replicates
/// is the operator's to keep no longer than the law allows.
pub(crate) async fn shred(conn: &mut PgConnection) -> Result<(), StoreError> {
    tables::run(conn, "VACUUM data_key, task").await
}

/// Lets no other instance change keys until the transaction ends; reading goes on.
pub(crate) async fn lock_api_keys(conn: &mut PgConnection) -> Result<(), StoreError> {
    tables::run(conn, "LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE").await
}

/// Takes a claim that nobody holds, for so many seconds; says whether it was taken.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    reference: &str,
    fingerprint: &str,
    owner: &str,
    seconds: i64,
) -> Result<bool, StoreError> {
    // The server's clock, since those of the instances may differ.
    let taken: Option<(String,)> = sqlx::query_as(
        "INSERT INTO claim (reference, fingerprint, owner, until)
         VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 second')
         ON CONFLICT (reference) DO UPDATE SET fingerprint = excluded.fingerprint,
             owner = excluded.owner, until = excluded.until
         WHERE claim.until < clock_timestamp()
         RETURNING reference",
    )
    .bind(reference)
    .bind(fingerprint)
    .bind(owner)
    .bind(seconds)
    .fetch_optional(conn)
    .await?;
    Ok(taken.is_some())
}

/// What the holder of a claim was asked.
pub(crate) async fn claimed(
    conn: &mut PgConnection,
    reference: &str,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT fingerprint FROM claim WHERE reference = $1")
            .bind(reference)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(fingerprint,)| fingerprint))
}

/// Gives back a claim, unless another has taken it over.
pub(crate) async fn unclaim(
    conn: &mut PgConnection,
    reference: &str,
    owner: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM claim WHERE reference = $1 AND owner = $2")
        .bind(reference)
        .bind(owner)
        .execute(conn)
        .await?;
    Ok(())
}

/// Begins a change of the registry: the revision it makes. Other instances wait for its end, and
/// are told of it.
pub(crate) async fn revise(conn: &mut PgConnection) -> Result<i64, StoreError> {
    // The writer waits here, and with it everybody's decisions: an instance that hangs in the
    // middle of a change must not hold them for long.
    tables::run(conn, "SET LOCAL lock_timeout = '1s'").await?;
    let revision = policies::revise(conn).await?;
    tables::run(conn, "NOTIFY dictamen_policies").await?;
    Ok(revision)
}

/// Hears of changes of the registry.
pub(crate) async fn listen(pool: &PgPool) -> Result<PgListener, StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("dictamen_policies").await?;
    Ok(listener)
}

/// Takes what is due of a kind for whoever has this token, until `until`. What nobody gave back
/// in time counts as a crash.
pub(crate) async fn take_tasks(
    conn: &mut PgConnection,
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
                 ORDER BY due LIMIT $5
                 FOR UPDATE SKIP LOCKED)
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

/// What another instance holds is its own until its time is over.
pub(crate) async fn release_tasks(_: &mut PgConnection) -> Result<(), StoreError> {
    Ok(())
}
