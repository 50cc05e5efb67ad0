//! Being told that the registry was changed, here or by another instance.
//!
//! A hint may be lost, with the connection it would have come over: whoever waits also looks
//! every few seconds.

use std::time::Duration;

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::watch;

use crate::backend::{Database, postgres};

/// Pause before listening again when the database is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of changes of the registry.
#[derive(Debug)]
pub struct Hints {
    here: watch::Receiver<i64>,
    pool: Option<PgPool>,
    listener: Option<PgListener>,
}

impl Hints {
    pub(crate) fn of(database: &Database, here: watch::Receiver<i64>) -> Self {
        let pool = match database {
            Database::Sqlite { .. } => None,
            Database::Postgres(pools) => Some(pools.listen.clone()),
        };
        Self {
            here,
            pool,
            listener: None,
        }
    }

    /// Waits for the next hint. Dropped without harm.
    pub async fn next(&mut self) {
        let Self {
            here,
            pool,
            listener,
        } = self;
        tokio::select! {
            changed = here.changed() => {
                if changed.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            () = elsewhere(pool.as_ref(), listener) => {}
        }
    }
}

/// Done when another instance has changed something, or may have while nobody listened.
async fn elsewhere(pool: Option<&PgPool>, listener: &mut Option<PgListener>) {
    let Some(pool) = pool else {
        return std::future::pending().await;
    };
    loop {
        let Some(open) = listener else {
            if let Ok(open) = postgres::listen(pool).await {
                *listener = Some(open);
                return;
            }
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // `None` is a connection that was lost: there may have been changes meanwhile.
        match open.try_recv().await {
            Ok(Some(_)) => return,
            Ok(None) | Err(_) => *listener = None,
        }
    }
}
