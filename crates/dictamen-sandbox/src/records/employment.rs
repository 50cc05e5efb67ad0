//! The employment record: a person's whole history as one report.
#![expect(clippy::struct_field_names, reason = "the fields are Belvo's")]

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{DocumentId, Pesos, Subject, documents, pdf, write};
use crate::institution::Institution;
use crate::people::{Employment, Event, Timeline};
use crate::random::after;

#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    link: &'a str,
    created_at: &'a str,
    collected_at: &'a str,
    report_date: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_since_extraction: Option<i64>,
    internal_identification: &'a str,
    personal_data: PersonalData<'a>,
    social_security_summary: Option<Summary>,
    employment_records: Vec<Job<'a>>,
    #[serde(skip_serializing_if = "Part::is_absent")]
    employment_scores: Part<Vec<Score>>,
    #[serde(skip_serializing_if = "Part::is_absent")]
    salary_estimation: Part<Estimation>,
    files: Option<Vec<File>>,
}

/// A part of the record that older records do not have, and that one institution leaves null.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<T> {
    Absent,
    Null,
    There(T),
}

impl<T> Part<T> {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

#[derive(Serialize)]
struct PersonalData<'a> {
    official_name: String,
    first_name: &'a str,
    last_name: String,
    birth_date: NaiveDate,
    entitlements: Entitlements,
    document_ids: Vec<DocumentId<'a>>,
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Entitlements {
    entitled_to_health_insurance: bool,
    entitled_to_company_benefits: bool,
    valid_until: Option<NaiveDate>,
    status: Option<&'static str>,
}

#[derive(Serialize)]
struct Summary {
    weeks_redeemed: Option<i64>,
    weeks_reinstated: Option<i64>,
    weeks_contributed: Option<i64>,
}

#[derive(Serialize)]
struct Job<'a> {
    collected_at: &'a str,
    employer: &'a str,
    employer_id: Option<&'a str>,
    start_date: NaiveDate,
    end_date: Option<NaiveDate>,
    weeks_employed: i64,
    state: Option<&'a str>,
    most_recent_base_salary: Pesos,
    monthly_salary: Pesos,
    currency: &'static str,
    employment_status_updates: Vec<Update>,
}

#[derive(Serialize)]
struct Update {
    event: &'static str,
    base_salary: Pesos,
    update_date: NaiveDate,
}

#[derive(Serialize)]
struct Score {
    score: Option<i64>,
    period: i64,
    version: &'static str,
}

#[derive(Serialize)]
struct Estimation {
    employment_status_estimate: Option<&'static str>,
    base_salary_estimate: Option<Pesos>,
    currency: &'static str,
}

#[derive(Serialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    value: Option<String>,
}

/// What the timeline says on a day, in the words of the record.
struct View<'a> {
    /// Newest first.
    jobs: Vec<&'a Employment>,
    day: NaiveDate,
    retired: bool,
}

impl<'a> View<'a> {
    fn of(timeline: &'a Timeline, day: NaiveDate) -> Self {
        let mut jobs: Vec<&Employment> = timeline
            .jobs
            .iter()
            .filter(|job| job.start <= day)
            .collect();
        jobs.sort_by_key(|job| std::cmp::Reverse((job.start, job.end)));
        Self {
            jobs,
            day,
            retired: timeline.retired.is_some_and(|retired| retired <= day),
        }
    }

    fn is_open(&self, job: &Employment) -> bool {
        job.is_open(self.day)
    }

    fn employed(&self) -> bool {
        self.jobs
            .iter()
            .any(|job| self.is_open(job) && !job.voluntary)
    }

    fn salary(&self, job: &Employment) -> i64 {
        let movement = job
            .movements
            .iter()
            .rfind(|movement| movement.date <= self.day);
        movement.map_or(0, |movement| movement.salary)
    }

    fn current_salary(&self) -> i64 {
        self.jobs
            .iter()
            .filter(|job| self.is_open(job) && !job.voluntary)
            .map(|job| self.salary(job))
            .fold(0, i64::saturating_add)
    }

    fn last_end(&self) -> Option<NaiveDate> {
        self.jobs
            .iter()
            .map(|job| job.end)
            .filter(|end| *end <= self.day)
            .max()
    }

