//! Current employments: the employers of the running month.
#![expect(clippy::struct_field_names, reason = "the fields are Belvo's")]

use chrono::NaiveDate;
use serde::Serialize;

use super::employment::open_jobs;
use super::{DocumentId, Pesos, Subject, documents, write};

#[derive(Serialize)]
struct Current<'a> {
    id: &'a str,
    link: &'a str,
    created_at: &'a str,
    collected_at: &'a str,
    month: Option<String>,
    internal_identification: Option<&'a str>,
    personal_data: PersonalData<'a>,
    status: &'static str,
    current_employment_records: Option<Vec<Employer<'a>>>,
}

#[derive(Serialize)]
struct PersonalData<'a> {
    official_name: Option<String>,
    first_name: Option<&'a str>,
    last_name: Option<String>,
    birth_date: Option<NaiveDate>,
    document_ids: Vec<DocumentId<'a>>,
}

#[derive(Serialize)]
struct Employer<'a> {
    employer: &'a str,
    employer_id: &'a str,
    employer_rfc: &'a str,
    state: &'a str,
    days_employed: i64,
    base_salary: Option<Pesos>,
    monthly_salary: Option<Pesos>,
}

/// The current employments of a subject, as JSON. Of the unemployed nearly everything is null.
pub(crate) fn current_employment(subject: &Subject<'_>) -> String {
    let person = subject.person;
    let jobs = if subject.quirks.no_history {
        Vec::new()
    } else {
        open_jobs(&person.timeline, subject.report)
    };
    let employed = (!jobs.is_empty()).then_some(());
    let now = subject.moment();
    let employers = jobs
        .iter()
        .map(|(job, salary)| Employer {
            employer: &job.employer,
            employer_id: &job.employer_id,
            employer_rfc: &job.employer_rfc,
            state: short_state(job.state),
            days_employed: subject
                .report
                .signed_duration_since(job.start)
                .num_days()
                .saturating_add(1),
            base_salary: (!subject.quirks.no_salary).then(|| Pesos::daily(*salary)),
            monthly_salary: (!subject.quirks.no_salary).then(|| Pesos::monthly(*salary)),
        })
        .collect();
    write(&Current {
        id: &subject.id,
        link: subject.link,
        created_at: &now,
        collected_at: &now,
        month: employed.map(|()| subject.report.format("%Y-%m").to_string()),
        internal_identification: employed.map(|()| &*person.curp),
        personal_data: PersonalData {
            official_name: employed.map(|()| person.full_name()),
            first_name: employed.map(|()| person.name.given),
            last_name: employed.map(|()| person.surnames()),
            birth_date: employed.map(|()| person.birth),
            document_ids: employed.map(|()| documents(subject)).unwrap_or_default(),
        },
        status: if employed.is_some() {
            "EMPLOYED"
        } else {
            "UNEMPLOYED"
        },
        current_employment_records: employed.map(|()| employers),
    })
}

/// This resource has a short form for the capital.
fn short_state(state: &str) -> &str {
    match state {
        "CIUDAD DE MEXICO" | "DISTRITO FEDERAL" => "CDMX",
        other => other,
    }
}
