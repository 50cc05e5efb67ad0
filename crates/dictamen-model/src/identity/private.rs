//! Names and e-mail addresses: that there was one, and nothing else.

use std::fmt;

use crate::json::{Raw, leaf};

/// A name or an address that was in the record. The text is dropped when it is read, because
/// nothing in a credit decision may depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Private;

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(..)")
    }
}

leaf!(
    Private,
    short | reader | reader.plain_text(usize::MAX, |_| Some(Self)),
    |raw, context| match raw {
        Raw::Text(_) => Some(Self),
        other => {
            context.wrong_type("text", other.found());
            None
        }
    }
);
