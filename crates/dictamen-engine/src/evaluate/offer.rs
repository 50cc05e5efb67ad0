//! Turns the terms an offer granted into what is printed, and refuses terms that make no sense.

use rust_decimal::Decimal;

use super::value::Terms;
use crate::{Offer, canonical};

/// No lender means a rate above it: somebody wrote 28 for 28 %.
const HIGHEST_RATE: Decimal = Decimal::TEN;

/// What was requested.
pub(super) struct Requested {
    pub(super) amount: Option<Decimal>,
    pub(super) term_months: Option<i64>,
}

/// The printed offer, or why the terms make no sense.
pub(super) fn print(terms: &Terms, requested: &Requested, reduced: bool) -> Result<Offer, String> {
    if terms.amount <= Decimal::ZERO {
        return Err("the offer grants no amount".to_owned());
    }
    if terms.term_months < 1 {
        return Err("the offer has no term".to_owned());
    }
    if terms.annual_rate < Decimal::ZERO || terms.monthly_payment <= Decimal::ZERO {
        return Err("the offer has a rate or a payment below zero".to_owned());
    }
    if terms.annual_rate > HIGHEST_RATE {
        return Err("the annual rate is above 1,000 %; 28 % is written 0.28".to_owned());
    }
    let more = requested.amount.is_some_and(|amount| terms.amount > amount)
        || requested
            .term_months
            .is_some_and(|months| terms.term_months > months);
    if more {
        return Err("the offer grants more than was requested".to_owned());
    }
    let less = requested.amount.is_some_and(|amount| terms.amount < amount)
        || requested
            .term_months
            .is_some_and(|months| terms.term_months < months);
    if less && !reduced {
        return Err("the offer is smaller than requested and no reason says why".to_owned());
    }
    Ok(Offer {
        amount: canonical::fixed(terms.amount, 2),
        term_months: terms.term_months,
        annual_rate: canonical::plain(terms.annual_rate),
        monthly_payment: canonical::fixed(terms.monthly_payment, 2),
        currency: "MXN",
        max_amount: terms.max_amount.map(|d| canonical::fixed(d, 2)),
        max_payment: terms.max_payment.map(|d| canonical::fixed(d, 2)),
        limiting_factor: terms.limiting_factor.clone(),
    })
}
