//! Decimals with all places a decimal can have, in 128 bits: compared without looking at scales.

use rust_decimal::Decimal;

/// Powers of ten from none to [`Decimal::MAX_SCALE`].
const POWERS: [i128; 29] = [
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
    10_000_000_000_000_000_000,
    100_000_000_000_000_000_000,
    1_000_000_000_000_000_000_000,
    10_000_000_000_000_000_000_000,
    100_000_000_000_000_000_000_000,
    1_000_000_000_000_000_000_000_000,
    10_000_000_000_000_000_000_000_000,
    100_000_000_000_000_000_000_000_000,
    1_000_000_000_000_000_000_000_000_000,
    10_000_000_000_000_000_000_000_000_000,
];

/// Numbers from here on have no room; above eight milliards, far above what is binned.
const LIMIT: i128 = 1 << 33;

/// A number with 28 places; `None` when it is too large.
#[inline]
pub(super) fn of(number: Decimal) -> Option<i128> {
    let scale = usize::try_from(number.scale()).ok()?;
    let digits = number.mantissa();
    let own = *POWERS.get(scale)?;
    if digits.unsigned_abs() >= own.wrapping_mul(LIMIT).unsigned_abs() {
        return None;
    }
    let missing = *POWERS.get(POWERS.len().wrapping_sub(1).wrapping_sub(scale))?;
    Some(digits.wrapping_mul(missing))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_keep_their_order(
            a in -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
            b in any::<i64>(),
            (scale, other) in (0_u32..=28, 0_u32..=28),
        ) {
            let a = Decimal::from_i128_with_scale(a, scale);
            let b = Decimal::from_i128_with_scale(b.into(), other);
            if let (Some(one), Some(two)) = (of(a), of(b)) {
                prop_assert_eq!(one.cmp(&two), a.cmp(&b));
            }
        }
    }

    #[test]
    fn numbers_of_ordinary_size_have_room() {
        for number in [
            "0",
            "-1",
            "7.9228162514264337593543950335",
            "8589934591.99",
            "-0.10",
        ] {
            let number: Decimal = number.parse().unwrap();
            let back =
                Decimal::try_from_i128_with_scale(of(number).unwrap() / 1_000_000_000_000, 16);
            assert_eq!(
                back.unwrap(),
                number.round_dp_with_strategy(16, rust_decimal::RoundingStrategy::ToZero)
            );
        }
        assert_eq!(of(Decimal::from(LIMIT)), None);
    }
}
