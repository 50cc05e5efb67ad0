//! One entry of the log, and the hash that ties it to the one before.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex;

/// 32 bytes of SHA-256; as text, `sha256:` and 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Hash(pub(crate) [u8; 32]);

impl Hash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_slice(&hex::decode(text.strip_prefix("sha256:")?)?)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex::encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a hash"))
    }
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A chain begins.
    Genesis,
    /// A decision was made.
    Decision,
    /// The personal parts of somebody's decisions were destroyed.
    Erasure,
    /// The personal parts of old decisions were destroyed.
    Retention,
    /// The master key was replaced.
    Rotation,
    /// Who may do what, or what decides, was changed.
    Configuration,
    /// A version decided silently beside the one that was answered.
    Shadow,
    /// An applicant's record changed after the decision, and what would be decided on it.
    Monitoring,
}

impl Kind {
    const ALL: [(&'static str, Self); 8] = [
        ("genesis", Self::Genesis),
        ("decision", Self::Decision),
        ("erasure", Self::Erasure),
        ("retention", Self::Retention),
        ("rotation", Self::Rotation),
        ("configuration", Self::Configuration),
        ("shadow", Self::Shadow),
        ("monitoring", Self::Monitoring),
    ];

    /// Its name, stored and shown.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find_map(|(name, kind)| (*kind == self).then_some(*name))
            .unwrap_or_default()
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(known, kind)| (*known == name).then_some(*kind))
    }
}

/// Where an entry is: its chain and its number there, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The chain: 32 hexadecimal digits.
    pub instance: String,
    /// The number.
    pub seq: i64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.instance, self.seq)
    }
}

/// The last entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Where it is.
    #[serde(flatten)]
    pub position: Position,
    /// Its hash, which covers everything before it.
    pub hash: Hash,
}

/// One entry, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub position: Position,
    /// When it was written, to the microsecond.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: Kind,
    /// What is not personal, as canonical JSON.
    pub facts: String,
    /// Hash of the ciphertext of what is personal; only decisions have it.
    pub sealed: Option<Hash>,
    /// Hash of the entry before; zeros for the first.
    pub previous: Hash,
    /// Hash of this entry.
    pub hash: Hash,
}

impl Entry {
    /// The entry that follows `head`, which is `None` for a chain's first.
    pub(crate) fn next(
        instance: &str,
        head: Option<&Head>,
        at: DateTime<Utc>,
        kind: Kind,
        facts: String,
        sealed: Option<Hash>,
    ) -> Self {
        let mut entry = Self {
            position: Position {
                instance: instance.to_owned(),
                seq: head.map_or(1, |head| head.position.seq.saturating_add(1)),
            },
            at,
            kind,
            facts,
            sealed,
            previous: head.map_or_else(Hash::default, |head| head.hash),
            hash: Hash::default(),
        };
        entry.hash = entry.computed();
        entry
    }

    /// The hash that the entry's content has.
    pub(crate) fn computed(&self) -> Hash {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        part(b"dictamen entry 1");
        part(self.position.instance.as_bytes());
        part(&self.position.seq.to_be_bytes());
        part(&self.at.timestamp_micros().to_be_bytes());
        part(self.kind.name().as_bytes());
        part(self.facts.as_bytes());
        part(self.sealed.as_ref().map_or(&[], |hash| &hash.0));
        part(&self.previous.0);
        Hash(hash.finalize().into())
    }

    pub(crate) fn head(&self) -> Head {
        Head {
            position: self.position.clone(),
            hash: self.hash,
        }
    }
}
