//! Signs of other keyboards and languages: quotation marks, comparisons, remarks.

use super::{Look, Slip};

pub(super) fn slip(look: &Look<'_>) -> Option<Slip> {
    let here = look.rest.chars().next()?;
    quotes(look, here)
        .or_else(|| character(look, here))
        .or_else(|| comparison(look))
        .or_else(|| remark(look, here))
        .or_else(|| map(look))
}

/// Quotation marks that are not straight and double.
fn quotes(look: &Look<'_>, here: char) -> Option<Slip> {
    const OPENING: &str = "“”„«»‘’´'";
    if !OPENING.contains(here) {
        return None;
    }
    let message = "these are not the quotation marks of the language";
    let body: String = look
        .rest
        .chars()
        .skip(1)
        .take_while(|c| !OPENING.contains(*c) && !"\"`".contains(*c))
        .collect();
    let length = body.chars().count().saturating_add(2);
    let closed = look.rest.chars().count() >= length;
    // Not `c` alone: what comes before the mark, when the text begins with a straight one.
    if !closed || body.contains([',', ')']) {
        let help = "texts stand between straight double quotes: `\"…\"`";
        return Some(Slip::new(look.characters(1), message, help));
    }
    let place = look.characters(length);
    let text = format!("\"{body}\"");
    let help = format!("texts stand between straight double quotes: `{text}`");
    Some(Slip::new(place, message, help).edit(look.texts.edit(place, &text, true)))
}

/// Single characters that keyboards and word processors put in the place of others.
fn character(look: &Look<'_>, here: char) -> Option<Slip> {
    let meant = match here {
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '–' | '—' | '−' => "-",
        '×' => "*",
        '÷' => "/",
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{200b}' | '\u{feff}' => {
            let help = "documents and web pages hold such characters; replace it by a space";
            let place = look.characters(1);
            let slip = Slip::new(place, "an invisible character stands here", help);
            return Some(slip.edit(look.texts.edit(place, " ", true)));
        }
        _ if here.is_alphabetic() && !here.is_ascii() => {
            let message = format!("`{here}` cannot stand in a name");
            let help = "names are made of the letters a to z, digits and `_`";
            return Some(Slip::new(look.characters(1), message, help));
        }
        _ => return None,
    };
    let message = format!("`{here}` is no sign of the language");
    Some(look.replace(look.characters(1), message, meant, true))
}

/// Comparisons written the other way round or as other languages write them.
fn comparison(look: &Look<'_>) -> Option<Slip> {
    let wrong = |written: &str| format!("`{written}` is no comparison");
    let pair = |first: &str, second: &str| {
        look.text(-1) == first && look.text(0) == second && look.touches(0)
    };
    if pair("=", "<") {
        return Some(look.replace(look.between(-1, 0)?, wrong("=<"), "<=", true));
    }
    if pair("<", ">") {
        return Some(look.replace(look.between(-1, 0)?, wrong("<>"), "!=", true));
    }
    let meant = match look.text(0) {
        "===" => "==",
        "!==" | "<>" => "!=",
        "=>" => {
            let slip = look.replace(look.characters(2), wrong("=>"), ">=", true);
            return Some(Slip {
                help: "write `>=`; `=>` belongs into `switch`".to_owned(),
                ..slip
            });
        }
        "=" => {
            let message = "`=` gives a value; it does not compare";
            return Some(look.replace(look.characters(1), message, "==", true));
        }
        "=<" => "<=",
        _ => return None,
    };
    let place = look.between(0, 0)?;
    Some(look.replace(place, wrong(look.text(0)), meant, true))
}

/// Remarks as other languages write them.
fn remark(look: &Look<'_>, here: char) -> Option<Slip> {
    let length = match here {
        '#' if !look.rest.starts_with("#{") => 1,
        '-' if look.rest.starts_with("--") && look.begins_line() => 2,
        _ => return None,
    };
    let place = look.characters(length);
    let slip = look.replace(place, "a remark does not begin so", "//", true);
    Some(Slip {
        help: "a remark begins with `//`".to_owned(),
        ..slip
    })
}

/// `{ name: value }` without its sign.
fn map(look: &Look<'_>) -> Option<Slip> {
    if look.text(-1) != "{" || look.text(1) != ":" {
        return None;
    }
    let place = look.between(-1, -1)?;
    let message = "names with values stand in `#{ … }`, here the `#` is missing";
    Some(look.replace(place, message, "#{", true))
}
