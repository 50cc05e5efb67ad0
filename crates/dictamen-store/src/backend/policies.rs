//! The statements of the policy registry, the same for every engine. Compiled once for each: `Db`
//! is the engine's.
#![expect(clippy::duplicate_mod, reason = "one text of statements, two engines")]

use super::Db;
use crate::{
    Activation, Candidate, Draft, Split, StoreError, Version,
    backend::rows::{self, ActivationTuple, CandidateTuple, instant, no_instant},
};

type Conn = <Db as sqlx::Database>::Connection;

/// Counts the change that is being made, and keeps others out until it is done.
pub(crate) async fn revise(conn: &mut Conn) -> Result<i64, StoreError> {
    let (revision,): (i64,) =
        sqlx::query_as("UPDATE registry SET revision = revision + 1 RETURNING revision")
            .fetch_one(conn)
            .await?;
    Ok(revision)
}

pub(crate) async fn revision(conn: &mut Conn) -> Result<i64, StoreError> {
    let (revision,): (i64,) = sqlx::query_as("SELECT revision FROM registry")
        .fetch_one(conn)
        .await?;
    Ok(revision)
}

pub(crate) async fn keep_content(
    conn: &mut Conn,
    hash: &str,
    files: &str,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO policy_content (hash, files) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(hash)
        .bind(files)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn content(conn: &mut Conn, hash: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = sqlx::query_as("SELECT files FROM policy_content WHERE hash = $1")
        .bind(hash)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|(files,)| files))
}

/// Forgets content that no draft, candidate or version has any more.
pub(crate) async fn drop_stray(conn: &mut Conn, hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM policy_content WHERE hash = $1
         AND NOT EXISTS (SELECT 1 FROM policy_draft WHERE content = $1)
         AND NOT EXISTS (SELECT 1 FROM policy_candidate WHERE content = $1)
         AND NOT EXISTS (SELECT 1 FROM policy_version WHERE content = $1)",
    )
    .bind(hash)
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn draft(
    conn: &mut Conn,
    policy: &str,
    name: &str,
) -> Result<Option<Draft>, StoreError> {
    let mut found = drafts(conn, policy).await?;
    found.retain(|draft| draft.name == name);
    Ok(found.pop())
}

pub(crate) async fn drafts(conn: &mut Conn, policy: &str) -> Result<Vec<Draft>, StoreError> {
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT name, content, author, at FROM policy_draft WHERE policy = $1 ORDER BY name",
    )
    .bind(policy)
    .fetch_all(conn)
    .await?;
    let draft = |(name, content, author, at)| {
        Ok(Draft {
            policy: policy.to_owned(),
            name,
            content,
            author,
            at: instant(at).ok_or_else(no_instant)?,
        })
    };
    rows.into_iter().map(draft).collect()
}

/// Keeps a draft in place of the one of its name, and remembers who wrote in it.
pub(crate) async fn save_draft(conn: &mut Conn, draft: &Draft) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO policy_draft (policy, name, content, author, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (policy, name) DO UPDATE SET content = excluded.content,
             author = excluded.author, at = excluded.at",
    )
    .bind(draft.policy.as_str())
    .bind(draft.name.as_str())
    .bind(draft.content.as_str())
    .bind(draft.author.as_str())
    .bind(draft.at.timestamp_micros())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO policy_draft_author (policy, name, author) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(draft.policy.as_str())
    .bind(draft.name.as_str())
    .bind(draft.author.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn delete_draft(
    conn: &mut Conn,
    policy: &str,
    name: &str,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM policy_draft WHERE policy = $1 AND name = $2",
        "DELETE FROM policy_draft_author WHERE policy = $1 AND name = $2",
    ] {
        sqlx::query(sql)
            .bind(policy)
            .bind(name)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Freezes a draft, with everybody who wrote in it and whoever submits it.
pub(crate) async fn submit(conn: &mut Conn, candidate: &Candidate) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO policy_candidate (policy, content, version, hash, draft, author, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(candidate.policy.as_str())
    .bind(candidate.content.as_str())
    .bind(candidate.version.as_str())
    .bind(candidate.hash.as_str())
    .bind(candidate.draft.as_str())
    .bind(candidate.author.as_str())
    .bind(candidate.at.timestamp_micros())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO policy_candidate_author (policy, content, author)
         SELECT $1, $2, author FROM policy_draft_author WHERE policy = $1 AND name = $3
         UNION SELECT $1, $2, $4
         ON CONFLICT DO NOTHING",
    )
    .bind(candidate.policy.as_str())
    .bind(candidate.content.as_str())
    .bind(candidate.draft.as_str())
    .bind(candidate.author.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn candidate(
    conn: &mut Conn,
    policy: &str,
    content: &str,
) -> Result<Option<Candidate>, StoreError> {
    let mut found = candidates(conn, policy).await?;
    found.retain(|candidate| candidate.content == content);
    Ok(found.pop())
}

pub(crate) async fn candidates(
    conn: &mut Conn,
    policy: &str,
) -> Result<Vec<Candidate>, StoreError> {
    let found: Vec<CandidateTuple> = sqlx::query_as(
        "SELECT content, version, hash, draft, author, at, approver, approved_at
         FROM policy_candidate WHERE policy = $1 ORDER BY at, content",
    )
    .bind(policy)
    .fetch_all(conn)
    .await?;
    let read = |row| rows::candidate(policy, row);
    found.into_iter().map(read).collect()
}

/// Approves a candidate, unless it was approved before or whoever approves had a hand in it; says
/// whether it was approved. One statement, so that nobody comes in between.
pub(crate) async fn approve(
    conn: &mut Conn,
    policy: &str,
    content: &str,
    approver: &str,
    at: i64,
    alone: bool,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE policy_candidate SET approver = $3, approved_at = $4
         WHERE policy = $1 AND content = $2 AND approver IS NULL AND ($5 = 1 OR NOT EXISTS (
             SELECT 1 FROM policy_candidate_author AS had
             WHERE had.policy = $1 AND had.content = $2 AND had.author = $3))",
    )
    .bind(policy)
    .bind(content)
    .bind(approver)
    .bind(at)
    .bind(i64::from(alone))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Everybody who had a hand in a candidate.
pub(crate) async fn authors(
    conn: &mut Conn,
    policy: &str,
    content: &str,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT author FROM policy_candidate_author WHERE policy = $1 AND content = $2
         ORDER BY author",
    )
    .bind(policy)
    .bind(content)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(author,)| author).collect())
}

