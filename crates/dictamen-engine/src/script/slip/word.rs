//! Words of other languages: `and`, `y`, `elseif`, `then`, `null`, `between`; and words that should
//! not stand side by side.

use dictamen_model::characteristic::index_of;

use super::{Look, Slip};
use crate::{syntax::TokenKind, tree::Place};

const IF: &str = "write `if condition { value } else { value }`";
const NULLS: [&str; 6] = ["null", "nil", "none", "nulo", "nothing", "na"];

pub(super) fn slip(look: &Look<'_>) -> Option<Slip> {
    let here = look.text(0).to_ascii_lowercase();
    let follows_value = look.kind(-1).is_some_and(ends_value);
    match here.as_str() {
        "and" | "y" | "e" if follows_value => return Some(joined(look, "&&")),
        "or" | "o" | "u" if follows_value => return Some(joined(look, "||")),
        "not" | "no" if !follows_value && look.kind(1).is_some_and(begins_value) => {
            return not(look);
        }
        "si" | "cuando" | "when" if !follows_value && look.kind(1).is_some_and(begins_value) => {
            let message = format!("`{}` does not begin a condition", look.text(0));
            return Some(look.replace(look.between(0, 0)?, message, "if", true));
        }
        "elseif" | "elif" | "elsif" => {
            let message = format!("`{}` is no word of the language", look.text(0));
            return Some(look.replace(look.between(0, 0)?, message, "else if", true));
        }
        "then" | "entonces" | ":" => {
            let message = format!("`{}` does not belong here", look.text(0));
            return Some(Slip::new(look.between(0, 0)?, message, IF));
        }
        "?" => {
            let message = "`?` does not choose between two values";
            return Some(Slip::new(look.characters(1), message, IF));
        }
        "between" | "entre" => return Some(sql_between(look)),
        "is" => return is_missing(look, 0),
        word if NULLS.contains(&word) => return is_missing(look, -1),
        _ => {}
    }
    list_in_round_brackets(look).or_else(|| side_by_side(look))
}

fn ends_value(kind: TokenKind) -> bool {
    use TokenKind::{Close, Name, Number, Text, Unit};
    matches!(kind, Name | Number | Text | Close | Unit)
}

fn begins_value(kind: TokenKind) -> bool {
    use TokenKind::{Name, Number, Open, Text, Unary};
    matches!(kind, Name | Number | Text | Open | Unary)
}

fn joined(look: &Look<'_>, operator: &str) -> Slip {
    let message = format!("`{}` does not join two conditions", look.text(0));
    look.replace(
        look.characters(look.text(0).chars().count()),
        message,
        operator,
        true,
    )
}

/// `not x`, which is `!x`, and `!(x < 5)` when a comparison follows.
fn not(look: &Look<'_>) -> Option<Slip> {
    let message = format!("`{}` does not negate", look.text(0));
    let own = look.between(0, 0)?;
    let mut last = 1;
    let mut compound = false;
    let mut offset = 1;
    while let Some(at) = look.index(offset) {
        let text = look.text(offset).to_ascii_lowercase();
        let ends = matches!(
            look.kind(offset),
            None | Some(TokenKind::Comma | TokenKind::Close | TokenKind::Semicolon)
        );
        if ends || ["&&", "||", "and", "or", "y", "o", "{"].contains(&text.as_str()) {
            break;
        }
        compound |= look.kind(offset) == Some(TokenKind::Binary);
        let skipped = look.extents.leaf(at).saturating_sub(at);
        last = offset.saturating_add(isize::try_from(skipped).unwrap_or(0));
        offset = last.saturating_add(1);
    }
    let operand = look.between(1, last)?;
    let slip = Slip::new(own, message, "write `!`");
    let opening = Place {
        end_line: operand.line,
        end_column: operand.column,
        ..own
    };
    if !compound {
        return Some(slip.edit(look.texts.edit(opening, "!", true)));
    }
    let help = format!("write `!({})`", look.texts.written(operand));
    Some(
        Slip { help, ..slip }
            .edit(look.texts.edit(opening, "!(", true))
            .edit(look.texts.edit(operand.end(), ")", true)),
    )
}

