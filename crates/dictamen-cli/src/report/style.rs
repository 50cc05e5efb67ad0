//! Colours by meaning.

use anstyle::{AnsiColor, Style};
use dictamen_engine::Outcome;

pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// The colour of an outcome.
pub(super) fn outcome(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Approve => GOOD,
        Outcome::Counter => HINT,
        Outcome::Refer => WARN,
        Outcome::Decline => BAD,
    }
}
