//! Text that is needed but must not be printed by accident.

use std::fmt;

use compact_str::CompactString;

use crate::json::{Raw, leaf};

/// Text that is kept for comparing, such as an employer's name, and shown to nobody: `Debug` hides
/// it and there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Masked(CompactString);

impl Masked {
    /// Hides a text.
    pub fn new(text: &str) -> Self {
        Self(CompactString::new(text))
    }

    /// The text, for comparing and for sending back to Belvo; never for logs, messages or
    /// decisions.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masked(..)")
    }
}

leaf!(
    Masked,
    short | reader | reader.plain_text(1_000, |text| Some(Self::new(text))),
    |raw, context| match raw {
        Raw::Text(text) if text.len() > 1_000 => {
            context.problem("json::range", "this text is longer than 1000 bytes", None);
            None
        }
        Raw::Text(text) => Some(Self::new(&text)),
        other => {
            context.wrong_type("text", other.found());
            None
        }
    }
);
