//! Reading JSON in one pass, with every problem and its place.
//!
//! A field of the wrong type does not stop the reading: it becomes absent and leaves a
//! [`Problem`] behind, so that a caller learns of all of them at once. Only text that is not JSON
//! at all ends in a single problem. Numbers are taken from the text as written, never through a
//! binary float. The module knows how JSON is read, not what Belvo sends; it never repeats a
//! value in a message, since any value may be personal data.

mod context;
mod document;
pub(crate) mod leaf;
mod list;
mod number;
pub(crate) mod object;
mod problem;
mod reader;

pub(crate) use context::{Context, Segment};
pub(crate) use document::{parse_whole, read_document};
pub(crate) use leaf::{Raw, leaf, read_raw};
pub use leaf::{Timestamp, Whole};
pub use list::Page;
pub(crate) use list::Person;
pub(crate) use object::{Object, read_object, wire, wire_key};
pub use problem::{Problem, RequestError};
pub(crate) use reader::{Malformed, Reader, Token};

/// How many problems are listed before the rest is only counted.
pub(crate) const PROBLEMS_LISTED: usize = 200;

/// How deep arrays and objects may be nested. Belvo's records need eight levels.
pub(crate) const DEPTH: usize = 64;

/// Something that can be read from JSON at the place the context stands at.
pub(crate) trait Wire<'de>: Sized {
    /// Reads one value. `Ok(None)` when it is `null` or when it could not be taken, in which case
    /// the context holds the problem; an error only when the text is not JSON.
    fn read(reader: &mut Reader<'de>, context: &mut Context) -> Result<Option<Self>, Malformed>;
}

#[cfg(test)]
mod tests;
