//! Answers held against Belvo's data dictionaries, where they are beside the workspace.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Local, calm, curp, shared};

/// One row of a dictionary.
struct Row {
    kind: String,
    format: String,
    required: bool,
    nullable: bool,
    words: Vec<String>,
}

/// A dictionary: rows by their path, such as `employment_records[].employer`.
struct Dictionary(BTreeMap<String, Row>);

impl Dictionary {
    fn read(name: &str) -> Option<Self> {
        let path = shared("belvo/samples/dictionaries")?.join(format!("{name}.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        let rows = reader.records().map(|record| {
            let record = record.unwrap();
            let words = record[7]
                .split(", ")
                .map(str::to_owned)
                .filter(|word| !word.is_empty());
            let row = Row {
                kind: record[3].to_owned(),
                format: record[4].to_owned(),
                required: &record[5] == "Yes",
                nullable: &record[6] == "Yes",
                words: words.collect(),
            };
            (record[0].to_owned(), row)
        });
        Some(Self(rows.collect()))
    }

    /// What does not conform, as `path: what`.
    fn check(&self, value: &Value) -> BTreeSet<String> {
        let mut wrong = BTreeSet::new();
        self.object("", value, &mut wrong);
        wrong
    }

    fn object(&self, prefix: &str, value: &Value, wrong: &mut BTreeSet<String>) {
        let object = value.as_object().unwrap();
        for (key, value) in object {
            let path = format!("{prefix}{key}");
            match self.0.get(&path) {
                Some(row) => self.value(&path, row, value, wrong),
                None => drop(wrong.insert(format!("{path}: not in the dictionary"))),
            }
        }
        for (path, row) in &self.0 {
            let key = path
                .strip_prefix(prefix)
                .filter(|key| !key.contains(['.', '[']));
            if key.is_some_and(|key| row.required && !object.contains_key(key)) {
                wrong.insert(format!("{path}: missing"));
            }
        }
    }

    fn value(&self, path: &str, row: &Row, value: &Value, wrong: &mut BTreeSet<String>) {
        let fits = match (&*row.kind, value) {
            (_, Value::Null) => {
                row.nullable
                    || row
                        .words
                        .iter()
                        .any(|word| word == "None" || word == "null")
            }
            ("string", Value::String(text)) => {
                let known = row.words.is_empty() || row.words.contains(text);
                known
                    && match &*row.format {
                        "uuid" => text.len() == 36 && text.matches('-').count() == 4,
                        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
                        "date-time" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
                        "email" => text.contains('@'),
                        _ => true,
                    }
            }
            ("integer", Value::Number(number)) => number.is_i64(),
            ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => true,
            ("array", Value::Array(list)) => {
                let inside = format!("{path}[].");
                if self.0.keys().any(|key| key.starts_with(&inside)) {
                    for item in list {
                        self.object(&inside, item, wrong);
                    }
                }
                true
            }
            ("object", Value::Object(_)) => {
                self.object(&format!("{path}."), value, wrong);
                true
            }
            _ => false,
        };
        if !fits {
            wrong.insert(format!(
                "{path}: not {} ({})",
                row.kind,
                if value.is_null() { "null" } else { "a value" }
            ));
        }
    }
}

const LETTERS: [&str; 20] = [
    "QXWA", "QXWB", "QXWC", "QXWD", "QXWE", "QXWF", "QXWG", "QXWH", "QXWI", "QXWJ", "QXWK", "QXWL",
    "QXWM", "QXWN", "XFNH", "XFSH", "XFNS", "XFST", "XFOS", "XFOR",
];

#[tokio::test]
async fn answers_conform_to_belvo_s_dictionaries() {
    if shared("belvo/samples/dictionaries").is_none() {
        return;
    }
    let local = Local::start(calm()).await;
    let mut wrong: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut hold = |name: &'static str, value: &Value| {
        wrong
            .entry(name)
            .or_default()
            .extend(Dictionary::read(name).unwrap().check(value));
    };
    for institution in local.get("/api/institutions/").await.json()["results"]
        .as_array()
        .unwrap()
    {
        hold("institutions", institution);
    }
    for institution in [
        "imss_mx_employment",
        "issste_mx_employment",
        "planet_mx_employment",
    ] {
        for letters in LETTERS {
            let id = local.link(institution, &curp(letters), "single").await;
            hold(
                "links",
                &local.get(&format!("/api/links/{id}/")).await.json(),
            );
            let mut paths = vec![
                ("employment-records", "employment_records_mexico"),
                ("owners", "owners_owner_standard_multi_region"),
            ];
            if institution == "imss_mx_employment" {
                paths.extend([
                    ("mx/current-employments", "current_employments_mexico"),
                    ("employment-metrics", "employment_metrics"),
                ]);
            }
            for (path, name) in paths {
                let got = local
                    .post(
                        &format!("/api/{path}/"),
                        json!({ "link": id, "attach_pdf": letters < "QXWE" }),
                    )
                    .await;
                assert_eq!(got.status, 201, "{path} {letters}: {}", got.text);
                hold(name, &got.json()[0]);
            }
        }
    }
    let body = json!({ "institution": "inss_br_employment", "username": "12345678909", "access_mode": "single" });
    let id = local.post("/api/links/", body).await.json()["id"].clone();
    for employment in local
        .post("/api/br/employments/", json!({ "link": id }))
        .await
        .json()
        .as_array()
        .unwrap()
    {
        hold("employments_brazil", employment);
    }
    wrong.retain(|_, wrong| !wrong.is_empty());
    // Belvo's dictionary says not nullable, Belvo's own answers and texts say null.
    let expected = BTreeMap::from([(
        "links",
        BTreeSet::from([
            "external_id: not string (null)".to_owned(),
            "stale_in: not string (null)".to_owned(),
        ]),
    )]);
    assert_eq!(wrong, expected);
}
