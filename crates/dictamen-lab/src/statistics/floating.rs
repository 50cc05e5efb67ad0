//! What needs roots and logarithms, and the only place of this crate with binary floats.
//!
//! Computed with `libm`, which gives the same result on every machine, in the order of what is
//! given, and rounded to decimals on leaving.

#![expect(
    clippy::float_arithmetic,
    reason = "roots and logarithms have no exact decimals; results are rounded"
)]

use rust_decimal::Decimal;

use super::{PLACES, ZTest};

/// Decisions that an empty class is taken to hold, so that there is a logarithm.
const EMPTY: f64 = 0.5;

/// The population stability index: the sum over classes of the difference of the shares times the
/// logarithm of their ratio.
///
/// A class that is empty in one window counts there as half a decision; one that is empty in both
/// adds nothing. `None` when a window is empty.
pub fn psi(classes: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Decimal> {
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
pub fn psi_by_chance(classes: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Decimal> {
    let (before, now) = totals(classes.clone())?;
    let held = u32::try_from(held(classes).count()).ok()?;
    rounded(f64::from(held.saturating_sub(1)) * (1.0 / before + 1.0 / now))
}

/// Whether two shares (some of all) differ: the z-test with the pooled share, two-sided. `None` when
/// either has nobody, or when all or none of both belong to it.
pub fn two_proportions(first: (u64, u64), second: (u64, u64)) -> Option<ZTest> {
    let [some, all, of_some, of_all] = [first.0, first.1, second.0, second.1].map(u32::try_from);
    let (some, all) = (f64::from(some.ok()?), f64::from(all.ok()?));
    let (of_some, of_all) = (f64::from(of_some.ok()?), f64::from(of_all.ok()?));
    let pooled = (some + of_some) / (all + of_all);
    let error = libm::sqrt(pooled * (1.0 - pooled) * (1.0 / all + 1.0 / of_all));
    let z = (some / all - of_some / of_all) / error;
    z.is_finite().then_some(())?;
    Some(ZTest {
        z: rounded(z)?,
        p: rounded(libm::erfc(z.abs() / core::f64::consts::SQRT_2))?,
    })
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

/// Correctly rounded on every machine, by way of text.
fn rounded(value: f64) -> Option<Decimal> {
    let places = usize::try_from(PLACES).ok()?;
    format!("{value:.places$}").parse().ok()
}
