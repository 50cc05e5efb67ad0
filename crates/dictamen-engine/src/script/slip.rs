//! What was probably meant where a script does not parse, or calls a function in no way it can
//! be called: signs of other keyboards, languages and spreadsheets.
//!
//! Looks at one line of text and knows nothing of scripts' meaning.

use crate::Span;

/// A help line for what stands at the span, if it looks like a known slip.
pub(super) fn help(span: &Span) -> Option<String> {
    let line: Vec<char> = span
        .source
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .collect();
    let at = span.column.saturating_sub(1);
    let here = line.get(at).copied()?;
    let rest: String = line.iter().skip(at).collect();
    let before: String = line.iter().take(at).collect();
    let text = match here {
        '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '´' | '\'' => {
            "texts stand between straight double quotes: `\"…\"`"
        }
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '≠' => "write `!=`",
        '–' | '—' | '−' => "write `-`",
        '×' => "write `*`",
        '$' | '€' => "write amounts as plain numbers: `10000`",
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{200b}' | '\u{feff}' => {
            "an invisible character stands here, as documents and web pages hold them; replace it by a space"
        }
        '<' if before.ends_with('=') => "write `<=`",
        '=' if rest.starts_with("=>") => "write `>=`; `=>` belongs into `switch`",
        '#' if !rest.starts_with("#{") => "a remark begins with `//`",
        '-' if rest.starts_with("--") => "a remark begins with `//`",
        '.' if digit(line.get(at.saturating_add(1))) => "write a zero before the point: `0.5`",
        _ if before.trim_end().ends_with('%') => {
            "write per cent as a decimal number: `0.28`, not `28%`"
        }
        _ if ["null", "nil", "none", "None", "NULL"].contains(&word(&rest)) => {
            "a value that is not known is asked for with `is_missing(a.name)`"
        }
        _ if here.is_alphabetic() && !here.is_ascii() => {
            "names are made of the letters a to z, digits and `_`"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Whether a number with a comma in it stands in the line, which makes it two arguments.
pub(super) fn has_number_with_comma(span: &Span) -> bool {
    let chars: Vec<char> = span
        .source
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .collect();
    chars
        .windows(3)
        .any(|three| matches!(three, [a, ',', b] if a.is_ascii_digit() && b.is_ascii_digit()))
}

fn digit(c: Option<&char>) -> bool {
    c.is_some_and(char::is_ascii_digit)
}

fn word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .next()
        .unwrap_or_default()
}
