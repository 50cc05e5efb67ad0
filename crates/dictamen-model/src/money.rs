//! Salaries per day and per month, kept apart by type.
//!
//! The institute registers a salary per **day**; lenders think per **month**. The two cannot be
//! mixed or compared, and the way from one to the other needs a [`MonthConvention`], because three
//! lengths of a month are in use.

use rust_decimal::Decimal;

use crate::division::short_units;
use crate::json::leaf;
use crate::json::leaf::{amount, short_amount};

/// The largest salary that is read, in pesos. A larger one is a mistake, not a salary.
pub const SALARY_LIMIT: u64 = 1_000_000_000_000;

/// How many days a month counts, for example 30.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthConvention {
    days: Decimal,
}

impl MonthConvention {
    /// A month of `days` days; `None` unless there is at least one.
    pub fn new(days: Decimal) -> Option<Self> {
        (days >= Decimal::ONE).then_some(Self { days })
    }

    /// Days in a month.
    pub fn days(self) -> Decimal {
        self.days
    }
}

macro_rules! salary {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Decimal);

        impl $name {
            /// A salary in pesos; `None` when it is negative.
            pub fn new(pesos: Decimal) -> Option<Self> {
                (pesos >= Decimal::ZERO).then_some(Self(pesos))
            }

            /// Pesos, unrounded.
            pub fn pesos(self) -> Decimal {
                self.0
            }

            /// The salary, unless it is zero: zero is how Belvo writes an unknown one.
            pub fn known(self) -> Option<Self> {
                (!self.0.is_zero() && self.0.is_sign_positive()).then_some(self)
            }

            /// The sum of two; `None` when it is too large to be exact.
            pub fn plus(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The sum of those that are known; `None` when none is.
            pub fn sum(salaries: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
                salaries
                    .into_iter()
                    .flatten()
                    .filter_map(Self::known)
                    .try_fold(None, |sum: Option<Self>, salary| match sum {
                        None => Some(Some(salary)),
                        Some(sum) => sum.plus(salary).map(Some),
                    })
                    .flatten()
            }
        }

        leaf!($name, short |reader| short_amount(reader, SALARY_LIMIT).map(Self), |raw, context| amount(&raw, SALARY_LIMIT, context).map(Self));
    };
}

salary! {
    /// A salary per day, as the IMSS registers it (*salario base de cotización*).
    DailySalary
}

salary! {
    /// A salary per month.
    MonthlySalary
}

impl DailySalary {
    /// A figure of a dated table, which is positive by construction.
    pub(crate) fn of_table(pesos: Decimal) -> Self {
        Self(pesos)
    }

    /// Ten-thousandths of a peso, when it has nothing finer and they are less than 2^40: whole
    /// numbers that some thousand of can be added up, or multiplied by a share in millionths.
    #[inline]
    pub(crate) fn units(self) -> Option<i64> {
        let power = match self.0.scale() {
            0 => 10_000,
            1 => 1_000,
            2 => 100,
            3 => 10,
            4 => 1,
            _ => return None,
        };
        let units = i64::try_from(short_units(self.0)?).ok()?;
        units.checked_mul(power).filter(|units| *units < 1 << 40)
    }

    /// Places of the salary that a unit of [`Self::units`] is.
    pub(crate) const UNIT_SCALE: u32 = 4;

    /// What this is per month; `None` when it is too large to be exact.
    pub fn monthly(self, month: MonthConvention) -> Option<MonthlySalary> {
        self.0.checked_mul(month.days).map(MonthlySalary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily(text: &str) -> Option<DailySalary> {
        DailySalary::new(text.parse().unwrap())
    }

    #[test]
    fn a_month_is_a_convention() {
        let salary = daily("315.04").unwrap();
        for (days, monthly) in [("30", "9451.20"), ("30.4", "9577.216")] {
            let month = MonthConvention::new(days.parse().unwrap()).unwrap();
            assert_eq!(
                salary.monthly(month).unwrap().pesos(),
                monthly.parse().unwrap()
            );
        }
        assert_eq!(MonthConvention::new(Decimal::ZERO), None);
    }

    #[test]
    fn unknown_salaries_are_left_out_of_a_sum() {
        assert_eq!(
            DailySalary::sum([None, daily("0"), daily("400"), daily("316")]),
            daily("716")
        );
        assert_eq!(DailySalary::sum([None, daily("0")]), None);
        assert_eq!(DailySalary::sum([]), None);
        assert_eq!(daily("-1"), None);
    }
}
