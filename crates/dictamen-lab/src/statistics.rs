//! The statistics of credit: how well a score separates, how far populations differ, and whether
//! groups of people fare alike.
//!
//! Whatever is a ratio of counts is computed exactly. What needs roots or logarithms is computed
//! with binary floats in one module below, the only one of this crate, through a portable library,
//! and leaves it rounded. Knows nothing of policies.

mod floating;

use rust_decimal::{Decimal, RoundingStrategy};

pub use floating::{psi, psi_by_chance, two_proportions};

/// Decimals that statistics are rounded to.
pub const PLACES: u32 = 12;

/// People of a score: the score, how many of them paid, how many did not.
pub type Scored = (i64, u64, u64);

/// A test of whether two shares differ by more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZTest {
    /// The difference in standard errors, with the pooled share; negative when the first is smaller.
    pub z: Decimal,
    /// How often chance alone gives a difference at least as large, in either direction.
    pub p: Decimal,
}

/// Twice the area under the curve less one: 1 when every bad has a lower score than every good, 0
/// when the score says nothing. `scores` ascend and do not repeat. `None` without goods or bads.
pub fn gini(scores: impl IntoIterator<Item = Scored>) -> Option<Decimal> {
    // Each good counts two for a bad below it and one for a bad beside it.
    let (mut goods, mut bads, mut sum) = (0_i128, 0_i128, 0_i128);
    for (_, good, bad) in scores {
        let (good, bad) = (i128::from(good), i128::from(bad));
        let below = bads.checked_mul(2)?.checked_add(bad)?;
        sum = sum.checked_add(good.checked_mul(below)?)?;
        goods = goods.checked_add(good)?;
        bads = bads.checked_add(bad)?;
    }
    let pairs = goods.checked_mul(bads)?;
    quotient(sum.checked_sub(pairs)?, pairs)
}

/// Kolmogorov and Smirnov's: the largest distance between the shares of goods and of bads up to a
/// score. `scores` ascend and do not repeat. `None` without goods or bads.
pub fn ks(scores: impl IntoIterator<Item = Scored> + Clone) -> Option<Decimal> {
    let (mut goods, mut bads) = (0_i128, 0_i128);
    for (_, good, bad) in scores.clone() {
        goods = goods.checked_add(good.into())?;
        bads = bads.checked_add(bad.into())?;
    }
    let (mut good_below, mut bad_below, mut widest) = (0_i128, 0_i128, 0_i128);
    for (_, good, bad) in scores {
        good_below = good_below.checked_add(good.into())?;
        bad_below = bad_below.checked_add(bad.into())?;
        let distance = good_below
            .checked_mul(bads)?
            .checked_sub(bad_below.checked_mul(goods)?)?;
        widest = widest.max(distance.checked_abs()?);
    }
    quotient(widest, goods.checked_mul(bads)?)
}

/// The share of the first (`some` of `all`) over that of the second; `None` when either has nobody or
/// nobody of the second.
pub fn impact_ratio(first: (u64, u64), second: (u64, u64)) -> Option<Decimal> {
    let ((some, all), (of_some, of_all)) = (first, second);
    if all == 0 {
        return None;
    }
    quotient(
        i128::from(some).checked_mul(of_all.into())?,
        i128::from(all).checked_mul(of_some.into())?,
    )
}

/// A share of a whole, 0 to 1; `None` of nothing.
pub fn share(some: u64, all: u64) -> Option<Decimal> {
    quotient(some.into(), all.into())
}

/// Ten classes of the first of two distributions, as equal as its values allow, each with the
/// people of both in it. `scores` ascend: a score, and the people who have it in each.
pub fn tenths(scores: &[(i64, u64, u64)]) -> Vec<(u64, u64)> {
    let all: u128 = scores
        .iter()
        .map(|(_, before, _)| u128::from(*before))
        .sum();
    let mut classes = vec![(0_u64, 0_u64)];
    let (mut passed, mut cut) = (0_u128, 1_u128);
    for (_, before, after) in scores {
        // A class ends with the score in which its tenth is complete.
        if passed.saturating_mul(10) >= all.saturating_mul(cut) && passed > 0 && passed < all {
            classes.push((0, 0));
            cut = passed
                .saturating_mul(10)
                .checked_div(all)
                .unwrap_or(0)
                .saturating_add(1);
        }
        if let Some((in_before, in_after)) = classes.last_mut() {
            *in_before = in_before.saturating_add(*before);
            *in_after = in_after.saturating_add(*after);
        }
        passed = passed.saturating_add((*before).into());
    }
    classes
}

