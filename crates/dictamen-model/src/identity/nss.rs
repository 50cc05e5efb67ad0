//! The NSS, the number of a person at the IMSS.

use std::fmt;

/// A social security number after it was judged; the number is not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nss {
    valid: bool,
}

impl Nss {
    /// Judges a number: eleven digits of which the last is the Luhn check digit.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let sum = text
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, b)| {
                let digit = u32::from(b).saturating_sub(48);
                match place % 2 {
                    0 => digit,
                    _ if digit > 4 => digit.saturating_mul(2).saturating_sub(9),
                    _ => digit.saturating_mul(2),
                }
            })
            .fold(0, u32::saturating_add);
        Self {
            valid: text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit()) && sum % 10 == 0,
        }
    }

    /// Whether the number is possible.
    pub fn is_valid(&self) -> bool {
        self.valid
    }
}

impl fmt::Debug for Nss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nss(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_digits_with_a_check_digit() {
        assert!(Nss::parse("12345678903").is_valid());
        assert!(Nss::parse(" 12345678903 ").is_valid());
        for text in [
            "",
            "12345678904",
            "1234567890",
            "123456789030",
            "1234567890a",
        ] {
            assert!(!Nss::parse(text).is_valid(), "{text}");
        }
    }
}
