//! `dictamen simulate`, `compare` and `report`: what goes in, in every form; what comes out, whatever
//! happens on the way.

use std::{
    fmt::Write as _,
    fs,
    process::Stdio,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::{Value, json};

use crate::{
    http::ask_json,
    killing::Service,
    support::{Place, Ran},
    tables::Table,
};

/// Lines of six hundred people, every third with a label and every second with segments.
static PEOPLE: LazyLock<String> = LazyLock::new(|| {
    let lines = Place::new()
        .run("sandbox population --seed 7 --count 600")
        .out;
    let lines = lines.lines().enumerate().map(|(at, line)| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        if at % 3 == 0 {
            row["label"] = json!(at % 2);
        }
        if at % 2 == 0 {
            let region = ["norte", "sur"][(at / 2) % 2];
            row["segments"] = json!({"region": region});
        }
        format!("{row}\n")
    });
    lines.collect()
});

fn place() -> Place {
    let place = Place::new();
    place.write("people.ndjson", &PEOPLE);
    place.write(
        "rules/demo@2.0.0/policy.rhai",
        &fs::read_to_string(place.0.path().join("rules/demo/policy.rhai")).unwrap(),
    );
    place.write(
        "rules/demo@2.0.0/reasons.toml",
        &fs::read_to_string(place.0.path().join("rules/demo/reasons.toml")).unwrap(),
    );
    place.edit("rules/demo@2.0.0/policy.rhai", "\"1.0.0\"", "\"2.0.0\"");
    place.edit(
        "rules/demo@2.0.0/policy.rhai",
        "26, \"weeks\"",
        "300, \"weeks\"",
    );
    place.edit("rules/demo@2.0.0/policy.rhai", "[365, 60]", "[365, 40]");
    place
}

