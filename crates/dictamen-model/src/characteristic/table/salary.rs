//! How the salary developed.

use super::{entries, of_employment};

const NO_ENDS: &str = "the salary is not known at both ends of the period";
const FEW_POINTS: &str = "the salary is not known today, or in too few of the months";

entries! {
    salary_change_12m: Decimal Ratio,
        "change of the registered salary over 12 months; 0.05 is 5 % more",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.change_12m);
    salary_real_change_12m: Decimal Ratio,
        "change of the registered salary over 12 months beyond that of the UMA",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.real_change_12m);
    salary_growth_24m: Decimal Ratio,
        "yearly growth of the registered salary over 24 months, as a ratio",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.first().copied().flatten());
    salary_growth_36m: Decimal Ratio,
        "yearly growth of the registered salary over 36 months, as a ratio",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.get(1).copied().flatten());
    salary_growth_60m: Decimal Ratio,
        "yearly growth of the registered salary over 60 months, as a ratio",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.get(2).copied().flatten());
    salary_log_slope_24m: Decimal Statistic,
        "trend of the logarithm of the salary per year over 24 months; robust to one odd month",
        missing FEW_POINTS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.log_slope_24m);
    salary_volatility_24m: Decimal Statistic [0, 1_000],
        "standard deviation of the monthly changes of the logarithm of the salary over 24 months",
        missing FEW_POINTS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.log_volatility_24m);
    salary_jump_ratio: Decimal Ratio,
        "salary of the current job over that of the last employment before it, at most a year back",
        missing "not employed, or no known salary in the year before the current job",
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.jump_ratio);
}
