//! Invented applicants: a thousand of them, the same in every run.
//!
//! Spread so that every knock-out, bin, band and end of the bench policy is met, some values stand
//! exactly on a threshold, and each value that can be missing is missing for some. Decimals have
//! few enough places for languages that only know binary floats.

use dictamen_model::characteristic::{Characteristics, Value};
use fastrand::Rng;
use rust_decimal::Decimal;

/// How many applicants every way decides on.
pub const APPLICANTS: usize = 1_000;

/// What the bench policy reads of one applicant, as a Rust programmer would hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the characteristic of the same name says it")]
pub struct Applicant {
    pub requested_amount: Decimal,
    pub requested_term_months: i64,
    pub existing_monthly_debt: Decimal,
    pub curp_valid: Option<bool>,
    pub employed_now: Option<bool>,
    pub age_years: Option<i64>,
    pub age_at_maturity: Option<i64>,
    pub data_age_days: Option<i64>,
    pub weeks_total: Option<i64>,
    pub tenure_current_days: Option<i64>,
    pub tenure_continuous_days: Option<i64>,
    pub belvo_score_6m: Option<i64>,
    pub belvo_score_12m: Option<i64>,
    pub monthly_income_gross: Option<Decimal>,
    pub income_smg_multiple: Option<Decimal>,
    pub density_24m: Option<Decimal>,
    pub employers_24m: Option<i64>,
    pub longest_gap_days_36m: Option<i64>,
    pub salary_real_change_12m: Option<Decimal>,
}

/// The applicants, in a fixed order.
pub fn applicants() -> Vec<Applicant> {
    let mut random = Rng::with_seed(20_261_125);
    (0..APPLICANTS).map(|_| applicant(&mut random)).collect()
}

fn applicant(r: &mut Rng) -> Applicant {
    // Two per cent miss any one value, a fifth the scores: ISSSTE has none.
    let known = |r: &mut Rng| r.u8(..100) >= 2;
    let scored = r.u8(..5) > 0;
    let age = pick(r, 17..=72, &[17, 18]);
    let tenure = pick(r, 15..=4_000, &[89, 90, 180, 365, 730, 1_825]);
    let income = if r.u8(..20) == 0 {
        836_450
    } else {
        r.i64(700_000..7_000_000)
    };
    Applicant {
        requested_amount: Decimal::new(r.i64(50..=2_500), 0) * Decimal::ONE_HUNDRED,
        requested_term_months: 6 * r.i64(1..=8),
        existing_monthly_debt: if r.bool() {
            Decimal::ZERO
        } else {
            Decimal::new(r.i64(0..800_000), 2)
        },
        curp_valid: known(r).then(|| r.u8(..100) >= 2),
        employed_now: known(r).then(|| r.u8(..100) >= 4),
        age_years: known(r).then_some(age),
        age_at_maturity: known(r).then_some(age + 4),
        data_age_days: known(r).then(|| pick(r, 0..=92, &[90, 91])),
        weeks_total: known(r).then(|| pick(r, 20..=1_200, &[25, 26, 52, 104, 260, 520])),
        tenure_current_days: known(r).then_some(tenure),
        tenure_continuous_days: known(r).then(|| tenure + r.i64(0..400)),
        belvo_score_6m: scored.then(|| pick(r, 430..=850, &[449, 450])),
        belvo_score_12m: scored.then(|| pick(r, 400..=850, &[450, 550, 650, 750])),
        monthly_income_gross: known(r).then(|| Decimal::new(income, 2)),
        income_smg_multiple: known(r).then(|| {
            Decimal::new(
                pick(r, 6_000..=120_000, &[10_000, 15_000, 25_000, 50_000]),
                4,
            )
        }),
        density_24m: known(r)
            .then(|| Decimal::new(pick(r, 2_000..=10_000, &[2_500, 5_000, 7_500, 9_500]), 4)),
        employers_24m: known(r).then(|| r.i64(0..=5).max(r.i64(0..=1))),
        longest_gap_days_36m: known(r).then(|| {
            if r.bool() {
                0
            } else {
                pick(r, 1..=200, &[7, 8, 31, 91])
            }
        }),
        salary_real_change_12m: known(r)
            .then(|| Decimal::new(pick(r, -2_500..=2_500, &[-1_000, -200, 300, 1_000]), 4)),
    }
}

/// A value of a range; every tenth one of the values where something changes.
fn pick(r: &mut Rng, range: std::ops::RangeInclusive<i64>, thresholds: &[i64]) -> i64 {
    match r.choice(thresholds) {
        Some(threshold) if r.u8(..10) == 0 => *threshold,
        _ => r.i64(range),
    }
}

impl Applicant {
    /// Names and values, for ways that do not take a struct.
    pub fn fields(&self) -> [(&'static str, Value); 19] {
        fn of<T: Into<Value>>(value: Option<T>) -> Value {
            value.map_or(Value::Missing, Into::into)
        }
        let truth = |value: Option<bool>| value.map_or(Value::Missing, Value::Bool);
        [
            ("requested_amount", self.requested_amount.into()),
            ("requested_term_months", self.requested_term_months.into()),
            ("existing_monthly_debt", self.existing_monthly_debt.into()),
            ("curp_valid", truth(self.curp_valid)),
            ("employed_now", truth(self.employed_now)),
            ("age_years", of(self.age_years)),
            ("age_at_maturity", of(self.age_at_maturity)),
            ("data_age_days", of(self.data_age_days)),
            ("weeks_total", of(self.weeks_total)),
            ("tenure_current_days", of(self.tenure_current_days)),
            ("tenure_continuous_days", of(self.tenure_continuous_days)),
            ("belvo_score_6m", of(self.belvo_score_6m)),
            ("belvo_score_12m", of(self.belvo_score_12m)),
            ("monthly_income_gross", of(self.monthly_income_gross)),
            ("income_smg_multiple", of(self.income_smg_multiple)),
            ("density_24m", of(self.density_24m)),
            ("employers_24m", of(self.employers_24m)),
            ("longest_gap_days_36m", of(self.longest_gap_days_36m)),
            ("salary_real_change_12m", of(self.salary_real_change_12m)),
        ]
    }

    /// The characteristics a policy decides on; those the bench policy does not read are neutral.
    pub fn facts(&self) -> Characteristics {
        let mut facts = Characteristics::neutral();
        for (name, value) in self.fields() {
            let set = match value {
                // Neutral already.
                Value::Missing => Ok(()),
                value => facts.set(name, value),
            };
            set.unwrap();
        }
        facts
    }
}
