//! Numbers as people and spreadsheets write them: `1,000`, `28%`, `$500`, `.5`, `1e4`.

use rust_decimal::Decimal;

use super::{Look, Slip};
use crate::{extent::Extents, syntax::TokenKind, text::Texts, tree::Place};

pub(super) fn slip(look: &Look<'_>) -> Option<Slip> {
    let number = |offset| look.kind(offset) == Some(TokenKind::Number);
    let here = look.rest.chars().next()?;
    if matches!(here, '$' | '€') {
        return Some(money(look));
    }
    if look.text(0) == "." && number(1) && look.touches(1) {
        let meant = format!("0.{}", look.text(1));
        let message = "a number begins with a digit";
        return Some(look.replace(look.between(0, 1)?, message, &meant, true));
    }
    // The sign of per cent asks for a second number, so reading fails behind it.
    for percent in [0, -1] {
        if look.text(percent) == "%" && number(percent.saturating_sub(1)) && look.touches(percent) {
            return Some(per_cent(look, percent));
        }
    }
    if number(-1) && look.touches(0) && look.rest.starts_with(['e', 'E']) {
        return Some(exponent(look));
    }
    if number(-1) && number(0) {
        let digits = |offset: isize| look.text(offset);
        let meant = format!("{}{}", digits(-1), digits(0));
        let message = "two numbers stand side by side here";
        let slip = look.replace(look.between(-1, 0)?, message, &meant, false);
        let help = format!("a number is written without spaces: `{meant}`");
        return Some(Slip { help, ..slip });
    }
    if number(-1) && look.kind(0) == Some(TokenKind::Name) && is_unit(look.text(0)) {
        let meant = look.text(-1).to_owned();
        let message = "a number is written without its unit";
        return Some(look.replace(look.between(-1, 0)?, message, &meant, false));
    }
    None
}

fn money(look: &Look<'_>) -> Slip {
    let written: String = look
        .rest
        .chars()
        .skip(1)
        .take_while(|c| c.is_ascii_digit() || ",._ ".contains(*c))
        .collect();
    let written = written.trim_end_matches([',', '.', ' ']);
    let length = written.chars().count().saturating_add(1);
    let plain: String = written
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let place = look.characters(length);
    let message = "amounts are written without the sign of the currency";
    if plain.is_empty() {
        return Slip::new(place, message, "write amounts as plain numbers: `10000`");
    }
    look.replace(place, message, &plain, plain == written.trim())
}

fn per_cent(look: &Look<'_>, percent: isize) -> Slip {
    let help = "write per cent as a decimal number: `0.28`, not `28%`";
    let number = percent.saturating_sub(1);
    let place = look.between(number, percent).unwrap_or(look.place);
    let message = "`%` is no part of a number";
    let parsed = look.text(number).parse::<Decimal>().ok();
    let hundredth = parsed.and_then(|n| n.checked_div(Decimal::ONE_HUNDRED));
    let slip = Slip::new(place, message, help);
    let Some(hundredth) = hundredth else {
        return slip;
    };
    let meant = hundredth.normalize().to_string();
    Slip::new(place, message, format!("write `{meant}`"))
        .edit(look.texts.edit(place, &meant, false))
}

fn exponent(look: &Look<'_>) -> Slip {
    let tail = |c: &char| c.is_ascii_alphanumeric() || "+-".contains(*c);
    let written: String = look.rest.chars().take_while(tail).collect();
    let number = look.between(-1, -1).unwrap_or(look.place);
    let place = number.to(look.characters(written.chars().count()));
    let message = "numbers are written out, without an exponent";
    let whole = format!("{}{written}", look.text(-1));
    match Decimal::from_scientific(&whole) {
        Ok(value) => look.replace(place, message, &value.normalize().to_string(), false),
        Err(_) => Slip::new(place, message, "write numbers as 26, 1000 or 0.28"),
    }
}

/// Words that people write behind a number.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 26] = [
        "day", "days", "week", "weeks", "month", "months", "year", "years", "dia", "dias",
        "semana", "semanas", "mes", "meses", "año", "años", "anos", "mxn", "peso", "pesos",
        "points", "puntos", "percent", "k", "m", "usd",
    ];
    UNITS.iter().any(|unit| unit.eq_ignore_ascii_case(word))
}

/// The first number with a comma among the arguments of a call.
pub(super) fn with_comma(texts: &Texts, call: Place) -> Option<Slip> {
    let extents = texts.extents(call.file)?;
    let first = extents.at((call.line, call.column))?;
    let last = extents.before((call.end_line, call.end_column))?;
    let comma = (first..=last).find(|at| is_comma_in_number(extents, *at))?;
    let (before, after) = (comma.checked_sub(1)?, comma.checked_add(1)?);
    let mut end = after;
    // `1,000,000`
    while is_comma_in_number(extents, end.saturating_add(1)) {
        end = end.saturating_add(2);
    }
    let place = texts.place_of(call.file, (before, end))?;
    let groups: Vec<&str> = (after..=end)
        .step_by(2)
        .map(|at| extents.text(at))
        .collect();
    let thousands = groups.iter().all(|group| group.len() == 3);
    let separator = if thousands { "" } else { "." };
    let meant = format!("{}{separator}{}", extents.text(before), groups.join(""));
    let message = "a comma separates arguments, so a number has none";
    let mut slip = Slip::new(place, message, format!("write `{meant}`"));
    if thousands || groups.len() == 1 {
        slip = slip.edit(texts.edit(place, &meant, false));
    }
    Some(slip)
}

/// Whether a token is a comma between two numbers that touches both.
fn is_comma_in_number(extents: &Extents, comma: usize) -> bool {
    let (Some(before), Some(after)) = (comma.checked_sub(1), comma.checked_add(1)) else {
        return false;
    };
    let number = |at| extents.kind(at) == Some(TokenKind::Number);
    let touch = |one: usize, other: usize| {
        let ends = extents.points((one, one)).map(|(_, end)| end);
        ends.is_some() && ends == extents.points((other, other)).map(|(start, _)| start)
    };
    extents.text(comma) == ","
        && number(before)
        && number(after)
        && touch(before, comma)
        && touch(comma, after)
}
