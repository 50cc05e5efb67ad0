//! Whether what was sent holds together. A statement of this group holds only when it is known to.

use super::{NO_JOBS_KNOWN, entries, of_jobs};
use crate::facts::RecordFacts;
use crate::wire::{DocumentedStatus, EmploymentStatus};

entries! {
    status_conflict: Bool None,
        "another source says employed where the jobs say not, or the other way round",
        called "employment status contradicted" | "situación laboral contradictoria",
        es "otra fuente indica empleo donde los empleos indican que no, o al revés",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].end_date", "employment_records[].personal_data.entitlements.status", "current_employments[].status"]
        => |f| of_jobs(f, |h| Some(f.record.as_ref().is_some_and(|r| conflict(r, h.employed_now()))));
    provider_estimates_unemployed: Bool None,
        "the jobs say employed and the data provider estimates that this has ended",
        called "provider estimates unemployment" | "el proveedor estima desempleo",
        es "los empleos indican empleo vigente y el proveedor de datos estima que ya terminó",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].salary_estimation.employment_status_estimate"]
        => |f| of_jobs(f, |h| Some(h.employed_now() && f.record.as_ref().is_some_and(estimated_out)));
    dates_inconsistent: Bool None,
        "a job has no start, or ends before it starts",
        called "inconsistent dates" | "fechas inconsistentes",
        es "un empleo no tiene inicio o termina antes de empezar",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].start_date", "employment_records[].employment_records[].end_date"]
        => |f| of_jobs(f, |h| Some(h.inconsistent));
    dates_in_future: Bool None,
        "a job starts or ends after the day at which employment is measured",
        called "dates in the future" | "fechas futuras",
        es "un empleo empieza o termina después del día en que se mide el empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].start_date", "employment_records[].employment_records[].end_date"]
        => |f| of_jobs(f, |h| Some(h.future_start || h.future_end));
    future_start: Bool None,
        "a job starts after the day at which employment is measured",
        called "start in the future" | "inicio futuro",
        es "un empleo empieza después del día en que se mide el empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].start_date"]
        => |f| of_jobs(f, |h| Some(h.future_start));
    future_end: Bool None,
        "a job ends after the day at which employment is measured",
        called "end in the future" | "término futuro",
        es "un empleo termina después del día en que se mide el empleo",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].end_date"]
        => |f| of_jobs(f, |h| Some(h.future_end));
    end_date_is_report_date_current: Bool None,
        "a job ends on the day of the report and still counts as current",
        called "job ending on the day of the report" | "baja el día del reporte",
        es "un empleo termina el día del reporte y aún cuenta como vigente",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[].end_date", "employment_records[].report_date"]
        => |f| of_jobs(f, |h| Some(h.jobs.iter().any(|job| job.open_on_last_day)));
    forgotten_open_jobs: Int Count [0, 1_000_000_000],
        "open jobs left out because they pay less than the minimum wage beside a real one",
        called "open jobs left out" | "altas olvidadas",
        es "empleos abiertos excluidos por pagar menos del salario mínimo junto a uno real",
        missing NO_JOBS_KNOWN,
        from ["employment_records[].employment_records[]"]
        => |f| of_jobs(f, |h| Some(super::count(h.jobs.iter().filter(|job| job.zombie).count())));
    unknown_codes_present: Bool None,
        "the record uses a status or event that is not documented",
        called "undocumented codes present" | "claves no documentadas presentes",
        es "el registro usa una situación o un movimiento que no está documentado",
        missing super::NO_RECORD,
        from ["employment_records[].employment_records[].employment_status_updates[].event", "employment_records[].personal_data.entitlements.status"]
        => |f| super::of_record(f, |r| Some(unknown_codes(r)));
}

fn conflict(record: &RecordFacts<'_>, employed: bool) -> bool {
    let entitled = || match record
        .record
        .personal_data
        .as_ref()?
        .entitlements
        .as_ref()?
        .status
        .as_ref()?
    {
        DocumentedStatus::Employed => Some(true),
        DocumentedStatus::Unemployed => Some(false),
        _ => None,
    };
    let current = || match record.current?.status.as_ref()? {
        EmploymentStatus::Employed => Some(true),
        EmploymentStatus::Unemployed => Some(false),
        EmploymentStatus::Other(_) => None,
    };
    [entitled(), current()]
        .into_iter()
        .flatten()
        .any(|says| says != employed)
}

fn estimated_out(record: &RecordFacts<'_>) -> bool {
    let estimate = record.record.salary_estimation.as_ref();
    estimate.is_some_and(|e| e.employment_status_estimate == Some(EmploymentStatus::Unemployed))
}

fn unknown_codes(record: &RecordFacts<'_>) -> bool {
    let status = record
        .record
        .personal_data
        .as_ref()
        .and_then(|person| person.entitlements.as_ref()?.status.as_ref());
    let events = record
        .record
        .employment_records
        .iter()
        .flatten()
        .flat_map(|row| row.employment_status_updates.iter().flatten())
        .filter_map(|update| update.event.as_ref());
    status.is_some_and(|status| !status.is_known()) || { events }.any(|event| !event.is_known())
}