/// A quotient rounded to [`PLACES`]; `None` when it is not to be had exactly.
pub(crate) fn quotient(some: i128, all: i128) -> Option<Decimal> {
    let some = Decimal::try_from_i128_with_scale(some, 0).ok()?;
    let all = Decimal::try_from_i128_with_scale(all, 0).ok()?;
    let exact = some.checked_div(all)?;
    Some(exact.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointNearestEven))
}

/// A decimal as a text in JSON, as everywhere in what Dictamen writes.
#[expect(clippy::ref_option, reason = "as serde hands it over")]
pub(crate) fn as_text<S: serde::Serializer>(
    number: &Option<Decimal>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_score_that_separates_and_one_that_does_not() {
        let perfect = [(1, 0, 5), (2, 7, 0)];
        assert_eq!(gini(perfect), Some(Decimal::ONE));
        assert_eq!(ks(perfect), Some(Decimal::ONE));
        let nothing = [(1, 3, 3), (2, 5, 5)];
        assert_eq!(gini(nothing), Some(Decimal::ZERO));
        assert_eq!(ks(nothing), Some(Decimal::ZERO));
        let backwards = [(1, 5, 0), (2, 0, 7)];
        assert_eq!(gini(backwards), Some(Decimal::NEGATIVE_ONE));
        assert_eq!(gini([(1, 3, 0)]), None);
        assert_eq!(ks([(1, 0, 3)]), None);
    }

    #[test]
    fn figures_worked_by_hand() {
        // Goods 1, 3; bads 1, 2. Of four pairs: above 2 and a half (1>1 half, 3>1, 3>2, 1<2).
        let scores = [(1, 1, 1), (2, 0, 1), (3, 1, 0)];
        assert_eq!(gini(scores), Some(exact("0.25")));
        assert_eq!(ks(scores), Some(exact("0.5")));
        assert_eq!(impact_ratio((40, 100), (50, 100)), Some(exact("0.8")));
        assert_eq!(impact_ratio((0, 0), (50, 100)), None);
        assert_eq!(impact_ratio((1, 2), (0, 100)), None);
        assert_eq!(share(1, 3), Some(exact("0.333333333333")));
        assert_eq!(share(1, 0), None);
        // The same shares, pooled 0.45: z = -0.1 / sqrt(0.45 * 0.55 * 0.02).
        let test = two_proportions((40, 100), (50, 100)).unwrap();
        assert_eq!(test.z, exact("-1.421338109037"));
        assert_eq!(test.p, exact("0.155218489685"));
        assert_eq!(two_proportions((0, 100), (0, 100)), None);
    }

    #[test]
    fn populations_are_cut_into_tenths_of_the_first() {
        let even: Vec<(i64, u64, u64)> = (0..100).map(|score| (score, 1, 2)).collect();
        assert_eq!(tenths(&even), vec![(10, 20); 10]);
        // Half of all have one score: its tenths cannot be told apart.
        let lumpy = [(1, 50, 1), (2, 25, 1), (3, 25, 1)];
        assert_eq!(tenths(&lumpy), vec![(50, 1), (25, 1), (25, 1)]);
        assert_eq!(tenths(&[]), vec![(0, 0)]);
    }

    proptest! {
        #[test]
        fn what_must_hold(counts in prop::collection::vec((0_u64..50, 0_u64..50), 1..20)) {
            let scores: Vec<Scored> =
                (0..).zip(&counts).map(|(score, (good, bad))| (score, *good, *bad)).collect();
            let swapped: Vec<Scored> = scores.iter().map(|(s, good, bad)| (*s, *bad, *good)).collect();
            let (gini_of, ks_of) = (gini(scores.iter().copied()), ks(scores.iter().copied()));
            prop_assert_eq!(gini_of.and_then(|g| Decimal::ZERO.checked_sub(g)), gini(swapped.iter().copied()));
            prop_assert_eq!(ks_of, ks(swapped.iter().copied()));
            if let (Some(gini), Some(ks)) = (gini_of, ks_of) {
                prop_assert!(gini.abs() <= Decimal::ONE && ks <= Decimal::ONE);
            }
            let classes = tenths(&scores);
            let firsts = |pairs: &[(u64, u64)]| pairs.iter().map(|pair| pair.0).sum::<u64>();
            let seconds = |pairs: &[(u64, u64)]| pairs.iter().map(|pair| pair.1).sum::<u64>();
            prop_assert_eq!(firsts(&classes), firsts(&counts));
            prop_assert_eq!(seconds(&classes), seconds(&counts));
            prop_assert!(classes.len() <= 10);
        }
    }
}
