//! The bench policy as somebody would write it in Rust: a typed struct in, an answer out.
//!
//! Exact with `rust_decimal`, and nothing beyond the answer: no trace, no texts, no hashes and no
//! allocation. It is the floor that ways of deciding are compared with.

use std::hint::black_box;

use dictamen_engine::Outcome;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    answer::{Answer, Codes},
    applicant::Applicant,
    ways::Way,
};

const MIN_INCOME: Decimal = decimal(83_645, 1);
const MAX_DEBT_SERVICE: Decimal = decimal(4, 1);
const MIN_AMOUNT: Decimal = decimal(5_000, 0);
const MAX_AMOUNT: Decimal = decimal(250_000, 0);
const AMOUNT_STEP: Decimal = decimal(500, 0);

struct Terms {
    max_term: i64,
    payment_to_income: Decimal,
    income_multiple: Decimal,
    payment_rate: Decimal,
    loan_factor: Decimal,
}

const A: Terms = Terms {
    max_term: 36,
    payment_to_income: decimal(30, 2),
    income_multiple: decimal(6, 0),
    payment_rate: decimal(4, 2),
    loan_factor: decimal(25, 0),
};
const B: Terms = Terms {
    max_term: 24,
    payment_to_income: decimal(27, 2),
    income_multiple: decimal(4, 0),
    payment_rate: decimal(5, 2),
    loan_factor: decimal(20, 0),
};
const C: Terms = Terms {
    max_term: 18,
    payment_to_income: decimal(22, 2),
    income_multiple: decimal(2, 0),
    payment_rate: decimal(8, 2),
    loan_factor: decimal(125, 1),
};

const fn decimal(digits: u32, places: u32) -> Decimal {
    Decimal::from_parts(digits, 0, 0, false, places)
}

const fn below_zero(digits: u32, places: u32) -> Decimal {
    Decimal::from_parts(digits, 0, 0, true, places)
}

/// Decides.
pub fn decide(a: &Applicant) -> Answer {
    let knocked_out = knock_outs(a);
    if !knocked_out.is_empty() {
        return Answer::ended(Outcome::Decline, knocked_out);
    }
    let score = score(a);
    let (band, terms) = match score {
        700.. => ('A', &A),
        640.. => ('B', &B),
        580.. => ('C', &C),
        540.. => return banded(Outcome::Refer, Codes::S01, score, 'D'),
        _ => return banded(Outcome::Decline, Codes::S00, score, 'E'),
    };
    offer(a, terms, score, band)
}

/// The knock-outs that fired.
pub fn knock_outs(a: &Applicant) -> Codes {
    let income = a.monthly_income_gross.unwrap_or(Decimal::ZERO);
    Codes::default()
        .with(0, !a.curp_valid.unwrap_or(false))
        .with(1, !a.employed_now.unwrap_or(false))
        .with(
            2,
            a.age_years.unwrap_or(0) < 18 || a.age_at_maturity.unwrap_or(0) > 75,
        )
        .with(3, a.data_age_days.is_none_or(|days| days > 90))
        .with(4, a.weeks_total.unwrap_or(0) < 26)
        .with(
            5,
            a.tenure_current_days.unwrap_or(0) < 90 && a.tenure_continuous_days.unwrap_or(0) < 180,
        )
        .with(6, a.belvo_score_6m.is_some_and(|score| score < 450))
        .with(7, income < MIN_INCOME)
}

