//! Income: what the open jobs pay, capped, compared with the other source, and net.

use rust_decimal::Decimal;

use super::Institution;
use crate::division::divide;
use crate::history::{History, pays_less_than_floor};
use crate::money::{DailySalary, MonthlySalary};
use crate::parameters::{NotCovered, Parameters, WageZone};
use crate::wire::CurrentEmployment;

/// What is known of the income today.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings")]
pub(crate) struct Income {
    /// Sum of the daily salaries of the open employments.
    pub(crate) daily: Option<DailySalary>,
    /// Gross income per month: capped, and the lower one where two sources disagree.
    pub(crate) gross: Option<MonthlySalary>,
    /// Estimated net income per month.
    pub(crate) net: Option<MonthlySalary>,
    /// Gross income in minimum wages of the zone of the principal job.
    pub(crate) wage_multiple: Option<Decimal>,
    /// Gross income in general minimum wages.
    pub(crate) general_wage_multiple: Option<Decimal>,
    /// Whether the salary is higher than the institute can register.
    pub(crate) above_cap: bool,
    /// Whether the salary is as high as the institute registers.
    pub(crate) at_cap: bool,
    /// Whether the current employments tell another income.
    pub(crate) sources_disagree: bool,
    /// Whether an open employment pays less than the minimum wage allows.
    pub(crate) below_minimum_wage: bool,
    /// Whether the salary of an open employment is unknown.
    pub(crate) salary_unknown: bool,
}

impl Income {
    pub(super) fn of(
        history: &History<'_>,
        institution: Institution,
        current: Option<&CurrentEmployment>,
        parameters: &Parameters,
    ) -> Result<Self, NotCovered> {
        let conventions = parameters.conventions();
        let today = history.today();
        let mut income = Self {
            daily: history.current_salary(),
            salary_unknown: history.open().any(|job| job.salary_at(today).is_none()),
            ..Self::default()
        };
        for job in history.open() {
            if let Some(salary) = job.salary_at(today) {
                income.below_minimum_wage |=
                    pays_less_than_floor(job.zone, salary, history.reference, parameters)?;
            }
        }

        // Like for like: the institute's current employments list every open job, uncapped.
        let told = current.and_then(|current| {
            MonthlySalary::sum(
                current
                    .current_employment_records
                    .iter()
                    .flatten()
                    .map(|employer| employer.monthly_salary),
            )
        });
        let recorded = DailySalary::sum(
            history
                .jobs
                .iter()
                .filter(|job| job.open)
                .map(|job| job.salary_at(today)),
        )
        .and_then(|daily| daily.monthly(conventions.days_per_month));
        income.sources_disagree = told.zip(recorded).is_some_and(|(told, recorded)| {
            differ(told, recorded, conventions.income_disagreement)
        });

        let observed = match institution {
            Institution::Imss => income.capped(history, parameters)?,
            Institution::Issste => MonthlySalary::sum(history.open().map(|job| {
                job.monthly.or_else(|| {
                    job.salary_at(today)?
                        .monthly(conventions.issste_days_per_month)
                })
            })),
        };
        income.gross = match (observed, told) {
            (Some(observed), Some(told)) if income.sources_disagree => Some(observed.min(told)),
            (observed, _) => observed,
        };
        if let (Some(gross), Some(principal)) = (income.gross, history.principal()) {
            let multiple = |zone| -> Result<Option<Decimal>, NotCovered> {
                let wage = parameters.minimum_wage(zone, history.reference)?;
                Ok(wage
                    .monthly(conventions.days_per_month)
                    .and_then(|wage| divide(gross.pesos(), wage.pesos())))
            };
            income.wage_multiple = multiple(principal.zone)?;
            income.general_wage_multiple = multiple(WageZone::General)?;
            income.net = parameters.net_income().of(gross);
        }
        Ok(income)
    }

    /// The IMSS registers salaries up to a multiple of the UMA; what is above is no income shown.
    fn capped(
        &mut self,
        history: &History<'_>,
        parameters: &Parameters,
    ) -> Result<Option<MonthlySalary>, NotCovered> {
        let Some(daily) = self.daily else {
            return Ok(None);
        };
        let conventions = parameters.conventions();
        let cap = parameters
            .uma_daily(history.reference)?
            .checked_mul(conventions.cap_uma_multiple)
            .and_then(DailySalary::new);
        let Some(cap) = cap else {
            return Ok(None);
        };
        let times = |factor: Decimal| cap.pesos().checked_mul(factor);
        self.above_cap =
            times(conventions.cap_tolerance_high).is_some_and(|limit| daily.pesos() > limit);
        self.at_cap =
            times(conventions.cap_tolerance_low).is_some_and(|limit| daily.pesos() >= limit);
        Ok(daily.min(cap).monthly(conventions.days_per_month))
    }
}

/// Whether two incomes differ by more than a share of the larger one.
fn differ(one: MonthlySalary, other: MonthlySalary, share: Decimal) -> bool {
    let larger = one.max(other).pesos();
    let difference = larger.checked_sub(one.min(other).pesos());
    difference
        .zip(larger.checked_mul(share))
        .is_some_and(|(difference, tolerated)| difference > tolerated)
}
