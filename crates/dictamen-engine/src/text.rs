//! The text files of a policy folder, for pointing at places in them.

use std::sync::OnceLock;

use dictamen_model::suggest;

use crate::{
    Edit, PolicySource, Span,
    extent::{Extents, Pieces},
    syntax::TokenKind,
    tree::Place,
};

/// A text without the mark that some editors put before UTF-8.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The readable files of a folder, by index.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: String,
    lines: Vec<String>,
    /// Of a script, once somebody asks.
    extents: OnceLock<Extents>,
}

impl File {
    fn extents(&self) -> &Extents {
        self.extents.get_or_init(|| {
            if self.path.to_ascii_lowercase().ends_with(".rhai") {
                Extents::new(&self.lines.join("\n"))
            } else {
                Extents::default()
            }
        })
    }

    fn line(&self, number: usize) -> &str {
        let line = number.checked_sub(1).and_then(|i| self.lines.get(i));
        line.map_or("", String::as_str)
    }
}

impl Texts {
    /// Takes every file that is UTF-8.
    pub(crate) fn new(source: &PolicySource) -> Self {
        let files = source
            .iter()
            .filter_map(|(path, content)| {
                let text = std::str::from_utf8(content).ok()?;
                Some(File {
                    path: path.to_owned(),
                    lines: without_mark(text).lines().map(str::to_owned).collect(),
                    extents: OnceLock::new(),
                })
            })
            .collect();
        Self { files }
    }

    /// Index of the file at `path`.
    pub(crate) fn index(&self, path: &str) -> Option<usize> {
        self.files.iter().position(|file| file.path == path)
    }

