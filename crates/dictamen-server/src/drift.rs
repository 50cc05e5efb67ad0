//! Drift of the people a policy decides on, out of the decision log.
//!
//! Counts the decisions of two windows page by page and leaves the statistics to the lab. Asked
//! over HTTP, or in the background for policies that were named at start, whose figures then stand
//! among the metrics; never while metrics are read.

mod watch;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use dictamen_engine::words::Language;
use dictamen_lab::drift::{Decided, Scale, Tally};
use dictamen_store::{Filter, Store, StoreError};

use crate::rules::LoadedPolicy;

pub use watch::{Reference, Watch};

/// Decisions that a window may hold at most, those of other versions included.
pub(crate) const MOST: u64 = 100_000;

/// Decisions read at a time.
const PAGE: usize = 1000;

/// A stretch of time, by when decisions were logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Its first instant.
    pub(crate) from: DateTime<Utc>,
    /// The first instant after it.
    pub(crate) to: DateTime<Utc>,
}

/// The decisions of a window.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    /// Those of the policy version asked for.
    pub(crate) tally: Tally,
    /// How many others there are, made by versions whose points mean something else.
    pub(crate) other_versions: u64,
}

/// Why a window could not be counted.
#[derive(Debug)]
pub(crate) enum CountError {
    /// It holds more than [`MOST`].
    TooMany,
    /// The log could not be read.
    Log(StoreError),
}

/// Where decisions of a policy version can fall.
pub(crate) fn scale(loaded: &LoadedPolicy) -> Scale {
    Scale::of(&loaded.policy.document(&loaded.source, Language::English))
}

/// Counts the decisions that `loaded`, by its content, made in a window.
pub(crate) async fn count(
    log: &Store,
    loaded: &LoadedPolicy,
    scale: &Scale,
    window: Window,
) -> Result<Counted, CountError> {
    let stamp = loaded.policy.stamp();
    let filter = Filter {
        policy: Some(stamp.id.to_string()),
        outcome: None,
        from: Some(window.from),
        to: Some(window.to),
    };
    let mut counted = Counted {
        tally: scale.tally(),
        other_versions: 0,
    };
    let (mut after, mut read) = (None, 0_u64);
    loop {
        let page = log.list(&filter, after, PAGE).await;
        let page = page.map_err(CountError::Log)?;
        for entry in &page.entries {
            let facts = entry.decision().map_err(CountError::Log)?;
            if facts.policy.hash == *stamp.hash {
                let decided = Decided {
                    outcome: &facts.outcome,
                    band: facts.band.as_deref(),
                    points: facts.points.as_ref(),
                };
                scale.count(&mut counted.tally, decided);
            } else {
                counted.other_versions = counted.other_versions.saturating_add(1);
            }
            read = read.saturating_add(1);
        }
        after = page.next;
        if after.is_none() {
            return Ok(counted);
        }
        if read >= MOST {
            return Err(CountError::TooMany);
        }
    }
}

/// How often the figures among the metrics are made anew.
const EVERY: Duration = Duration::from_mins(5);

/// Figures of one policy for the metrics.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) policy: Arc<str>,
    pub(crate) version: Arc<str>,
    /// Decisions that were counted: in the reference, and lately.
    pub(crate) decisions: (u64, u64),
    /// Subject and index, where there are enough decisions.
    pub(crate) psi: Vec<(Arc<str>, f64)>,
}