    /// Days with at least one job.
    fn days(&self) -> i64 {
        let mut spans: Vec<(NaiveDate, NaiveDate)> = self
            .jobs
            .iter()
            .map(|job| {
                (
                    job.start,
                    if self.is_open(job) { self.day } else { job.end },
                )
            })
            .collect();
        spans.sort_unstable();
        let mut counted: Option<NaiveDate> = None;
        let mut days = 0_i64;
        for (start, end) in spans {
            let from = counted.map_or(start, |last| start.max(after(last, 1)));
            if from <= end {
                days = days.saturating_add(inclusive(from, end));
                counted = Some(end);
            }
        }
        days
    }
}

fn inclusive(start: NaiveDate, end: NaiveDate) -> i64 {
    end.signed_duration_since(start)
        .num_days()
        .saturating_add(1)
}

/// A rest of more than three days counts as a week.
fn weeks(days: i64) -> i64 {
    days.saturating_add(3).checked_div(7).unwrap_or(0)
}

/// The record of a subject, as JSON.
pub(crate) fn employment_record(subject: &Subject<'_>) -> String {
    let none = Timeline::default();
    let timeline = if subject.quirks.no_history {
        &none
    } else {
        &subject.person.timeline
    };
    let view = View::of(timeline, subject.report);
    let public = subject.institution == Institution::Issste;
    let old = subject.quirks.shape_2023;
    let collected_at = subject.moment();
    let private = (!public).then_some(());
    write(&Record {
        id: &subject.id,
        link: subject.link,
        created_at: &collected_at,
        collected_at: &collected_at,
        report_date: subject.report,
        days_since_extraction: (!old).then(|| {
            mexican_day(subject.now)
                .signed_duration_since(subject.report)
                .num_days()
                .max(0)
        }),
        internal_identification: &subject.person.curp,
        personal_data: personal_data(subject, &view),
        social_security_summary: private.map(|()| summary(timeline, &view)),
        employment_records: view
            .jobs
            .iter()
            .map(|job| render(subject, &view, job, &collected_at))
            .collect(),
        employment_scores: if old {
            Part::Absent
        } else {
            private.map_or(Part::Null, |()| Part::There(scores(&view)))
        },
        salary_estimation: if old {
            Part::Absent
        } else {
            private.map_or(Part::Null, |()| Part::There(estimation(&view)))
        },
        files: files(subject, &view),
    })
}

fn personal_data<'a>(subject: &Subject<'a>, view: &View<'_>) -> PersonalData<'a> {
    let person = subject.person;
    let employed = view.employed();
    let valid_until = view.last_end().map(|end| after(end, 56));
    let covered = employed || view.retired || valid_until.is_some_and(|until| until >= view.day);
    let status = match (employed, view.retired) {
        (true, _) => "EMPLOYED",
        (false, true) => "RETIRED",
        (false, false) => "UNEMPLOYED",
    };
    PersonalData {
        official_name: person.full_name(),
        first_name: person.name.given,
        last_name: person.surnames(),
        birth_date: person.birth,
        entitlements: Entitlements {
            entitled_to_health_insurance: covered,
            entitled_to_company_benefits: employed,
            valid_until: valid_until.filter(|_| !employed && !view.retired),
            status: (!subject.quirks.no_status).then_some(status),
        },
        document_ids: documents(subject),
        email: subject.email,
    }
}

fn summary(timeline: &Timeline, view: &View<'_>) -> Summary {
    let known = !view.jobs.is_empty();
    let redeemed = timeline
        .redeemed
        .filter(|(from, _)| *from <= view.day)
        .map_or(0, |(_, weeks)| weeks);
    Summary {
        weeks_redeemed: known.then_some(redeemed),
        weeks_reinstated: known.then_some(0),
        weeks_contributed: known.then(|| weeks(view.days())),
    }
}

fn render<'a>(
    subject: &Subject<'_>,
    view: &View<'_>,
    job: &'a Employment,
    collected_at: &'a str,
) -> Job<'a> {
    let public = subject.institution == Institution::Issste;
    let open = view.is_open(job);
    let end = if open { view.day } else { job.end };
    let salary = view.salary(job);
    let movements = job.movements.iter().rev();
    Job {
        collected_at,
        employer: &job.employer,
        employer_id: (!public).then_some(&*job.employer_id),
        start_date: job.start,
        end_date: (!open).then_some(job.end),
        weeks_employed: weeks(inclusive(job.start, end)),
        state: (!public).then_some(job.state),
        most_recent_base_salary: Pesos::daily(salary),
        monthly_salary: match (subject.quirks.shape_2023, public) {
            (true, _) => Pesos::daily(0),
            (false, true) => Pesos::monthly_public(salary),
            (false, false) => Pesos::monthly(salary),
        },
        currency: "MXN",
        employment_status_updates: movements
            .filter(|movement| movement.date <= view.day)
            .filter(|movement| !(open && movement.event == Event::DismissedResigned))
            .map(|movement| Update {
                event: movement.event.code(),
                base_salary: Pesos::daily(movement.salary),
                update_date: movement.date,
            })
            .collect(),
    }
}

