//! The index itself, which needs logarithms, and the only place of this crate with binary floats.
//!
//! Computed with `libm`, which gives the same result on every machine, in the order of the classes,
//! and rounded to four decimals at once.

#![expect(
    clippy::float_arithmetic,
    reason = "logarithms have no exact decimals; results are rounded to four"
)]

use rust_decimal::Decimal;

/// Decisions that an empty class is taken to hold, so that there is a logarithm.
const EMPTY: f64 = 0.5;

/// The sum over classes of the difference of the shares times the logarithm of their ratio.
///
/// A class that is empty in one window counts there as half a decision; one that is empty in both
/// adds nothing. `None` when a window is empty.
pub(super) fn psi(classes: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Decimal> {
    let (before, now) = totals(classes.clone())?;
    let mut sum = 0.0;
    for (reference, live) in held(classes) {
        let expected = f64::from(reference).max(EMPTY) / before;
        let actual = f64::from(live).max(EMPTY) / now;
        sum += (actual - expected) * libm::log(actual / expected);
    }
    rounded(sum)
}

/// What the index is on average when both windows are drawn from the same people (Yurdakul,
/// Statistical Properties of Population Stability Index, 2018).
pub(super) fn by_chance(classes: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Decimal> {
    let (before, now) = totals(classes.clone())?;
    let held = u32::try_from(held(classes).count()).ok()?;
    rounded(f64::from(held.saturating_sub(1)) * (1.0 / before + 1.0 / now))
}

/// Classes that hold anybody.
fn held(classes: impl Iterator<Item = (u64, u64)>) -> impl Iterator<Item = (u32, u32)> {
    let small = |count| u32::try_from(count).unwrap_or(u32::MAX);
    classes
        .filter(|pair| *pair != (0, 0))
        .map(move |(reference, live)| (small(reference), small(live)))
}

fn totals(classes: impl Iterator<Item = (u64, u64)>) -> Option<(f64, f64)> {
    let (mut before, mut now) = (0.0, 0.0);
    for (reference, live) in held(classes) {
        before += f64::from(reference);
        now += f64::from(live);
    }
    (before > 0.0 && now > 0.0).then_some((before, now))
}

/// Four decimals, correctly rounded on every machine, by way of text.
fn rounded(value: f64) -> Option<Decimal> {
    format!("{value:.4}").parse().ok()
}
