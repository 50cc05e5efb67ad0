//! Belvo's employment metrics by their documented definitions, measured at the reference day.

use super::super::Value;
use super::{InWords, MANY, NO_JOBS_KNOWN, RICH, entries, of_employment, of_record};
use crate::facts::{Facts, Years};
use crate::wire::DocumentedStatus;

const NO_EMPLOYMENT: InWords = (
    "has never been employed, or the jobs are not known",
    "nunca ha tenido empleo, o se desconocen los empleos",
);
const SHORT_CAREER: InWords = (
    "the career is shorter than the period, or its ends are not known",
    "la trayectoria es más corta que el periodo, o se desconocen sus extremos",
);
const NO_SALARY: InWords = (
    "the career is shorter than the period, or no salary is known in it",
    "la trayectoria es más corta que el periodo, o no se conoce ningún salario en él",
);
const ONE_JOB: InWords = (
    "has had fewer than two jobs",
    "ha tenido menos de dos empleos",
);

entries! {
    metric_age: Int Years [0, MANY],
        "completed years of age on the day of the report; for legal capacity and insurance only",
        called "metric: age" | "métrica: edad",
        es "años cumplidos el día del reporte; solo para capacidad legal y seguro",
        missing ("no birth date is told and the CURP is missing or invalid", "no se indica la fecha de nacimiento y la CURP falta o no es válida"),
        from ["employment_records[].personal_data.birth_date"]
        => |f| of_record(f, |r| r.person.age_at_reference);
    metric_current_status: Text None {"EMPLOYED", "RETIRED", "UNEMPLOYED"},
        "employed by the jobs, else retired by the entitlements, else unemployed",
        called "metric: current status" | "métrica: situación actual",
        es "empleado según los empleos; si no, pensionado según la vigencia de derechos; si no, desempleado",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]", "employment_records[].personal_data.entitlements.status"]
        => |f| of_employment(f, |_| status(f));
    metric_current_employer_count: Int Count [0, MANY],
        "employers the person has now",
        called "metric: current employers" | "métrica: patrones actuales",
        es "patrones que tiene hoy la persona",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.current_employers));
    metric_base_salary_last: Decimal MxnPerDay [0, RICH],
        "daily salary of the current job, else of the last one",
        called "metric: last daily salary" | "métrica: último salario diario",
        es "salario diario del empleo actual o, en su defecto, del último",
        missing ("no salary of the last job is known", "se desconoce el salario del último empleo"),
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.metrics.last_salary);
    metric_weeks_employed_last_job: Decimal Weeks [0, MANY],
        "weeks in the current job, else in the last one",
        called "metric: weeks in the last job" | "métrica: semanas en el último empleo",
        es "semanas en el empleo actual o, en su defecto, en el último",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_last_job);
    metric_weeks_since_last_job: Decimal Weeks [0, MANY],
        "weeks since the last job; 0 while employed",
        called "metric: weeks since the last job" | "métrica: semanas desde el último empleo",
        es "semanas desde el último empleo; 0 si hay empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_since_last_job);
    metric_weeks_employed_total: Decimal Weeks [0, MANY],
        "weeks in employment; simultaneous jobs count once",
        called "metric: weeks employed" | "métrica: semanas con empleo",
        es "semanas con empleo; los empleos simultáneos cuentan una vez",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_employed);
    metric_weeks_with_multiple_employers: Decimal Weeks [0, MANY],
        "weeks with two or more jobs at the same time",
        called "metric: weeks with several jobs" | "métrica: semanas con varios empleos",
        es "semanas con dos o más empleos al mismo tiempo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_with_several);
    metric_employer_count: Int Count [0, MANY],
        "jobs the person has had",
        called "metric: jobs ever" | "métrica: empleos en total",
        es "empleos que ha tenido la persona",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.employers));
    metric_unique_employer_count: Int Count [0, MANY],
        "different employers the person has had",
        called "metric: employers ever" | "métrica: patrones en total",
        es "patrones distintos que ha tenido la persona",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.unique_employers));
    metric_employers_per_year: Decimal PerYear [0, MANY],
        "different employers per year since the first job",
        called "metric: employers per year" | "métrica: patrones por año",
        es "patrones distintos por año desde el primer empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.employers_per_year);
    metric_weeks_between_jobs: Decimal Weeks [0, MANY],
        "weeks without employment since the first job",
        called "metric: weeks between jobs" | "métrica: semanas entre empleos",
        es "semanas sin empleo desde el primer empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_between_jobs);
    metric_max_weeks_between_jobs: Decimal Weeks [0, MANY],
        "longest time without employment since the first job",
        called "metric: longest time between jobs" | "métrica: periodo más largo entre empleos",
        es "periodo más largo sin empleo desde el primer empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.longest_between_jobs);
    metric_increases_last_job: Int Count [0, MANY],
        "salary increases of more than 2 % in the current job, else in the last one",
        called "metric: raises in the last job" | "métrica: aumentos en el último empleo",
        es "aumentos de salario de más de 2 % en el empleo actual o, en su defecto, en el último",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.last_job?.increases));
    metric_decreases_last_job: Int Count [0, MANY],
        "salary decreases of more than 2 % in the current job, else in the last one",
        called "metric: pay cuts in the last job" | "métrica: reducciones en el último empleo",
        es "reducciones de salario de más de 2 % en el empleo actual o, en su defecto, en el último",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.last_job?.decreases));
    metric_increases_after_change: Int Count [0, 1],
        "salary increases of more than 2 % from the job before the last one to the last one",
        called "metric: raise at the last job change" | "métrica: aumento en el último cambio de empleo",
        es "aumentos de salario de más de 2 % del penúltimo empleo al último",
        missing ONE_JOB,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.after_change?.increases));
    metric_decreases_after_change: Int Count [0, 1],
        "salary decreases of more than 2 % from the job before the last one to the last one",
        called "metric: pay cut at the last job change" | "métrica: reducción en el último cambio de empleo",
        es "reducciones de salario de más de 2 % del penúltimo empleo al último",
        missing ONE_JOB,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.after_change?.decreases));
    metric_increases_overall: Int Count [0, MANY],
        "salary increases of more than 2 % since the first job",
        called "metric: raises ever" | "métrica: aumentos en total",
        es "aumentos de salario de más de 2 % desde el primer empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.overall?.increases));
    metric_decreases_overall: Int Count [0, MANY],
        "salary decreases of more than 2 % since the first job",
        called "metric: pay cuts ever" | "métrica: reducciones en total",
        es "reducciones de salario de más de 2 % desde el primer empleo",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.overall?.decreases));
    metric_increases_1y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last year",
        called "metric: raises in one year" | "métrica: aumentos en un año",
        es "aumentos de salario de más de 2 % en el último año",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| Some(y.moves?.increases));
    metric_decreases_1y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last year",
        called "metric: pay cuts in one year" | "métrica: reducciones en un año",
        es "reducciones de salario de más de 2 % en el último año",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| Some(y.moves?.decreases));
    metric_increases_3y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last three years",
        called "metric: raises in three years" | "métrica: aumentos en tres años",
        es "aumentos de salario de más de 2 % en los últimos tres años",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| Some(y.moves?.increases));
    metric_decreases_3y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last three years",
        called "metric: pay cuts in three years" | "métrica: reducciones en tres años",
        es "reducciones de salario de más de 2 % en los últimos tres años",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| Some(y.moves?.decreases));
    metric_increases_5y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last five years",
        called "metric: raises in five years" | "métrica: aumentos en cinco años",
        es "aumentos de salario de más de 2 % en los últimos cinco años",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| Some(y.moves?.increases));
    metric_decreases_5y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last five years",
        called "metric: pay cuts in five years" | "métrica: reducciones en cinco años",
        es "reducciones de salario de más de 2 % en los últimos cinco años",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| Some(y.moves?.decreases));
    metric_yearly_change_1y: Decimal Ratio,
        "change of the salary over the last year, not per year; 0.05 is 5 % more",
        called "metric: salary change over one year" | "métrica: cambio del salario en un año",
        es "cambio del salario en el último año, sin anualizar; 0.05 es 5 % más",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.change);
    metric_yearly_change_3y: Decimal Ratio,
        "change of the salary over the last three years, not per year; 0.05 is 5 % more",
        called "metric: salary change over three years" | "métrica: cambio del salario en tres años",
        es "cambio del salario en los últimos tres años, sin anualizar; 0.05 es 5 % más",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.change);
    metric_yearly_change_5y: Decimal Ratio,
        "change of the salary over the last five years, not per year; 0.05 is 5 % more",
        called "metric: salary change over five years" | "métrica: cambio del salario en cinco años",
        es "cambio del salario en los últimos cinco años, sin anualizar; 0.05 es 5 % más",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.change);
    metric_min_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last year, looked at once a month, uncapped",
        called "metric: lowest monthly salary, one year" | "métrica: salario mensual mínimo en un año",
        es "salario mensual más bajo del último año, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.lowest);
    metric_min_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last three years, looked at once a month, uncapped",
        called "metric: lowest monthly salary, three years" | "métrica: salario mensual mínimo en tres años",
        es "salario mensual más bajo de los últimos tres años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.lowest);
    metric_min_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last five years, looked at once a month, uncapped",
        called "metric: lowest monthly salary, five years" | "métrica: salario mensual mínimo en cinco años",
        es "salario mensual más bajo de los últimos cinco años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.lowest);
    metric_average_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last year, looked at once a month, uncapped",
        called "metric: average monthly salary, one year" | "métrica: salario mensual promedio en un año",
        es "salario mensual promedio del último año, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.average);
    metric_average_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last three years, looked at once a month, uncapped",
        called "metric: average monthly salary, three years" | "métrica: salario mensual promedio en tres años",
        es "salario mensual promedio de los últimos tres años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.average);
    metric_average_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last five years, looked at once a month, uncapped",
        called "metric: average monthly salary, five years" | "métrica: salario mensual promedio en cinco años",
        es "salario mensual promedio de los últimos cinco años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.average);
    metric_max_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last year, looked at once a month, uncapped",
        called "metric: highest monthly salary, one year" | "métrica: salario mensual máximo en un año",
        es "salario mensual más alto del último año, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.highest);
    metric_max_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last three years, looked at once a month, uncapped",
        called "metric: highest monthly salary, three years" | "métrica: salario mensual máximo en tres años",
        es "salario mensual más alto de los últimos tres años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.highest);
    metric_max_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last five years, looked at once a month, uncapped",
        called "metric: highest monthly salary, five years" | "métrica: salario mensual máximo en cinco años",
        es "salario mensual más alto de los últimos cinco años, visto una vez al mes, sin tope",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.highest);
}

fn status(facts: &Facts<'_>) -> Option<&'static str> {
    let record = facts.record.as_ref()?;
    let retired = || {
        let status = record
            .record
            .personal_data
            .as_ref()?
            .entitlements
            .as_ref()?
            .status
            .as_ref();
        Some(status == Some(&DocumentedStatus::Retired))
    };
    Some(if facts.history()?.employed_now() {
        "EMPLOYED"
    } else if retired() == Some(true) {
        "RETIRED"
    } else {
        "UNEMPLOYED"
    })
}

fn years<T: Into<Value>>(
    facts: &Facts<'_>,
    position: usize,
    read: fn(&Years) -> Option<T>,
) -> Value {
    of_employment(facts, |e| e.metrics.years.get(position).and_then(read))
}