/// Falls with the horizon; rises with a job, its length and the weeks.
fn scores(view: &View<'_>) -> Vec<Score> {
    let tenure = view
        .jobs
        .iter()
        .filter(|job| view.is_open(job))
        .map(|job| inclusive(job.start, view.day))
        .max()
        .unwrap_or(0);
    let base = 420_i64
        .saturating_add(if view.employed() { 140 } else { 0 })
        .saturating_add(tenure.min(2400).checked_div(20).unwrap_or(0))
        .saturating_add(weeks(view.days()).min(1000).checked_div(8).unwrap_or(0));
    [(3, 0), (6, 45), (12, 90)]
        .into_iter()
        .map(|(period, less)| Score {
            score: (!view.jobs.is_empty()).then(|| base.saturating_sub(less).clamp(300, 900)),
            period,
            version: "1.0.0",
        })
        .collect()
}

fn estimation(view: &View<'_>) -> Estimation {
    let known = !view.jobs.is_empty();
    let salary = view.current_salary();
    let status = if salary > 0 { "EMPLOYED" } else { "UNEMPLOYED" };
    Estimation {
        employment_status_estimate: known.then_some(status),
        base_salary_estimate: known.then(|| Pesos::daily(salary)),
        currency: "MXN",
    }
}

fn files(subject: &Subject<'_>, view: &View<'_>) -> Option<Vec<File>> {
    let title = format!(
        "ReporteSemanasCotizadas_{}",
        subject.report.format("%d%m%y")
    );
    subject.attach_pdf.then(|| {
        let lines = [
            title.clone(),
            format!("Semanas: {}", weeks(view.days())),
            "Documento de prueba, sin validez".to_owned(),
        ];
        let content = || pdf::base64(&lines);
        vec![File {
            value: (subject.institution != Institution::Planet).then(content),
            kind: title,
        }]
    })
}

/// What a person's employment is on a day, to tell what changed between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Situation {
    pub(crate) employed: bool,
    pub(crate) salary: i64,
    pub(crate) employers: Vec<String>,
    /// How much the institute has registered in all.
    pub(crate) movements: usize,
}

impl Situation {
    /// The situation of a timeline on a day.
    pub(crate) fn of(timeline: &Timeline, day: NaiveDate) -> Self {
        let view = View::of(timeline, day);
        let mut employers: Vec<String> = view
            .jobs
            .iter()
            .filter(|job| view.is_open(job) && !job.voluntary)
            .map(|job| job.employer_id.clone())
            .collect();
        employers.sort_unstable();
        let movements = view
            .jobs
            .iter()
            .flat_map(|job| &job.movements)
            .filter(|movement| movement.date <= day)
            .count();
        Self {
            employed: view.employed(),
            salary: view.current_salary(),
            employers,
            movements,
        }
    }

    /// What a notice of changes lists, coming from `before`.
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<&'static str> {
        let mut changes = Vec::new();
        match (before.employed, self.employed) {
            (false, true) => changes.push("EMPLOYED"),
            (true, false) => changes.push("UNEMPLOYED"),
            (true, true) if before.employers != self.employers => changes.push("EMPLOYER_CHANGED"),
            _ => {}
        }
        if before.employed && self.employed && self.salary != before.salary {
            changes.push(if self.salary > before.salary {
                "SALARY_INCREASED"
            } else {
                "SALARY_DECREASED"
            });
        }
        changes
    }
}

/// The day in Mexico City, where the institutes are.
pub(crate) fn mexican_day(now: DateTime<Utc>) -> NaiveDate {
    // Mexico City has been six hours behind all year since October 2022.
    now.checked_sub_signed(chrono::TimeDelta::hours(6))
        .unwrap_or(now)
        .date_naive()
}

/// The jobs that are open on a day, with their salaries, for current employments.
pub(super) fn open_jobs(timeline: &Timeline, day: NaiveDate) -> Vec<(&Employment, i64)> {
    let view = View::of(timeline, day);
    view.jobs
        .iter()
        .filter(|job| view.is_open(job) && !job.voluntary)
        .map(|job| (*job, view.salary(job)))
        .collect()
}
