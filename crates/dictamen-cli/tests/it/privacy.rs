//! Nothing personal is where it does not belong: not in the database, not in the log, not in an
//! error, whatever clients do.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    cluster,
    keeping::served_on,
    killing::{Asked, post, post_to},
    support::{Place, REQUEST},
};

/// What a rule, a fact or a document may say too.
const COMMON: [&str; 3] = ["EMPLOYED", "ISSSTE", "SALARY_MODIFICATION"];

/// Every text and broken number of a value that could tell a person from another.
fn personal(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| personal(value, found)),
        Value::Array(list) => list.iter().for_each(|value| personal(value, found)),
        Value::String(text) if text.len() >= 6 && !COMMON.contains(&text.as_str()) => {
            found.insert(text.clone());
        }
        Value::Number(number) if number.to_string().contains('.') => {
            found.insert(number.to_string());
        }
        _ => {}
    }
}

/// Everything in the files below a folder, but what `leave` says.
fn files(folder: &Path, seen: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, seen);
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            seen.push((path.display().to_string(), bytes));
        }
    }
}

fn run(url: Option<&str>, database: impl Fn(&Place) -> std::path::PathBuf) {
    let place = Place::new();
    let mut request: Value = serde_json::from_str(REQUEST).unwrap();
    request["application"]["application_id"] = "CREDITO-DE-ANA-0077".into();
    request["application"]["existing_monthly_debt"] = json!("1234.56");
    let record = &mut request["employment_records"];
    let record = if record["results"].is_array() {
        &mut record["results"][0]
    } else {
        record
    };
    record["personal_data"]["full_name"] = "ANASTASIA QUETZALLI IBARRA".into();
    record["personal_data"]["email"] = "anastasia.ibarra@correo.example".into();
    record["personal_data"]["phone"] = "+52 55 5550 0177".into();
    record["link"] = "b7f0c0de-1f6d-4c30-9a58-1c3f6a0d8e77".into();
    let mut secret = BTreeSet::new();
    personal(&request["employment_records"], &mut secret);
    personal(&request["application"], &mut secret);
    // The day of the decision is a fact of it.
    let as_of = request["as_of"].as_str().unwrap_or("2026-09-15").to_owned();
    secret.remove(&as_of);
    let curp = "PERL910314MJCXNC04";
    assert!(secret.len() > 25 && secret.contains(curp), "{secret:?}");

    let (refusals, said) = served_on(&place, url, |address| {
        let body = request.to_string();
        let mut refusals = Vec::new();
        let mut send = |key: Option<&str>, body: &str, path: &str| {
            let asked = Asked {
                key: key.map(str::to_owned),
                body: body.to_owned(),
            };
            let (status, answer) = post_to(address, path, &asked).unwrap();
            if status >= 400 {
                refusals.push(answer);
            }
            status
        };
        let decide = "/v1/policies/demo/decisions";
        assert_eq!(send(None, &body, decide), 200);
        // A client may use what it likes as a key.
        assert_eq!(send(Some(curp), &body, decide), 200);
        assert_eq!(send(Some(curp), &body, decide), 200);
        assert_eq!(
            send(Some("k2"), &body, &format!("{decide}?explain=full")),
            200
        );
        let mut other = request.clone();
        other["application"]["requested_amount"] = json!(54321);
        assert_eq!(send(Some(curp), &other.to_string(), decide), 422);
        // Wrong at every place a client can be wrong at.
        for pointer in [
            "/application/requested_amount",
            "/application/requested_term_months",
            "/as_of",
            "/employment_records",
        ] {
            let mut wrong = request.clone();
            *wrong.pointer_mut(pointer).unwrap() = curp.into();
            assert_eq!(send(None, &wrong.to_string(), decide), 422, "{pointer}");
        }
        let mut wrong = request.clone();
        wrong["application"][curp] = json!(1);
        assert_eq!(send(None, &wrong.to_string(), decide), 422);
        assert_eq!(send(None, body.get(..body.len() - 9).unwrap(), decide), 400);
        for path in [
            format!("/v1/policies/{curp}/decisions"),
            format!("{decide}?as_of={curp}"),
            format!("{decide}?{curp}=1"),
            format!("{decide}?explain={curp}"),
            format!("/v1/decisions/{curp}:replay"),
            format!("/{curp}"),
        ] {
            assert!(send(None, &body, &path) >= 400, "{path}");
        }
        let erasure = json!({ "curp": curp, "application_id": "CREDITO-DE-ANA-0077" }).to_string();
        assert_eq!(send(None, &erasure, "/v1/erasures"), 422);
        assert_eq!(
            post(
                address,
                &Asked {
                    key: None,
                    body: body.clone()
                }
            )
            .unwrap()
            .0,
            200
        );
        refusals
    });
    let mut seen = Vec::new();
    files(&database(&place), &mut seen);
    seen.push(("the service's log".to_owned(), said.into_bytes()));
    seen.extend(
        refusals
            .into_iter()
            .map(|body| ("a refusal".to_owned(), body)),
    );
    let data = url.map_or(String::new(), |url| format!(" --database-url {url}"));
    for command in ["log export", "log verify"] {
        let ran = place.run(&format!("{command}{data}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        seen.push((
            command.to_owned(),
            (ran.out + ran.err.as_str()).into_bytes(),
        ));
    }
    // The search finds what is there.
    assert!(
        seen.iter()
            .any(|(_, bytes)| memchr::memmem::find(bytes, as_of.as_bytes()).is_some())
    );
    assert!(
        seen.iter()
            .any(|(_, bytes)| memchr::memmem::find(bytes, b"\"outcome\":").is_some())
    );
    for (place, bytes) in &seen {
        for text in &secret {
            let found = memchr::memmem::find(bytes, text.as_bytes());
            assert!(found.is_none(), "{text} is in {place}");
        }
    }
}

#[test]
fn nothing_personal_leaves_the_answers_with_sqlite() {
    run(None, |place| place.0.path().join("data"));
}

#[test]
fn nothing_personal_leaves_the_answers_with_postgresql() {
    let Some(cluster) = cluster::Cluster::start() else {
        return;
    };
    let url = cluster.database();
    run(Some(&url), |_| cluster.dir.clone());
}
