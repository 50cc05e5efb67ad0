//! Refuses offers whose terms make no sense.

use rust_decimal::Decimal;

use super::{
    compute::{Failure, Fallible},
    scratch::Granted,
};

/// No lender means a rate above it: somebody wrote 28 for 28 %.
const HIGHEST_RATE: Decimal = Decimal::TEN;

/// What was requested.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requested {
    pub(super) amount: Option<Decimal>,
    pub(super) term_months: Option<i64>,
}

/// Whether terms can be offered, or why they make no sense. `reduced` says that a reason tells
/// why the offer is smaller than requested.
pub(super) fn check(terms: &Granted, requested: Requested, reduced: bool) -> Fallible<()> {
    let fail = |why| Err(Failure(why));
    if terms.amount <= Decimal::ZERO {
        return fail("the offer grants no amount");
    }
    if terms.term_months < 1 {
        return fail("the offer has no term");
    }
    if terms.annual_rate < Decimal::ZERO || terms.monthly_payment <= Decimal::ZERO {
        return fail("the offer has a rate or a payment below zero");
    }
    if terms.annual_rate > HIGHEST_RATE {
        return fail("the annual rate is above 1,000 %; 28 % is written 0.28");
    }
    let more = requested.amount.is_some_and(|amount| terms.amount > amount)
        || requested
            .term_months
            .is_some_and(|months| terms.term_months > months);
    if more {
        return fail("the offer grants more than was requested");
    }
    let less = requested.amount.is_some_and(|amount| terms.amount < amount)
        || requested
            .term_months
            .is_some_and(|months| terms.term_months < months);
    if less && !reduced {
        return fail("the offer is smaller than requested and no reason says why");
    }
    Ok(())
}
