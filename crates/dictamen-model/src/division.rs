//! Exact division of what salaries and days are counted in.
//!
//! The decimal library divides numbers of any size, a few digits at a time. Nearly all that is
//! divided here fits a machine word, and then three divisions of the processor give the same
//! quotient: as many digits as a decimal holds, a half to the even neighbour. What does not fit is
//! left to the library.

use rust_decimal::Decimal;

/// The quotient; `None` when it is too large, or the divisor is zero.
pub(crate) fn divide(dividend: Decimal, divisor: Decimal) -> Option<Decimal> {
    short(dividend, divisor).or_else(|| dividend.checked_div(divisor))
}

/// Digits behind the point that one step gives at most.
const STEP: u32 = 19;

/// The most units and the largest scale of a decimal.
const MOST: u128 = (1 << 96) - 1;
const FINEST: i32 = 28;

fn short(dividend: Decimal, divisor: Decimal) -> Option<Decimal> {
    let scale = i32::try_from(dividend.scale())
        .ok()?
        .checked_sub(i32::try_from(divisor.scale()).ok()?)?;
    let (dividend, divisor) = (short_units(dividend)?, short_units(divisor)?);
    let whole = dividend.checked_div(divisor)?;
    let rest = dividend.checked_rem(divisor)?;
    let (first, rest) = step(rest, STEP, divisor)?;
    if rest == 0 {
        return exact(whole, first, scale);
    }
    // How many digits stand before the point; none, or less, when the quotient is below one.
    let before = match whole.checked_ilog10() {
        Some(power) => i32::try_from(power).ok()?.checked_add(1)?,
        None => i32::try_from(first.checked_ilog10()?)
            .ok()?
            .checked_sub(18)?,
    };
    let rounded = |places: i32| {
        let more = u32::try_from(places).ok()?.checked_sub(STEP)?;
        let (second, rest) = step(rest, more, divisor)?;
        let units = u128::from(whole)
            .checked_mul(power(STEP)?.into())?
            .checked_add(first.into())?
            .checked_mul(power(more)?.into())?
            .checked_add(second.into())?;
        let left = divisor.checked_sub(rest)?;
        let up = rest > left || rest == left && units & 1 == 1;
        let units = units
            .checked_add(up.into())
            .filter(|units| *units <= MOST)?;
        decimal(units, scale.checked_add(places)?)
    };
    // Twenty-nine digits, unless the number they make is too large or they are too fine.
    let finest = FINEST.checked_sub(scale)?;
    let most = 29_i32.checked_sub(before)?;
    let places = most.min(finest);
    if u32::try_from(places).ok()?.checked_sub(STEP)? > STEP {
        return None;
    }
    let full = rounded(places);
    if full.is_none() && places == most {
        return rounded(most.checked_sub(1)?);
    }
    full
}

/// The units of a decimal that is not negative, when they fit a machine word.
#[inline]
pub(crate) fn short_units(value: Decimal) -> Option<u64> {
    let parts = value.unpack();
    let units = u64::from(parts.mid) << 32 | u64::from(parts.lo);
    (!parts.negative && parts.hi == 0).then_some(units)
}

/// A quotient whose digits end within the first step.
fn exact(whole: u64, digits: u64, scale: i32) -> Option<Decimal> {
    let (mut digits, mut places) = (digits, STEP);
    if digits == 0 {
        places = 0;
    }
    while places > 0 && digits % 10 == 0 {
        digits /= 10;
        places = places.checked_sub(1)?;
    }
    let units = u128::from(whole)
        .checked_mul(power(places)?.into())?
        .checked_add(digits.into())?;
    decimal(units, scale.checked_add(i32::try_from(places).ok()?)?)
}

/// So many further digits of a quotient, and what is left. The rest is less than the divisor.
fn step(rest: u64, digits: u32, divisor: u64) -> Option<(u64, u64)> {
    let rest = u128::from(rest).checked_mul(power(digits)?.into())?;
    let quotient = rest.checked_div(divisor.into())?;
    let left = rest.checked_sub(quotient.checked_mul(divisor.into())?)?;
    Some((u64::try_from(quotient).ok()?, u64::try_from(left).ok()?))
}

fn decimal(units: u128, scale: i32) -> Option<Decimal> {
    let (units, scale) = (i128::try_from(units).ok()?, u32::try_from(scale).ok()?);
    Decimal::try_from_i128_with_scale(units, scale).ok()
}

/// A power of ten; `None` above the nineteenth.
fn power(exponent: u32) -> Option<u64> {
    const POWERS: [u64; 20] = {
        let (mut powers, mut power) = ([0; 20], 1_u64);
        let mut left = powers.as_mut_slice();
        while let Some((first, others)) = left.split_first_mut() {
            *first = power;
            power = power.wrapping_mul(10);
            left = others;
        }
        powers
    };
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimals() -> impl Strategy<Value = Decimal> {
        let units = prop_oneof![
            0_i64..100,
            0_i64..100_000_000,
            any::<i64>(),
            (0_u32..63).prop_map(|power| 1 << power),
            (0_u32..19).prop_map(|power| 10_i64.pow(power)),
        ];
        (units, prop_oneof![0_u32..5, 0_u32..=28])
            .prop_map(|(units, scale)| Decimal::new(units, scale))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn the_quotient_is_that_of_the_library(dividend in decimals(), divisor in decimals()) {
            prop_assert_eq!(divide(dividend, divisor), dividend.checked_div(divisor));
        }

        /// Salaries by salaries and days by days must not need the library.
        #[test]
        fn usual_numbers_are_short(
            dividend in 1_i64..1_000_000_000_000, divisor in 1_i64..1_000_000_000_000,
            places in 0_u32..4, more in 0_u32..4,
        ) {
            let (dividend, divisor) = (Decimal::new(dividend, places), Decimal::new(divisor, more));
            let quotient = short(dividend, divisor);
            prop_assert_eq!(quotient, dividend.checked_div(divisor));
        }
    }

    #[test]
    fn halves_go_to_the_even_neighbour_and_nothing_is_divided_by_zero() {
        // Two to the power of 28, and so many fives behind the point.
        let divisor = Decimal::from(1_i64 << 29);
        for dividend in [1_i64, 3, 5, 7] {
            let dividend = Decimal::from(dividend);
            assert_eq!(divide(dividend, divisor), dividend.checked_div(divisor));
        }
        assert_eq!(divide(Decimal::ONE, Decimal::ZERO), None);
        assert_eq!(divide(Decimal::MAX, Decimal::new(1, 1)), None);
    }
}
