//! The sandbox over real sockets, and the people in it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod anything;
mod browser;
mod chaos;
mod client;
mod dictionaries;
mod limits;
mod links;
mod notices;
mod people;
mod records;
mod support;
mod widget;
