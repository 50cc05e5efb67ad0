//! Comparing names that people spell in several ways.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Upper case, without accents, runs of spaces folded; punctuation stays.
pub(crate) fn fold(text: &str) -> String {
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
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spelling_does_not_matter_and_punctuation_does() {
        assert_eq!(
            fold("  Compañía  Minera\tÁguila, S.A. "),
            "COMPANIA MINERA AGUILA, S.A."
        );
        assert_ne!(fold("A.B"), fold("AB"));
    }
}
