//! Jobs, tenure, density and gaps.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{MANY, NO_JOBS_KNOWN, NOT_EMPLOYED, count, entries, of_jobs};
use crate::facts::Facts;
use crate::history::{History, Job, Span, overlap_days};

entries! {
    jobs_listed: Int Count [0, MANY],
        "jobs the record lists, usable or not",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records"]
        => |f| of_jobs(f, |h| Some(count(h.listed)));
    jobs_usable: Int Count [0, MANY],
        "jobs with possible dates; duplicates count once",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.jobs.len())));
    jobs_excluded: Int Count [0, MANY],
        "jobs left out because their dates are missing, reversed or in the future",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.excluded)));
    first_registration_date: Date None,
        "first day registered with the institute",
        missing "there is no usable job",
        from ["employment_records[].employment_records[].start_date"]
        => |f| of_jobs(f, |h| date_of(h.registered.first()?));
    employed_now: Bool None,
        "has an open job; voluntary contributions are none",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].end_date", "employment_records[].personal_data.entitlements.status"]
        => |f| of_jobs(f, |h| Some(h.employed_now()));
    current_jobs: Int Count [0, MANY],
        "different employers with an open job",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.employers.open())));
    open_voluntary_only: Bool None,
        "pays voluntary contributions and has no open job",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employment_status_updates[].event"]
        => |f| of_jobs(f, |h| Some(
            !h.employed_now() && h.jobs.iter().any(|job| job.open && job.voluntary)
        ));
    tenure_current_days: Int Days [0, MANY],
        "days in the current job; with several, the one that pays most",
        missing NOT_EMPLOYED,
        from ["employment_records[].employment_records[].start_date"]
        => |f| of_jobs(f, |h| Some(h.principal()?.span().days()));
    tenure_continuous_days: Int Days [0, MANY],
        "days of employment without a pause that matters, over all employers",
        missing NOT_EMPLOYED,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| {
            let bridge = f.parameters.conventions().gap_bridge_days;
            let spell = h.employed.last_spell(bridge).filter(|_| h.employed_now())?;
            Some(spell.days())
        });
    density_12m: Decimal Ratio [0, 1],
        "share of the last 12 months in employment",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(12)?));
    density_24m: Decimal Ratio [0, 1],
        "share of the last 24 months in employment",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(24)?));
    density_60m: Decimal Ratio [0, 1],
        "share of the last 60 months in employment",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(60)?));
    density_lifetime: Decimal Ratio [0, 1],
        "share of the time since the first job in employment",
        missing "has never been employed, or the jobs are not known",
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, career(h)?));
    employers_12m: Int Count [0, MANY],
        "different employers in the last 12 months",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(12)?.first()))));
    employers_24m: Int Count [0, MANY],
        "different employers in the last 24 months",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(24)?.first()))));
    employers_36m: Int Count [0, MANY],
        "different employers in the last 36 months",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(36)?.first()))));
    unique_employers_total: Int Count [0, MANY],
        "different employers ever; a return counts once",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.count())));
    unique_employer_names_total: Int Count [0, MANY],
        "different employer names ever; one company may hold many registrations",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.names())));
    gap_count_36m: Int Count [0, MANY],
        "pauses in employment in the last 36 months that are long enough to count",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(long_gaps(f, h)?)));
    longest_gap_days_36m: Int Days [0, MANY],
        "longest pause in employment in the last 36 months, as far as it lies in them",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| gaps_36m(h).map(|gaps| longest(&gaps)));
    current_gap_days: Int Days [0, MANY],
        "days since the last employment; 0 while employed",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(h.employed.last().map_or(0, |last| h.today().saturating_sub(last))));
    last_gap_days: Int Days [0, MANY],
        "length of the most recent pause in employment, even if it has just ended",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(last_gap(h)));
    overlap_days_total: Int Days [0, MANY],
        "days with two or more jobs",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(overlap_days(h.employments().map(Job::span))));
}

fn date_of(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

/// From the first day of employment ever to the reference day.
fn career(history: &History<'_>) -> Option<Span> {
    Span::new(history.employed.first()?, history.today())
}

fn density(history: &History<'_>, window: Span) -> Option<Decimal> {
    Decimal::from(history.employed.days_within(window)).checked_div(Decimal::from(window.days()))
}

/// Pauses in the last 36 months, clipped to them and to the career.
fn gaps_36m(history: &History<'_>) -> Option<Vec<Span>> {
    let window = history.window(36)?;
    let clipped = career(history).and_then(|career| career.within(window));
    Some(clipped.map_or_else(Vec::new, |span| history.employed.gaps_within(span)))
}

fn long_gaps(facts: &Facts<'_>, history: &History<'_>) -> Option<usize> {
    let least = facts.parameters.conventions().gap_min_days;
    let gaps = gaps_36m(history)?;
    Some(gaps.iter().filter(|gap| gap.days() >= least).count())
}

fn longest(gaps: &[Span]) -> i64 {
    gaps.iter().map(|gap| gap.days()).max().unwrap_or(0)
}

fn last_gap(history: &History<'_>) -> i64 {
    career(history)
        .and_then(|career| history.employed.gaps_within(career).pop())
        .map_or(0, Span::days)
}