    /// Paths of all files, by index.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| &*file.path)
    }

    /// Path of a file.
    pub(crate) fn path(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.path)
    }

    /// The simplest expression that begins at a line and column of a script: a literal, a name, a
    /// call up to its closing bracket.
    pub(crate) fn leaf(&self, path: &str, line: usize, column: usize) -> Place {
        self.from(path, line, column, Extents::leaf)
    }

    /// The single token that stands at a line and column of a script.
    pub(crate) fn word(&self, path: &str, line: usize, column: usize) -> Place {
        self.from(path, line, column, |_, at| at)
    }

    /// The statement that begins at a line and column of a script.
    pub(crate) fn statement(&self, path: &str, line: usize, column: usize) -> Place {
        self.from(path, line, column, Extents::statement)
    }

    fn from(
        &self,
        path: &str,
        line: usize,
        column: usize,
        last: impl FnOnce(&Extents, usize) -> usize,
    ) -> Place {
        let index = self.index(path);
        let column = if line == 0 { 0 } else { column.max(1) };
        let start = Place {
            file: index.unwrap_or(usize::MAX),
            line,
            column,
            end_line: line,
            end_column: column.saturating_add(1),
        };
        let Some(file) = index.and_then(|i| self.files.get(i)).filter(|_| line > 0) else {
            return start;
        };
        let extents = file.extents();
        let Some(at) = extents.at((line, column)) else {
            return start;
        };
        let Some((from, (end_line, end_column))) = extents.points((at, last(extents, at))) else {
            return start;
        };
        // A place within a token is that of the fault in it, as a bad escape in a text.
        let (line, column) = from.max((line, column));
        Place {
            line,
            column,
            end_line,
            end_column,
            ..start
        }
    }

    /// The tokens that a place covers.
    fn pieces(&self, place: Place) -> Option<(&Extents, Pieces)> {
        let extents = self.files.get(place.file)?.extents();
        let first = extents.at((place.line, place.column))?;
        let last = extents.before((place.end_line, place.end_column))?;
        Some((extents, (first, last.max(first))))
    }

    fn covering(place: Place, extents: &Extents, pieces: Pieces) -> Place {
        let Some(((line, column), (end_line, end_column))) = extents.points(pieces) else {
            return place;
        };
        Place {
            file: place.file,
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// A place, and more on either side until every bracket in it is there with its partner.
    pub(crate) fn balanced(&self, place: Place) -> Place {
        match self.pieces(place) {
            Some((extents, pieces)) => Self::covering(place, extents, extents.balanced(pieces)),
            None => place,
        }
    }

    /// An argument of the call at a place, counted from 0; the call when it has no such argument.
    pub(crate) fn argument(&self, call: Place, index: usize) -> Place {
        let Some((extents, (first, _))) = self.pieces(call) else {
            return call;
        };
        match extents.arguments(first).get(index) {
            Some(pieces) => Self::covering(call, extents, *pieces),
            None => call,
        }
    }

    /// An entry of the list that is written at a place, counted from 0; the place when no list is
    /// written there.
    pub(crate) fn entry(&self, list: Place, index: usize) -> Place {
        let Some((extents, (first, _))) = self.pieces(list) else {
            return list;
        };
        match extents.items(first).get(index) {
            Some(pieces) if extents.text(first) == "[" => Self::covering(list, extents, *pieces),
            _ => list,
        }
    }

    /// The value of an entry of the object map that is written at a place; the place when there is
    /// none.
    pub(crate) fn property(&self, map: Place, name: &str) -> Place {
        let Some((extents, (first, _))) = self.pieces(map) else {
            return map;
        };
        let items = extents.items(first);
        let named = items
            .into_iter()
            .find(|(from, _)| extents.text(*from).trim_matches('"') == name);
        match named {
            Some((from, last)) => Self::covering(map, extents, (from, last)),
            None => map,
        }
    }

    /// Only the first token of a place.
    pub(crate) fn first(&self, place: Place) -> Place {
        match self.pieces(place) {
            Some((extents, (first, _))) => Self::covering(place, extents, (first, first)),
            None => place,
        }
    }

    /// The last token before a place.
    pub(crate) fn token_before(&self, place: Place) -> Option<Place> {
        let extents = self.files.get(place.file)?.extents();
        let at = extents.before((place.line, place.column))?;
        Some(Self::covering(place, extents, (at, at)))
    }

    /// Whether a name begins at a place, and not an operator or bracket.
    pub(crate) fn is_name(&self, place: Place) -> bool {
        self.pieces(place)
            .is_some_and(|(extents, (first, _))| extents.kind(first) == Some(TokenKind::Name))
    }

    /// What the closure around a place calls the applicant.
    pub(crate) fn applicant(&self, place: Place) -> Option<&str> {
        let extents = self.files.get(place.file)?.extents();
        extents.applicant((place.line, place.column))
    }

    /// The span of a place.
    pub(crate) fn span(&self, place: Place) -> Option<Span> {
        let file = self.files.get(place.file)?;
        if place.line == 0 {
            return None;
        }
        let end_line = place.end_line.max(place.line);
        let lines: Vec<&str> = (place.line..=end_line).map(|n| file.line(n)).collect();
        let column = place.column.max(1);
        let end_column = if end_line == place.line {
            place.end_column.max(column)
        } else {
            place.end_column
        };
        Some(Span {
            file: file.path.clone(),
            line: place.line,
            column,
            end_line,
            end_column,
            source: lines.join("\n"),
        })
    }

    /// What stands at a place, on one line.
    pub(crate) fn written(&self, place: Place) -> String {
        self.span(place).map(|s| s.text()).unwrap_or_default()
    }

    /// A change at a place.
    pub(crate) fn edit(&self, place: Place, replacement: &str, safe: bool) -> Option<Edit> {
        Some(Edit {
            span: self.span(place)?,
            replacement: replacement.to_owned(),
            safe,
        })
    }

    /// "Did you mean …?" for a mistyped name, and the edit that puts the name meant at `place`.
    pub(crate) fn meant<'a>(
        &self,
        place: Place,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> (Option<String>, Option<Edit>) {
        let Some(near) = suggest::nearest(name, known.clone()) else {
            return (None, None);
        };
        let safe = suggest::only(name, known) == Some(near);
        let help = format!("did you mean `{near}`?");
        (Some(help), self.edit(place, near, safe))
    }

    /// The tokens of a file.
    pub(crate) fn extents(&self, file: usize) -> Option<&Extents> {
        Some(self.files.get(file)?.extents())
    }

    /// The place of some tokens of a file.
    pub(crate) fn place_of(&self, file: usize, pieces: Pieces) -> Option<Place> {
        let extents = self.extents(file)?;
        let place = Place {
            file,
            ..Place::default()
        };
        extents
            .points(pieces)
            .map(|_| Self::covering(place, extents, pieces))
    }

    /// A span over a whole line of a file.
    pub(crate) fn line_span(&self, path: &str, line: usize) -> Option<Span> {
        let file = self.index(path)?;
        let text = self.files.get(file)?.lines.get(line.checked_sub(1)?)?;
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        let length = text.trim().chars().count().max(1);
        let column = indent.saturating_add(1);
        self.span(Place {
            file,
            line,
            column,
            end_line: line,
            end_column: column.saturating_add(length),
        })
    }

    /// A span over the first place of a line where a text stands; over the whole line when it does
    /// not stand there.
    pub(crate) fn found_span(&self, path: &str, line: usize, wanted: &str) -> Option<Span> {
        let whole = self.line_span(path, line)?;
        let Some((before, _)) = whole
            .source
            .split_once(wanted)
            .filter(|_| !wanted.is_empty())
        else {
            return Some(whole);
        };
        let column = before.chars().count().saturating_add(1);
        Some(Span {
            column,
            end_column: column.saturating_add(wanted.chars().count()),
            ..whole
        })
    }

    /// A span over the header `[name]` of a TOML file.
    pub(crate) fn header_span(&self, path: &str, name: &str) -> Option<Span> {
        let file = self.files.get(self.index(path)?)?;
        let line = crate::reasons::line_of(&file.lines.join("\n"), name)?;
        self.line_span(path, line)
    }

    /// The change that takes an entry of a TOML file out, from its header at a line up to the next
    /// header or the end.
    pub(crate) fn entry_of(&self, path: &str, line: usize) -> Option<Edit> {
        let file = self.index(path)?;
        let lines = &self.files.get(file)?.lines;
        let next = lines
            .iter()
            .enumerate()
            .skip(line)
            .find(|(_, text)| text.trim_start().starts_with('['));
        // Up to where the next header begins; at the end of the file, up to its last character.
        let (end_line, end_column) = match next {
            Some((index, _)) => (index.saturating_add(1), 1),
            None => (lines.len(), lines.last()?.chars().count().saturating_add(1)),
        };
        let place = Place {
            file,
            line,
            column: 1,
            end_line,
            end_column,
        };
        self.edit(place, "", false)
    }

    /// Number of lines of a file.
    pub(crate) fn line_count(&self, path: &str) -> usize {
        let lines = self
            .index(path)
            .and_then(|i| self.files.get(i))
            .map(|file| file.lines.len());
        lines.unwrap_or(0)
    }

    /// What stands on the line of a place before it.
    pub(crate) fn before(&self, place: Place) -> &str {
        let line = place.line.checked_sub(1);
        let line = self
            .files
            .get(place.file)
            .zip(line)
            .and_then(|(file, line)| file.lines.get(line))
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
        let lines = &self.files.get(file)?.lines;
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
        self.extents(file)
            .is_some_and(|extents| extents.bound().any(|(how, n)| n == name && how != "fn"))
    }

    /// The names that a script binds: variables, functions, imports, for suggestions.
    pub(crate) fn names(&self, file: usize) -> impl Iterator<Item = &str> {
        let extents = self.extents(file).into_iter();
        extents.flat_map(|extents| extents.bound().map(|(_, name)| name))
    }
}
