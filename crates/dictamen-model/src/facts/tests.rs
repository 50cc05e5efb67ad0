//! Completed years and the two statistics, against definitions written down another way.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "test"
)]

use chrono::{Datelike as _, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::person::completed_years;
use super::statistics::{Logarithms, annual_growth, float, rounded};

proptest! {
    #[test]
    fn a_birthday_completes_a_year(born in 700_000_i32..740_000, lived in 0_i32..40_000) {
        let born = NaiveDate::from_num_days_from_ce_opt(born).unwrap();
        let day = born + chrono::Days::new(u64::try_from(lived).unwrap());
        let years = completed_years(born, day).unwrap();
        // A birthday that does not exist this year is celebrated on 1 March.
        let birthday = |year: i32| {
            NaiveDate::from_ymd_opt(year, born.month(), born.day())
                .unwrap_or_else(|| NaiveDate::from_ymd_opt(year, 3, 1).unwrap())
        };
        let counted = (born.year() + 1..=day.year()).filter(|year| birthday(*year) <= day).count();
        prop_assert_eq!(years, i64::try_from(counted).unwrap());
    }
}

proptest! {
    #[test]
    fn floats_are_those_of_the_text(units in any::<i64>(), shift in 0_u32..64, scale in 0_u32..=28) {
        let value = Decimal::from_i128_with_scale(i128::from(units >> shift), scale);
        prop_assert_eq!(float(value), value.to_string().parse().ok());
    }

    #[test]
    fn rounding_is_that_of_the_text(
        units in -(1_i64 << 40)..1 << 40, power in 0_i32..60, bits in any::<u64>(),
    ) {
        // Halves of a millionth are exact only for few powers of two; any float comes beside them.
        for value in [f64::from_bits(bits), float(Decimal::from(units.abs())).unwrap() * 2_f64.powi(-power)] {
            let text: Option<Decimal> = format!("{value:.6}").parse().ok();
            let text = text.map(|value| if value.is_zero() { Decimal::ZERO } else { value });
            prop_assert_eq!(rounded(value).map(|v| v.serialize()), text.map(|v| v.serialize()));
        }
    }
}

fn log_slope(salaries: &[Option<Decimal>], least: usize) -> Option<Decimal> {
    Logarithms::of(salaries.iter().copied())?.slope(least)
}

fn log_volatility(salaries: &[Option<Decimal>], least: usize) -> Option<Decimal> {
    Logarithms::of(salaries.iter().copied())?.volatility(least)
}

/// The newest first, as the functions take them.
fn growing(monthly: f64, months: i32) -> Vec<Option<Decimal>> {
    (0..months)
        .rev()
        .map(|month| Decimal::try_from(100.0 * (monthly * f64::from(month)).exp()).ok())
        .collect()
}

#[test]
fn steady_growth_is_the_slope_and_does_not_swing() {
    let salaries = growing(0.01, 25);
    assert_eq!(log_slope(&salaries, 12), Some(Decimal::new(12, 2)));
    assert_eq!(log_volatility(&salaries, 12), Some(Decimal::ZERO));
}

#[test]
fn months_without_a_salary_are_left_out() {
    let mut salaries = growing(0.01, 25);
    salaries[3] = None;
    salaries[20] = None;
    assert_eq!(log_slope(&salaries, 12), Some(Decimal::new(12, 2)));
    assert_eq!(log_volatility(&salaries, 12), Some(Decimal::ZERO));
    salaries[0] = None;
    assert_eq!(log_slope(&salaries, 12), None);
    assert_eq!(log_volatility(&salaries, 12), None);
    assert_eq!(log_slope(&growing(0.01, 11), 12), None);
    assert_eq!(log_volatility(&growing(0.01, 11), 12), None);
    assert_eq!(log_slope(&[], 0), None);
}

#[test]
fn growth_is_per_year() {
    let growth = |from: i64, to: i64, months| annual_growth(from.into(), to.into(), months);
    assert_eq!(growth(100, 121, 24), Some(Decimal::new(10, 2)));
    assert_eq!(growth(100, 100, 60), Some(Decimal::ZERO));
    assert_eq!(growth(8, 1, 36), Some(Decimal::new(-5, 1)));
}