fn score(a: &Applicant) -> i64 {
    let tenure = a.tenure_current_days.map_or(0, |days| match days {
        ..90 => 0,
        90..180 => 20,
        180..365 => 40,
        365..730 => 60,
        730..1825 => 85,
        _ => 100,
    });
    let density = a.density_24m.map_or(0, |density| {
        if density >= decimal(95, 2) {
            80
        } else if density >= decimal(75, 2) {
            60
        } else if density >= decimal(50, 2) {
            40
        } else if density >= decimal(25, 2) {
            20
        } else {
            0
        }
    });
    let weeks = a.weeks_total.map_or(0, |weeks| match weeks {
        ..52 => 0,
        52..104 => 15,
        104..260 => 30,
        260..520 => 50,
        _ => 65,
    });
    let employers = a.employers_24m.map_or(0, |employers| match employers {
        1 => 70,
        2 => 50,
        3 => 25,
        _ => 0,
    });
    let gap = a.longest_gap_days_36m.map_or(0, |days| match days {
        ..8 => 60,
        8..31 => 50,
        31..91 => 30,
        _ => 15,
    });
    let income = a.income_smg_multiple.map_or(0, |multiple| {
        if multiple >= Decimal::TEN {
            70
        } else if multiple >= decimal(5, 0) {
            65
        } else if multiple >= decimal(25, 1) {
            55
        } else if multiple >= decimal(15, 1) {
            40
        } else if multiple >= Decimal::ONE {
            20
        } else {
            0
        }
    });
    let change = a.salary_real_change_12m.map_or(20, |change| {
        if change >= decimal(10, 2) {
            40
        } else if change >= decimal(3, 2) {
            35
        } else if change >= below_zero(2, 2) {
            25
        } else if change >= below_zero(10, 2) {
            15
        } else {
            0
        }
    });
    let provider = a.belvo_score_12m.map_or(25, |score| match score {
        ..450 => 0,
        450..550 => 15,
        550..650 => 35,
        650..750 => 50,
        _ => 65,
    });
    300 + tenure + density + weeks + employers + gap + income + change + provider
}

fn offer(a: &Applicant, terms: &Terms, score: i64, band: char) -> Answer {
    let income = a.monthly_income_gross.unwrap_or(Decimal::ZERO);
    let term = a.requested_term_months.min(terms.max_term);
    let payment =
        (terms.payment_to_income * income).min(MAX_DEBT_SERVICE * income - a.existing_monthly_debt);
    let limit = (payment * terms.loan_factor)
        .min(terms.income_multiple * income)
        .min(MAX_AMOUNT);
    // Below zero this rounds the wrong way; but that is far below the minimum either way.
    let affordable = limit - limit % AMOUNT_STEP;
    if affordable < MIN_AMOUNT {
        return banded(Outcome::Decline, Codes::A01, score, band);
    }
    let amount = a.requested_amount.min(affordable);
    let payment = (amount * terms.payment_rate)
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let codes = Codes::default()
        .with(11, amount < a.requested_amount)
        .with(12, term < a.requested_term_months);
    let outcome = if codes.is_empty() {
        Outcome::Approve
    } else {
        Outcome::Counter
    };
    Answer {
        amount: Some(amount),
        payment: Some(payment),
        ..banded(outcome, codes, score, band)
    }
}

fn banded(outcome: Outcome, codes: Codes, score: i64, band: char) -> Answer {
    Answer {
        score: Some(score),
        band: Some(band),
        ..Answer::ended(outcome, codes)
    }
}

/// Hand-written Rust as a way.
#[derive(Debug)]
pub struct ByHand<'a>(pub &'a [Applicant]);

impl Way for ByHand<'_> {
    fn run(&mut self, at: usize) {
        black_box(decide(black_box(&self.0[at])));
    }

    fn answer(&mut self, at: usize) -> Answer {
        decide(&self.0[at])
    }
}

/// The knock-outs alone.
#[derive(Debug)]
pub struct KnockOutsByHand<'a>(pub &'a [Applicant]);

impl Way for KnockOutsByHand<'_> {
    fn run(&mut self, at: usize) {
        black_box(knock_outs(black_box(&self.0[at])));
    }

    fn answer(&mut self, at: usize) -> Answer {
        Answer::ended(Outcome::Approve, knock_outs(&self.0[at])).knock_outs()
    }
}
