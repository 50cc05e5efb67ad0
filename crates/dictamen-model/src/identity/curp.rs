//! The CURP, Mexico's population registry code.

use std::{borrow::Cow, fmt};

use chrono::NaiveDate;

use crate::json::{Raw, leaf};

/// The codes of the 32 states and of birth abroad, in the order of the alphabet.
const ENTITIES: [&str; 33] = [
    "AS", "BC", "BS", "CC", "CH", "CL", "CM", "CS", "DF", "DG", "GR", "GT", "HG", "JC", "MC", "MN",
    "MS", "NE", "NL", "NT", "OC", "PL", "QR", "QT", "SL", "SP", "SR", "TC", "TL", "TS", "VZ", "YN",
    "ZS",
];

/// A CURP after it was judged. The code itself, and with it the sex and the birthplace it encodes,
/// is not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Curp {
    birth_date: Option<NaiveDate>,
}

impl Curp {
    /// Judges a CURP, after trimming and upper-casing. It is valid when its shape, birth date,
    /// entity code and check digit are.
    pub fn parse(text: &str) -> Self {
        Self {
            birth_date: birth_date_of_valid(&normalised(text)),
        }
    }

    /// Whether it is a possible CURP: shape, real birth date, entity and check digit.
    pub fn is_valid(&self) -> bool {
        self.birth_date.is_some()
    }

    /// The birth date encoded in a valid CURP.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.birth_date
    }
}

impl fmt::Debug for Curp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Curp(..)")
    }
}

leaf!(Curp, |raw, context| match raw {
    Raw::Text(text) => {
        let text = normalised(&text);
        if text.is_empty() {
            None
        } else {
            context.note_internal_curp(&text);
            Some(Self::parse(&text))
        }
    }
    other => {
        context.wrong_type("text", other.found());
        None
    }
});

/// How CURPs are compared and judged.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    let usual = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    if text.bytes().all(usual) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.trim().to_uppercase())
    }
}

fn birth_date_of_valid(curp: &str) -> Option<NaiveDate> {
    let shape = curp.len() == 18
        && curp
            .bytes()
            .enumerate()
            .all(|(position, b)| match position {
                0..=3 | 11..=15 => b.is_ascii_uppercase(),
                4..=9 | 17 => b.is_ascii_digit(),
                10 => matches!(b, b'H' | b'M' | b'X'),
                _ => b.is_ascii_uppercase() || b.is_ascii_digit(),
            });
    let known = ENTITIES.binary_search(&curp.get(11..13)?).is_ok();
    if !shape || !known || !check_digit_holds(curp) {
        return None;
    }
    // The homonym character is a digit for births up to 1999 and a letter from 2000 on.
    let century = if curp.as_bytes().get(16)?.is_ascii_digit() {
        1900
    } else {
        2000
    };
    let year: i32 = curp.get(4..6)?.parse().ok()?;
    NaiveDate::from_ymd_opt(
        year.saturating_add(century),
        curp.get(6..8)?.parse().ok()?,
        curp.get(8..10)?.parse().ok()?,
    )
}

/// Each character counts its place in `0-9A-NÑO-Z` times 18 minus its position; the sum over all
/// 18 ends in 0.
fn check_digit_holds(curp: &str) -> bool {
    let sum = curp
        .bytes()
        .zip((1_u32..=18).rev())
        .fold(0_u32, |sum, (b, weight)| {
            let value = match b {
                b'0'..=b'9' => u32::from(b).saturating_sub(48),
                b'A'..=b'N' => u32::from(b).saturating_sub(55),
                // Ñ stands between N and O.
                _ => u32::from(b).saturating_sub(54),
            };
            sum.saturating_add(value.saturating_mul(weight))
        });
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(text: &str) -> Option<String> {
        Curp::parse(text).birth_date().map(|d| d.to_string())
    }

    #[test]
    fn every_entity_is_found() {
        assert!(
            ENTITIES
                .iter()
                .all(|code| ENTITIES.binary_search(code).is_ok())
        );
        assert_eq!(ENTITIES.binary_search(&"QQ").ok(), None);
    }

    #[test]
    fn the_worked_example_holds() {
        assert_eq!(born("SABC560626MDFLRN01"), Some("1956-06-26".to_owned()));
        assert_eq!(born(" sabc560626mdflrn01 "), Some("1956-06-26".to_owned()));
    }

    #[test]
    fn the_homonym_character_tells_the_century() {
        assert_eq!(born("MEAY030314HMCJRHD7"), Some("2003-03-14".to_owned()));
    }

    #[test]
    fn what_is_not_a_curp_is_invalid_and_not_an_error() {
        for text in [
            "",
            "SABC560626MDFLRN0",
            "SABC560626MDFLRN00",
            "SABC561326MDFLRN01",
            "SABC560626IDFLRN01",
            "SABC560626MQQLRN01",
            "ÑABC560626MDFLRN01",
            "SABC560626MDFLRN0１",
        ] {
            assert!(!Curp::parse(text).is_valid(), "{text}");
        }
    }

    #[test]
    fn a_non_binary_marker_is_valid() {
        let valid: Vec<_> = (0..10)
            .filter(|digit| Curp::parse(&format!("SABC560626XDFLRN0{digit}")).is_valid())
            .collect();
        assert_eq!(valid.len(), 1);
    }
}
