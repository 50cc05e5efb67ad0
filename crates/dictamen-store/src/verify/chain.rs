//! One chain, walked from its first entry to its last.

use std::collections::BTreeMap;

use super::{ChainReport, Finding, Report, Said};
use crate::{
    Checkpoint, Entry, Hash, Head, Kind, PublicKey, StoreError,
    backend::{
        Connection,
        rows::{Chain, Columns, EntryTuple, entry},
    },
    facts::{self, DecisionFacts, ErasureFacts, GenesisFacts, RetentionFacts},
};

/// Entries that are read at once.
const PAGE: i64 = 500;

/// A decision whose sealed part is not there, which has to have been said somewhere.
#[derive(Debug)]
struct Gone {
    seq: i64,
    at: chrono::DateTime<chrono::Utc>,
    decision_id: String,
}

/// What was found on the way.
#[derive(Debug)]
pub(super) struct Walk {
    chain: Chain,
    /// The keys whose signatures count, or the one the chain names.
    keys: Vec<PublicKey>,
    given: bool,
    /// Stored hashes by number.
    hashes: BTreeMap<i64, Hash>,
    gone: Vec<Gone>,
    proven: Option<Checkpoint>,
    findings: Vec<Finding>,
}

impl Walk {
    pub(super) fn new(chain: Chain, keys: &[PublicKey]) -> Self {
        Self {
            chain,
            keys: keys.to_vec(),
            given: !keys.is_empty(),
            hashes: BTreeMap::new(),
            gone: Vec::new(),
            proven: None,
            findings: Vec::new(),
        }
    }

    pub(super) fn instance(&self) -> &str {
        &self.chain.instance
    }

    /// Whether the chain has this entry.
    pub(super) fn has(&self, head: &Head) -> bool {
        self.hashes.get(&head.position.seq) == Some(&head.hash)
    }

    fn find(&mut self, seq: Option<i64>, code: &'static str, message: impl Into<String>) {
        self.findings.push(Finding {
            instance: self.chain.instance.clone(),
            seq,
            code,
            message: message.into(),
        });
    }

    pub(super) async fn entries(
        &mut self,
        conn: &mut Connection,
        said: &mut Said,
    ) -> Result<(), StoreError> {
        let mut before: Option<(i64, Hash)> = None;
        let mut last = i64::MIN;
        let mut page = PAGE;
        loop {
            match conn.entries_after(self.chain.id, last, page).await {
                Ok(rows) if rows.is_empty() => break,
                Ok(rows) => {
                    for row in rows {
                        last = row.0;
                        self.row(conn, row, &mut before, said).await?;
                    }
                }
                // One by one, to tell which it is.
                Err(StoreError::Damaged(_)) if page > 1 => page = 1,
                Err(StoreError::Damaged(_)) => {
                    let Some(seq) = conn.next_seq(self.chain.id, last).await? else {
                        break;
                    };
                    self.find(Some(seq), "verify::unreadable", "the row cannot be read");
                    last = seq;
                }
                Err(error) => return Err(error),
            }
        }
        if self.hashes.is_empty() {
            self.find(None, "verify::removed", "the chain has no entry");
        }
        Ok(())
    }

    async fn row(
        &mut self,
        conn: &mut Connection,
        row: EntryTuple,
        before: &mut Option<(i64, Hash)>,
        said: &mut Said,
    ) -> Result<(), StoreError> {
        let seq = row.0;
        let expected = before.map_or(1, |(seq, _)| seq.saturating_add(1));
        if seq > expected {
            let gone = match seq.saturating_sub(1) {
                last if last == expected => format!("entry {expected} is not there"),
                last => format!("entries {expected} to {last} are not there"),
            };
            self.find(Some(expected), "verify::removed", gone);
        } else if seq < expected {
            self.find(
                Some(seq),
                "verify::inserted",
                "the number does not come after the one before",
            );
        }
        let (entry, columns) = match entry(&self.chain.instance, row) {
            Ok(read) => read,
            Err(error) => {
                self.find(Some(seq), "verify::unreadable", error.to_string());
                *before = Some((seq, Hash::default()));
                return Ok(());
            }
        };
        if entry.computed() != entry.hash {
            self.find(
                Some(seq),
                "verify::changed",
                "the entry is not what its hash was made of",
            );
        }
        let previous = before.map_or_else(Hash::default, |(_, hash)| hash);
        if entry.previous != previous && seq == expected {
            self.find(
                Some(seq),
                "verify::broken-link",
                "it does not follow from the entry before: one of the two was exchanged",
            );
        }
        *before = Some((seq, entry.hash));
        self.hashes.insert(seq, entry.hash);
        match Columns::of(entry.kind, &entry.facts) {
            Ok(expected) if expected == columns => {}
            Ok(_) => self.find(
                Some(seq),
                "verify::columns",
                "what it is searched by is not what its facts say",
            ),
            Err(_) => self.find(
                Some(seq),
                "verify::unreadable",
                "its facts are not those of its kind",
            ),
        }
        if (seq == 1) != (entry.kind == Kind::Genesis) {
            self.find(
                Some(seq),
                "verify::genesis",
                "a chain begins with its genesis, and only there",
            );
        }
        match entry.kind {
            Kind::Decision => self.sealed(conn, &entry).await?,
            _ => self.said(&entry, said),
        }
        Ok(())
    }

