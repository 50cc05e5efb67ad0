//! Numbers as reports show them.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::statistics;

/// With so many decimals.
pub(super) fn rounded(number: Decimal, places: u32) -> Decimal {
    let mut number = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(places);
    // No sign in front of nothing.
    if number.is_zero() {
        number.abs()
    } else {
        number
    }
}

/// A share as a percentage: `41.7 %`.
pub(super) fn percent(share: Option<Decimal>) -> String {
    match share.and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED)) {
        Some(share) => format!("{} %", rounded(share, 1)),
        None => NONE.to_owned(),
    }
}

/// A share of counts.
pub(super) fn share(some: u64, all: u64) -> String {
    percent(statistics::share(some, all))
}

/// A difference of shares in percentage points: `+1.2 pp`.
pub(super) fn points(difference: Option<Decimal>) -> String {
    match difference.and_then(|d| d.checked_mul(Decimal::ONE_HUNDRED)) {
        Some(difference) => format!("{} pp", signed(rounded(difference, 1))),
        None => NONE.to_owned(),
    }
}

/// With a sign.
pub(super) fn signed(number: Decimal) -> String {
    let text = grouped(number.abs());
    if number.is_zero() {
        text
    } else if number.is_sign_negative() {
        format!("−{text}")
    } else {
        format!("+{text}")
    }
}

/// A count with its thousands apart.
pub(super) fn count(count: u64) -> String {
    grouped(count.into())
}

/// Pesos, without centavos.
pub(super) fn pesos(amount: Decimal) -> String {
    format!("${}", grouped(rounded(amount, 0)))
}

/// A difference of pesos, with a sign.
pub(super) fn signed_pesos(amount: Decimal) -> String {
    let sign = match rounded(amount, 0) {
        amount if amount.is_zero() => "",
        amount if amount.is_sign_negative() => "−",
        _ => "+",
    };
    format!("{sign}{}", pesos(amount.abs()))
}

/// An index with four decimals.
pub(super) fn index(number: Option<Decimal>) -> String {
    number.map_or_else(|| NONE.to_owned(), |number| grouped(rounded(number, 4)))
}

/// What is shown where there is no number.
pub(super) const NONE: &str = "–";

/// A number with its thousands apart and a real minus sign.
pub(super) fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((&*text, ""), |(w, f)| (w, f));
    let mut out = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        out.push('−');
    }
    let digits = whole.chars().count();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && digits.saturating_sub(at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// One less the other.
pub(super) fn less(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one?.checked_sub(other?)
}
