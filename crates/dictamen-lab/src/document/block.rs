//! What documents are made of, whatever form they take.
//!
//! Texts are plain; what stands between backticks is a name or a code.

use dictamen_engine::words::Phrase;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading of a level from 1.
    Heading(usize, String),
    /// A paragraph.
    Paragraph(String),
    /// A paragraph that somebody else wrote: the analyst's own words.
    Remark(Vec<Phrase>),
    /// Names with what is said of each.
    Facts(Vec<(String, Fact)>),
    /// A list, its items with lists of their own; numbered or not.
    List(bool, Vec<Phrase>),
    /// A table: its columns and rows.
    Table(Vec<Column>, Vec<Vec<String>>),
    /// Lines to sign on.
    Signatures(Vec<String>),
}

/// What is said of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Text(String),
    Phrase(Phrase),
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether it holds numbers.
    pub(super) number: bool,
}

/// A text as pieces, with whether each is a name; backticks without a partner stay.
pub(super) fn pieces(text: &str) -> Vec<(bool, String)> {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let last = parts.len().saturating_sub(1);
    parts
        .into_iter()
        .enumerate()
        .map(|(position, part)| match (position % 2 == 1, paired) {
            (true, false) if position == last => (false, format!("`{part}")),
            (name, _) => (name, part.to_owned()),
        })
        .filter(|(_, part)| !part.is_empty())
        .collect()
}
