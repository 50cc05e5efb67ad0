//! The RFC, the tax registry code of a person or a company.

use std::fmt;

use crate::json::{Raw, leaf};

/// A tax code after its shape was judged; the code is not kept. The check digit is not judged:
/// some issued codes have a wrong one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rfc {
    valid: bool,
}

impl Rfc {
    /// Judges a code: four letters for a person or three for a company, a date, three characters.
    pub fn parse(text: &str) -> Self {
        let characters: Vec<char> = text.trim().to_uppercase().chars().collect();
        let letters = characters.len().saturating_sub(9);
        let shape = (3..=4).contains(&letters)
            && characters.iter().enumerate().all(|(position, c)| {
                if position < letters {
                    c.is_ascii_uppercase() || matches!(c, 'Ñ' | '&')
                } else if position < letters.saturating_add(6) {
                    c.is_ascii_digit()
                } else {
                    c.is_ascii_uppercase() || c.is_ascii_digit()
                }
            });
        let number = |from: usize| -> u32 {
            characters
                .iter()
                .skip(letters.saturating_add(from))
                .take(2)
                .collect::<String>()
                .parse()
                .unwrap_or(0)
        };
        Self {
            valid: shape && (1..=12).contains(&number(2)) && (1..=31).contains(&number(4)),
        }
    }

    /// Whether the code has the shape of an RFC.
    pub fn is_valid(&self) -> bool {
        self.valid
    }
}

impl fmt::Debug for Rfc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rfc(..)")
    }
}

leaf!(Rfc, |raw, context| match raw {
    Raw::Text(text) => Some(Self::parse(&text)),
    other => {
        context.wrong_type("text", other.found());
        None
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_and_companies() {
        for text in [
            "VECJ880326XX1",
            "abc010101ab9",
            "ÑU&010101AB9",
            "A&B010101AB9",
        ] {
            assert!(Rfc::parse(text).is_valid(), "{text}");
        }
        for text in [
            "",
            "RFC123456",
            "VECJ881326XX1",
            "VECJ880300XX1",
            "VECJ880326XX12",
            "🦀🦀🦀010101AB9",
        ] {
            assert!(!Rfc::parse(text).is_valid(), "{text}");
        }
    }
}
