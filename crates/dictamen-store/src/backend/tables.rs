//! The statements that every engine understands alike. Compiled once for each: `Db` is the
//! engine's.
#![expect(clippy::duplicate_mod, reason = "one text of statements, two engines")]

use chrono::{DateTime, Utc};

use super::Db;
use crate::{
    ApiKey, Checkpoint, Hash, StoreError,
    backend::rows::{
        AnsweredRow, ApiKeyTuple, Chain, CheckpointTuple, EntryTuple, KeyRow, PlacedTuple, Wanted,
        Whose, api_key, checkpoint, placed,
    },
    entry::{Entry, Head, Position},
    seal::Wrapped,
};

type Conn = <Db as sqlx::Database>::Connection;

pub(crate) async fn run(conn: &mut Conn, sql: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(sql).execute(conn).await?;
    Ok(())
}

pub(crate) async fn chains(conn: &mut Conn) -> Result<Vec<Chain>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT id, instance FROM chain ORDER BY id")
        .fetch_all(conn)
        .await?;
    let chain = |(id, instance)| Chain { id, instance };
    Ok(rows.into_iter().map(chain).collect())
}

pub(crate) async fn create_chain(conn: &mut Conn, instance: &str) -> Result<Chain, StoreError> {
    let (id,): (i64,) = sqlx::query_as("INSERT INTO chain (instance) VALUES ($1) RETURNING id")
        .bind(instance)
        .fetch_one(conn)
        .await?;
    Ok(Chain {
        id,
        instance: instance.to_owned(),
    })
}

pub(crate) async fn head(conn: &mut Conn, chain: &Chain) -> Result<Option<Head>, StoreError> {
    let row: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, hash FROM entry WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
            .bind(chain.id)
            .fetch_optional(conn)
            .await?;
    row.map(|(seq, hash)| {
        Ok(Head {
            position: Position {
                instance: chain.instance.clone(),
                seq,
            },
            hash: Hash::from_slice(&hash)
                .ok_or_else(|| StoreError::Damaged("the last entry has no hash".into()))?,
        })
    })
    .transpose()
}

/// Facts of the first entries of all chains.
pub(crate) async fn geneses(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT facts FROM entry WHERE seq = 1")
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|(facts,)| facts).collect())
}

/// Entries of a chain after a number, in order; raw, since they may be damaged.
pub(crate) async fn entries_after(
    conn: &mut Conn,
    chain: i64,
    seq: i64,
    limit: i64,
) -> Result<Vec<EntryTuple>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT seq, at, kind, decision_id, policy, version, outcome, facts, sealed, previous, hash
         FROM entry WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(chain)
    .bind(seq)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The number that follows in a chain, whatever its row holds.
pub(crate) async fn next_seq(
    conn: &mut Conn,
    chain: i64,
    seq: i64,
) -> Result<Option<i64>, StoreError> {
    let (next,): (Option<i64>,) =
        sqlx::query_as("SELECT MIN(seq) FROM entry WHERE chain = $1 AND seq > $2")
            .bind(chain)
            .bind(seq)
            .fetch_one(conn)
            .await?;
    Ok(next)
}

/// The sealed content at a place, and whether there is a key for it.
pub(crate) async fn sealed_at(
    conn: &mut Conn,
    chain: i64,
    seq: i64,
) -> Result<(Option<Vec<u8>>, bool), StoreError> {
    let content: Option<(Vec<u8>,)> =
        sqlx::query_as("SELECT content FROM sealed WHERE chain = $1 AND seq = $2")
            .bind(chain)
            .bind(seq)
            .fetch_optional(&mut *conn)
            .await?;
    let key: Option<(i64,)> =
        sqlx::query_as("SELECT seq FROM data_key WHERE chain = $1 AND seq = $2")
            .bind(chain)
            .bind(seq)
            .fetch_optional(conn)
            .await?;
    Ok((content.map(|(content,)| content), key.is_some()))
}

/// Numbers of sealed parts and keys that no decision of a chain has.
pub(crate) async fn stray_sealed(conn: &mut Conn, chain: i64) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT seq FROM (
             SELECT seq FROM sealed WHERE chain = $1 UNION SELECT seq FROM data_key WHERE chain = $1
         ) AS held WHERE NOT EXISTS (
             SELECT 1 FROM entry
             WHERE entry.chain = $1 AND entry.seq = held.seq AND entry.kind = 'decision'
         ) ORDER BY seq",
    )
    .bind(chain)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(seq,)| seq).collect())
}

/// How many rows of `entry`, `sealed`, `data_key` and `checkpoint` name a chain that is not there.
pub(crate) async fn homeless(conn: &mut Conn) -> Result<i64, StoreError> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (
             SELECT chain FROM entry UNION ALL SELECT chain FROM sealed
             UNION ALL SELECT chain FROM data_key UNION ALL SELECT chain FROM checkpoint
         ) AS held WHERE NOT EXISTS (SELECT 1 FROM chain WHERE chain.id = held.chain)",
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

