//! Renaming the variable of a param or of another value bound at the top of a script.
//!
//! Only where it is certain what every use means; everything else is refused with the reason.

use std::ops::Range;

use dictamen_engine::{
    guide,
    syntax::{self, TokenKind},
};
use lsp_types::{Range as LspRange, TextEdit};

use super::{
    outline::{How, Outline},
    place::Place,
    text,
};

/// The word at a place, if it can be renamed.
pub(super) fn prepare(place: &Place<'_>) -> Result<LspRange, String> {
    let outline = Outline::new(place.text);
    let index = outline.at(place.offset).ok_or(NOT_A_VARIABLE)?;
    uses(place, &outline)?;
    Ok(text::range(place.text, &outline.range(index)))
}

/// The edits that give the variable at a place another name.
pub(super) fn rename(place: &Place<'_>, new: &str) -> Result<Vec<TextEdit>, String> {
    let outline = Outline::new(place.text);
    let uses = uses(place, &outline)?;
    if !syntax::is_name(new) {
        return Err(format!("`{new}` cannot be the name of a variable"));
    }
    let taken = guide::functions().iter().any(|f| f.name == new)
        || guide::OUTCOMES.iter().any(|o| o.to_string() == new)
        || (0..outline.tokens.len()).any(|i| {
            outline.kind(i) == Some(TokenKind::Name)
                && outline.word(i) == new
                && outline.owner(i).is_none()
        });
    if taken {
        return Err(format!("`{new}` means something else already"));
    }
    let edit = |range: &Range<usize>| TextEdit::new(text::range(place.text, range), new.to_owned());
    Ok(uses.iter().map(edit).collect())
}

const NOT_A_VARIABLE: &str =
    "only what is bound by `let` or `const` at the top of a script can be renamed";

/// Every place that means the variable at `place`.
fn uses(place: &Place<'_>, outline: &Outline<'_>) -> Result<Vec<Range<usize>>, String> {
    let index = outline.at(place.offset).ok_or(NOT_A_VARIABLE)?;
    let name = outline.word(index);
    // A function sees only what it is handed.
    let in_function = |range: &Range<usize>| {
        let mut functions = outline.functions.iter();
        functions.any(|f| f.inside.start <= range.start && range.end <= f.inside.end)
    };
    let means_variable = |i: usize| {
        let next = outline.word(i.saturating_add(1));
        outline.kind(i) == Some(TokenKind::Name)
            && outline.word(i) == name
            && outline.owner(i).is_none()
            && !in_function(&outline.range(i))
            && !matches!(next, ":" | "(" | "()" | "::")
            && !matches!(
                i.checked_sub(1).map_or("", |i| outline.word(i)),
                "." | "?." | "::" | "fn" | "as"
            )
    };
    if outline.in_comment(place.offset) || !means_variable(index) {
        return Err(NOT_A_VARIABLE.to_owned());
    }
    let named = outline
        .bindings
        .iter()
        .filter(|b| b.name == name && !in_function(&b.range));
    match named.map(|b| b.how).collect::<Vec<_>>().as_slice() {
        [How::Top] => {}
        [How::Exported] => return Err(format!("`{name}` is exported; other files may use it")),
        [] | [_] => return Err(NOT_A_VARIABLE.to_owned()),
        _ => {
            return Err(format!(
                "`{name}` is bound more than once; rename it by hand"
            ));
        }
    }
    let all = (0..outline.tokens.len()).filter(|i| means_variable(*i));
    Ok(all.map(|i| outline.range(i)).collect())
}
