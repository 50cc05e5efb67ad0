//! A portfolio through one policy, or through two: who gets what.
//!
//! [`Study`] says what is asked of every row, [`Tally`] is everything that was counted, and
//! [`stream::run`] takes a portfolio through in pieces, on as many threads as there are, with the
//! same result whatever their number: pieces are cut by position and added up in order, and
//! everything counted is a whole number. Where rows come from is not known here; [`Row`] is one
//! applicant, however it was read.

mod by;
pub mod columns;
mod keep;
mod needs;
pub mod out;
mod row;
pub mod stream;
mod study;
mod tally;
mod vary;

pub(crate) use by::UNKNOWN;
pub use by::{By, ByError};
pub(crate) use needs::closures;
pub use needs::needs;
pub use row::{Label, Row, RowProblem};
pub(crate) use study::same;
pub use study::{Part, Study, Worker};
pub(crate) use tally::OUTCOMES;
pub use tally::{Counts, Group, Labels, MOST_VALUES, OTHERS, Point, SwapSet, Tally};
pub use vary::{MOST_POINTS, Vary, VaryError};
