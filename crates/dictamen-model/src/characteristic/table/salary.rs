//! How the salary developed.

use super::{InWords, entries, of_employment};

const NO_ENDS: InWords = (
    "the salary is not known at both ends of the period",
    "no se conoce el salario en ambos extremos del periodo",
);
const FEW_POINTS: InWords = (
    "the salary is not known today, or in too few of the months",
    "no se conoce el salario de hoy, o se conoce en muy pocos meses",
);

entries! {
    salary_change_12m: Decimal Ratio,
        "change of the registered salary over 12 months; 0.05 is 5 % more",
        called "salary change in 12 months" | "cambio del salario en 12 meses",
        es "cambio del salario base de cotización en 12 meses; 0.05 es 5 % más",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.change_12m);
    salary_real_change_12m: Decimal Ratio,
        "change of the registered salary over 12 months beyond that of the UMA",
        called "salary change in 12 months beyond the UMA" | "cambio real del salario en 12 meses",
        es "cambio del salario base de cotización en 12 meses por encima del de la UMA",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.real_change_12m);
    salary_growth_24m: Decimal Ratio,
        "yearly growth of the registered salary over 24 months, as a ratio",
        called "yearly salary growth, 24 months" | "crecimiento anual del salario, 24 meses",
        es "crecimiento anual del salario base de cotización en 24 meses, como proporción",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.first().copied().flatten());
    salary_growth_36m: Decimal Ratio,
        "yearly growth of the registered salary over 36 months, as a ratio",
        called "yearly salary growth, 36 months" | "crecimiento anual del salario, 36 meses",
        es "crecimiento anual del salario base de cotización en 36 meses, como proporción",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.get(1).copied().flatten());
    salary_growth_60m: Decimal Ratio,
        "yearly growth of the registered salary over 60 months, as a ratio",
        called "yearly salary growth, 60 months" | "crecimiento anual del salario, 60 meses",
        es "crecimiento anual del salario base de cotización en 60 meses, como proporción",
        missing NO_ENDS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.growth.get(2).copied().flatten());
    salary_log_slope_24m: Decimal Statistic,
        "trend of the logarithm of the salary per year over 24 months; robust to one odd month",
        called "salary trend, 24 months" | "tendencia del salario, 24 meses",
        es "tendencia anual del logaritmo del salario en 24 meses; resiste un mes atípico",
        missing FEW_POINTS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.log_slope_24m);
    salary_volatility_24m: Decimal Statistic [0, 1_000],
        "standard deviation of the monthly changes of the logarithm of the salary over 24 months",
        called "salary volatility, 24 months" | "volatilidad del salario, 24 meses",
        es "desviación estándar de los cambios mensuales del logaritmo del salario en 24 meses",
        missing FEW_POINTS,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.log_volatility_24m);
    salary_jump_ratio: Decimal Ratio,
        "salary of the current job over that of the last employment before it, at most a year back",
        called "salary of the current job over the one before" | "salario del empleo actual entre el del anterior",
        es "salario del empleo actual entre el del último empleo previo, a lo más un año antes",
        missing ("not employed, or no known salary in the year before the current job", "sin empleo vigente, o sin salario conocido en el año anterior al empleo actual"),
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.trend.jump_ratio);
}
