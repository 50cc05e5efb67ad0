//! Reading a log without trusting whoever wrote it.
//!
//! Every entry's hash is computed anew and held against the one stored, against the entry after
//! it, and against what was signed. What was destroyed on request must be said to have been. The
//! end of a chain behind its last checkpoint is tied together but not signed: it could have been
//! shortened, so the report says how far the proof reaches.

mod chain;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{Checkpoint, Head, PublicKey, Reading, StoreError};
use chain::Walk;

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The chain; empty for the log as a whole.
    pub instance: String,
    /// The entry's number, when it is about one.
    pub seq: Option<i64>,
    /// Stable code.
    pub code: &'static str,
    /// What does not fit, in plain words.
    pub message: String,
}

/// What is known of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// The chain.
    pub instance: String,
    /// How many entries it has.
    pub entries: i64,
    /// Its last entry.
    pub head: Option<Head>,
    /// The last checkpoint that fits: up to there nothing can have been changed or removed by
    /// anybody without the signing key.
    pub proven: Option<Checkpoint>,
    /// Entries behind it: each follows from the one before, but the last ones could be missing.
    pub unproven: i64,
}

/// What became of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every chain, in the order they were begun.
    pub chains: Vec<ChainReport>,
    /// Everything that does not fit.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether everything fits.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Verifies a log. `keys` are those whose signatures count; with none, each chain is held against
/// the key it names itself, which proves less. `known` are checkpoints kept elsewhere, which the
/// log must still fit.
///
/// # Errors
///
/// When the log cannot be read at all. What it holds is never an error but a finding.
pub async fn verify(
    log: &Reading,
    keys: &[PublicKey],
    known: &[Checkpoint],
) -> Result<Report, StoreError> {
    let mut conn = log.connect().await?;
    conn.snapshot().await?;
    let mut report = Report {
        chains: Vec::new(),
        findings: Vec::new(),
    };
    let mut said = Said::default();
    let mut walks = Vec::new();
    for chain in conn.chains().await? {
        let mut walk = Walk::new(chain, keys);
        walk.entries(&mut conn, &mut said).await?;
        walk.strays(&mut conn).await?;
        walk.checkpoints(&mut conn, known).await?;
        walks.push(walk);
    }
    if conn.homeless().await? > 0 {
        report.findings.push(Finding {
            instance: String::new(),
            seq: None,
            code: "verify::chain-missing",
            message: "there are rows of a chain that is not there".to_owned(),
        });
    }
    named_chains(&walks, &said, known, &mut report.findings);
    for walk in walks {
        walk.finish(&said, &mut report);
    }
    report.findings.sort();
    report.findings.dedup();
    Ok(report)
}

/// What entries of all chains say that others are held against.
#[derive(Debug, Default)]
struct Said {
    /// Decisions whose sealed part was destroyed on request.
    erased: BTreeSet<String>,
    /// Up to when sealed parts were destroyed by age.
    before: Option<DateTime<Utc>>,
    /// Ends of chains, and the chain that named them.
    heads: Vec<(Head, String)>,
}

/// Every chain that another one names has to be there, as far as it was named.
fn named_chains(walks: &[Walk], said: &Said, known: &[Checkpoint], findings: &mut Vec<Finding>) {
    let from_elsewhere = known
        .iter()
        .map(|checkpoint| (&checkpoint.head, "a checkpoint kept elsewhere"));
    let named = said.heads.iter().map(|(head, by)| (head, by.as_str()));
    for (head, by) in named.chain(from_elsewhere) {
        let instance = &head.position.instance;
        let fits = walks
            .iter()
            .find(|walk| walk.instance() == instance)
            .is_some_and(|walk| walk.has(head));
        if !fits {
            findings.push(Finding {
                instance: instance.clone(),
                seq: Some(head.position.seq),
                code: "verify::head-missing",
                message: format!(
                    "the entry that {by} names is not there, or is another than it was"
                ),
            });
        }
    }
}
