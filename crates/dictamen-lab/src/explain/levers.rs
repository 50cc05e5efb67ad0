//! What an applicant can change, in which direction, and what moves with it: one table.
//!
//! It says what advice may be given, not what a characteristic is, so it is not in the table of
//! characteristics: a lender's advice is no fact of a record. Whatever is not here is never touched:
//! age, what happened in the past, who somebody is.

/// What an applicant can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lever {
    /// Ask for less.
    Amount,
    /// Ask for another term, shorter or longer.
    Term,
    /// Pay off other debts.
    Debt,
    /// Let time pass while the job lasts.
    Time,
}

/// How a lever is moved.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Which lever.
    pub lever: Lever,
    /// Its name in answers.
    pub name: &'static str,
    /// The steps in which it is moved; the smallest change is told in these.
    pub step: i64,
    /// The furthest it is moved: for the term in months, for time in days; for amount and debt they
    /// end at zero.
    pub furthest: i64,
}

/// Every lever, those that cost an applicant least first.
pub const LEVERS: [Reach; 4] = [
    Reach {
        lever: Lever::Amount,
        name: "requested_amount",
        step: 100,
        furthest: 0,
    },
    Reach {
        lever: Lever::Term,
        name: "requested_term_months",
        step: 1,
        furthest: 120,
    },
    Reach {
        lever: Lever::Debt,
        name: "existing_monthly_debt",
        step: 10,
        furthest: 0,
    },
    Reach {
        lever: Lever::Time,
        name: "time",
        step: 1,
        furthest: 730,
    },
];

/// What grows by itself while a job lasts, with the days after which it is one more. All of it
/// grows together, and nothing else is taken to change: a gap that ages or a density that rises
/// only helps, and is not promised.
pub const GROWING: [(&str, i64); 5] = [
    ("tenure_current_days", 1),
    ("tenure_continuous_days", 1),
    ("weeks_total", 7),
    ("weeks_reported", 7),
    ("weeks_computed", 7),
];

/// What grows with the years whether one likes it or not. A change that takes time is only told if
/// it helps also when these are older by the years begun.
pub const AGEING: [&str; 3] = ["age_years", "age_at_maturity", "metric_age"];
