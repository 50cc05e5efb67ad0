//! The statements of work that is to be done, the same for every engine. Compiled once for each:
//! `Db` is the engine's.
#![expect(clippy::duplicate_mod, reason = "one text of statements, two engines")]

use super::Db;
use crate::{
    StoreError,
    backend::rows::{TaskRow, TaskTuple, TasksWanted, TurnRow, Whose},
    seal::Wrapped,
};

type Conn = <Db as sqlx::Database>::Connection;

/// Adds a task.
pub(crate) async fn insert_task(conn: &mut Conn, row: &TaskRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO task (id, kind, parent, mark, state, stage, facts, due, created, updated,
             expires, application, applicant, master, wrapped, content)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.id.as_str())
    .bind(row.kind.as_str())
    .bind(row.parent.as_deref())
    .bind(row.mark.as_deref())
    .bind(row.stage.as_str())
    .bind(row.facts.as_str())
    .bind(row.due)
    .bind(row.created)
    .bind(row.expires)
    .bind(row.application.as_deref())
    .bind(row.applicant.as_deref())
    .bind(row.wrapped.master.as_str())
    .bind(row.wrapped.blob.as_slice())
    .bind(row.content.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps a key for a task; `false` when it is kept for another already. Whoever adds under the
/// same key meanwhile waits for the end of this transaction.
pub(crate) async fn keep_task_key(
    conn: &mut Conn,
    reference: &str,
    fingerprint: &str,
    task: &str,
    now: i64,
    expires: i64,
) -> Result<bool, StoreError> {
    let kept: Option<(String,)> = sqlx::query_as(
        "INSERT INTO task_key (reference, fingerprint, task, expires) VALUES ($1, $2, $3, $4)
         ON CONFLICT (reference) DO UPDATE SET fingerprint = excluded.fingerprint,
             task = excluded.task, expires = excluded.expires
         WHERE task_key.expires <= $5
         RETURNING reference",
    )
    .bind(reference)
    .bind(fingerprint)
    .bind(task)
    .bind(expires)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(kept.is_some())
}

/// The task that was added under a key, and the fingerprint of what was asked.
pub(crate) async fn task_key(
    conn: &mut Conn,
    reference: &str,
    now: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query_as(
        "SELECT task, fingerprint FROM task_key WHERE reference = $1 AND expires > $2",
    )
    .bind(reference)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Has a key say another task.
pub(crate) async fn move_task_key(
    conn: &mut Conn,
    reference: &str,
    task: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE task_key SET task = $2 WHERE reference = $1")
        .bind(reference)
        .bind(task)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a turn; `false` when it is no longer whoever's turn it was. What was erased stays so.
pub(crate) async fn end_turn(conn: &mut Conn, row: &TurnRow, now: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE task SET state = $3, stage = $4, facts = $5,
             due = CASE WHEN woken = 1 THEN $7 ELSE $6 END, woken = 0, token = NULL, crashes = 0,
             updated = $7, mark = COALESCE($8, mark), applicant = COALESCE($9, applicant),
             content = COALESCE($10, content)
         WHERE id = $1 AND token = $2 AND state = 'waiting' AND wrapped IS NOT NULL",
    )
    .bind(row.id.as_str())
    .bind(row.token.as_str())
    .bind(row.state)
    .bind(row.stage.as_str())
    .bind(row.facts.as_str())
    .bind(row.due)
    .bind(now)
    .bind(row.mark.as_deref())
    .bind(row.applicant.as_deref())
    .bind(row.content.as_deref())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a turn last longer; `false` when it is over.
pub(crate) async fn renew_turn(
    conn: &mut Conn,
    id: &str,
    token: &str,
    until: i64,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE task SET due = $3 WHERE id = $1 AND token = $2 AND state = 'waiting'")
            .bind(id)
            .bind(token)
            .bind(until)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Exchanges the content of a task that waits and nobody works on.
pub(crate) async fn rewrite_task(
    conn: &mut Conn,
    id: &str,
    content: &[u8],
    now: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE task SET content = $2, updated = $3
         WHERE id = $1 AND state = 'waiting' AND token IS NULL AND wrapped IS NOT NULL",
    )
    .bind(id)
    .bind(content)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a waiting task due; one whose turn it is becomes due when the turn ends.
pub(crate) async fn wake(conn: &mut Conn, id: &str, now: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE task SET woken = CASE WHEN token IS NULL THEN 0 ELSE 1 END,
             due = CASE WHEN token IS NULL THEN $2 ELSE due END
         WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Has an ended task done once more; `false` when it waits, is not there or was erased.
pub(crate) async fn reopen(
    conn: &mut Conn,
    id: &str,
    stage: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE task SET state = 'waiting', stage = $2, due = $3, updated = $3, token = NULL,
             woken = 0, crashes = 0
         WHERE id = $1 AND state <> 'waiting' AND wrapped IS NOT NULL",
    )
    .bind(id)
    .bind(stage)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many tasks of each kind are due.
pub(crate) async fn due_tasks(conn: &mut Conn, now: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT kind, COUNT(*) FROM task WHERE state = 'waiting' AND due <= $1 GROUP BY kind",
    )
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// How many tasks of each kind wait, or have failed and are still kept.
pub(crate) async fn backlog(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT kind, state, COUNT(*) FROM task WHERE state <> 'done' GROUP BY kind, state",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// One task.
pub(crate) async fn task(conn: &mut Conn, id: &str) -> Result<Option<TaskTuple>, StoreError> {
    let row = sqlx::query_as(
        "SELECT id, kind, parent, state, stage, facts, due, attempts, crashes, created, updated,
             application, applicant, master, wrapped, content FROM task WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Tasks that are found by a mark, oldest first.
pub(crate) async fn marked(conn: &mut Conn, mark: &str) -> Result<Vec<TaskTuple>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT id, kind, parent, state, stage, facts, due, attempts, crashes, created, updated,
             application, applicant, master, wrapped, content FROM task WHERE mark = $1
         ORDER BY created, id LIMIT 100",
    )
    .bind(mark)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A page of tasks, newest first.
pub(crate) async fn tasks(
    conn: &mut Conn,
    wanted: &TasksWanted,
    limit: i64,
) -> Result<Vec<TaskTuple>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT id, kind, parent, state, stage, facts, due, attempts, crashes, created, updated,
             application, applicant, master, wrapped, content FROM task
         WHERE kind = $1 AND ($2 IS NULL OR parent = $2) AND ($3 IS NULL OR state = $3)
             AND (created < $4 OR (created = $4 AND id < $5))
         ORDER BY created DESC, id DESC LIMIT $6",
    )
    .bind(wanted.kind.as_str())
    .bind(wanted.parent.as_deref())
    .bind(wanted.state.as_deref())
    .bind(wanted.before.0)
    .bind(wanted.before.1.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Destroys what is personal in somebody's tasks, and ends them; of those before an instant, all
/// that have ended disappear. How many there were.
pub(crate) async fn forget_tasks(
    conn: &mut Conn,
    whose: &Whose,
    now: i64,
) -> Result<u64, StoreError> {
    const OF_APPLICATION: &str = "UPDATE task SET wrapped = NULL, content = NULL, master = NULL,
             token = NULL, updated = $2,
             stage = CASE WHEN state = 'waiting' THEN 'failed' ELSE stage END,
             state = CASE WHEN state = 'waiting' THEN 'failed' ELSE state END
         WHERE application = $1 AND wrapped IS NOT NULL";
    const OF_APPLICANT: &str = "UPDATE task SET wrapped = NULL, content = NULL, master = NULL,
             token = NULL, updated = $2,
             stage = CASE WHEN state = 'waiting' THEN 'failed' ELSE stage END,
             state = CASE WHEN state = 'waiting' THEN 'failed' ELSE state END
         WHERE applicant = $1 AND wrapped IS NOT NULL";
    const BEFORE: &str = "DELETE FROM task WHERE updated < $1 AND state <> 'waiting'";
    let done = match whose {
        Whose::Application(reference) => {
            let query = sqlx::query(OF_APPLICATION)
                .bind(reference.as_str())
                .bind(now);
            query.execute(conn).await?
        }
        Whose::Applicant(reference) => {
            let query = sqlx::query(OF_APPLICANT).bind(reference.as_str()).bind(now);
            query.execute(conn).await?
        }
        Whose::Before(at) => sqlx::query(BEFORE).bind(*at).execute(conn).await?,
    };
    Ok(done.rows_affected())
}

/// Forgets keys and tasks whose time is over.
pub(crate) async fn delete_old_tasks(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM task_key WHERE expires <= $1",
        "DELETE FROM task WHERE expires <= $1 AND state <> 'waiting'",
    ] {
        sqlx::query(sql).bind(now).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Keys of tasks that another master key than `current` wraps.
pub(crate) async fn task_keys_to_rewrap(
    conn: &mut Conn,
    current: &str,
    limit: i64,
) -> Result<Vec<(String, Wrapped)>, StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
        "SELECT id, master, wrapped FROM task
         WHERE wrapped IS NOT NULL AND master <> $1 LIMIT $2",
    )
    .bind(current)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let row = |(id, master, blob)| (id, Wrapped { master, blob });
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn replace_task_key(
    conn: &mut Conn,
    id: &str,
    wrapped: &Wrapped,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE task SET master = $2, wrapped = $3 WHERE id = $1")
        .bind(id)
        .bind(wrapped.master.as_str())
        .bind(wrapped.blob.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// When something limited was done, as JSON. Whoever asks for the same waits until this
/// transaction ends.
pub(crate) async fn spent(conn: &mut Conn, reference: &str) -> Result<String, StoreError> {
    let (instants,): (String,) = sqlx::query_as(
        "INSERT INTO spent (reference, instants) VALUES ($1, '[]')
         ON CONFLICT (reference) DO UPDATE SET reference = excluded.reference
         RETURNING instants",
    )
    .bind(reference)
    .fetch_one(conn)
    .await?;
    Ok(instants)
}

pub(crate) async fn set_spent(
    conn: &mut Conn,
    reference: &str,
    instants: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE spent SET instants = $2 WHERE reference = $1")
        .bind(reference)
        .bind(instants)
        .execute(conn)
        .await?;
    Ok(())
}