pub(crate) async fn checkpoints(
    conn: &mut Conn,
    chain: &Chain,
) -> Result<Vec<Result<Checkpoint, StoreError>>, StoreError> {
    let rows: Vec<CheckpointTuple> = sqlx::query_as(
        "SELECT seq, at, hash, signature FROM checkpoint WHERE chain = $1 ORDER BY seq, at",
    )
    .bind(chain.id)
    .fetch_all(conn)
    .await?;
    let read = |row| checkpoint(&chain.instance, row);
    Ok(rows.into_iter().map(read).collect())
}

pub(crate) async fn insert_checkpoint(
    conn: &mut Conn,
    chain: i64,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO checkpoint (chain, seq, at, hash, signature) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(chain)
    .bind(checkpoint.head.position.seq)
    .bind(checkpoint.at.timestamp_micros())
    .bind(checkpoint.head.hash.0.as_slice())
    .bind(checkpoint.signature.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// An entry with nothing sealed.
pub(crate) async fn insert_entry(
    conn: &mut Conn,
    chain: i64,
    entry: &Entry,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO entry (chain, seq, at, kind, facts, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(chain)
    .bind(entry.position.seq)
    .bind(entry.at.timestamp_micros())
    .bind(entry.kind.name())
    .bind(entry.facts.as_str())
    .bind(entry.previous.0.as_slice())
    .bind(entry.hash.0.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

/// An entry found by its decision.
pub(crate) async fn entry_of(
    conn: &mut Conn,
    decision_id: &str,
) -> Result<Option<(Chain, Entry)>, StoreError> {
    let row: Option<PlacedTuple> = sqlx::query_as(
        "SELECT chain.id, chain.instance, seq, at, kind, decision_id, policy, version, outcome,
             facts, sealed, previous, hash
         FROM entry JOIN chain ON chain.id = entry.chain WHERE decision_id = $1",
    )
    .bind(decision_id)
    .fetch_optional(conn)
    .await?;
    row.map(placed).transpose()
}

/// Decisions, newest first, each with its chain.
pub(crate) async fn list(
    conn: &mut Conn,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<(Chain, Entry)>, StoreError> {
    let rows: Vec<PlacedTuple> = sqlx::query_as(
        "SELECT chain.id, chain.instance, seq, at, kind, decision_id, policy, version, outcome,
             facts, sealed, previous, hash
         FROM entry JOIN chain ON chain.id = entry.chain
         WHERE kind = 'decision' AND entry.at >= $1 AND entry.at < $2
           AND (entry.at, entry.chain, entry.seq) < ($3, $4, $5)
           AND ($6 IS NULL OR policy = $6) AND ($7 IS NULL OR outcome = $7)
         ORDER BY entry.at DESC, entry.chain DESC, entry.seq DESC LIMIT $8",
    )
    .bind(wanted.from)
    .bind(wanted.to)
    .bind(wanted.after.0)
    .bind(wanted.after.1)
    .bind(wanted.after.2)
    .bind(wanted.policy.as_deref())
    .bind(wanted.outcome.as_deref())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(placed).collect()
}

/// The key and the content of a decision's sealed part.
pub(crate) async fn sealed_of(
    conn: &mut Conn,
    decision_id: &str,
) -> Result<Option<(KeyRow, Vec<u8>)>, StoreError> {
    type Row = (String, Option<String>, String, Vec<u8>, Vec<u8>);
    let row: Option<Row> = sqlx::query_as(
        "SELECT k.application, k.applicant, k.master, k.wrapped, s.content
         FROM entry AS e
         JOIN data_key AS k ON k.chain = e.chain AND k.seq = e.seq
         JOIN sealed AS s ON s.chain = e.chain AND s.seq = e.seq
         WHERE e.decision_id = $1",
    )
    .bind(decision_id)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(application, applicant, master, blob, content)| {
        let wrapped = Wrapped { master, blob };
        (
            KeyRow {
                application,
                applicant,
                wrapped,
            },
            content,
        )
    }))
}

pub(crate) async fn answered(
    conn: &mut Conn,
    reference: &str,
    now: i64,
) -> Result<Option<AnsweredRow>, StoreError> {
    let row: Option<(String, String, i64, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT fingerprint, decision_id, expires, content FROM answered
         WHERE reference = $1 AND expires > $2",
    )
    .bind(reference)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(
        row.map(|(fingerprint, decision_id, expires, content)| AnsweredRow {
            reference: reference.to_owned(),
            fingerprint,
            decision_id,
            expires,
            content,
        }),
    )
}

pub(crate) async fn delete_expired(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM answered WHERE expires <= $1")
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ids of decisions whose sealed part is there and is somebody's.
pub(crate) async fn decisions_of(
    conn: &mut Conn,
    whose: &Whose,
) -> Result<Vec<(i64, i64, String)>, StoreError> {
    const OF_APPLICATION: &str = "SELECT e.chain, e.seq, e.decision_id
        FROM data_key AS k JOIN entry AS e ON e.chain = k.chain AND e.seq = k.seq
        WHERE k.application = $1 AND e.decision_id IS NOT NULL ORDER BY e.chain, e.seq";
    const OF_APPLICANT: &str = "SELECT e.chain, e.seq, e.decision_id
        FROM data_key AS k JOIN entry AS e ON e.chain = k.chain AND e.seq = k.seq
        WHERE k.applicant = $1 AND e.decision_id IS NOT NULL ORDER BY e.chain, e.seq";
    const BEFORE: &str = "SELECT e.chain, e.seq, e.decision_id
        FROM entry AS e JOIN data_key AS k ON k.chain = e.chain AND k.seq = e.seq
        WHERE e.at < $1 AND e.decision_id IS NOT NULL ORDER BY e.at LIMIT 1000";
    let rows = match whose {
        Whose::Application(reference) => {
            let query = sqlx::query_as(OF_APPLICATION).bind(reference.as_str());
            query.fetch_all(conn).await?
        }
        Whose::Applicant(reference) => {
            let query = sqlx::query_as(OF_APPLICANT).bind(reference.as_str());
            query.fetch_all(conn).await?
        }
        Whose::Before(at) => sqlx::query_as(BEFORE).bind(*at).fetch_all(conn).await?,
    };
    Ok(rows)
}

/// Destroys the key and the content of one sealed part. Answers to retries were sealed with the
/// same key, so they are gone as well.
pub(crate) async fn destroy(conn: &mut Conn, chain: i64, seq: i64) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM data_key WHERE chain = $1 AND seq = $2",
        "DELETE FROM sealed WHERE chain = $1 AND seq = $2",
    ] {
        sqlx::query(sql)
            .bind(chain)
            .bind(seq)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Keys wrapped by another master key than `current`, with what they are bound to.
pub(crate) async fn keys_to_rewrap(
    conn: &mut Conn,
    current: &str,
    limit: i64,
) -> Result<Vec<(i64, i64, String, KeyRow)>, StoreError> {
    type Row = (i64, i64, String, String, Option<String>, String, Vec<u8>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT k.chain, k.seq, e.decision_id, k.application, k.applicant, k.master, k.wrapped
         FROM data_key AS k JOIN entry AS e ON e.chain = k.chain AND e.seq = k.seq
         WHERE k.master <> $1 LIMIT $2",
    )
    .bind(current)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let row = |(chain, seq, id, application, applicant, master, blob): Row| {
        let wrapped = Wrapped { master, blob };
        (
            chain,
            seq,
            id,
            KeyRow {
                application,
                applicant,
                wrapped,
            },
        )
    };
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn replace_key(
    conn: &mut Conn,
    chain: i64,
    seq: i64,
    wrapped: &Wrapped,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE data_key SET master = $3, wrapped = $4 WHERE chain = $1 AND seq = $2")
        .bind(chain)
        .bind(seq)
        .bind(wrapped.master.as_str())
        .bind(wrapped.blob.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn secret(conn: &mut Conn, name: &str) -> Result<Option<Wrapped>, StoreError> {
    let row: Option<(String, Vec<u8>)> =
        sqlx::query_as("SELECT master, wrapped FROM secret WHERE name = $1")
            .bind(name)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(master, blob)| Wrapped { master, blob }))
}

/// Keeps a secret unless there is one of that name.
pub(crate) async fn insert_secret(
    conn: &mut Conn,
    name: &str,
    wrapped: &Wrapped,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secret (name, master, wrapped) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(wrapped.master.as_str())
    .bind(wrapped.blob.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn replace_secret(
    conn: &mut Conn,
    name: &str,
    wrapped: &Wrapped,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE secret SET master = $2, wrapped = $3 WHERE name = $1")
        .bind(name)
        .bind(wrapped.master.as_str())
        .bind(wrapped.blob.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// Every API key, by the time it was made.
pub(crate) async fn api_keys(conn: &mut Conn) -> Result<Vec<ApiKey>, StoreError> {
    let rows: Vec<ApiKeyTuple> = sqlx::query_as(
        "SELECT id, name, roles, digest, created, expires, revoked FROM api_key
         ORDER BY created, id",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(api_key).collect()
}

pub(crate) async fn insert_api_key(conn: &mut Conn, key: &ApiKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO api_key (id, name, roles, digest, created, expires, revoked)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(key.id.as_str())
    .bind(key.name.as_str())
    .bind(key.roles.join(" "))
    .bind(key.digest.stored())
    .bind(key.created.timestamp_micros())
    .bind(key.expires.timestamp_micros())
    .bind(key.revoked.map(|at| at.timestamp_micros()))
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets when a key ends, and since when it is revoked.
pub(crate) async fn end_api_key(
    conn: &mut Conn,
    id: &str,
    expires: DateTime<Utc>,
    revoked: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE api_key SET expires = $2, revoked = $3 WHERE id = $1")
        .bind(id)
        .bind(expires.timestamp_micros())
        .bind(revoked.map(|at| at.timestamp_micros()))
        .execute(conn)
        .await?;
    Ok(())
}
