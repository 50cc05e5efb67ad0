//! Canonical text of values and hashes over them: the same on every machine, for ever.
//!
//! A change here changes every hash, so it is a change of the engine's version.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use dictamen_model::characteristic::{Characteristics, Unit, Value, definitions};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{ENGINE_VERSION, PolicySource};

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

    /// A value without rounding: its kind, then as many bytes as the kind has.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Missing => self.waiting.push(0),
            Value::Int(n) => {
                self.waiting.push(1);
                self.waiting.extend_from_slice(&n.to_be_bytes());
            }
            Value::Decimal(d) => {
                let (mantissa, scale) = reduced(*d);
                self.waiting.push(2);
                self.waiting.extend_from_slice(&mantissa.to_be_bytes());
                self.waiting.extend_from_slice(&scale.to_be_bytes());
            }
            Value::Bool(b) => self.waiting.push(if *b { 4 } else { 3 }),
            Value::Date(d) => {
                self.waiting.push(5);
                self.waiting
                    .extend_from_slice(&d.num_days_from_ce().to_be_bytes());
            }
            Value::Text(text) => {
                self.waiting.push(6);
                self.part(text.as_bytes());
            }
        }
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

/// The hash of what was decided on: distinct for distinct facts of one table of characteristics.
pub(crate) fn input_hash(
    application_id: &str,
    as_of: NaiveDate,
    characteristics: &Characteristics,
) -> String {
    /// The names and the order of the values below.
    static TABLE: LazyLock<[u8; 32]> = LazyLock::new(|| {
        let mut hasher = Hasher::new("dictamen characteristics 1");
        for definition in definitions() {
            hasher.part(definition.name.as_bytes());
        }
        hasher.digest()
    });
    let mut hasher = Hasher::new("dictamen input 2");
    hasher.part(application_id.as_bytes());
    hasher.part(&as_of.num_days_from_ce().to_be_bytes());
    hasher.part(&*TABLE);
    for (_, value) in characteristics.iter() {
        hasher.value(value);
    }
    hasher.finish()
}

/// The id of a decision: a hash of everything it depends on.
pub(crate) fn decision_id(policy_hash: &str, parameters_hash: &str, input_hash: &str) -> String {
    let mut id = Hasher::new("dictamen decision 1");
    for part in [policy_hash, parameters_hash, ENGINE_VERSION, input_hash] {
        id.part(part.as_bytes());
    }
    id.finish_uuid()
}

/// Mantissa and scale of a decimal without trailing zeros: one pair for one value.
fn reduced(value: Decimal) -> (i128, u32) {
    let (mut mantissa, mut scale) = (value.mantissa(), value.scale());
    // What is odd is no multiple of ten.
    while scale > 0 && mantissa & 1 == 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale = scale.saturating_sub(1);
    }
    (mantissa, scale)
}

/// A decimal without trailing zeros; zero has no sign.
pub(crate) fn plain(value: Decimal) -> String {
    let (mantissa, scale) = reduced(value);
    Digits::of(mantissa, scale).as_str().to_owned()
}

/// A decimal with exactly so many places, ties away from zero; zero has no sign.
pub(crate) fn fixed(value: Decimal, places: u32) -> String {
    digits(value, places).as_str().to_owned()
}

fn digits(value: Decimal, places: u32) -> Digits {
    let (mantissa, scale) = (value.mantissa(), value.scale());
    let mantissa = match scale.checked_sub(places) {
        None | Some(0) => {
            let power = 10_i128.checked_pow(places.saturating_sub(scale));
            power.and_then(|power| mantissa.checked_mul(power))
        }
        Some(cut) => 10_i128.checked_pow(cut).and_then(|power| {
            let (whole, rest) = (mantissa.checked_div(power)?, mantissa.checked_rem(power)?);
            let up =
                rest.unsigned_abs() >= power.unsigned_abs().checked_sub(rest.unsigned_abs())?;
            whole.checked_add(if up { mantissa.signum() } else { 0 })
        }),
    };
    // 29 digits and the few places that units ask for are far below what 128 bits hold.
    Digits::of(mantissa.unwrap_or_default(), places)
}

/// A number in digits, with a point.
struct Digits {
    bytes: [u8; 48],
    begin: usize,
}

impl Digits {
    /// `mantissa` with its last `scale` digits behind the point.
    fn of(mantissa: i128, scale: u32) -> Self {
        let mut digits = Self {
            bytes: [b'0'; 48],
            begin: 48,
        };
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(mantissa.unsigned_abs());
        let scale = usize::try_from(scale).unwrap_or(usize::MAX);
        let (whole, fraction) = text
            .split_at_checked(text.len().saturating_sub(scale))
            .unwrap_or((text, ""));
        digits.put(fraction);
        if scale > 0 {
            digits.begin = digits
                .begin
                .saturating_sub(scale.saturating_sub(fraction.len()));
            digits.put(".");
        }
        digits.put(if whole.is_empty() { "0" } else { whole });
        if mantissa < 0 {
            digits.put("-");
        }
        digits
    }

    /// Puts a text before what is there.
    fn put(&mut self, text: &str) {
        let end = self.begin;
        self.begin = end.saturating_sub(text.len());
        if let Some(place) = self.bytes.get_mut(self.begin..end)
            && place.len() == text.len()
        {
            place.copy_from_slice(text.as_bytes());
        }
    }

    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(self.begin..).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// A value as decisions print it, printed while it is written.
pub(crate) struct Printing<'a>(pub(crate) &'a Value, pub(crate) Unit);

impl Serialize for Printing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Missing => serializer.serialize_unit(),
            Value::Int(n) => serializer.serialize_i64(*n),
            Value::Decimal(d) => serializer.serialize_str(digits(*d, self.1.decimals()).as_str()),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Date(d) => serializer.collect_str(d),
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// A value as traces and params show it: exact.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy;

    use super::*;

    fn decimals() -> impl Strategy<Value = Decimal> {
        let mantissa = prop_oneof![
            -2_000_i128..2_000,
            any::<i64>().prop_map(i128::from),
            -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
        ];
        (mantissa, 0_u32..=28).prop_map(|(m, s)| Decimal::from_i128_with_scale(m, s))
    }

    proptest! {
        /// Held against the library, whose way is the slower one.
        #[test]
        fn numbers_are_written_as_the_library_writes_them(value in decimals(), places in 0_u32..=8) {
            let mut rounded =
                value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            if rounded.is_zero() {
                rounded.set_sign_positive(true);
            }
            // Where the places do not fit, the library leaves some out.
            rounded.rescale(places);
            if rounded.scale() == places {
                prop_assert_eq!(fixed(value, places), rounded.to_string());
            }
            let normal = if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() };
            prop_assert_eq!(plain(value), normal);
            let serialised = serde_json::to_value(Printing(&Value::Decimal(value), Unit::Mxn));
            prop_assert_eq!(serialised.unwrap(), printed(&Value::Decimal(value), Unit::Mxn));
        }

        #[test]
        fn equal_values_are_hashed_alike(value in decimals(), places in 0_u32..=28) {
            let mut same = value;
            same.rescale(places);
            if same == value {
                prop_assert_eq!(reduced(same), reduced(value));
            } else {
                prop_assert_ne!(reduced(same), reduced(value));
            }
        }
    }
}
