//! Canonical text of values and hashes over them: the same on every machine, for ever.
//!
//! A change here changes every hash, so it is a change of the engine's version.

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, Unit, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use sha2::{Digest, Sha256};

use crate::PolicySource;

/// Scripts of the folder that are not part of deciding.
const NOT_DECIDING: [&str; 1] = ["invariants.rhai"];

/// A hash over parts. Each part is preceded by its length, so that no two lists of parts run
/// into the same text.
pub(crate) struct Hasher {
    hashed: Sha256,
    /// Parts not hashed yet: many are a few bytes long.
    waiting: Vec<u8>,
}

/// Bytes that wait at most.
const WAITING: usize = 8 * 1024;

impl Hasher {
    /// Starts a hash of its own kind: equal parts under another name give another hash.
    pub(crate) fn new(kind: &str) -> Self {
        let mut hasher = Self {
            hashed: Sha256::new(),
            waiting: Vec::with_capacity(WAITING),
        };
        hasher.part(kind.as_bytes());
        hasher
    }

    pub(crate) fn part(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.waiting.len().saturating_add(bytes.len()) > WAITING {
            self.hashed.update(&self.waiting);
            self.waiting.clear();
        }
        self.waiting.extend_from_slice(&length.to_be_bytes());
        self.waiting.extend_from_slice(bytes);
    }

    fn digest(mut self) -> [u8; 32] {
        self.hashed.update(&self.waiting);
        self.hashed.finalize().into()
    }

    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        let mut text = "sha256:".to_owned();
        for byte in self.digest() {
            push_hex(&mut text, byte);
        }
        text
    }

    /// The first 128 bits as a UUID of version 8 (RFC 9562: custom content).
    pub(crate) fn finish_uuid(self) -> String {
        let mut bytes = self.digest();
        if let Some(byte) = bytes.get_mut(6) {
            *byte = (*byte & 0x0f) | 0x80;
        }
        if let Some(byte) = bytes.get_mut(8) {
            *byte = (*byte & 0x3f) | 0x80;
        }
        let mut uuid = String::with_capacity(36);
        for (i, byte) in bytes.iter().take(16).enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                uuid.push('-');
            }
            push_hex(&mut uuid, *byte);
        }
        uuid
    }
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0x0f] {
        text.extend(char::from_digit(digit.into(), 16));
    }
}

/// The hash of what a policy decides by: its scripts, tables and reasons, not its cases.
pub(crate) fn policy_hash(source: &PolicySource) -> String {
    let mut hasher = Hasher::new("dictamen policy 1");
    for (path, content) in source.iter().filter(|(path, _)| decides(path)) {
        hasher.part(path.as_bytes());
        hasher.part(content);
    }
    hasher.finish()
}

fn decides(path: &str) -> bool {
    let extension = std::path::Path::new(path)
        .extension()
        .and_then(|e| e.to_str());
    match extension {
        Some("rhai") => !NOT_DECIDING.contains(&path),
        Some("csv") => !path.starts_with("cases/"),
        _ => path == "reasons.toml",
    }
}

/// The hash of what was decided on.
pub(crate) fn input_hash(
    application_id: &str,
    as_of: NaiveDate,
    characteristics: &Characteristics,
) -> String {
    let mut hasher = Hasher::new("dictamen input 1");
    hasher.part(application_id.as_bytes());
    hasher.part(as_of.to_string().as_bytes());
    for (name, value) in characteristics.iter() {
        hasher.part(name.as_bytes());
        hasher.part(exact(value).as_bytes());
    }
    hasher.finish()
}

/// A value without rounding; distinct for distinct values of one type.
fn exact(value: &Value) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Int(n) => format!("int {n}"),
        Value::Decimal(d) => format!("decimal {}", plain(*d)),
        Value::Bool(b) => format!("bool {b}"),
        Value::Date(d) => format!("date {d}"),
        Value::Text(t) => format!("text {t}"),
    }
}

/// A decimal without trailing zeros; zero has no sign.
pub(crate) fn plain(value: Decimal) -> String {
    if value.is_zero() {
        "0".to_owned()
    } else {
        value.normalize().to_string()
    }
}

/// A decimal with exactly so many places, ties away from zero; zero has no sign.
pub(crate) fn fixed(value: Decimal, places: u32) -> String {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() {
        rounded.set_sign_positive(true);
    }
    rounded.rescale(places);
    rounded.to_string()
}

/// A value as traces show it: exact.
pub(crate) fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Missing => serde_json::Value::Null,
        Value::Int(n) => (*n).into(),
        Value::Decimal(d) => plain(*d).into(),
        Value::Bool(b) => (*b).into(),
        Value::Date(d) => d.to_string().into(),
        Value::Text(t) => (**t).into(),
    }
}

/// A value as decisions print it: decimals rounded by their unit.
pub(crate) fn printed(value: &Value, unit: Unit) -> serde_json::Value {
    match value {
        Value::Decimal(d) => fixed(*d, unit.decimals()).into(),
        other => json(other),
    }
}
