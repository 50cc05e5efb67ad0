//! A portfolio on its way through one policy or two: where its rows come from, and where what becomes
//! of them goes. What is asked of a row, and what it comes to, is the lab's.

mod csv;
mod lines;
mod log;
mod output;
mod parquet;
mod policies;
mod progress;
mod rejects;
mod report;
mod run;
mod source;
mod state;

pub(crate) use policies::{parameters, policy};
pub(crate) use report::{Written, form, gates, language, rulings, texts};
pub(crate) use run::{Done, run, settle};
