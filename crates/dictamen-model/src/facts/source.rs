//! Which of the things sent is used, and where it comes from.

use chrono::NaiveDate;

use super::Institution;
use crate::json::Timestamp;
use crate::wire::{CurrentEmployment, EmploymentEvent, EmploymentRecord, Link};

/// The day of a report: its own, else that of its retrieval, else that of its storage.
pub(super) fn report_day(record: &EmploymentRecord) -> Option<NaiveDate> {
    let day = |moment: Timestamp| moment.date_naive();
    record
        .report_date
        .or_else(|| record.collected_at.map(day))
        .or_else(|| record.created_at.map(day))
}

/// The newest record: by report, then retrieval, then storage, then the greatest id. Reports are
/// never merged, since a later one corrects the earlier.
pub(super) fn newest_record(records: &[EmploymentRecord]) -> Option<&EmploymentRecord> {
    records.iter().max_by_key(|record| {
        (
            report_day(record),
            record.collected_at,
            record.created_at,
            record.id.as_deref(),
        )
    })
}

/// The newest current employment, if it was retrieved within `skew` days of the reference day.
pub(super) fn current_employment(
    employments: &[CurrentEmployment],
    reference: NaiveDate,
    skew: i64,
) -> Option<&CurrentEmployment> {
    let retrieved = |e: &CurrentEmployment| e.collected_at.or(e.created_at);
    let newest = employments.iter().max_by_key(|e| {
        (
            e.collected_at.or(e.created_at),
            e.created_at,
            e.id.as_deref(),
        )
    })?;
    let day = retrieved(newest)?.date_naive();
    let apart = day
        .signed_duration_since(reference)
        .num_days()
        .unsigned_abs();
    (apart <= skew.unsigned_abs()).then_some(newest)
}

/// The institute: what the link says, else what the record shows. The ISSSTE has events of its
/// own, and gives neither summary, scores, employer registrations nor states.
pub(super) fn institution(link: Option<&Link>, record: &EmploymentRecord) -> Institution {
    match link.and_then(|link| link.institution.as_deref()) {
        Some(name) if name.starts_with("issste") => return Institution::Issste,
        Some(name) if name.starts_with("imss") => return Institution::Imss,
        _ => {}
    }
    let rows = record.employment_records.as_deref().unwrap_or_default();
    let updates = rows
        .iter()
        .flat_map(|row| row.employment_status_updates.iter().flatten());
    // Most events are of the IMSS, so the first one settles it.
    let (mut of_imss, mut of_issste) = (false, false);
    for update in updates {
        match update.event {
            Some(
                EmploymentEvent::Normal
                | EmploymentEvent::BdutaCertificate
                | EmploymentEvent::DyeCertificate,
            ) => of_issste = true,
            Some(EmploymentEvent::Other(_)) | None => {}
            Some(_) => {
                of_imss = true;
                break;
            }
        }
    }
    let bare = || {
        !rows.is_empty()
            && record.social_security_summary.is_none()
            && record.employment_scores.is_none()
            && rows
                .iter()
                .all(|row| row.employer_id.is_none() && row.state.is_none())
    };
    if of_issste && !of_imss || bare() {
        Institution::Issste
    } else {
        Institution::Imss
    }
}