fn json_of(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

const SIMULATE: &str = "simulate --policy demo --input people.ndjson --format json";
const COMPARE: &str = "compare demo demo@2.0.0 --input people.ndjson --format json";

#[test]
fn every_row_is_decided_as_one_by_one() {
    let place = place();
    let all = json_of(&place.run(&format!("{SIMULATE} --output rows.ndjson --by region")));
    assert_eq!(all["rows"], 600);
    let rows = fs::read_to_string(place.0.path().join("rows.ndjson")).unwrap();
    let rows: Vec<Value> = rows
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 600);
    for (line, row) in PEOPLE.lines().zip(&rows).step_by(60) {
        let mut request: Value = serde_json::from_str(line).unwrap();
        request
            .as_object_mut()
            .unwrap()
            .retain(|name, _| name != "label" && name != "segments");
        place.write("request.json", &request.to_string());
        let alone = json_of(&place.run("decide --policy demo --input request.json --format json"));
        for name in ["application_id", "outcome", "score", "band"] {
            assert_eq!(row[name], alone[name], "{name}");
        }
        assert_eq!(row["amount"], alone["offer"]["amount"]);
        let codes: Vec<&Value> = alone["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| &r["code"])
            .collect();
        assert_eq!(
            row["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .collect::<Vec<_>>(),
            codes
        );
    }
    let counted = rows
        .iter()
        .filter(|row| row["outcome"] == "APPROVE" || row["outcome"] == "COUNTER");
    let share = all["metrics"]["approval_rate"].as_str().unwrap();
    let exact = rust_decimal::Decimal::from(counted.count()) / rust_decimal::Decimal::from(600);
    assert_eq!(
        share.parse::<rust_decimal::Decimal>().unwrap(),
        exact.round_dp(12)
    );
    assert_eq!(all["by"]["region"]["norte"]["rows"], 150);
    assert_eq!(all["by"]["region"]["unknown"]["rows"], 300);
    assert_eq!(
        all["all"]["labels"],
        json!({"good": 100, "bad": 100, "unknown": 400})
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = place();
    for command in [SIMULATE, COMPARE] {
        let line = |jobs: u8, form: &str| {
            let ran = place.run(&format!(
                "{command} --jobs {jobs} --by region,band --output rows-{jobs}.{form}"
            ));
            assert_eq!(ran.code, 0, "{}", ran.err);
            (
                ran.out,
                fs::read(place.0.path().join(format!("rows-{jobs}.{form}"))).unwrap(),
            )
        };
        for form in ["csv", "ndjson"] {
            let one = line(1, form);
            for jobs in [2, 7] {
                assert!(one == line(jobs, form), "{command} {form} {jobs}");
            }
        }
    }
}

#[test]
fn a_run_that_was_killed_goes_on() {
    let place = place();
    // Long enough to be killed several times, with lines that are rejected all over it.
    let mut lines = String::new();
    for round in 0..8 {
        lines.push_str(&PEOPLE);
        let _ = writeln!(lines, "{{\"broken\": {round}");
    }
    place.write("long.ndjson", &lines);
    let line = "simulate --policy demo --input long.ndjson --format json --by region,band --jobs 2";
    let whole = place.run(&format!(
        "{line} --output whole.csv --rejected whole.rejected"
    ));
    assert_eq!(whole.code, 0, "{}", whole.err);

    let resumed = format!("{line} --output rows.csv --rejected rows.rejected --state run.state");
    let state = place.0.path().join("run.state");
    let mut kills = 0;
    for _ in 0..3 {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dictamen"));
        let child = command
            .current_dir(place.0.path())
            .args(resumed.split_whitespace());
        let mut child = child
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = fs::read(&state).ok();
        let begun = Instant::now();
        // Until it has saved something new.
        while fs::read(&state).ok() == before && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_mins(1));
            thread::sleep(Duration::from_millis(5));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        if !state.exists() {
            break;
        }
    }
    assert!(kills > 0, "the run was too short to be killed");
    let done = place.run(&resumed);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(!state.exists());
    assert!(
        whole.out == done.out,
        "{} / {}",
        whole.out.len(),
        done.out.len()
    );
    for (one, other) in [
        ("whole.csv", "rows.csv"),
        ("whole.rejected", "rows.rejected"),
    ] {
        let read = |name: &str| fs::read(place.0.path().join(name)).unwrap();
        assert!(read(one) == read(other), "{one}");
    }
}

#[test]
fn a_state_of_another_run_is_refused() {
    let place = place();
    place.write("run.state", "{}");
    let line = format!("{SIMULATE} --state run.state");
    assert_eq!(place.run(&line).code, 2);
    let other = json!({"of": "x", "as_of": "2026-09-15", "position": {"bytes": 0, "rows": 0}, "written": [0, 0],
        "tally": {"rejected": 0, "problems": [], "whole": null}});
    place.write("run.state", &other.to_string());
    assert_eq!(place.run(&line).code, 2);
    let piped = place.run_with("simulate --policy demo --input - --state s", &PEOPLE);
    assert_eq!(piped.code, 2, "{}", piped.err);
    let parquet = place.run(&format!("{SIMULATE} --state s --output rows.parquet"));
    assert_eq!(parquet.code, 2, "{}", parquet.err);
}

#[test]
fn lines_that_cannot_be_read_are_counted_told_and_kept() {
    let place = place();
    let mut lines: Vec<String> = PEOPLE.lines().take(10).map(str::to_owned).collect();
    lines[2] = "{\"application\":".to_owned();
    lines[4] = String::new();
    lines[5] = lines[5].replacen("requested_amount", "requested_amout", 1);
    lines[6] = lines[6].replacen("\"label\":0", "\"label\":\"maybe\"", 1);
    lines[8] = "\u{0}[]".to_owned();
    place.write("people.ndjson", &lines.join("\n"));
    let ran = place.run(SIMULATE);
    let told = json_of(&ran);
    assert_eq!((&told["rows"], &told["rejected"]), (&json!(5), &json!(4)));
    let rows: Vec<_> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["row"])
        .collect();
    assert_eq!(rows, [3, 6, 7, 9]);
    assert!(ran.err.contains("4 rows could not be read"), "{}", ran.err);
    let kept = fs::read_to_string(place.0.path().join("people.ndjson.rejected.ndjson")).unwrap();
    let kept: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (row, kept) in [3_usize, 6, 7, 9].into_iter().zip(&kept) {
        assert_eq!(kept["row"], row);
        assert_eq!(kept["text"], lines[row - 1]);
        assert!(!kept["problems"].as_array().unwrap().is_empty());
    }
    // Standard input is no file to be named after.
    let piped = place.run_with("simulate --policy demo --input -", &lines.join("\n"));
    assert_eq!(piped.code, 0, "{}", piped.err);
    assert!(place.0.path().join("rejected.ndjson").exists());
}

#[test]
fn requests_and_tables_of_the_same_people_give_the_same() {
    let place = place();
    let table = Table::new(&place, &PEOPLE);
    place.write("people.csv", &table.csv());
    fs::write(place.0.path().join("people.parquet"), table.parquet(250)).unwrap();
    let of = |input: &str| {
        let line = format!(
            "compare demo demo@2.0.0 --input {input} --format json --by region,band --output rows.csv"
        );
        let mut told = json_of(&place.run(&line));
        // A line of a CSV file is one further down.
        told.as_object_mut().unwrap().remove("problems");
        let rows = fs::read_to_string(place.0.path().join("rows.csv")).unwrap();
        let rows: Vec<String> = rows
            .lines()
            .map(|row| row.split_once(',').unwrap().1.to_owned())
            .collect();
        (told, rows)
    };
    let (ndjson, rows) = of("people.ndjson");
    assert_eq!(ndjson["rows"], 600);
    assert!(ndjson["metrics"]["flips"] != "0");
    for input in ["people.csv", "people.parquet"] {
        let (told, other) = of(input);
        assert_eq!(told, ndjson, "{input}");
        assert_eq!(other, rows, "{input}");
    }
}

#[test]
fn rows_can_be_written_as_a_table() {
    let place = place();
    let ran = place.run(&format!("{COMPARE} --output rows.parquet"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let file = fs::File::open(place.0.path().join("rows.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 600);
    let mut columns = rows[0].get_column_iter();
    assert_eq!(columns.next().unwrap().1.to_string(), "1");
    assert!(columns.any(|(name, _)| name == "after_outcome"));
}

#[test]
fn columns_that_do_not_fit_are_named() {
    let place = place();
    let table = Table::new(&place, &PEOPLE).csv();
    let renamed = table.replacen("weeks_total", "week_total", 1);
    place.write("people.csv", &renamed);
    let ran = place.run("simulate --policy demo --input people.csv");
    assert_eq!(ran.code, 3);
    for says in [
        "`week_total` is no characteristic",
        "did you mean `weeks_total`?",
        "no column `weeks_total`",
        "`region` is no characteristic",
        "--by region",
    ] {
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
    place.write("people.csv", &table);
    let ran = place.run("simulate --policy demo --input people.csv --by regoin");
    assert!(
        ran.code == 3 && ran.err.contains("did you mean `region`?"),
        "{}",
        ran.err
    );
    let fits = place.run("simulate --policy demo --input people.csv --ignore region");
    assert_eq!(fits.code, 0, "{}", fits.err);
    // What is grouped by is read as well.
    let fewer = table.replace("institution", "institute");
    place.write("fewer.csv", &fewer);
    let ran = place
        .run("simulate --policy demo --input fewer.csv --by institution --ignore region,institute");
    assert!(
        ran.code == 3 && ran.err.contains("no column `institution`"),
        "{}",
        ran.err
    );
    // One cell that is none.
    let broken = table.replacen(",good,", ",perhaps,", 1);
    place.write("people.csv", &broken);
    let ran = place.run("simulate --policy demo --input people.csv --ignore region --format json");
    let told = json_of(&ran);
    assert_eq!(
        (&told["rejected"], &told["problems"][0]["at"]),
        (&json!(1), &json!("label"))
    );
    // What only looks like a table.
    place.write("people.parquet", "PAR1 nothing");
    assert_eq!(
        place
            .run("simulate --policy demo --input people.parquet")
            .code,
        3
    );
    let ran = place.run("simulate --policy demo --input people.xlsx");
    assert!(
        ran.code == 2 && ran.err.contains("--input-format"),
        "{}",
        ran.err
    );
}

#[test]
fn groups_that_nobody_is_in_are_told() {
    let place = place();
    let ran = place.run("simulate --policy demo --input people.ndjson --by regoin");
    assert_eq!(ran.code, 0);
    assert!(
        ran.err
            .contains("no row has a segment `regoin`; did you mean `region`?"),
        "{}",
        ran.err
    );
    let ran = place.run("simulate --policy demo --input people.ndjson --by monthly_income_gross");
    assert!(
        ran.code == 2 && ran.err.contains("too many values"),
        "{}",
        ran.err
    );
}

#[test]
fn gates_end_the_command() {
    let place = place();
    let compare = "compare demo demo@2.0.0 --input people.ndjson";
    for (gate, code) in [
        ("decline_rate_change>1pp", 4),
        ("decline_rate_change>99pp", 0),
        ("abs(approval_rate_change)>0.1pp", 4),
        ("swap_in>0", 0),
        ("adverse_impact_ratio<0.1", 4),
        ("aproval_rate>1%", 2),
        ("approval_rate>1pp", 2),
    ] {
        let ran = place.run(&format!("{compare} --fail-if {gate}"));
        assert_eq!(ran.code, code, "{gate}: {}", ran.err);
    }
    // Enough people in both groups.
    let ran = place.run(&format!(
        "{compare} --by region --fail-if adverse_impact_ratio<0.1"
    ));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = place.run("simulate --policy demo --input people.ndjson --fail-if swap_in>0");
    assert!(
        ran.code == 2 && ran.err.contains("two policies"),
        "{}",
        ran.err
    );
}

#[test]
fn reports_in_every_form() {
    let place = place();
    let line = "compare demo demo@2.0.0 --input people.ndjson --by region --fail-if swap_out>0 \
                --report r.html --report r.md --report r.json --report r.txt";
    let ran = place.run(line);
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("fails: swap_out>0"), "{}", ran.err);
    let read = |name: &str| fs::read_to_string(place.0.path().join(name)).unwrap();
    assert_eq!(read("r.txt"), ran.out);
    let html = read("r.html");
    for outside in ["http:", "https:", "<script", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("<svg") && html.contains("prefers-color-scheme"));
    serde_json::from_str::<Value>(&read("r.json")).unwrap();
    insta::assert_snapshot!("comparison", ran.out);
    insta::assert_snapshot!("comparison_markdown", read("r.md"));
    let promise = "always(|a, d| d.outcome != \"APPROVE\" || a.weeks_total >= 26);\n";
    place.write("rules/demo/invariants.rhai", promise);
    place.write(
        "rules/demo@2.0.0/invariants.rhai",
        &promise.replace("26", "2600"),
    );
    let report = place.run("report demo demo@2.0.0 --input people.ndjson --report all.json");
    assert_eq!(report.code, 0);
    assert!(report.out.starts_with("# Quién cambia"), "{}", report.out);
    // Another promise, which does not hold; and there are no cases beside the new version.
    let joined = report.out.split_once("## Lo que promete").unwrap().1;
    insta::assert_snapshot!(joined);
    let json: Value =
        serde_json::from_str(&fs::read_to_string(place.0.path().join("all.json")).unwrap())
            .unwrap();
    let checks = &json["checks"];
    assert_eq!(checks["before"]["cases"], json!([1, 1]));
    assert!(checks["before"]["mutants"]["total"].as_u64().unwrap() > 10);
    assert_eq!(checks["after"]["mutants"], Value::Null);
    let wrong = place.run(&format!("{line} --report r.docx"));
    assert_eq!(wrong.code, 2);
}

#[test]
fn a_threshold_is_varied() {
    let place = place();
    let line =
        "simulate --policy demo --input people.ndjson --vary min_weeks=0..600:100 --report v.html";
    let ran = place.run(line);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("simulation", ran.out);
    let html = fs::read_to_string(place.0.path().join("v.html")).unwrap();
    assert!(html.contains("<polyline"));
    for (vary, says) in [
        ("min_week=0..9", "did you mean `min_weeks`?"),
        ("min_weeks=9..0", "NAME=LOW..HIGH"),
        ("min_weeks=0..9999", "more than 512"),
    ] {
        let ran = place.run(&format!(
            "simulate --policy demo --input people.ndjson --vary {vary}"
        ));
        assert!(
            ran.code == 2 && ran.err.contains(says),
            "{vary}: {}",
            ran.err
        );
    }
}

#[test]
fn a_folder_is_a_policy_and_a_witness_is_somebody() {
    let place = place();
    fs::rename(
        place.0.path().join("rules/demo@2.0.0"),
        place.0.path().join("draft"),
    )
    .unwrap();
    place.edit("draft/policy.rhai", "300, \"weeks\"", "26, \"weeks\"");
    place.edit("draft/policy.rhai", "[365, 40]", "[366, 60]");
    let ran = place.run("compare demo draft --input people.ndjson --format json");
    let told = json_of(&ran);
    // Nobody stands on the day, so somebody is made up who does.
    assert_eq!(told["metrics"]["differ"], "0");
    assert_eq!(told["witness"]["result"], "found");
    assert_eq!(
        told["witness"]["changes"][0]["characteristic"],
        "tenure_current_days"
    );
    assert_eq!(told["witness"]["changes"][0]["to"], "365");
    place.edit("draft/policy.rhai", "[366, 60]", "[365, 60]");
    let same = place.run("compare demo draft --input people.ndjson");
    assert!(
        same.out.contains("nobody can be decided differently"),
        "{}",
        same.out
    );
    place.edit("draft/policy.rhai", "[365, 60]", "[365, sixty]");
    let broken = place.run("compare demo draft --input people.ndjson");
    assert_eq!(broken.code, 3);
    assert!(broken.err.contains("does not load"), "{}", broken.err);
    assert_eq!(
        place.run("compare demo drafts --input people.ndjson").code,
        2
    );
}

#[test]
fn the_decisions_of_a_log_are_decided_again() {
    let mut place = place();
    // The pinned version is for comparing; only the live one decides.
    let service = Service::start(place, None, None);
    let lines: Vec<&str> = PEOPLE.lines().take(30).collect();
    for line in &lines {
        let mut request: Value = serde_json::from_str(line).unwrap();
        let members = request.as_object_mut().unwrap();
        members.retain(|name, _| name != "label" && name != "segments");
        let path = "/v1/policies/demo/decisions";
        let (status, _) = ask_json(&service.address, "POST", path, Some(&request));
        assert_eq!(status, 200);
    }
    place = service.stopped();
    assert_eq!(place.run("erase --application APP-0000003").code, 0);
    let line =
        "compare demo demo@2.0.0 --data data --by logged_outcome,logged_version --format json";
    let told = json_of(&place.run(line));
    assert_eq!((&told["rows"], &told["rejected"]), (&json!(29), &json!(1)));
    assert_eq!(told["problems"][0]["code"], "log::erased");
    assert_eq!(told["by"]["logged_version"]["1.0.0"]["rows"], 29);
    // Decided again by the policy that decided, everybody gets what they got.
    for (outcome, at) in [("APPROVE", 0), ("COUNTER", 1), ("REFER", 2), ("DECLINE", 3)] {
        let group = &told["by"]["logged_outcome"][outcome];
        if !group.is_null() {
            assert_eq!(group["before"]["outcomes"][at], group["rows"]);
        }
    }
    assert_eq!(place.run("simulate --policy demo --data nowhere").code, 1);
}

#[test]
fn a_line_without_end_costs_no_more_than_itself() {
    let place = place();
    let good = PEOPLE.lines().next().unwrap();
    let mut lines = "x".repeat(33 * 1024 * 1024);
    let _ = write!(lines, "\n{good}\n{}", "y".repeat(33 * 1024 * 1024));
    place.write("people.ndjson", &lines);
    let told = json_of(&place.run(SIMULATE));
    assert_eq!((&told["rows"], &told["rejected"]), (&json!(1), &json!(2)));
    let rows: Vec<_> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["row"], &p["code"]))
        .collect();
    let long = json!("row::too-long");
    assert_eq!(rows, [(&json!(1), &long), (&json!(3), &long)]);
}
