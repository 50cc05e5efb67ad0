//! Where what a word names is written.

use std::path::Path;

use dictamen_engine::syntax::TokenKind;
use lsp_types::{Location, Position, Range};

use super::{
    outline::{Outline, unquoted},
    place::Place,
    text,
    workspace::REASONS,
};

/// Where what the word at a place names is written. Characteristics and functions of the language
/// are written nowhere.
pub(super) fn definition(place: &Place<'_>) -> Option<Location> {
    let outline = Outline::new(place.text);
    if outline.in_comment(place.offset) {
        return None;
    }
    let index = outline.at(place.offset)?;
    let word = outline.word(index);
    match outline.kind(index)? {
        TokenKind::Text => of_text(place, &outline, index),
        TokenKind::Name if outline.owner(index).is_some() => None,
        TokenKind::Name => {
            let before = |n: usize| index.checked_sub(n).map_or("", |i| outline.word(i));
            if before(1) == "::" {
                return of_import(place, &outline, before(2), Some(word));
            }
            let own = outline.functions.iter().find(|f| f.name == word);
            let bound = || outline.binding(word, place.offset).map(|b| &b.range);
            match own.map(|f| &f.range).or_else(bound) {
                Some(range) => Some(Location::new(
                    place.uri.clone(),
                    text::range(place.text, range),
                )),
                None => of_import(place, &outline, word, None),
            }
        }
        _ => None,
    }
}

fn of_text(place: &Place<'_>, outline: &Outline<'_>, index: usize) -> Option<Location> {
    let text = unquoted(outline.word(index));
    if index.checked_sub(1).map(|i| outline.word(i)) == Some("import") {
        return start_of(place, &place.imported(text)?);
    }
    if outline.call(index) == Some(("table", 0)) {
        return start_of(place, &place.beside(&place.folder(), text)?);
    }
    let reasons = place.reasons();
    let reason = reasons.iter().find(|r| &*r.reason.code == text)?;
    let line = text::number(reason.line?.checked_sub(1)?);
    let at = Position::new(line, 0);
    let uri = place.workspace.uri(&place.folder().join(REASONS))?;
    Some(Location::new(uri, Range::new(at, at)))
}

/// An imported file, or a function in it.
fn of_import(
    place: &Place<'_>,
    outline: &Outline<'_>,
    alias: &str,
    function: Option<&str>,
) -> Option<Location> {
    let import = outline.imports.iter().find(|import| import.name == alias)?;
    let file = place.imported(&import.file)?;
    let Some(name) = function else {
        return start_of(place, &file);
    };
    let other = place.workspace.text(&file)?;
    let outline = Outline::new(&other);
    let function = outline.functions.iter().find(|f| f.name == name)?;
    let range = text::range(&other, &function.range);
    Some(Location::new(place.workspace.uri(&file)?, range))
}

fn start_of(place: &Place<'_>, file: &Path) -> Option<Location> {
    Some(Location::new(place.workspace.uri(file)?, Range::default()))
}
