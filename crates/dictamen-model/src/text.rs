//! Comparing names that people spell in several ways.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Upper case, without accents, runs of spaces folded; punctuation stays.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_uppercase)
        .collect();
    let mut folded = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    Cow::Owned(folded)
}

/// Whether a text is plainly what folding would make of it, as Belvo writes nearly all names.
fn is_folded(text: &str) -> bool {
    // All bytes are looked at, whatever is found, which the compiler does sixteen at a time.
    let bytes = text.as_bytes();
    let plain = |byte: u8| matches!(byte, b' '..=b'`' | b'{'..=b'~');
    let strange = bytes.iter().fold(false, |found, b| found | !plain(*b));
    let next = bytes.get(1..).unwrap_or_default();
    let pairs = bytes.iter().zip(next);
    let both = |a: u8, b: u8| a == b' ' && b == b' ';
    let twice = pairs.fold(false, |found, (a, b)| found | both(*a, *b));
    !strange && !twice && !text.starts_with(' ') && !text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::{fold, is_folded};

    #[test]
    fn spelling_does_not_matter_and_punctuation_does() {
        assert_eq!(
            fold("  Compañía  Minera\tÁguila, S.A. "),
            "COMPANIA MINERA AGUILA, S.A."
        );
        assert_ne!(fold("A.B"), fold("AB"));
    }

    proptest! {
        #[test]
        fn folding_is_done_once(text in "[A-Ca-cÁñ. \\t]{0,8}|\\PC{0,8}") {
            let folded = fold(&text);
            if is_folded(&text) {
                let upper: String = text.nfd().flat_map(char::to_uppercase).collect();
                let words: Vec<&str> = upper.split_whitespace().collect();
                prop_assert_eq!(&text, &words.join(" "));
            }
            let again = fold(&folded);
            prop_assert_eq!(&again, &folded);
        }
    }
}
