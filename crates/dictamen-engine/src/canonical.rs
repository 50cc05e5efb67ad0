//! Canonical text of values and hashes over them: the same on every machine, for ever.
//!
//! A change here changes every hash, so it is a change of the engine's version.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use dictamen_model::characteristic::{Characteristics, Unit, Value, definitions};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::{ENGINE_VERSION, PolicySource};

/// Scripts of the folder that are not part of deciding.
const NOT_DECIDING: [&str; 1] = ["invariants.rhai"];

/// A hash over parts. Each part is preceded by its length, so that no two lists of parts run
/// into the same text.
pub(crate) struct Hasher {
    hashed: Sha256,
    /// What is not hashed yet: most parts are a few bytes long.
    waiting: [u8; WAITING],
    filled: usize,
}

/// Bytes that wait at most.
const WAITING: usize = 1_024;

impl Hasher {
    /// Starts a hash of its own kind: equal parts under another name give another hash.
    pub(crate) fn new(kind: &str) -> Self {
        let mut hasher = Self {
            hashed: Sha256::new(),
            waiting: [0; WAITING],
            filled: 0,
        };
        hasher.part(kind.as_bytes());
        hasher
    }

    pub(crate) fn part(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.put(&length.to_be_bytes());
        self.put(bytes);
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.filled.saturating_add(bytes.len());
        if let Some(place) = self.waiting.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
            self.filled = end;
        } else {
            self.hash();
            self.hashed.update(bytes);
        }
    }

    fn hash(&mut self) {
        self.hashed
            .update(self.waiting.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }

    /// A value without rounding.
    #[inline]
    fn value(&mut self, value: &Value) {
        match value {
            Value::Missing => self.number(0, 0, 0),
            Value::Int(n) => self.number(1, 0, (*n).into()),
            Value::Decimal(d) => {
                let (mantissa, scale) = reduced(*d);
                self.number(2, scale, mantissa);
            }
            Value::Bool(b) => self.number(3, 0, (*b).into()),
            Value::Date(d) => self.number(4, 0, d.num_days_from_ce().into()),
            Value::Text(text) => {
                self.number(5, 0, 0);
                self.part(text.as_bytes());
            }
        }
    }

    /// Kind, scale, and the sign with the count of bytes that are not zero; then these bytes, the
    /// lowest first. What stands first tells where it ends, so no two lists of values run into the
    /// same text. All sixteen are copied and the zeros written over by what follows: a copy of
    /// fixed length is a single instruction.
    #[inline]
    fn number(&mut self, kind: u8, scale: u32, number: i128) {
        let units = number.unsigned_abs();
        let length = 16_u32.saturating_sub(units.leading_zeros() / 8);
        let sign = if number < 0 { 0x80 } else { 0 };
        let [scale, length] = [scale, length].map(|n| u8::try_from(n).unwrap_or(u8::MAX));
        if self.filled > WAITING.saturating_sub(19) {
            self.hash();
        }
        let rest = self.waiting.get_mut(self.filled..).unwrap_or_default();
        if let Some([k, s, l, bytes @ ..]) = rest.first_chunk_mut::<19>() {
            (*k, *s, *l, *bytes) = (kind, scale, length | sign, units.to_le_bytes());
            let taken = usize::from(length).saturating_add(3);
            self.filled = self.filled.saturating_add(taken);
        }
    }

    fn digest(mut self) -> [u8; 32] {
        self.hash();
        self.hashed.finalize().into()
    }

    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
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

#[inline]
fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0x0f] {
        text.push(char::from(if digit < 10 {
            digit.wrapping_add(b'0')
        } else {
            digit.wrapping_add(b'a' - 10)
        }));
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
    let mut hasher = Hasher::new("dictamen input 3");
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
    if let Ok(mut units) = i64::try_from(mantissa) {
        while scale > 0 && units & 1 == 0 && units % 10 == 0 {
            units /= 10;
            scale = scale.saturating_sub(1);
        }
        return (units.into(), scale);
    }
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
    Digits::of(mantissa < 0, mantissa.unsigned_abs(), scale)
        .as_str()
        .to_owned()
}

/// A decimal with exactly so many places, ties away from zero; zero has no sign.
pub(crate) fn fixed(value: Decimal, places: u32) -> String {
    digits(value, places).as_str().to_owned()
}

