//! What analysts write above the parts of a policy.
//!
//! Rulers (`// ---- stages ----`) are layout and left out; the rest is kept word for word, put
//! together into paragraphs and items.

use std::collections::BTreeMap;

use super::Phrase;
use crate::{
    PolicySource, script,
    syntax::{TokenKind, Tokens},
    text::{Texts, without_mark},
    tree::Place,
};

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Blank,
    Code,
    Comment(String),
}

/// The comments of a folder's scripts.
#[derive(Debug)]
pub(super) struct Remarks {
    files: BTreeMap<String, Vec<Line>>,
    texts: Texts,
}

impl Remarks {
    pub(super) fn new(source: &PolicySource) -> Self {
        let files = source
            .iter()
            .filter(|(path, _)| path.rsplit('.').next() == Some("rhai"))
            .filter_map(|(path, content)| {
                let text = without_mark(std::str::from_utf8(content).ok()?);
                Some((path.to_owned(), lines(text)))
            })
            .collect();
        Self {
            files,
            texts: Texts::new(source),
        }
    }

    /// What the policy's script begins with.
    pub(super) fn purpose(&self) -> Vec<Phrase> {
        let lines = self.files.get(script::MAIN).map_or(&[][..], Vec::as_slice);
        let head: Vec<&str> = lines
            .iter()
            .take_while(|line| **line != Line::Code)
            .map(|line| match line {
                Line::Comment(text) => text.as_str(),
                Line::Blank | Line::Code => "",
            })
            .collect();
        paragraphs(&head)
    }

    /// What is written directly above a place.
    pub(super) fn above(&self, place: Place) -> Vec<Phrase> {
        self.above_line(self.texts.path(place.file), place.line)
    }

    /// What is written above a step of a closure or function, if the step begins its line.
    pub(super) fn above_step(&self, place: Place) -> Vec<Phrase> {
        let before = self.texts.before(place).trim_start();
        if before.is_empty() || before.starts_with("let ") || before.starts_with("const ") {
            return self.above(place);
        }
        Vec::new()
    }

    /// The same for a part that may have a ruled heading of its own, with a blank line between.
    pub(super) fn heading(&self, place: Option<Place>) -> Vec<Phrase> {
        let Some(place) = place else {
            return Vec::new();
        };
        let path = self.texts.path(place.file);
        let above = self.block_above(path, place.line);
        if above.is_empty() {
            let blank = place.line.saturating_sub(1);
            let heading = self.block_above(path, blank);
            if heading.first().is_some_and(|line| is_ruler(line)) {
                return paragraphs(&heading);
            }
        }
        paragraphs(&above)
    }

    /// What is written above a line of a file, from 1.
    pub(super) fn above_line(&self, path: &str, line: usize) -> Vec<Phrase> {
        paragraphs(&self.block_above(path, line))
    }

    /// What is written above a function of the script.
    pub(super) fn of_function(&self, inside: Place, name: &str) -> Vec<Phrase> {
        let path = self.texts.path(inside.file);
        let start = format!("fn {name}(");
        let line = self.texts.line_with(inside.file, &start);
        line.map_or_else(Vec::new, |line| self.above_line(path, line))
    }

    fn block_above(&self, path: &str, line: usize) -> Vec<&str> {
        let lines = self.files.get(path).map_or(&[][..], Vec::as_slice);
        let before = lines.get(..line.saturating_sub(1)).unwrap_or_default();
        let mut block: Vec<&str> = before
            .iter()
            .rev()
            .map_while(|line| match line {
                Line::Comment(text) => Some(text.as_str()),
                Line::Blank | Line::Code => None,
            })
            .collect();
        block.reverse();
        // The head of the script is its purpose, not that of its first declaration.
        if path == script::MAIN && block.len() == before.len() {
            block.clear();
        }
        block
    }
}

fn lines(script: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = script.lines().map(|_| Line::Blank).collect();
    let mut starts = vec![0];
    starts.extend(script.match_indices('\n').map(|(i, _)| i.saturating_add(1)));
    let line_of = |byte: usize| {
        starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    };
    for token in Tokens::new(script).tokens {
        let first = line_of(token.range.start);
        let last = line_of(token.range.end.saturating_sub(1).max(token.range.start));
        for (number, written) in (first..=last).zip(token.text(script).lines()) {
            let Some(line) = lines.get_mut(number) else {
                continue;
            };
            *line = match (token.kind, &*line) {
                (TokenKind::LineComment | TokenKind::BlockComment, Line::Blank) => {
                    Line::Comment(bare(written).to_owned())
                }
                (TokenKind::LineComment | TokenKind::BlockComment, other) => other.clone(),
                _ => Line::Code,
            };
        }
    }
    lines
}

/// A line of a comment without what makes it one.
fn bare(written: &str) -> &str {
    let text = written.trim().trim_end_matches("*/");
    let text = text.trim_start_matches('/').trim_start_matches('*');
    text.trim()
}

fn is_ruler(line: &str) -> bool {
    line.contains("---") || line.contains("===")
}

/// Lines put together: an empty line ends a paragraph, a dash begins an item of it.
fn paragraphs(lines: &[&str]) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = Vec::new();
    let mut open = false;
    for line in lines.iter().filter(|line| !is_ruler(line)) {
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (item, found.last_mut()) {
            _ if line.is_empty() => open = false,
            (Some(item), Some(last)) if open => last.parts.push(Phrase::plain(item.trim())),
            (None, Some(last)) if open => {
                let text = last
                    .parts
                    .last_mut()
                    .map_or(&mut last.text, |part| &mut part.text);
                text.push(' ');
                text.push_str(line);
            }
            _ => {
                found.push(Phrase::plain(item.unwrap_or(line).trim()));
                open = true;
            }
        }
    }
    found
}
