//! Refuses offers whose terms make no sense.

use std::cmp::Ordering;

use super::{
    compute::{Failure, Fallible, order, sign},
    scratch::Granted,
};
use crate::program::Cell;

/// No lender means a rate above it: somebody wrote 28 for 28 %.
const HIGHEST_RATE: Cell = Cell::Int(10);

/// What was requested.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requested {
    /// In MXN; missing when nothing was said.
    pub(super) amount: Cell,
    pub(super) term_months: Option<i64>,
}

/// Whether terms can be offered, or why they make no sense. `reduced` says that a reason tells
/// why the offer is smaller than requested.
pub(super) fn check(terms: &Granted, requested: Requested, reduced: bool) -> Fallible<()> {
    let fail = |why| Err(Failure(why));
    if !sign(&terms.amount).is_some_and(Ordering::is_gt) {
        return fail("the offer grants no amount");
    }
    if terms.term_months < 1 {
        return fail("the offer has no term");
    }
    if !sign(&terms.annual_rate).is_some_and(Ordering::is_ge)
        || !sign(&terms.monthly_payment).is_some_and(Ordering::is_gt)
    {
        return fail("the offer has a rate or a payment below zero");
    }
    if !order(&terms.annual_rate, &HIGHEST_RATE).is_some_and(Ordering::is_le) {
        return fail("the annual rate is above 1,000 %; 28 % is written 0.28");
    }
    let amount = order(&terms.amount, &requested.amount);
    let months = requested.term_months;
    if amount == Some(Ordering::Greater) || months.is_some_and(|m| terms.term_months > m) {
        return fail("the offer grants more than was requested");
    }
    let less = amount == Some(Ordering::Less) || months.is_some_and(|m| terms.term_months < m);
    if less && !reduced {
        return fail("the offer is smaller than requested and no reason says why");
    }
    Ok(())
}