pub(crate) fn digits(value: Decimal, places: u32) -> Digits {
    let (mantissa, scale) = (value.mantissa(), value.scale());
    let units = mantissa.unsigned_abs();
    let rounded = match scale.checked_sub(places) {
        None | Some(0) => power(places.saturating_sub(scale)).and_then(|p| units.checked_mul(p)),
        Some(cut) => power(cut).and_then(|power| {
            let (whole, rest) = divided(units, power)?;
            whole.checked_add(u128::from(rest >= power.checked_sub(rest)?))
        }),
    };
    // 29 digits and the few places that units ask for are far below what 128 bits hold.
    Digits::of(mantissa < 0, rounded.unwrap_or_default(), places)
}

fn power(exponent: u32) -> Option<u128> {
    const POWERS: [u128; 39] = {
        let (mut powers, mut power) = ([0; 39], 1_u128);
        let mut left = powers.as_mut_slice();
        while let Some((first, others)) = left.split_first_mut() {
            *first = power;
            power = power.wrapping_mul(10);
            left = others;
        }
        powers
    };
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

/// Quotient and remainder, in one machine word where both fit.
fn divided(units: u128, by: u128) -> Option<(u128, u128)> {
    if let (Ok(units), Ok(by)) = (u64::try_from(units), u64::try_from(by)) {
        return Some((units.checked_div(by)?.into(), units.checked_rem(by)?.into()));
    }
    let whole = units.checked_div(by)?;
    Some((whole, units.checked_sub(whole.checked_mul(by)?)?))
}

/// A number in digits, with a point, between quotes.
pub(crate) struct Digits {
    bytes: [u8; 48],
    begin: usize,
}

impl Digits {
    /// So many units with the last `scale` digits behind the point; zero has no sign.
    fn of(negative: bool, units: u128, scale: u32) -> Self {
        /// Nineteen digits fit a machine word.
        const PART: u32 = 19;
        let mut digits = Self {
            bytes: [b'"'; 48],
            begin: 47,
        };
        let (mut rest, mut part) = match u64::try_from(units) {
            Ok(units) => (0, units),
            Err(_) => power(PART)
                .and_then(|power| divided(units, power))
                .map_or((0, 0), |(rest, part)| {
                    (rest, u64::try_from(part).unwrap_or(0))
                }),
        };
        let mut written = 0_u32;
        while part > 0 || rest > 0 || written <= scale {
            if written == PART && rest > 0 {
                part = u64::try_from(rest).unwrap_or(0);
                rest = 0;
            }
            if written == scale && scale > 0 {
                digits.put(b'.');
            }
            digits.put(b'0'.wrapping_add(u8::try_from(part % 10).unwrap_or(0)));
            part /= 10;
            written = written.saturating_add(1);
        }
        if negative && units > 0 {
            digits.put(b'-');
        }
        // What is there already is quotes.
        digits.begin = digits.begin.saturating_sub(1);
        digits
    }

    /// Puts a byte before what is there.
    #[inline]
    fn put(&mut self, byte: u8) {
        self.begin = self.begin.saturating_sub(1);
        if let Some(place) = self.bytes.get_mut(self.begin) {
            *place = byte;
        }
    }

    /// The number as JSON text.
    pub(crate) fn quoted(&self) -> &[u8] {
        self.bytes.get(self.begin..).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        let inner = self.quoted().get(1..).and_then(|rest| rest.split_last());
        let bytes = inner.map_or(&[][..], |(_, bytes)| bytes);
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// A day as ISO 8601 writes it.
pub(crate) fn day(date: NaiveDate) -> Day {
    let ymd = || {
        let year = u32::try_from(date.year())
            .ok()
            .filter(|year| *year <= 9_999)?;
        let two = |number: u32| {
            let digit = |digit: u32| b'0'.wrapping_add(u8::try_from(digit % 10).unwrap_or(0));
            [digit(number / 10), digit(number)]
        };
        let ([y1, y2], [y3, y4]) = (two(year / 100), two(year % 100));
        let ([m1, m2], [d1, d2]) = (two(date.month()), two(date.day()));
        Some([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2])
    };
    match ymd() {
        Some(ten) => Day::Usual(ten),
        None => Day::Distant(date.to_string()),
    }
}

/// A day in digits.
pub(crate) enum Day {
    Usual([u8; 10]),
    Distant(String),
}

impl Day {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Usual(ten) => std::str::from_utf8(ten).unwrap_or_default(),
            Self::Distant(text) => text,
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
        }

        #[test]
        fn days_are_written_as_the_library_writes_them(number in -800_000_i32..4_000_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(number).unwrap();
            let day = day(date);
            prop_assert_eq!(day.as_str(), date.to_string());
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