/// Keeps a version unless there is one of its name; says whether it was kept.
pub(crate) async fn publish(conn: &mut Conn, version: &Version) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO policy_version (policy, version, hash, content, author, approver, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(version.policy.as_str())
    .bind(version.version.as_str())
    .bind(version.hash.as_str())
    .bind(version.content.as_str())
    .bind(version.author.as_str())
    .bind(version.approver.as_str())
    .bind(version.at.timestamp_micros())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn version(
    conn: &mut Conn,
    policy: &str,
    version: &str,
) -> Result<Option<Version>, StoreError> {
    let mut found = versions(conn).await?;
    found.retain(|found| found.policy == policy && found.version == version);
    Ok(found.pop())
}

/// Every version, in the order they were published.
pub(crate) async fn versions(conn: &mut Conn) -> Result<Vec<Version>, StoreError> {
    type Row = (String, String, String, String, String, String, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT policy, version, hash, content, author, approver, at
         FROM policy_version ORDER BY at, policy, version",
    )
    .fetch_all(conn)
    .await?;
    let version = |(policy, version, hash, content, author, approver, at): Row| {
        Ok(Version {
            policy,
            version,
            hash,
            content,
            author,
            approver,
            at: instant(at).ok_or_else(no_instant)?,
        })
    };
    rows.into_iter().map(version).collect()
}

/// Writes an activation; gives the number it got.
pub(crate) async fn activate(conn: &mut Conn, activation: &Activation) -> Result<i64, StoreError> {
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO policy_activation
             (policy, version, effective_from, at_once, rollback, author, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(activation.policy.as_str())
    .bind(activation.version.as_str())
    .bind(activation.effective_from.timestamp_micros())
    .bind(i64::from(activation.at_once))
    .bind(i64::from(activation.rollback))
    .bind(activation.author.as_str())
    .bind(activation.at.timestamp_micros())
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// Every activation that was not cancelled, in the order in which they come into force.
pub(crate) async fn activations(conn: &mut Conn) -> Result<Vec<Activation>, StoreError> {
    let found: Vec<ActivationTuple> = sqlx::query_as(
        "SELECT id, policy, version, effective_from, at_once, rollback, author, at, challenger,
             percent
         FROM policy_activation WHERE cancelled = 0 ORDER BY effective_from, id",
    )
    .fetch_all(conn)
    .await?;
    found.into_iter().map(rows::activation).collect()
}

pub(crate) async fn cancel(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE policy_activation SET cancelled = 1 WHERE id = $1")
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn split(
    conn: &mut Conn,
    id: i64,
    split: Option<&Split>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE policy_activation SET challenger = $2, percent = $3 WHERE id = $1")
        .bind(id)
        .bind(split.map(|split| split.challenger.as_str()))
        .bind(split.map(|split| i64::from(split.percent)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Every shadow: its policy and its version.
pub(crate) async fn shadows(conn: &mut Conn) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query_as("SELECT policy, version FROM policy_shadow ORDER BY policy, version")
        .fetch_all(conn)
        .await?;
    Ok(rows)
}

/// Replaces the shadows of a policy.
pub(crate) async fn set_shadows(
    conn: &mut Conn,
    policy: &str,
    versions: &[String],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM policy_shadow WHERE policy = $1")
        .bind(policy)
        .execute(&mut *conn)
        .await?;
    for version in versions {
        sqlx::query("INSERT INTO policy_shadow (policy, version) VALUES ($1, $2)")
            .bind(policy)
            .bind(version.as_str())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
