//! Jobs, tenure, density and gaps.

use rust_decimal::Decimal;

use super::{MANY, NO_JOBS_KNOWN, NOT_EMPLOYED, count, entries, of_jobs};
use crate::division::divide;
use crate::facts::Facts;
use crate::history::{History, Span, date_of};

entries! {
    jobs_listed: Int Count [0, MANY],
        "jobs the record lists, usable or not",
        called "jobs listed" | "empleos en el registro",
        es "empleos que lista el registro, utilizables o no",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records"]
        => |f| of_jobs(f, |h| Some(count(h.listed)));
    jobs_usable: Int Count [0, MANY],
        "jobs with possible dates; duplicates count once",
        called "usable jobs" | "empleos utilizables",
        es "empleos con fechas posibles; los duplicados cuentan una vez",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.jobs.len())));
    jobs_excluded: Int Count [0, MANY],
        "jobs left out because their dates are missing, reversed or in the future",
        called "excluded jobs" | "empleos excluidos",
        es "empleos excluidos por fechas faltantes, invertidas o futuras",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.excluded)));
    first_registration_date: Date None,
        "first day registered with the institute",
        called "first registration" | "primera alta",
        es "primer día de alta en el instituto",
        missing ("there is no usable job", "no hay un empleo utilizable"),
        from ["employment_records[].employment_records[].start_date"]
        => |f| of_jobs(f, |h| date_of(h.registered.first()?));
    employed_now: Bool None,
        "has an open job; voluntary contributions are none",
        called "employed now" | "empleo vigente",
        es "tiene un empleo vigente; las cotizaciones voluntarias no lo son",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].end_date", "employment_records[].personal_data.entitlements.status"]
        => |f| of_jobs(f, |h| Some(h.employed_now()));
    current_jobs: Int Count [0, MANY],
        "different employers with an open job",
        called "current employers" | "patrones actuales",
        es "patrones distintos con un empleo vigente",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(h.employers.open())));
    open_voluntary_only: Bool None,
        "pays voluntary contributions and has no open job",
        called "voluntary contributions only" | "solo cotización voluntaria",
        es "paga cotizaciones voluntarias y no tiene empleo vigente",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employment_status_updates[].event"]
        => |f| of_jobs(f, |h| Some(
            !h.employed_now() && h.jobs.iter().any(|job| job.open && job.voluntary)
        ));
    tenure_current_days: Int Days [0, MANY],
        "days in the current job; with several, the one that pays most",
        called "tenure in the current job" | "antigüedad en el empleo actual",
        es "días en el empleo actual; si hay varios, en el mejor pagado",
        missing NOT_EMPLOYED,
        from ["employment_records[].employment_records[].start_date"]
        => |f| of_jobs(f, |h| Some(h.principal()?.span().days()));
    tenure_continuous_days: Int Days [0, MANY],
        "days of employment without a pause that matters, over all employers",
        called "continuous employment" | "empleo continuo",
        es "días de empleo sin pausa relevante, con todos los patrones",
        missing NOT_EMPLOYED,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| {
            let bridge = f.parameters.conventions().gap_bridge_days;
            let spell = h.employed.last_spell(bridge).filter(|_| h.employed_now())?;
            Some(spell.days())
        });
    density_12m: Decimal Ratio [0, 1],
        "share of the last 12 months in employment",
        called "employment density, 12 months" | "densidad de empleo en 12 meses",
        es "proporción de los últimos 12 meses con empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(12)?));
    density_24m: Decimal Ratio [0, 1],
        "share of the last 24 months in employment",
        called "employment density, 24 months" | "densidad de empleo en 24 meses",
        es "proporción de los últimos 24 meses con empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(24)?));
    density_60m: Decimal Ratio [0, 1],
        "share of the last 60 months in employment",
        called "employment density, 60 months" | "densidad de empleo en 60 meses",
        es "proporción de los últimos 60 meses con empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, h.window(60)?));
    density_lifetime: Decimal Ratio [0, 1],
        "share of the time since the first job in employment",
        called "employment density, whole career" | "densidad de empleo en toda la trayectoria",
        es "proporción con empleo del tiempo desde el primer empleo",
        missing ("has never been employed, or the jobs are not known", "nunca ha tenido empleo, o se desconocen los empleos"),
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| density(h, career(h)?));
    employers_12m: Int Count [0, MANY],
        "different employers in the last 12 months",
        called "employers in 12 months" | "patrones en 12 meses",
        es "patrones distintos en los últimos 12 meses",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(12)?.first()))));
    employers_24m: Int Count [0, MANY],
        "different employers in the last 24 months",
        called "employers in 24 months" | "patrones en 24 meses",
        es "patrones distintos en los últimos 24 meses",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(24)?.first()))));
    employers_36m: Int Count [0, MANY],
        "different employers in the last 36 months",
        called "employers in 36 months" | "patrones en 36 meses",
        es "patrones distintos en los últimos 36 meses",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.since(h.window(36)?.first()))));
    unique_employers_total: Int Count [0, MANY],
        "different employers ever; a return counts once",
        called "employers ever" | "patrones en total",
        es "patrones distintos en toda la trayectoria; un regreso cuenta una vez",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer_id", "employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.count())));
    unique_employer_names_total: Int Count [0, MANY],
        "different employer names ever; one company may hold many registrations",
        called "employer names ever" | "nombres de patrón en total",
        es "nombres de patrón distintos; una empresa puede tener muchos registros patronales",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].employer"]
        => |f| of_jobs(f, |h| Some(count(h.employers.names())));
    gap_count_36m: Int Count [0, MANY],
        "pauses in employment in the last 36 months that are long enough to count",
        called "gaps in 36 months" | "periodos sin empleo en 36 meses",
        es "pausas de empleo en los últimos 36 meses lo bastante largas para contar",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(count(long_gaps(f, h)?)));
    longest_gap_days_36m: Int Days [0, MANY],
        "longest pause in employment in the last 36 months, as far as it lies in them",
        called "longest gap in 36 months" | "periodo más largo sin empleo en 36 meses",
        es "pausa de empleo más larga en los últimos 36 meses, por la parte que cae en ellos",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| gaps_36m(h).map(|gaps| gaps.map(Span::days).max().unwrap_or(0)));
    current_gap_days: Int Days [0, MANY],
        "days since the last employment; 0 while employed",
        called "current gap" | "periodo actual sin empleo",
        es "días desde el último empleo; 0 si hay empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(h.employed.last().map_or(0, |last| h.today().saturating_sub(last))));
    last_gap_days: Int Days [0, MANY],
        "length of the most recent pause in employment, even if it has just ended",
        called "last gap" | "último periodo sin empleo",
        es "duración de la pausa de empleo más reciente, aunque acabe de terminar",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(last_gap(h)));
    overlap_days_total: Int Days [0, MANY],
        "days with two or more jobs",
        called "days with several jobs" | "días con varios empleos",
        es "días con dos o más empleos",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(h.overlap));
}

/// From the first day of employment ever to the reference day.
fn career(history: &History<'_>) -> Option<Span> {
    Span::new(history.employed.first()?, history.today())
}

fn density(history: &History<'_>, window: Span) -> Option<Decimal> {
    let days = history.employed.days_within(window);
    divide(days.into(), window.days().into())
}

/// Pauses in the last 36 months, clipped to them and to the career.
fn gaps_36m(history: &History<'_>) -> Option<impl Iterator<Item = Span>> {
    let window = history.window(36)?;
    let clipped = career(history).and_then(|career| career.within(window));
    Some(
        clipped
            .into_iter()
            .flat_map(|span| history.employed.gaps_within(span)),
    )
}

fn long_gaps(facts: &Facts<'_>, history: &History<'_>) -> Option<usize> {
    let least = facts.parameters.conventions().gap_min_days;
    let gaps = gaps_36m(history)?;
    Some(gaps.filter(|gap| gap.days() >= least).count())
}

fn last_gap(history: &History<'_>) -> i64 {
    career(history)
        .and_then(|career| history.employed.gaps_within(career).last())
        .map_or(0, Span::days)
}
