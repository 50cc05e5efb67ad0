//! Copies the write-ahead log of SQLite back into the file, beside whoever writes.
//!
//! Left to itself, the connection that writes does it, and every caller of that moment waits while
//! tens of megabytes are written and flushed. Here another connection does it, which keeps nobody
//! waiting but for a moment once the log has grown long, so that it begins anew from its start. It
//! knows nothing of what is in the file.

use std::{sync::Weak, time::Duration};

use sqlx::SqlitePool;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is copied.
const EVERY: Duration = Duration::from_secs(1);

/// How long it may keep a writer waiting, and how long it waits for one, to begin the log anew. A
/// backup or an export that still reads it makes it wait in vain: then it is tried again later.
pub(super) const PATIENCE: Duration = Duration::from_millis(50);

/// Pages from which on the log begins anew: 64 MiB.
const LONG: i64 = 16_384;

/// Copies until the pool is closed, or nobody is left who could write.
pub(super) async fn run(pool: SqlitePool, writers: Weak<()>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if pool.is_closed() || writers.strong_count() == 0 {
            break;
        }
        let Ok(pages) = copy(&pool, "PRAGMA wal_checkpoint(PASSIVE)").await else {
            // The database says what is wrong to whoever writes.
            continue;
        };
        if pages >= LONG {
            let _ = copy(&pool, "PRAGMA wal_checkpoint(RESTART)").await;
        }
    }
}

/// How many pages the log has.
async fn copy(pool: &SqlitePool, how: &'static str) -> Result<i64, sqlx::Error> {
    let (_busy, pages, _copied): (i64, i64, i64) = sqlx::query_as(how).fetch_one(pool).await?;
    Ok(pages)
}
