//! Sums, products and orders of small decimals, in whole numbers.
//!
//! Exact or not at all: what does not fit gives `None`, and the caller takes the long way. What is
//! given equals what [`Decimal`] gives; a test holds that.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::program::Small;

/// Powers of ten that fit.
const POWERS: [i64; 19] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
    10_000_000_000_000,
    100_000_000_000_000,
    1_000_000_000_000_000,
    10_000_000_000_000_000,
    100_000_000_000_000_000,
    1_000_000_000_000_000_000,
];

/// A power of ten, if it fits.
#[inline]
pub(super) fn power(digits: u32) -> Option<i64> {
    POWERS.get(usize::try_from(digits).ok()?).copied()
}

/// The digits of both at the larger scale, and that scale.
#[inline]
fn aligned(a: Small, b: Small) -> Option<(i64, i64, u32)> {
    match a.scale.cmp(&b.scale) {
        Ordering::Equal => Some((a.digits, b.digits, a.scale)),
        Ordering::Less => {
            let power = power(b.scale.wrapping_sub(a.scale))?;
            Some((a.digits.checked_mul(power)?, b.digits, b.scale))
        }
        Ordering::Greater => {
            let power = power(a.scale.wrapping_sub(b.scale))?;
            Some((a.digits, b.digits.checked_mul(power)?, a.scale))
        }
    }
}

#[inline]
pub(super) fn order(a: Small, b: Small) -> Ordering {
    match aligned(a, b) {
        Some((a, b, _)) => a.cmp(&b),
        None => order_at_length(a, b),
    }
}

#[cold]
fn order_at_length(a: Small, b: Small) -> Ordering {
    a.decimal().cmp(&b.decimal())
}

#[inline]
pub(super) fn add(a: Small, b: Small) -> Option<Small> {
    let (a, b, scale) = aligned(a, b)?;
    let digits = a.checked_add(b)?;
    Some(Small { digits, scale })
}

#[inline]
pub(super) fn subtract(a: Small, b: Small) -> Option<Small> {
    let (a, b, scale) = aligned(a, b)?;
    let digits = a.checked_sub(b)?;
    Some(Small { digits, scale })
}

#[inline]
pub(super) fn multiply(a: Small, b: Small) -> Option<Small> {
    let scale = a.scale.wrapping_add(b.scale);
    if scale > Decimal::MAX_SCALE {
        return None;
    }
    let digits = a.digits.checked_mul(b.digits)?;
    Some(Small { digits, scale })
}

/// The nearest multiple of a step greater than zero, below or above.
#[inline]
pub(super) fn multiple(number: Small, step: Small, up: bool) -> Option<Small> {
    let (number, step, scale) = aligned(number, step)?;
    let rest = number.checked_rem_euclid(step)?;
    let below = number.checked_sub(rest)?;
    let digits = if up && rest != 0 {
        below.checked_add(step)?
    } else {
        below
    };
    Some(Small { digits, scale })
}

/// Rounded to so many places, ties away from zero.
#[inline]
pub(super) fn round(number: Small, places: u32) -> Option<Small> {
    let Some(cut) = number.scale.checked_sub(places).filter(|cut| *cut > 0) else {
        return Some(number);
    };
    let power = power(cut)?;
    let whole = number.digits.checked_div(power)?;
    let rest = number.digits.checked_rem(power)?;
    let up = rest.unsigned_abs() >= power.unsigned_abs().checked_sub(rest.unsigned_abs())?;
    let digits = if up {
        whole.checked_add(number.digits.signum())?
    } else {
        whole
    };
    Some(Small {
        digits,
        scale: places,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy;

    use super::*;

    /// Of every size and scale, small and near each other often enough.
    fn numbers() -> impl Strategy<Value = Small> {
        let digits = prop_oneof![
            -100_i64..100,
            any::<i32>().prop_map(i64::from),
            any::<i64>(),
            Just(i64::MAX),
            Just(i64::MIN),
        ];
        let scale = prop_oneof![0_u32..6, 0_u32..=28];
        (digits, scale).prop_map(|(digits, scale)| Small { digits, scale })
    }

    fn plain(number: Option<Small>) -> Option<Decimal> {
        number.map(|number| number.decimal().normalize())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Where the short way gives anything, it is what the library gives.
        #[test]
        fn the_short_way_gives_what_the_library_gives(a in numbers(), b in numbers()) {
            let (one, other) = (a.decimal(), b.decimal());
            // One number of 64 digits is read as long though it would fit.
            prop_assert_eq!(Small::of(one), Some(a).filter(|a| a.digits != i64::MIN));
            prop_assert_eq!(order(a, b), one.cmp(&other));
            let ways = [
                (add(a, b), one.checked_add(other)),
                (subtract(a, b), one.checked_sub(other)),
                (multiply(a, b), one.checked_mul(other)),
            ];
            for (short, long) in ways {
                if short.is_some() {
                    prop_assert_eq!(plain(short), long.map(|long| long.normalize()), "{:?} {:?}", a, b);
                }
            }
        }

        #[test]
        fn rounding_is_the_librarys(a in numbers(), places in 0_u32..=28) {
            let long = a.decimal().round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            if let Some(short) = round(a, places) {
                prop_assert_eq!(short.decimal(), long, "{:?} to {}", a, places);
            }
        }

        /// Below or above, nearer than a step, and a whole number of steps.
        #[test]
        fn a_multiple_is_the_nearest(a in numbers(), step in numbers(), up in any::<bool>()) {
            let step = Small { digits: step.digits.saturating_abs().max(1), ..step };
            if let Some(found) = multiple(a, step, up) {
                let (number, by, found) = (a.decimal(), step.decimal(), found.decimal());
                prop_assert!(found.checked_rem(by).unwrap().is_zero());
                let off = if up { found.checked_sub(number) } else { number.checked_sub(found) };
                let off = off.unwrap();
                prop_assert!(off >= Decimal::ZERO && off < by, "{:?} {:?} {}", a, step, found);
            }
        }
    }

    #[test]
    fn ties_go_away_from_zero() {
        let round = |digits, scale, places| round(Small { digits, scale }, places).unwrap().digits;
        assert_eq!(round(1_005, 3, 2), 101);
        assert_eq!(round(-1_005, 3, 2), -101);
        assert_eq!(round(1_004, 3, 2), 100);
        assert_eq!(round(-4, 1, 0), 0);
    }
}
