//! What holds of every record, whoever it is of and whenever it is looked at.

use chrono::TimeDelta;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord, EmploymentStatus};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::people::{Institute, LifeEvent};
use crate::random::{Dice, after};

fn day(days: i64) -> NaiveDate {
    after("2015-01-01".parse().unwrap(), days)
}

fn subject(person: &Person, institution: Institution, report: NaiveDate) -> Subject<'_> {
    let noon = report.and_hms_opt(18, 0, 0).unwrap().and_utc();
    Subject {
        person,
        institution,
        link: "74c01cb4-edf1-44d6-8876-b1dc2aebcb14",
        email: None,
        id: "0d3ffb69-f83b-456e-ad8e-208d0998d71d".to_owned(),
        now: noon,
        report,
        attach_pdf: false,
        quirks: Quirks::default(),
    }
}

fn record(subject: &Subject<'_>) -> Value {
    let json = employment_record(subject);
    EmploymentRecord::parse_page(json.as_bytes()).unwrap();
    serde_json::from_str(&json).unwrap()
}

proptest! {
    #[test]
    fn a_record_tells_nothing_of_tomorrow(seed: u64, number in 0_u64..1_000, days in 0_i64..6_000, public: bool) {
        let institute = if public { Institute::Issste } else { Institute::Imss };
        let institution = if public { Institution::Issste } else { Institution::Imss };
        let person = Person::numbered(seed, number, day(days), institute);
        let today = day(days).to_string();
        let record = record(&subject(&person, institution, day(days)));
        let mut starts = Vec::new();
        for job in record["employment_records"].as_array().unwrap() {
            let start = job["start_date"].as_str().unwrap();
            starts.push(start.to_owned());
            prop_assert!(start <= &*today);
            let end = job["end_date"].as_str();
            prop_assert!(end.is_none_or(|end| start <= end && end <= &*today));
            let updates = job["employment_status_updates"].as_array().unwrap();
            prop_assert!(!updates.is_empty());
            let dates: Vec<&str> = updates.iter().map(|u| u["update_date"].as_str().unwrap()).collect();
            prop_assert!(dates.is_sorted_by(|later, earlier| later >= earlier));
            prop_assert!(dates.iter().all(|date| *date <= &*today && *date >= start));
            prop_assert_eq!(&updates[0]["base_salary"], &job["most_recent_base_salary"]);
            let left = updates.iter().any(|u| u["event"] == "DISMISSED_RESIGNED");
            prop_assert!(!left || end.is_some());
        }
        prop_assert!(starts.is_sorted_by(|later, earlier| later >= earlier));
    }

    #[test]
    fn record_and_current_employment_agree(seed: u64, days in 0_i64..6_000) {
        let person = Person::numbered(seed, 1, day(days), Institute::Imss);
        let subject = subject(&person, Institution::Imss, day(days));
        let record = record(&subject);
        let current = CurrentEmployment::parse_page(current_employment(&subject).as_bytes()).unwrap();
        let current = &current.results[0];
        let employed = record["personal_data"]["entitlements"]["status"] == "EMPLOYED";
        prop_assert_eq!(current.status == Some(EmploymentStatus::Employed), employed);
        prop_assert_eq!(current.current_employment_records.is_some(), employed);
        let estimate = &record["salary_estimation"]["employment_status_estimate"];
        prop_assert!(estimate.is_null() || (*estimate == "EMPLOYED") == employed);
        prop_assert!(metrics(&subject, None).is_some());
    }

    #[test]
    fn what_is_made_to_happen_happens(seed: u64, days in 0_i64..4_000, later in 1_i64..2_000, percent in -50_i64..100) {
        let mut person = Person::numbered(seed, 1, day(days), Institute::Imss);
        let mut dice = Dice::new(seed, "events");
        let then = after(day(days), later);
        let before = Situation::of(&person.timeline, day(days));
        person.timeline.change(LifeEvent::JobLoss, day(days), &mut dice);
        let lost = Situation::of(&person.timeline, then);
        prop_assert!(!lost.employed && lost.employers.is_empty());
        prop_assert_eq!(lost.changes_since(&before).contains(&"UNEMPLOYED"), before.employed);
        person.timeline.change(LifeEvent::Hired, then, &mut dice);
        let hired = Situation::of(&person.timeline, after(then, 1));
        prop_assert_eq!(hired.changes_since(&lost), ["EMPLOYED"]);
        person.timeline.change(LifeEvent::Raise { percent }, after(then, 10), &mut dice);
        let raised = Situation::of(&person.timeline, after(then, 10));
        let told = raised.changes_since(&hired);
        prop_assert!(raised.salary >= hired.salary || percent < 0);
        prop_assert_eq!(told.is_empty(), raised.salary == hired.salary);
        person.timeline.change(LifeEvent::JobChange { percent }, after(then, 20), &mut dice);
        let moved = Situation::of(&person.timeline, after(then, 21));
        prop_assert_eq!(moved.changes_since(&raised)[0], "EMPLOYER_CHANGED");
        let jobs = record(&subject(&person, Institution::Imss, after(then, 21)));
        prop_assert!(jobs["employment_records"].as_array().unwrap().len() >= 2);
        prop_assert_eq!(moved.changes_since(&moved), Vec::<&str>::new());
    }
}

#[test]
fn the_day_is_the_one_in_mexico() {
    let person = Person::of(7, "QXWA850309MPLRNL08", Institute::Imss);
    let evening: DateTime<Utc> = "2026-09-11T04:30:00Z".parse().unwrap();
    let mut subject = subject(&person, Institution::Imss, mexican_day(evening));
    subject.now = evening;
    assert_eq!(subject.report.to_string(), "2026-09-10");
    assert_eq!(record(&subject)["days_since_extraction"], 0);
    subject.now = evening.checked_add_signed(TimeDelta::days(42)).unwrap();
    assert_eq!(record(&subject)["days_since_extraction"], 42);
}

#[test]
fn one_person_in_full() {
    let person = Person::of(7, "QXWA850309MPLRNL08", Institute::Imss);
    let subject = subject(&person, Institution::Imss, "2026-09-10".parse().unwrap());
    insta::assert_json_snapshot!(record(&subject));
}
