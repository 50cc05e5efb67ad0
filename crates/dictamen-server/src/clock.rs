//! Today, as the lender counts days: in Mexico City.
//!
//! The only place of the service that reads a clock for a decision. A decision itself takes the
//! day as an argument; this gives the default when a request names none.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Tells which day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still, for tests.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(now) => now,
        }
    }

    /// The current day in Mexico City.
    pub fn today(self) -> NaiveDate {
        self.now()
            .with_timezone(&chrono_tz::America::Mexico_City)
            .date_naive()
    }
}

/// When a clock in Mexico City shows this; `None` where it shows it never.
pub(crate) fn instant(shown: NaiveDateTime) -> Option<DateTime<Utc>> {
    let shown = shown.and_local_timezone(chrono_tz::America::Mexico_City);
    shown.earliest().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn the_day_changes_at_midnight_in_mexico_city() {
        // Mexico City is at UTC-6 all year since 2022.
        for (utc, day) in [
            ("2026-09-16T05:59:59Z", "2026-09-15"),
            ("2026-09-16T06:00:00Z", "2026-09-16"),
            ("2027-01-01T01:00:00Z", "2026-12-31"),
        ] {
            assert_eq!(Clock::Fixed(utc.parse().unwrap()).today().to_string(), day);
        }
    }
}
