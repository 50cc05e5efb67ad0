//! What was probably meant where a script cannot be read: signs of other keyboards, languages and
//! spreadsheets.
//!
//! Looks at the words around the place where reading failed and knows nothing of their meaning.

mod number;
mod sign;
mod word;

use crate::{Edit, extent::Extents, syntax::TokenKind, text::Texts, tree::Place};

/// A slip: where it is, what is wrong, and what to write instead.
pub(super) struct Slip {
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) edits: Vec<Edit>,
}

impl Slip {
    fn new(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
            help: help.into(),
            edits: Vec::new(),
        }
    }

    fn edit(mut self, edit: Option<Edit>) -> Self {
        self.edits.extend(edit);
        self
    }
}

/// The slip at the place where a script cannot be read any further, if it looks like a known one.
pub(super) fn find(texts: &Texts, place: Place) -> Option<Slip> {
    let look = Look::new(texts, place)?;
    sign::slip(&look)
        .or_else(|| number::slip(&look))
        .or_else(|| word::slip(&look))
}

/// The number with a comma in it among the arguments of a call, which makes it two arguments.
pub(super) fn number_with_comma(texts: &Texts, call: Place) -> Option<Slip> {
    number::with_comma(texts, call)
}

/// The words around a place.
struct Look<'a> {
    texts: &'a Texts,
    file: usize,
    extents: &'a Extents,
    /// The token at the place.
    at: usize,
    place: Place,
    /// The line, and what of it comes before and after the place begins.
    before: String,
    rest: String,
}

impl<'a> Look<'a> {
    fn new(texts: &'a Texts, place: Place) -> Option<Self> {
        let extents = texts.extents(place.file)?;
        let line = texts.span(place)?.source;
        let line = line.split('\n').next().unwrap_or_default();
        let chars = || line.chars();
        let column = place.column.saturating_sub(1);
        Some(Self {
            texts,
            file: place.file,
            extents,
            at: extents.at((place.line, place.column))?,
            place,
            before: chars().take(column).collect(),
            rest: chars().skip(column).collect(),
        })
    }

    /// The token some places before (less than 0) or after the one at hand.
    fn index(&self, offset: isize) -> Option<usize> {
        self.at.checked_add_signed(offset)
    }

    fn text(&self, offset: isize) -> &str {
        self.index(offset).map_or("", |at| self.extents.text(at))
    }

    fn kind(&self, offset: isize) -> Option<TokenKind> {
        self.extents.kind(self.index(offset)?)
    }

    /// The place from one token to another, both counted from the one at hand.
    fn between(&self, first: isize, last: isize) -> Option<Place> {
        let pieces = (self.index(first)?, self.index(last)?);
        self.texts.place_of(self.file, pieces)
    }

    /// The place of as many characters as given, from the place at hand.
    fn characters(&self, count: usize) -> Place {
        Place {
            end_line: self.place.line,
            end_column: self.place.column.saturating_add(count),
            ..self.place
        }
    }

    /// Whether a token stands at the end of the one before it, without space between them.
    fn touches(&self, offset: isize) -> bool {
        let ends = self.between(offset.saturating_sub(1), offset.saturating_sub(1));
        let begins = self.between(offset, offset);
        ends.zip(begins).is_some_and(|(one, other)| {
            (one.end_line, one.end_column) == (other.line, other.column)
        })
    }

    /// Whether a token begins a line.
    fn begins_line(&self) -> bool {
        self.before.trim().is_empty()
    }

    /// A slip at a place, of which one edit writes what was meant.
    fn replace(
        &self,
        place: Place,
        message: impl Into<String>,
        replacement: &str,
        safe: bool,
    ) -> Slip {
        Slip::new(place, message, format!("write `{replacement}`")).edit(self.texts.edit(
            place,
            replacement,
            safe,
        ))
    }
}
