//! The measures that need logarithms and roots, and the only place with binary floats.
//!
//! They are computed with `libm`, which gives the same result on every machine, and rounded to six
//! decimals at once.

#![expect(
    clippy::float_arithmetic,
    reason = "logarithms and roots have no exact decimals; results are rounded to six"
)]

use rust_decimal::Decimal;

/// Slope per year of the logarithm of monthly salaries, by ordinary least squares.
///
/// `salaries` are pesos, one a month, the newest first; months without a known salary are left
/// out. `None` with fewer than `least` known months, or when the newest is not known: a salary
/// that ended has no trend today.
pub(super) fn log_slope(salaries: &[Option<Decimal>], least: usize) -> Option<Decimal> {
    let mut points = Vec::with_capacity(salaries.len());
    let mut years = 0.0_f64;
    for salary in salaries {
        if let Some(salary) = salary {
            points.push((years, libm::log(float(*salary)?)));
        }
        years -= 1.0 / 12.0;
    }
    if points.len() < least.max(2) || !known_today(salaries) {
        return None;
    }
    let count = f64::from(u32::try_from(points.len()).ok()?);
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (x, y) in points {
        covariance += (x - mean_x) * (y - mean_y);
        variance += (x - mean_x) * (x - mean_x);
    }
    rounded(covariance / variance)
}

/// Population standard deviation of the monthly change of the logarithm of salaries.
///
/// `salaries` as in [`log_slope`]; only changes between consecutive known months count.
pub(super) fn log_volatility(salaries: &[Option<Decimal>], least: usize) -> Option<Decimal> {
    if salaries.iter().flatten().count() < least.max(2) || !known_today(salaries) {
        return None;
    }
    let mut changes = Vec::with_capacity(salaries.len());
    for pair in salaries.windows(2) {
        if let [Some(later), Some(earlier)] = pair {
            changes.push(libm::log(float(*later)?) - libm::log(float(*earlier)?));
        }
    }
    if changes.is_empty() {
        return None;
    }
    let count = f64::from(u32::try_from(changes.len()).ok()?);
    let mean = changes.iter().sum::<f64>() / count;
    let variance = changes.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / count;
    rounded(libm::sqrt(variance))
}

/// Growth per year that leads from one salary to another in `months` months.
pub(super) fn annual_growth(earlier: Decimal, later: Decimal, months: u32) -> Option<Decimal> {
    let ratio = float(later)? / float(earlier)?;
    rounded(libm::pow(ratio, 12.0 / f64::from(months)) - 1.0)
}

fn known_today(salaries: &[Option<Decimal>]) -> bool {
    salaries.first().copied().flatten().is_some()
}

/// Through text, which Rust reads and writes correctly rounded on every machine; the decimal
/// type's own conversion uses a power that need not be.
fn float(value: Decimal) -> Option<f64> {
    value.to_string().parse().ok()
}

fn rounded(value: f64) -> Option<Decimal> {
    let rounded: Decimal = format!("{value:.6}").parse().ok()?;
    // Negative zero would print its sign.
    Some(if rounded.is_zero() {
        Decimal::ZERO
    } else {
        rounded
    })
}
