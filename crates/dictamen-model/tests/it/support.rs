//! What the tests share: the shipped parameters and requests built from JSON.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dictamen_model::{Characteristics, DecisionRequest, Parameters, Value, compute};
use serde_json::json;

static PARAMETERS: LazyLock<Parameters> = LazyLock::new(read_parameters);

/// The parameters as they ship.
pub(crate) fn parameters() -> &'static Parameters {
    &PARAMETERS
}

fn read_parameters() -> Parameters {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/parameters");
    let files: BTreeMap<String, String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    Parameters::parse(&files).unwrap()
}

/// Reference material beside the workspace, where it is there. The tests do not depend on it.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = crate_folder.join("../../../shared").join(part);
    let found = folder.is_dir().then_some(folder);
    if found.is_none() {
        eprintln!("skipped: there is no reference material beside the workspace");
    }
    found
}

/// The JSON files of a folder, in order of their names.
pub(crate) fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

/// Characteristics of a request given as JSON, as of a day.
pub(crate) fn characteristics(request: &serde_json::Value, as_of: &str) -> Characteristics {
    let request = DecisionRequest::parse(request.to_string().as_bytes()).unwrap();
    compute(&request, as_of.parse().unwrap(), parameters()).unwrap()
}

/// A request of an invented person, complete in every field.
pub(crate) fn complete_request() -> serde_json::Value {
    serde_json::from_str(include_str!("../data/request.json")).unwrap()
}

/// The day most situations are decided on; their report is of the same day.
pub(crate) const TODAY: &str = "2026-09-10";

/// A request around some jobs and nothing else, reported today.
pub(crate) fn with_jobs(jobs: &serde_json::Value) -> serde_json::Value {
    with_record(&json!({ "employment_records": jobs }))
}

/// A request around a record; what the record does not tell is filled in.
pub(crate) fn with_record(record: &serde_json::Value) -> serde_json::Value {
    let mut full = json!({ "id": "r", "report_date": TODAY, "employment_scores": [] });
    for (key, value) in record.as_object().unwrap() {
        full[key] = value.clone();
    }
    json!({
        "application": {
            "application_id": "A", "requested_amount": 10000, "requested_term_months": 12
        },
        "employment_records": [full],
    })
}

/// A job at one employer from a day on, open, at a daily salary.
pub(crate) fn open_job(employer: &str, start: &str, salary: f64) -> serde_json::Value {
    json!({
        "employer_id": employer, "employer": employer, "start_date": start, "end_date": null,
        "most_recent_base_salary": salary,
        "employment_status_updates": [
            { "event": "HIRED", "base_salary": salary, "update_date": start }
        ],
    })
}

/// The same, closed on a day.
pub(crate) fn closed_job(employer: &str, start: &str, end: &str, salary: f64) -> serde_json::Value {
    let mut job = open_job(employer, start, salary);
    job["end_date"] = json!(end);
    job
}

/// Checks characteristics by name against JSON: numbers exactly, `null` for missing.
#[track_caller]
pub(crate) fn expect(values: &Characteristics, expected: &serde_json::Value) {
    for (name, expected) in expected.as_object().unwrap() {
        let value = values.by_name(name).unwrap();
        let matches = match (value, expected) {
            (Value::Missing, serde_json::Value::Null) => true,
            (Value::Bool(value), serde_json::Value::Bool(expected)) => value == expected,
            (Value::Int(value), serde_json::Value::Number(expected)) => {
                Some(*value) == expected.as_i64()
            }
            (Value::Decimal(value), serde_json::Value::String(expected)) => {
                *value == expected.parse().unwrap()
            }
            (Value::Date(value), serde_json::Value::String(expected)) => {
                value.to_string() == *expected
            }
            (Value::Text(value), serde_json::Value::String(expected)) => **value == **expected,
            _ => false,
        };
        assert!(matches, "{name} is {value:?}, expected {expected}");
    }
}
