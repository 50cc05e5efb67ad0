//! Income today.

use super::{NO_INCOME, NO_JOBS_KNOWN, RICH, entries, of_employment};
use crate::money::{DailySalary, MonthlySalary};

entries! {
    daily_salary_current: Decimal MxnPerDay [0, RICH],
        "registered salary per day, all open jobs together, uncapped",
        called "current daily salary" | "salario diario actual",
        es "salario base de cotización diario, todos los empleos vigentes juntos, sin tope",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].employment_status_updates[].base_salary"]
        => |f| of_employment(f, |e| e.income.daily.map(DailySalary::pesos));
    monthly_income_gross: Decimal MxnPerMonth [0, RICH],
        "gross income per month, capped at 25 UMA for IMSS; the lower one where two sources disagree",
        called "gross monthly income" | "ingreso mensual bruto",
        es "ingreso mensual bruto, con tope de 25 UMA en el IMSS; el menor si dos fuentes difieren",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].monthly_salary", "current_employments[].current_employment_records[].monthly_salary"]
        => |f| of_employment(f, |e| e.income.gross.map(MonthlySalary::pesos));
    monthly_income_net_est: Decimal MxnPerMonth [0, RICH],
        "estimated net income per month",
        called "estimated net monthly income" | "ingreso mensual neto estimado",
        es "ingreso mensual neto estimado",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| e.income.net.map(MonthlySalary::pesos));
    income_smg_multiple: Decimal Ratio [0, RICH],
        "gross income in minimum wages of the wage zone of the job",
        called "income in minimum wages of the zone" | "ingreso en salarios mínimos de la zona",
        es "ingreso bruto en salarios mínimos de la zona salarial del empleo",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary", "employment_records[].employment_records[].state"]
        => |f| of_employment(f, |e| e.income.wage_multiple);
    income_smg_multiple_general: Decimal Ratio [0, RICH],
        "gross income in general minimum wages, the same everywhere",
        called "income in general minimum wages" | "ingreso en salarios mínimos generales",
        es "ingreso bruto en salarios mínimos generales, iguales en todo el país",
        missing NO_INCOME,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| e.income.general_wage_multiple);
    salary_above_cap: Bool None,
        "the registered salary is higher than the IMSS can register, so it cannot be right",
        called "salary above the IMSS cap" | "salario por encima del tope del IMSS",
        es "el salario base de cotización supera lo que el IMSS puede registrar; no puede ser correcto",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.above_cap));
    salary_at_cap: Bool None,
        "the registered salary has reached the IMSS cap, so the income is at least that",
        called "salary at the IMSS cap" | "salario en el tope del IMSS",
        es "el salario base de cotización llegó al tope del IMSS; el ingreso es al menos ese",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.at_cap));
    salary_below_minimum_wage: Bool None,
        "an open job pays less than the minimum wage allows",
        called "salary below the minimum wage" | "salario menor al mínimo",
        es "un empleo vigente paga menos de lo que permite el salario mínimo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.below_minimum_wage));
    salary_zero_or_missing: Bool None,
        "the salary of an open job is zero or not told, which means unknown",
        called "salary zero or not told" | "salario en cero o sin informar",
        es "el salario de un empleo vigente es cero o no se informa, es decir, se desconoce",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.salary_unknown));
    income_sources_disagree: Bool None,
        "record and current employments tell incomes that differ by more than 10 %",
        called "income sources disagree" | "fuentes de ingreso discrepan",
        es "el registro y el empleo actual indican ingresos que difieren en más de 10 %",
        missing NO_JOBS_KNOWN,
        from ["current_employments[].current_employment_records[].monthly_salary", "employment_records[].employment_records[].most_recent_base_salary"]
        => |f| of_employment(f, |e| Some(e.income.sources_disagree));
}
