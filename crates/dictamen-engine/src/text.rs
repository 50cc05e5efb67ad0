//! The text files of a policy folder, for pointing at places in them.

use crate::{PolicySource, Span, tree::Place};

/// A text without the mark that some editors put before UTF-8.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The readable files of a folder, by index.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    files: Vec<(String, Vec<String>)>,
}

impl Texts {
    /// Takes every file that is UTF-8.
    pub(crate) fn new(source: &PolicySource) -> Self {
        let files = source
            .iter()
            .filter_map(|(path, content)| {
                let text = std::str::from_utf8(content).ok()?;
                Some((
                    path.to_owned(),
                    without_mark(text).lines().map(str::to_owned).collect(),
                ))
            })
            .collect();
        Self { files }
    }

    /// Index of the file at `path`.
    pub(crate) fn index(&self, path: &str) -> Option<usize> {
        self.files.iter().position(|(p, _)| p == path)
    }

    /// Path of a file.
    pub(crate) fn path(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |(path, _)| path)
    }

    /// A span at a place, as long as the word that stands there.
    pub(crate) fn span(&self, place: Place) -> Option<Span> {
        let (file, lines) = self.files.get(place.file)?;
        if place.line == 0 {
            return None;
        }
        let line = lines
            .get(place.line.checked_sub(1)?)
            .map_or("", String::as_str);
        let column = place.column.max(1);
        let length = word_length(line, column);
        Some(Span {
            file: file.clone(),
            line: place.line,
            column,
            length,
            source_line: line.to_owned(),
        })
    }

    /// A span over a whole line of a file.
    pub(crate) fn line_span(&self, path: &str, line: usize) -> Option<Span> {
        let (file, lines) = self.files.get(self.index(path)?)?;
        let text = lines.get(line.checked_sub(1)?)?;
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        let length = text.trim().chars().count().max(1);
        Some(Span {
            file: file.clone(),
            line,
            column: indent.saturating_add(1),
            length,
            source_line: text.clone(),
        })
    }

    /// A span over the header `[name]` of a TOML file.
    pub(crate) fn header_span(&self, path: &str, name: &str) -> Option<Span> {
        let (_, lines) = self.files.get(self.index(path)?)?;
        let line = crate::reasons::line_of(&lines.join("\n"), name)?;
        self.line_span(path, line)
    }

    /// Number of lines of a file.
    pub(crate) fn line_count(&self, path: &str) -> usize {
        let lines = self
            .index(path)
            .and_then(|i| self.files.get(i))
            .map(|(_, lines)| lines.len());
        lines.unwrap_or(0)
    }

    /// What stands on the line of a place before it.
    pub(crate) fn before(&self, place: Place) -> &str {
        let line = place.line.checked_sub(1);
        let line = self
            .files
            .get(place.file)
            .zip(line)
            .and_then(|((_, lines), line)| lines.get(line))
            .map_or("", String::as_str);
        let column = place.column.saturating_sub(1);
        let end = line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(i, _)| i);
        line.get(..end).unwrap_or_default()
    }

    /// The first line of a file, from 1, that starts with a text, white space aside.
    pub(crate) fn line_with(&self, file: usize, start: &str) -> Option<usize> {
        let (_, lines) = self.files.get(file)?;
        let position = lines.iter().position(|line| {
            let line = line.trim_start();
            line.strip_prefix("private ")
                .unwrap_or(line)
                .starts_with(start)
        });
        position?.checked_add(1)
    }

    /// Whether a file binds a name with `let` or `const`.
    pub(crate) fn declares(&self, file: usize, name: &str) -> bool {
        let words: Vec<&str> = self.words(file).collect();
        words
            .windows(2)
            .any(|pair| matches!(pair, ["let" | "const", bound] if *bound == name))
    }

    /// Every identifier that the scripts of the folder write, for suggestions.
    pub(crate) fn words(&self, file: usize) -> impl Iterator<Item = &str> {
        let lines = self
            .files
            .get(file)
            .map(|(_, lines)| lines.as_slice())
            .unwrap_or_default();
        lines.iter().flat_map(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|word| {
                    word.chars()
                        .next()
                        .is_some_and(|c| c.is_alphabetic() || c == '_')
                })
        })
    }
}

/// Characters of the identifier, number, text or operator that starts at a column.
fn word_length(line: &str, column: usize) -> usize {
    let rest: Vec<char> = line.chars().skip(column.saturating_sub(1)).collect();
    let Some(first) = rest.first().copied() else {
        return 1;
    };
    let length = if first.is_alphanumeric() || first == '_' {
        rest.iter()
            .take_while(|c| c.is_alphanumeric() || **c == '_')
            .count()
    } else if first == '"' {
        let body = rest.iter().skip(1).take_while(|c| **c != '"').count();
        body.saturating_add(2).min(rest.len())
    } else if "<>=!&|?+-*/%.".contains(first) {
        rest.iter()
            .take_while(|c| "<>=!&|?+-*/%.".contains(**c))
            .count()
    } else {
        1
    };
    length.max(1)
}
