//! Decides: stages, scorecard, bands, offer, in this order, until one of them ends the run.
//!
//! Total by construction: whatever cannot be computed refers. It knows the compiled policy and
//! the characteristics, and nothing of scripts, files or records. A run writes into a
//! [`Scratch`] and takes nothing from the heap once the scratch has grown to the policy's size;
//! [`Evaluated`] turns what is there into a decision and a trace when somebody asks.

#[cfg(test)]
mod agreement;
mod answer;
mod ask;
mod bins;
mod compute;
mod fixed;
mod function;
mod grant;
mod ledger;
mod machine;
mod run;
mod scratch;
mod small;
mod view;

pub use answer::Answer;
pub(crate) use ask::ask;

pub(crate) use bins::Bins;
pub(crate) use run::run;
pub use scratch::Scratch;
pub use view::Evaluated;

/// What `annuity_factor` gives, if it can be computed.
pub(crate) fn annuity_factor(
    rate: rust_decimal::Decimal,
    months: i64,
) -> Option<rust_decimal::Decimal> {
    function::annuity_factor(rate, months).ok()
}
