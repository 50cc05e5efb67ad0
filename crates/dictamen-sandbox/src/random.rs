//! Chance that repeats itself: the same seed gives the same people on every machine and with every
//! version of every library.
//!
//! Generators of libraries promise neither that for their distributions, and it is all that is
//! needed here. The generator is `SplitMix64`; nothing secret comes from it.

use chrono::{Days, NaiveDate};
use sha2::{Digest as _, Sha256};

/// A stream of chance.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of a seed and a name within it. Streams of different names have nothing to do
    /// with each other, so that people can be made in any order.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        hash.update(name.as_bytes());
        let bytes = hash.finalize();
        let state = bytes
            .iter()
            .take(8)
            .fold(0_u64, |state, byte| (state << 8) | u64::from(*byte));
        Self(state)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both included; `low` when there is none.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = high.saturating_sub(low).saturating_add(1).max(1);
        let product = u128::from(self.next()).saturating_mul(u128::from(count.unsigned_abs()));
        let chosen = i64::try_from(product >> 64).unwrap_or(0);
        low.saturating_add(chosen)
    }

    /// True `permille` times in a thousand.
    pub(crate) fn chance(&mut self, permille: i64) -> bool {
        self.between(0, 999) < permille
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        let last = i64::try_from(from.len())
            .unwrap_or(i64::MAX)
            .saturating_sub(1);
        let index = usize::try_from(self.between(0, last)).unwrap_or(0);
        from.get(index).copied().unwrap_or(otherwise)
    }

    /// A draw from a distribution given by points of its quantile function, `(permille, value)`,
    /// with straight lines between them.
    pub(crate) fn draw(&mut self, quantiles: &[(i64, i64)]) -> i64 {
        let at = self.between(0, 999);
        let mut below = quantiles.first().copied().unwrap_or((0, 0));
        for above in quantiles {
            if at < above.0 {
                let width = above.0.saturating_sub(below.0).max(1);
                let rise = above.1.saturating_sub(below.1);
                let part = at.saturating_sub(below.0).saturating_mul(rise);
                return below.1.saturating_add(part.checked_div(width).unwrap_or(0));
            }
            below = *above;
        }
        below.1
    }

    /// A day between two, both included.
    pub(crate) fn day(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let span = last.signed_duration_since(first).num_days().max(0);
        after(first, self.between(0, span))
    }

    /// Decimal digits.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from_digit(u32::try_from(self.between(0, 9)).unwrap_or(0), 10))
            .map(|digit| digit.unwrap_or('0'))
            .collect()
    }
}

/// The day so many days later, or the same when the calendar ends.
pub(crate) fn after(day: NaiveDate, days: i64) -> NaiveDate {
    let moved = if days < 0 {
        day.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        day.checked_add_days(Days::new(days.unsigned_abs()))
    };
    moved.unwrap_or(day)
}

/// `amount * times / parts`, rounded down.
pub(crate) fn share(amount: i64, times: i64, parts: i64) -> i64 {
    amount.saturating_mul(times).checked_div(parts).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream_for_ever() {
        let mut dice = Dice::new(7, "a person");
        let drawn: Vec<i64> = (0..5).map(|_| dice.between(0, 999)).collect();
        assert_eq!(drawn, [622, 592, 964, 793, 613]);
        assert_ne!(Dice::new(7, "b").digits(20), Dice::new(8, "b").digits(20));
    }

    #[test]
    fn a_draw_follows_its_quantiles() {
        let mut dice = Dice::new(1, "quantiles");
        let points = [(0, 10), (500, 20), (1000, 100)];
        let mut drawn: Vec<i64> = (0..10_001).map(|_| dice.draw(&points)).collect();
        drawn.sort_unstable();
        assert!((10..=100).contains(&drawn[0]) && drawn[10_000] <= 100);
        assert!((19..=21).contains(&drawn[5_000]), "{}", drawn[5_000]);
        assert!((57..=63).contains(&drawn[7_500]), "{}", drawn[7_500]);
    }
}
