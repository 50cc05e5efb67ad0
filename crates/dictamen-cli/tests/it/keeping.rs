//! The commands on the decision log, on what a service has written.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

use crate::{
    killing::Service,
    support::{Place, REQUEST},
};

/// The person in the sample request.
const CURP: &str = "PERL910314MJCXNC04";

/// Runs a service, lets `ask` talk to it, and stops it. Gives what it said on standard error.
pub(crate) fn served<T>(place: &Place, ask: impl FnOnce(&str) -> T) -> (T, String) {
    served_on(place, None, ask)
}

/// The same on a PostgreSQL database, when one is given.
pub(crate) fn served_on<T>(
    place: &Place,
    url: Option<&str>,
    ask: impl FnOnce(&str) -> T,
) -> (T, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
    command
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "json",
            "--stop-grace",
            "0",
        ])
        .env("DICTAMEN_LOG_FILTER", "trace")
        .env_remove("DATABASE_URL")
        .current_dir(place.0.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    let mut child = command.spawn().unwrap();
    let mut said = Vec::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        said.push(line);
        Some(
            event["address"]
                .as_str()?
                .strip_prefix("http://")?
                .to_owned(),
        )
    });
    let rest = thread::spawn(move || lines.map(Result::unwrap).collect::<Vec<_>>());
    let asked = ask(&address.unwrap());
    stop(&mut child);
    said.extend(rest.join().unwrap());
    (asked, said.join("\n"))
}

fn stop(child: &mut Child) {
    let told = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

pub(crate) fn decide(address: &str, application: &str) -> String {
    let mut body: Value = serde_json::from_str(REQUEST).unwrap();
    body["application"]["application_id"] = application.into();
    let (status, answer) = crate::killing::post(
        address,
        &crate::killing::Asked {
            key: None,
            body: body.to_string(),
        },
    )
    .unwrap();
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    answer["decision_id"].as_str().unwrap().to_owned()
}

#[test]
fn the_services_own_log_proves_that_the_end_was_not_cut_off() {
    let place = Place::new();
    let (_, said) = served(&place, |address| decide(address, "APP-1"));
    place.write("service.log", &said);
    assert_eq!(place.run("log verify --checkpoint service.log").code, 0);
    let data = place.0.path().join("data");
    fs::create_dir(place.0.path().join("other")).unwrap();
    for key in ["master.key", "signing.key", "signing.pub"] {
        fs::copy(data.join(key), place.0.path().join("other").join(key)).unwrap();
    }
    fs::rename(&data, place.0.path().join("lost")).unwrap();
    fs::rename(place.0.path().join("other"), &data).unwrap();
    served(&place, |_| ());
    assert_eq!(place.run("log verify").code, 0);
    let ran = place.run("log verify --checkpoint service.log");
    assert_eq!(ran.code, 5);
    assert!(ran.out.contains("verify::head-missing"), "{}", ran.out);
}

/// A place where some decisions were made.
fn decided(count: usize) -> (Place, Vec<String>) {
    let place = Place::new();
    let (ids, _) = served(&place, |address| {
        (0..count)
            .map(|n| decide(address, &format!("APP-{n}")))
            .collect()
    });
    (place, ids)
}

#[test]
fn a_log_is_verified_shown_and_exported() {
    let (place, ids) = decided(3);
    let ran = place.run("log verify");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("4 entries, proven to the end") && ran.out.ends_with("the log holds\n"),
        "{}",
        ran.out
    );
    let report: Value = serde_json::from_str(&place.run("log verify --format json").out).unwrap();
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["chains"][0]["unproven"], 0);
    // The checkpoint of the report can be kept elsewhere and held against the log later.
    let line = report["chains"][0]["proven"].to_string();
    place.write("kept.json", &format!("not a checkpoint\n{line}\n"));
    assert_eq!(place.run("log verify --checkpoint kept.json").code, 0);

    let shown = place.run(&format!("log show {} --answer", ids[1]));
    let lines: Vec<Value> = shown
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["facts"]["decision_id"], ids[1].as_str());
    assert_eq!(lines[1]["application_id"], "APP-1");
    let plain = place.run(&format!("log show {}", ids[1]));
    assert!(!plain.out.contains("APP-1"));
    assert_eq!(place.run("log show none").code, 3);

    let export = place.run("log export");
    let lines: Vec<Value> = export
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["genesis", "decision", "decision", "decision"]);
    assert_eq!(lines[3]["previous"], lines[2]["hash"]);
    assert!(!export.out.contains("APP-") && !export.out.contains(CURP));
    assert_eq!(place.run("log export --output log.ndjson").code, 0);
    assert_eq!(
        fs::read_to_string(place.0.path().join("log.ndjson")).unwrap(),
        export.out
    );
    assert_eq!(place.run("log export --format parquet").code, 2);
    assert_eq!(
        place
            .run("log export --format parquet --output t.parquet")
            .code,
        0
    );
    let table = fs::read(place.0.path().join("t.parquet")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
}

