//! Income today.

use super::{NO_INCOME, NO_JOBS_KNOWN, RICH, entries, of_employment};
use crate::money::{DailySalary, MonthlySalary};

entries! {
    daily_salary_current: Decimal MxnPerDay [0, RICH],
        "registered salary per day, all open jobs together, uncapped",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].employment_status_updates[].base_salary"]
        => |f| of_employment(f, |e| e.income.daily.map(DailySalary::pesos));
    monthly_income_gross: Decimal MxnPerMonth [0, RICH],
        "gross income per month, capped at 25 UMA for IMSS; the lower one where two sources disagree",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].monthly_salary", "current_employments[].current_employment_records[].monthly_salary"]
        => |f| of_employment(f, |e| e.income.gross.map(MonthlySalary::pesos));
    monthly_income_net_est: Decimal MxnPerMonth [0, RICH],
        "estimated net income per month",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| e.income.net.map(MonthlySalary::pesos));
    income_smg_multiple: Decimal Ratio [0, RICH],
        "gross income in minimum wages of the wage zone of the job",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].state"]
        => |f| of_employment(f, |e| e.income.wage_multiple);
    income_smg_multiple_general: Decimal Ratio [0, RICH],
        "gross income in general minimum wages, the same everywhere",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| e.income.general_wage_multiple);
    salary_above_cap: Bool None,
        "the registered salary is higher than the IMSS can register, so it cannot be right",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.above_cap));
    salary_at_cap: Bool None,
        "the registered salary has reached the IMSS cap, so the income is at least that",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.at_cap));
    salary_below_minimum_wage: Bool None,
        "an open job pays less than the minimum wage allows",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.below_minimum_wage));
    salary_zero_or_missing: Bool None,
        "the salary of an open job is zero or not told, which means unknown",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.salary_unknown));
    income_sources_disagree: Bool None,
        "record and current employments tell incomes that differ by more than 10 %",
        missing NO_JOBS_KNOWN,
        from ["current_employments[].current_employment_records[].monthly_salary", "employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.sources_disagree));
}
