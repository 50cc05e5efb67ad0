//! Requests of a decision log, newest first.

use dictamen_store::{Cursor, Filter, MasterKeys, Reading, StoreError};
use tokio::runtime::Runtime;

use super::source::{LoggedRow, Piece, Position, Rows};
use crate::{
    args::{PortfolioArgs, StoreArgs},
    command::runtime,
    exit::Failure,
    store::{self, failure},
};

/// Decisions of a piece.
const PIECE: usize = 256;

pub(super) struct LogRows {
    log: Reading,
    master: MasterKeys,
    runtime: Runtime,
    filter: Filter,
    cursor: Option<Cursor>,
    ended: bool,
    rows: u64,
}

impl LogRows {
    pub(super) fn open(
        args: &PortfolioArgs,
        policy: &str,
        from: &Position,
    ) -> Result<Self, Failure> {
        let store = StoreArgs {
            data: args.data.clone().unwrap_or_default(),
            database_url: None,
            master_key: args.master_key.clone(),
            signing_key: None,
        };
        Ok(Self {
            log: store::reading(&store)?,
            master: store::existing_master_keys(&store)?,
            runtime: runtime()?,
            filter: Filter {
                policy: Some(policy.to_owned()),
                ..Filter::default()
            },
            cursor: from.cursor.as_deref().and_then(Cursor::parse),
            ended: false,
            rows: from.rows,
        })
    }

    pub(super) fn pull(&mut self) -> Result<Option<Piece>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let Self {
            log,
            master,
            runtime,
            filter,
            cursor,
            ..
        } = self;
        let (rows, next) = runtime.block_on(async {
            let page = log.list(filter, *cursor, PIECE).await.map_err(failure)?;
            let mut rows = Vec::new();
            for entry in page.entries {
                let facts = entry.decision().map_err(failure)?;
                let sealed = match log.open_sealed(&facts.decision_id, master).await {
                    Ok(sealed) => sealed,
                    Err(StoreError::Erased) => None,
                    Err(error) => return Err(failure(error)),
                };
                rows.push(LoggedRow {
                    as_of: facts.as_of,
                    outcome: facts.outcome,
                    version: facts.policy.version,
                    request: sealed.map(|sealed| sealed.request),
                });
            }
            Ok((rows, page.next))
        })?;
        self.cursor = next;
        self.ended = next.is_none();
        let first = self.rows.saturating_add(1);
        self.rows = self
            .rows
            .saturating_add(u64::try_from(rows.len()).unwrap_or(0));
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(Piece {
            rows: Rows::Logged(rows),
            first,
            after: Position {
                bytes: 0,
                rows: self.rows,
                cursor: next.map(|cursor| cursor.to_string()),
            },
        }))
    }
}