#[test]
fn a_changed_log_is_found_out() {
    let (place, ids) = decided(3);
    let file = place.0.path().join("data/dictamen.db");
    let mut bytes = fs::read(&file).unwrap();
    // Of whichever stands in one piece: what the file keeps of another may be cut by a page's end.
    let (entry, outcome) = (2..)
        .zip(&ids)
        .find_map(|(entry, id)| {
            let id = format!("\"decision_id\":\"{id}");
            let whole = |at: &usize| bytes[*at..].starts_with(id.as_bytes());
            let at = (0..bytes.len() - 1_000).rev().find(whole)?;
            let stage = |at: &usize| bytes[*at..].starts_with(b"\"stage\":\"");
            Some((entry, (at..at + 900).find(stage)? + 9))
        })
        .unwrap();
    bytes[outcome] ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = place.run("log verify");
    assert_eq!(ran.code, 5, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("verify::changed at") && ran.out.contains(&format!("/{entry}: ")),
        "{}",
        ran.out
    );
    assert_eq!(place.run("log verify --key 00").code, 2);
}

#[test]
fn somebody_is_erased_and_old_decisions_are() {
    let (place, ids) = decided(3);
    let ran = place.run("erase --application APP-1");
    assert_eq!(
        ran.out,
        format!("erased the personal part of 1 decision\n  {}\n", ids[1])
    );
    let shown = place.run(&format!("log show {} --answer", ids[1]));
    assert!(shown.out.ends_with("\nnull\n"), "{}", shown.out);
    let ran = place.run_with("erase --curp", &format!("{CURP}\n"));
    assert!(
        ran.out
            .starts_with("erased the personal part of 2 decisions\n"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(place.run_with("erase --curp", "").code, 2);
    assert_eq!(place.run("erase").code, 2);
    assert_eq!(place.run("log retain --days 0").code, 0);
    assert_eq!(place.run("log verify").code, 0);
    assert_eq!(place.run(&format!("replay {}", ids[0])).code, 1);
}

#[test]
fn the_master_key_is_replaced() {
    let (place, ids) = decided(2);
    let key = || fs::read_to_string(place.0.path().join("data/master.key")).unwrap();
    let old = key();
    let ran = place.run("log rotate");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("wrapped 3 keys by master key "),
        "{}",
        ran.out
    );
    assert_ne!(key(), old);
    assert_eq!(key().lines().count(), 1);
    assert!(
        place
            .run(&format!("log show {} --answer", ids[0]))
            .out
            .contains("APP-0")
    );
    place.write("data/master.key", &old);
    let ran = place.run(&format!("log show {} --answer", ids[0]));
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("the master key is not the one"),
        "{}",
        ran.err
    );
}

#[test]
fn a_decision_is_made_again_the_same_and_by_another_policy() {
    let (place, ids) = decided(1);
    let ran = place.run(&format!("replay {}", ids[0]));
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("identical: "), "{}", ran.out);
    let answer: Value =
        serde_json::from_str(&place.run(&format!("replay {} --format json", ids[0])).out).unwrap();
    assert_eq!(answer["result"], "identical");
    assert_eq!(answer["decision"]["decision_id"], ids[0].as_str());
    let policy = fs::read_to_string(place.0.path().join("rules/demo/policy.rhai")).unwrap();
    place.write(
        "rules/demo/policy.rhai",
        &format!("{policy}\n// Changed, though it decides as before.\n"),
    );
    let ran = place.run(&format!("replay {}", ids[0]));
    assert_eq!(ran.code, 5);
    assert!(
        ran.out.starts_with("the same answer, for other causes: "),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("  policy: {"), "{}", ran.out);
    assert_eq!(place.run("replay none").code, 3);
    assert_eq!(
        place.run(&format!("replay {} --policy dmo", ids[0])).code,
        3
    );
}

#[test]
fn a_log_can_be_read_as_a_crash_left_it() {
    let service = Service::start(Place::new(), None, None);
    let id = decide(&service.address, "APP-1");
    let place = service.crashed();
    let ran = place.run("log verify");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("2 entries, none of them signed"),
        "{}",
        ran.out
    );
    assert_eq!(place.run(&format!("replay {id}")).code, 0);
    // The next start goes on, and signs what the crash left unsigned.
    served(&place, |_| ());
    let ran = place.run("log verify");
    assert!(
        ran.out.contains("2 entries, proven to the end"),
        "{}",
        ran.out
    );
}

#[test]
fn a_folder_in_use_is_said_to_be() {
    let place = Place::new();
    served(&place, |address| {
        decide(address, "APP-1");
        // Reading goes beside it, writing does not.
        assert_eq!(place.run("log verify").code, 0);
        let ran = place.run("erase --application APP-1");
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("in use by another process"), "{}", ran.err);
    });
    let ran = place.run("log verify --data none");
    assert_eq!(ran.code, 1);
    assert!(!place.0.path().join("none").exists());
}

#[test]
fn without_a_log_nothing_is_made() {
    let place = Place::new();
    let child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--no-log",
            "--log",
            "json",
            "--stop-grace",
            "0",
        ])
        .current_dir(place.0.path())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("listening")));
    stop(&mut child);
    assert!(!place.0.path().join("data").exists());
}
