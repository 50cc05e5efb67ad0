//! What a simulation or a comparison came to, for people and for gates.
//!
//! [`Report`] is plain data: figures, and sections of texts, tables and charts. Three writers make
//! of it one self-contained HTML page, Markdown for a pull request, and text for a terminal; whoever
//! has something to add adds a [`Section`]. [`json()`] is the same for programs, [`metrics()`] the
//! numbers that a [`Gate`] can be set on. Nothing here decides or counts.

/// Appends to a `String`, which cannot fail.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($text)*);
    }};
}

mod chart;
mod compared;
mod fair;
mod gate;
mod html;
mod json;
mod markdown;
mod metric;
mod model;
mod numbers;
mod parts;
mod simulated;
mod text;

pub use compared::{Compared, compared};
pub use fair::{Fair, FairGroup, LEAST_PEOPLE, Standing, fairness};
pub use gate::{Gate, GateError, Ruling};
pub use html::html;
pub use json::{Told, json};
pub use markdown::markdown;
pub use metric::{METRICS, Measure, Metric, metrics};
pub use model::{Bar, Bars, Block, Column, Curve, Curves, Figure, Report, Section, Table, Tone};
pub use simulated::simulated;
pub use text::text;
