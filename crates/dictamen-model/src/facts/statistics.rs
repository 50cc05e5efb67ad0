//! The measures that need logarithms and roots, and the only place with binary floats.
//!
//! They are computed with `libm`, which gives the same result on every machine, and rounded to six
//! decimals at once.

#![expect(
    clippy::float_arithmetic,
    reason = "logarithms and roots have no exact decimals; results are rounded to six"
)]

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::division::short_units;

/// Logarithms of salaries, one a month, the newest first; `None` for months without a known one.
pub(super) struct Logarithms(Vec<Option<f64>>);

impl Logarithms {
    /// Of salaries in pesos.
    pub(super) fn of(salaries: impl Iterator<Item = Option<Decimal>>) -> Option<Self> {
        let mut last = None;
        let mut logarithms = Vec::with_capacity(25);
        for salary in salaries {
            // Most months pay what the next one pays.
            if let Some(salary) = salary
                && last.is_none_or(|(same, _)| same != salary.serialize())
            {
                last = Some((salary.serialize(), libm::log(float(salary)?)));
            }
            logarithms.push(salary.and(last).map(|(_, logarithm)| logarithm));
        }
        Some(Self(logarithms))
    }

    /// Slope per year by ordinary least squares; months without a known salary are left out.
    ///
    /// `None` with fewer than `least` known months, or when the newest is not known: a salary that
    /// ended has no trend today.
    pub(super) fn slope(&self, least: usize) -> Option<Decimal> {
        let count = self.known(least)?;
        let points = || {
            let years = std::iter::successors(Some(0.0_f64), |years| Some(years - 1.0 / 12.0));
            let pairs = years.zip(&self.0);
            pairs.filter_map(|(x, logarithm)| Some((x, (*logarithm)?)))
        };
        let mean_x = points().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points().map(|(_, y)| y).sum::<f64>() / count;
        let (mut covariance, mut variance) = (0.0, 0.0);
        for (x, y) in points() {
            covariance += (x - mean_x) * (y - mean_y);
            variance += (x - mean_x) * (x - mean_x);
        }
        rounded(covariance / variance)
    }

    /// Population standard deviation of the monthly changes; only those between consecutive known
    /// months count. `None` as for [`Self::slope`].
    pub(super) fn volatility(&self, least: usize) -> Option<Decimal> {
        self.known(least)?;
        let changes = || {
            self.0.windows(2).filter_map(|pair| match pair {
                [Some(later), Some(earlier)] => Some(later - earlier),
                _ => None,
            })
        };
        let count = f64::from(u32::try_from(changes().count()).ok().filter(|n| *n > 0)?);
        let mean = changes().sum::<f64>() / count;
        let variance = changes().map(|c| (c - mean) * (c - mean)).sum::<f64>() / count;
        rounded(libm::sqrt(variance))
    }

    /// How many months are known, if they are enough.
    fn known(&self, least: usize) -> Option<f64> {
        self.0.first().copied().flatten()?;
        let known = self.0.iter().flatten().count();
        let enough = known >= least.max(2);
        Some(f64::from(u32::try_from(known).ok().filter(|_| enough)?))
    }
}

/// Growth per year that leads from one salary to another in `months` months.
pub(super) fn annual_growth(earlier: Decimal, later: Decimal, months: u32) -> Option<Decimal> {
    let ratio = float(later)? / float(earlier)?;
    rounded(libm::pow(ratio, 12.0 / f64::from(months)) - 1.0)
}

/// The nearest float. Units and a power of ten that are both exact floats have a correctly rounded
/// quotient. Others go through text, which Rust reads and writes correctly rounded on every
/// machine; the decimal type's own conversion uses a power that need not be.
pub(super) fn float(value: Decimal) -> Option<f64> {
    quotient(value).or_else(|| value.to_string().parse().ok())
}

fn quotient(value: Decimal) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    const POWERS: [f64; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];
    let units = short_units(value).filter(|units| *units <= EXACT)?;
    let power = POWERS.get(usize::try_from(value.scale()).ok()?)?;
    let (high, low) = (
        u32::try_from(units >> 32).ok()?,
        u32::try_from(units & 0xffff_ffff).ok()?,
    );
    Some((f64::from(high) * 4_294_967_296.0 + f64::from(low)) / power)
}

/// Six decimals, a half to the even neighbour, of the exact value of a float.
pub(super) fn rounded(value: f64) -> Option<Decimal> {
    let units = millionths(value.abs()).map(|units| {
        if value < 0.0 {
            units.saturating_neg()
        } else {
            units
        }
    });
    let rounded = match units {
        Some(units) => Decimal::from_i128_with_scale(units, 6),
        None => format!("{value:.6}").parse().ok()?,
    };
    // Negative zero would print its sign.
    Some(if rounded.is_zero() {
        Decimal::ZERO
    } else {
        rounded
    })
}

/// Millionths of a positive float below 2^52, in whole numbers throughout.
fn millionths(value: f64) -> Option<i128> {
    let bits = value.to_bits();
    let exponent = u32::try_from(bits >> 52)
        .ok()
        .filter(|exponent| (1..1_075).contains(exponent))?;
    let mantissa = bits & 0x000f_ffff_ffff_ffff | 0x0010_0000_0000_0000;
    let scaled = i128::from(mantissa).saturating_mul(1_000_000);
    // The value is the mantissa over two to this power.
    let power = 1_075_u32.saturating_sub(exponent);
    let Some(unit) = 1_i128.checked_shl(power).filter(|unit| *unit > 0) else {
        return Some(0);
    };
    // The unit is a power of two.
    let (whole, rest) = (scaled.checked_shr(power)?, scaled & unit.saturating_sub(1));
    let up = match rest.saturating_mul(2).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Equal => whole & 1 == 1,
        Ordering::Greater => true,
    };
    Some(whole.saturating_add(i128::from(up)))
}
