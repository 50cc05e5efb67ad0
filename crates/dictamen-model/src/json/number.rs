//! Exact numbers from JSON text.

use rust_decimal::Decimal;

/// Why a number cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// More digits than an exact decimal of this program holds (28).
    Digits,
    /// Too large.
    Magnitude,
}

/// The same of so many units of a decimal with so many places.
#[inline]
pub(crate) fn short_decimal(mut units: u64, mut scale: u32, negative: bool) -> Decimal {
    while scale > 0 && units.is_multiple_of(10) {
        units /= 10;
        scale = scale.wrapping_sub(1);
    }
    let [low, high] =
        [units & 0xffff_ffff, units >> 32].map(|half| u32::try_from(half).unwrap_or(0));
    Decimal::from_parts(low, high, 0, negative && units > 0, scale)
}

/// The exact value of a JSON number: `762.54` is 762.54 and `1e-2` is 0.01.
///
/// `text` must follow the grammar of JSON numbers.
pub(crate) fn decimal(text: &str) -> Result<Decimal, Unfit> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if let Some((units, scale)) = short(unsigned.as_bytes()) {
        let negative = unsigned.len() < text.len();
        return Ok(short_decimal(units, scale, negative));
    }
    any(text)
}

/// Units and places of a number without sign and exponent whose digits fit a machine word, as
/// nearly all are.
fn short(digits: &[u8]) -> Option<(u64, u32)> {
    if digits.len() > 18 {
        return None;
    }
    let (mut units, mut scale, mut point) = (0_u64, 0_u32, 0_u32);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                // Eighteen digits do not wrap.
                units = units.wrapping_mul(10).wrapping_add(u64::from(byte & 0x0f));
                scale = scale.wrapping_add(point);
            }
            b'.' => point = 1,
            _ => return None,
        }
    }
    Some((units, scale))
}

fn any(text: &str) -> Result<Decimal, Unfit> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    let significant = digits.trim_end_matches('0');
    let trailing = digits.len().saturating_sub(significant.len());
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let exponent = match exponent {
        None => 0_i64,
        Some(e) => e.trim_start_matches('+').parse().map_err(|_| {
            if e.starts_with('-') {
                Unfit::Digits
            } else {
                Unfit::Magnitude
            }
        })?,
    };
    let shift = exponent
        .checked_sub(i64::try_from(fraction.len()).map_err(|_| Unfit::Digits)?)
        .and_then(|e| e.checked_add(i64::try_from(trailing).ok()?))
        .ok_or(Unfit::Magnitude)?;
    let units: i128 = significant.parse().map_err(|_| Unfit::Digits)?;
    let units = if negative {
        units.saturating_neg()
    } else {
        units
    };
    if shift > 0 {
        let power = u32::try_from(shift)
            .ok()
            .and_then(|shift| 10_i128.checked_pow(shift))
            .ok_or(Unfit::Magnitude)?;
        let units = units.checked_mul(power).ok_or(Unfit::Magnitude)?;
        Decimal::try_from_i128_with_scale(units, 0).map_err(|_| Unfit::Magnitude)
    } else {
        let scale = u32::try_from(shift.saturating_neg()).map_err(|_| Unfit::Digits)?;
        Decimal::try_from_i128_with_scale(units, scale).map_err(|_| Unfit::Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_value() {
        for (text, value) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("762.54", "762.54"),
            ("600.0", "600"),
            ("23193.925", "23193.925"),
            ("1e3", "1000"),
            ("1.50E+2", "150"),
            ("125e-2", "1.25"),
            ("-12.5", "-12.5"),
            ("0e99999999999999999999", "0"),
            (
                "79228162514264337593543950335",
                "79228162514264337593543950335",
            ),
            (
                "0.0000000000000000000000000001",
                "0.0000000000000000000000000001",
            ),
            ("1.00000000000000000000000000000000000000000000", "1"),
        ] {
            assert_eq!(decimal(text).unwrap(), value.parse().unwrap(), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_exactly_is_refused() {
        for (text, why) in [
            ("1e29", Unfit::Magnitude),
            ("1e999999999999999999999", Unfit::Magnitude),
            ("1e-29", Unfit::Digits),
            ("1e-999999999999999999999", Unfit::Digits),
            ("0.12345678901234567890123456789", Unfit::Digits),
            ("79228162514264337593543950336", Unfit::Digits),
        ] {
            assert_eq!(decimal(text), Err(why), "{text}");
        }
    }
}
