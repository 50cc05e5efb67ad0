//! Belvo's employment metrics by their documented definitions, measured at the reference day.

use super::super::Value;
use super::{MANY, NO_JOBS_KNOWN, RICH, entries, of_employment, of_record};
use crate::facts::{Facts, Years};
use crate::wire::DocumentedStatus;

const NO_EMPLOYMENT: &str = "has never been employed, or the jobs are not known";
const SHORT_CAREER: &str = "the career is shorter than the period, or its ends are not known";
const NO_SALARY: &str = "the career is shorter than the period, or no salary is known in it";
const ONE_JOB: &str = "has had fewer than two jobs";

entries! {
    metric_age: Int Years [0, MANY],
        "completed years of age on the day of the report; for legal capacity and insurance only",
        missing "no birth date is told and the CURP is missing or invalid",
        from ["employment_records[].personal_data.birth_date"]
        => |f| of_record(f, |r| r.person.age_at_reference);
    metric_current_status: Text None {"EMPLOYED", "RETIRED", "UNEMPLOYED"},
        "employed by the jobs, else retired by the entitlements, else unemployed",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]", "employment_records[].personal_data.entitlements.status"]
        => |f| of_employment(f, |_| status(f));
    metric_current_employer_count: Int Count [0, MANY],
        "employers the person has now",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.current_employers));
    metric_base_salary_last: Decimal MxnPerDay [0, RICH],
        "daily salary of the current job, else of the last one",
        missing "no salary of the last job is known",
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| e.metrics.last_salary);
    metric_weeks_employed_last_job: Decimal Weeks [0, MANY],
        "weeks in the current job, else in the last one",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_last_job);
    metric_weeks_since_last_job: Decimal Weeks [0, MANY],
        "weeks since the last job; 0 while employed",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_since_last_job);
    metric_weeks_employed_total: Decimal Weeks [0, MANY],
        "weeks in employment; simultaneous jobs count once",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_employed);
    metric_weeks_with_multiple_employers: Decimal Weeks [0, MANY],
        "weeks with two or more jobs at the same time",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_with_several);
    metric_employer_count: Int Count [0, MANY],
        "jobs the person has had",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.employers));
    metric_unique_employer_count: Int Count [0, MANY],
        "different employers the person has had",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| Some(e.metrics.unique_employers));
    metric_employers_per_year: Decimal PerYear [0, MANY],
        "different employers per year since the first job",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.employers_per_year);
    metric_weeks_between_jobs: Decimal Weeks [0, MANY],
        "weeks without employment since the first job",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.weeks_between_jobs);
    metric_max_weeks_between_jobs: Decimal Weeks [0, MANY],
        "longest time without employment since the first job",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[]"]
        => |f| of_employment(f, |e| e.metrics.longest_between_jobs);
    metric_increases_last_job: Int Count [0, MANY],
        "salary increases of more than 2 % in the current job, else in the last one",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.last_job?.increases));
    metric_decreases_last_job: Int Count [0, MANY],
        "salary decreases of more than 2 % in the current job, else in the last one",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.last_job?.decreases));
    metric_increases_after_change: Int Count [0, 1],
        "salary increases of more than 2 % from the job before the last one to the last one",
        missing ONE_JOB,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.after_change?.increases));
    metric_decreases_after_change: Int Count [0, 1],
        "salary decreases of more than 2 % from the job before the last one to the last one",
        missing ONE_JOB,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.after_change?.decreases));
    metric_increases_overall: Int Count [0, MANY],
        "salary increases of more than 2 % since the first job",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.overall?.increases));
    metric_decreases_overall: Int Count [0, MANY],
        "salary decreases of more than 2 % since the first job",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| of_employment(f, |e| Some(e.metrics.overall?.decreases));
    metric_increases_1y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last year",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| Some(y.moves?.increases));
    metric_decreases_1y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last year",
        missing NO_EMPLOYMENT,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| Some(y.moves?.decreases));
    metric_increases_3y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last three years",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| Some(y.moves?.increases));
    metric_decreases_3y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last three years",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| Some(y.moves?.decreases));
    metric_increases_5y: Int Count [0, MANY],
        "salary increases of more than 2 % in the last five years",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| Some(y.moves?.increases));
    metric_decreases_5y: Int Count [0, MANY],
        "salary decreases of more than 2 % in the last five years",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| Some(y.moves?.decreases));
    metric_yearly_change_1y: Decimal Ratio,
        "change of the salary over the last year, not per year; 0.05 is 5 % more",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.change);
    metric_yearly_change_3y: Decimal Ratio,
        "change of the salary over the last three years, not per year; 0.05 is 5 % more",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.change);
    metric_yearly_change_5y: Decimal Ratio,
        "change of the salary over the last five years, not per year; 0.05 is 5 % more",
        missing SHORT_CAREER,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.change);
    metric_min_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last year, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.lowest);
    metric_min_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last three years, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.lowest);
    metric_min_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "lowest monthly salary in the last five years, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.lowest);
    metric_average_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last year, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.average);
    metric_average_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last three years, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.average);
    metric_average_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "average monthly salary in the last five years, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 2, |y| y.average);
    metric_max_monthly_salary_1y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last year, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 0, |y| y.highest);
    metric_max_monthly_salary_3y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last three years, looked at once a month, uncapped",
        missing NO_SALARY,
        from ["employment_records[].employment_records[].employment_status_updates[]"]
        => |f| years(f, 1, |y| y.highest);
    metric_max_monthly_salary_5y: Decimal MxnPerMonth [0, RICH],
        "highest monthly salary in the last five years, looked at once a month, uncapped",
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
