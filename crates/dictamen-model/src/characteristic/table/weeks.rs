//! Contribution weeks: what the institute reports and what the jobs add up to.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{MANY, NO_JOBS_KNOWN, entries, of_jobs, of_record};
use crate::facts::{Facts, RecordFacts};
use crate::history::contribution_weeks;

entries! {
    weeks_computed: Int Weeks [0, MANY],
        "contribution weeks the jobs add up to; days of several jobs count once",
        called "computed contribution weeks" | "semanas cotizadas calculadas",
        es "semanas cotizadas que suman los empleos; los días con varios empleos cuentan una vez",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].start_date", "employment_records[].employment_records[].end_date"]
        => |f| of_jobs(f, |h| Some(contribution_weeks(h.registered.days())));
    weeks_reported: Int Weeks [0, MANY],
        "contribution weeks the institute reports",
        called "reported contribution weeks" | "semanas cotizadas reportadas",
        es "semanas cotizadas que reporta el instituto",
        missing ("the institute reports none, as the ISSSTE never does", "el instituto no las reporta; el ISSSTE nunca lo hace"),
        from ["employment_records[].social_security_summary.weeks_contributed"]
        => |f| of_record(f, RecordFacts::weeks_reported);
    weeks_redeemed_outstanding: Int Weeks [0, MANY],
        "weeks taken out during unemployment and not paid back",
        called "redeemed weeks not reinstated" | "semanas descontadas sin reintegrar",
        es "semanas descontadas por retiros por desempleo y no reintegradas",
        missing ("the institute gives no summary", "el instituto no da un resumen"),
        from ["employment_records[].social_security_summary.weeks_redeemed", "employment_records[].social_security_summary.weeks_reinstated"]
        => |f| of_record(f, |r| {
            let (redeemed, reinstated) = r.weeks_redeemed_and_reinstated()?;
            Some(redeemed.saturating_sub(reinstated).max(0))
        });
    weeks_total: Int Weeks [0, MANY],
        "contribution weeks: the reported ones, else the computed ones",
        called "contribution weeks" | "semanas cotizadas",
        es "semanas cotizadas: las reportadas o, en su defecto, las calculadas",
        missing ("no weeks are reported and the jobs are not known", "no se reportan semanas y se desconocen los empleos"),
        from ["employment_records[].social_security_summary.weeks_contributed", "employment_records[].employment_records[]"]
        => |f| of_record(f, |r| {
            let jobs = || Some(contribution_weeks(f.history()?.registered.days()));
            r.weeks_reported().or_else(jobs)
        });
    weeks_mismatch: Bool None,
        "reported and computed weeks differ more than rounding and redeemed weeks explain",
        called "reported and computed weeks differ" | "semanas reportadas y calculadas no cuadran",
        es "las semanas reportadas y las calculadas difieren más de lo que explican el redondeo y las descontadas",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].social_security_summary", "employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(mismatch(f, contribution_weeks(h.registered.days()))));
}

/// Whether neither the gross nor the net reading of the reported weeks comes near the computed
/// ones.
fn mismatch(facts: &Facts<'_>, computed: i64) -> bool {
    let reported = || {
        let record = facts.record.as_ref()?;
        Some((
            record.weeks_reported()?,
            record.weeks_redeemed_and_reinstated()?,
        ))
    };
    let Some((reported, (redeemed, reinstated))) = reported() else {
        return false;
    };
    let conventions = facts.parameters.conventions();
    let share = Decimal::from(reported)
        .checked_mul(conventions.weeks_tolerance_share)
        .and_then(|share| share.ceil().to_i64())
        .unwrap_or(i64::MAX);
    let tolerance = share.max(conventions.weeks_tolerance_min);
    let other = reported.saturating_add(redeemed).saturating_sub(reinstated);
    let apart = |weeks: i64| weeks.saturating_sub(computed).saturating_abs();
    apart(reported).min(apart(other)) > tolerance
}