    /// What other parts of the log are held against.
    fn said(&mut self, entry: &Entry, said: &mut Said) {
        match entry.kind {
            Kind::Genesis => {
                let Ok(facts) = facts::read::<GenesisFacts>(&entry.facts) else {
                    self.find(
                        Some(entry.position.seq),
                        "verify::unreadable",
                        "its facts are not those of its kind",
                    );
                    return;
                };
                let by = format!("chain {}", self.chain.instance);
                said.heads
                    .extend(facts.heads.into_iter().map(|head| (head, by.clone())));
                let signer = PublicKey::parse(&facts.signer);
                if self.given {
                    if !signer.is_some_and(|signer| self.keys.contains(&signer)) {
                        self.find(
                            Some(entry.position.seq),
                            "verify::unknown-signer",
                            "the chain was begun with a key that is not among those given",
                        );
                    }
                } else {
                    self.keys.extend(signer);
                }
            }
            Kind::Erasure => {
                if let Ok(facts) = facts::read::<ErasureFacts>(&entry.facts) {
                    said.erased.extend(facts.decisions);
                }
            }
            Kind::Retention => {
                if let Ok(facts) = facts::read::<RetentionFacts>(&entry.facts) {
                    said.before = said.before.max(Some(facts.before));
                }
            }
            Kind::Decision
            | Kind::Rotation
            | Kind::Configuration
            | Kind::Shadow
            | Kind::Monitoring => {}
        }
    }

    /// The sealed part is there as it was written, or gone altogether.
    async fn sealed(&mut self, conn: &mut Connection, entry: &Entry) -> Result<(), StoreError> {
        let seq = entry.position.seq;
        let (content, has_key) = match conn.sealed_at(self.chain.id, seq).await {
            Ok(found) => found,
            Err(StoreError::Damaged(_)) => {
                self.find(
                    Some(seq),
                    "verify::unreadable",
                    "its sealed part cannot be read",
                );
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        match (content, has_key) {
            (Some(content), true) => {
                if entry.sealed != Some(Hash::of(&content)) {
                    self.find(
                        Some(seq),
                        "verify::sealed-changed",
                        "its sealed part is not the one that was written",
                    );
                }
            }
            (None, false) => self.gone.push(Gone {
                seq,
                at: entry.at,
                decision_id: facts::read::<DecisionFacts>(&entry.facts)
                    .map(|facts| facts.decision_id)
                    .unwrap_or_default(),
            }),
            (Some(_), false) => self.find(
                Some(seq),
                "verify::sealed-missing",
                "its sealed part has lost its key",
            ),
            (None, true) => self.find(
                Some(seq),
                "verify::sealed-missing",
                "its sealed part is not there, though its key is",
            ),
        }
        Ok(())
    }

    pub(super) async fn strays(&mut self, conn: &mut Connection) -> Result<(), StoreError> {
        for seq in conn.stray_sealed(self.chain.id).await? {
            self.find(
                Some(seq),
                "verify::sealed-stray",
                "there is a sealed part of a decision that is not there",
            );
        }
        Ok(())
    }

    pub(super) async fn checkpoints(
        &mut self,
        conn: &mut Connection,
        known: &[Checkpoint],
    ) -> Result<(), StoreError> {
        let stored = match conn.checkpoints(&self.chain).await {
            Ok(stored) => stored,
            Err(StoreError::Damaged(_)) => {
                self.find(None, "verify::unreadable", "its checkpoints cannot be read");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        for checkpoint in stored {
            match checkpoint {
                Ok(checkpoint) => self.checkpoint(checkpoint),
                Err(error) => self.find(None, "verify::unreadable", error.to_string()),
            }
        }
        for checkpoint in known {
            if checkpoint.head.position.instance == self.chain.instance {
                self.checkpoint(checkpoint.clone());
            }
        }
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        let seq = checkpoint.head.position.seq;
        if !self.keys.iter().any(|key| checkpoint.is_signed_by(key)) {
            self.find(
                Some(seq),
                "verify::signature",
                "a checkpoint is not signed by a key that counts, or was changed",
            );
            return;
        }
        match self.hashes.get(&seq) {
            Some(hash) if *hash == checkpoint.head.hash => {
                let further = self
                    .proven
                    .as_ref()
                    .is_none_or(|proven| proven.head.position.seq < seq);
                if further {
                    self.proven = Some(checkpoint);
                }
            }
            Some(_) => self.find(
                Some(seq),
                "verify::checkpoint",
                "the entry is another than the one that was signed",
            ),
            None => self.find(
                Some(seq),
                "verify::checkpoint",
                "the entry that was signed is not there",
            ),
        }
    }

    pub(super) fn finish(mut self, said: &Said, report: &mut Report) {
        for Gone {
            seq,
            at,
            decision_id,
        } in std::mem::take(&mut self.gone)
        {
            let told =
                said.erased.contains(&decision_id) || said.before.is_some_and(|before| at < before);
            if !told {
                self.find(
                    Some(seq),
                    "verify::sealed-missing",
                    "its sealed part is not there, and no entry says that it was erased",
                );
            }
        }
        let last = self
            .hashes
            .last_key_value()
            .map(|(seq, hash)| (*seq, *hash));
        let proven = self
            .proven
            .as_ref()
            .map_or(0, |checkpoint| checkpoint.head.position.seq);
        report.chains.push(ChainReport {
            entries: i64::try_from(self.hashes.len()).unwrap_or(i64::MAX),
            unproven: last.map_or(0, |(seq, _)| seq.saturating_sub(proven)),
            head: last.map(|(seq, hash)| Head {
                position: crate::Position {
                    instance: self.chain.instance.clone(),
                    seq,
                },
                hash,
            }),
            instance: self.chain.instance,
            proven: self.proven,
        });
        report.findings.extend(self.findings);
    }
}
