//! What a reading carries along: the place it stands at, the problems met, the person it is about.

use std::fmt::Write as _;

use super::{PROBLEMS_LISTED, Problem, RequestError};

/// One step of a JSON Pointer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Segment {
    /// Into an object.
    Key(&'static str),
    /// Into an array.
    Index(usize),
}

impl From<&'static str> for Segment {
    fn from(key: &'static str) -> Self {
        Self::Key(key)
    }
}

/// The CURPs met so far, kept as text only for as long as the reading lasts: that two records are
/// of two different people must be seen here, because a parsed CURP keeps no text to compare.
#[derive(Default)]
struct Persons {
    first: Option<String>,
    internal: Option<String>,
    document: Option<String>,
}

/// The state of one reading.
pub(crate) struct Context {
    path: Vec<Segment>,
    problems: Vec<Problem>,
    unlisted: usize,
    persons: Persons,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            // Deep enough for every record, so that it is made room for once.
            path: Vec::with_capacity(16),
            problems: Vec::new(),
            unlisted: 0,
            persons: Persons::default(),
        }
    }
}

impl Context {
    #[inline]
    pub(crate) fn enter(&mut self, segment: impl Into<Segment>) {
        self.path.push(segment.into());
    }

    #[inline]
    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    /// Runs `inside` one step further down.
    pub(crate) fn at<R>(
        &mut self,
        segment: impl Into<Segment>,
        inside: impl FnOnce(&mut Self) -> R,
    ) -> R {
        self.enter(segment);
        let result = inside(self);
        self.leave();
        result
    }

    /// The place the reading stands at.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.path {
            pointer.push('/');
            match segment {
                Segment::Index(index) => {
                    // Writing to a String cannot fail.
                    let _ = write!(pointer, "{index}");
                }
                // No known key has a character that a pointer escapes.
                Segment::Key(key) => pointer.push_str(key),
            }
        }
        pointer
    }

    /// Notes a problem at the current place.
    #[cold]
    pub(crate) fn problem(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        let pointer = self.pointer();
        self.problem_at(pointer, code, message.into(), help);
    }

    /// Notes a problem of a key that is not known, a plain name, of the object at this place.
    pub(crate) fn problem_under(
        &mut self,
        key: &str,
        code: &'static str,
        message: &str,
        help: Option<&str>,
    ) {
        let pointer = format!("{}/{key}", self.pointer());
        self.problem_at(pointer, code, message.to_owned(), help);
    }

    fn problem_at(
        &mut self,
        pointer: String,
        code: &'static str,
        message: String,
        help: Option<&str>,
    ) {
        if self.problems.len() >= PROBLEMS_LISTED {
            self.unlisted = self.unlisted.saturating_add(1);
            return;
        }
        self.problems.push(Problem {
            code,
            pointer,
            message,
            help: help.map(str::to_owned),
        });
    }

    /// How many problems were met so far, listed or not.
    pub(crate) fn count(&self) -> usize {
        self.problems.len().saturating_add(self.unlisted)
    }

    /// Whether a problem was noted exactly here.
    pub(crate) fn faulty_here(&self) -> bool {
        let pointer = self.pointer();
        self.unlisted > 0 || self.problems.iter().any(|p| p.pointer == pointer)
    }

    /// Where the reading stands and what it has met, to come back to with [`Self::rewind`].
    pub(crate) fn mark(&self) -> (usize, usize, usize) {
        (self.path.len(), self.problems.len(), self.unlisted)
    }

    /// Forgets what was met since `mark`.
    pub(crate) fn rewind(&mut self, (path, problems, unlisted): (usize, usize, usize)) {
        self.path.truncate(path);
        self.problems.truncate(problems);
        self.unlisted = unlisted;
    }

    /// Notes the CURP a record names as that of the person.
    pub(crate) fn note_internal_curp(&mut self, curp: &str) {
        self.persons.internal.get_or_insert_with(|| curp.to_owned());
    }

    /// Notes a CURP among a record's documents; the first one counts.
    pub(crate) fn note_document_curp(&mut self, curp: &str) {
        self.persons.document.get_or_insert_with(|| curp.to_owned());
    }

    /// Ends one record: refuses it when its CURP is another one than that of an earlier record.
    pub(crate) fn end_person(&mut self) {
        let document = self.persons.document.take();
        let Some(curp) = self.persons.internal.take().or(document) else {
            return;
        };
        match &self.persons.first {
            None => self.persons.first = Some(curp),
            Some(first) if *first != curp => self.problem(
                "request::two-people",
                "this record belongs to another person than an earlier one in the same request",
                Some(
                    "send the records of one person only; when a CURP was corrected, fetch the \
                     records again under the new one",
                ),
            ),
            Some(_) => {}
        }
    }

    /// The CURP of the person whose records were read.
    pub(crate) fn person(&self) -> Option<&str> {
        self.persons.first.as_deref()
    }

    /// What was read, unless there were problems. Reading nothing always leaves one.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Result<T, RequestError> {
        if self.unlisted > 0 {
            self.problems.push(Problem {
                code: "request::more",
                pointer: String::new(),
                message: format!("{} further problems are not listed", self.unlisted),
                help: None,
            });
        }
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => {
                if self.problems.is_empty() {
                    self.problem("request::required", "there is nothing to read", None);
                }
                Err(RequestError {
                    problems: self.problems,
                })
            }
        }
    }
}