/// `x between 3 and 5`.
fn sql_between(look: &Look<'_>) -> Slip {
    let message = format!("`{}` is no comparison", look.text(0));
    let own = look.characters(look.text(0).chars().count());
    let name = value_before(look, -1).map(|place| (place, look.texts.written(place)));
    let numbers = [1, 3].map(|offset| look.kind(offset) == Some(TokenKind::Number));
    let (Some((place, name)), [true, true]) = (name, numbers) else {
        let help = "write two comparisons: `3 <= a.weeks_total && a.weeks_total <= 5`";
        return Slip::new(own, message, help);
    };
    let meant = format!("{} <= {name} && {name} <= {}", look.text(1), look.text(3));
    let whole = look.between(3, 3).map_or(place, |last| place.to(last));
    Slip::new(own, message, format!("write `{meant}`")).edit(look.texts.edit(whole, &meant, false))
}

/// The place of `a.name` or `name` that ends with a token.
fn value_before(look: &Look<'_>, last: isize) -> Option<Place> {
    let name = |offset| look.kind(offset) == Some(TokenKind::Name);
    if !name(last) {
        return None;
    }
    let [dot, applicant] = [1, 2].map(|n| last.saturating_sub(n));
    if look.text(dot) == "." && name(applicant) {
        look.between(applicant, last)
    } else {
        look.between(last, last)
    }
}

/// `x == null`, `x is null`, `x is not null`. `operator` is where the comparison stands.
fn is_missing(look: &Look<'_>, operator: isize) -> Option<Slip> {
    let help = "a value that is not known is asked for with `is_missing(a.weeks_total)`";
    let value = value_before(look, operator.saturating_sub(1));
    let negated = match look.text(operator) {
        "==" | "=" | "is" => false,
        "!=" => true,
        _ => return None,
    };
    let follows = look.text(operator.saturating_add(1)).to_ascii_lowercase();
    let negated = negated || follows == "not";
    let null = operator.saturating_add(if follows == "not" { 2 } else { 1 });
    if !NULLS.contains(&look.text(null).to_ascii_lowercase().as_str()) {
        return None;
    }
    let place = value?.to(look.between(null, null)?);
    let name = look.texts.written(value?);
    let meant = format!("{}is_missing({name})", if negated { "!" } else { "" });
    let message = "nothing is ever equal to a missing value";
    let slip = look.replace(place, message, &meant, true);
    Some(Slip {
        help: format!("{help}: `{meant}`").replace(" with `is_missing(a.weeks_total)`", ""),
        ..slip
    })
}

/// `x in ("a", "b")`.
fn list_in_round_brackets(look: &Look<'_>) -> Option<Slip> {
    if look.text(0) != "," {
        return None;
    }
    let open = look.extents.enclosing(look.at)?;
    let close = look.extents.partner(open)?;
    let before = open.checked_sub(1)?;
    if look.extents.text(open) != "(" || look.extents.text(before) != "in" {
        return None;
    }
    let place = |at| look.texts.place_of(look.file, (at, at));
    let whole = look.texts.place_of(look.file, (open, close))?;
    let message = "the values after `in` stand in square brackets";
    let written = look.texts.written(whole);
    let inside = written.trim_start_matches('(').trim_end_matches(')');
    let slip = Slip::new(whole, message, format!("write `[{inside}]`"));
    Some(
        slip.edit(look.texts.edit(place(open)?, "[", true))
            .edit(look.texts.edit(place(close)?, "]", true)),
    )
}

/// Two names with a space where a `_` belongs, or with nothing between them.
fn side_by_side(look: &Look<'_>) -> Option<Slip> {
    let names = [-1, 0].map(|offset| look.kind(offset) == Some(TokenKind::Name));
    if names != [true, true] || look.begins_line() {
        return None;
    }
    let joined = format!("{}_{}", look.text(-1), look.text(0));
    if index_of(&joined).is_some() {
        let message = "a name is written without spaces";
        return Some(look.replace(look.between(-1, 0)?, message, &joined, true));
    }
    let message = format!("`{}` cannot follow `{}`", look.text(0), look.text(-1));
    let help = "an operator such as `<` or `&&`, or a comma, is missing between the two";
    Some(Slip::new(look.between(0, 0)?, message, help))
}
