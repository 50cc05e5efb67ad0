//! Cases as their authors write them: passing, failing, and not to be run.

use std::fmt::Write as _;

use dictamen_engine::{Policy, PolicySource};
use dictamen_model::Parameters;

use super::{Counts, Suite, Verdict, run};

const POLICY: &str = r#"
policy("tiny", "1.0.0");
stage("KNOCK_OUT", DECLINE, [
    rule("K01", |a| a.weeks_total < 26),
    rule("K02", |a| !a.employed_now),
]);
scorecard(500, [
    characteristic("S01", |a| a.density_12m, [[0, 0], [0.25, 60]], missing(0)),
]);
bands([ band("A", 550, #{ rate: 0.36 }), band("B", 0, REFER, "B01") ]);
offer(|a, band| {
    let amount = min(a.requested_amount, 50000);
    grant(#{ amount: amount, term_months: 24, annual_rate: band.rate,
             monthly_payment: round_half_up(amount / 20, 2) },
        [when("L01", amount < a.requested_amount)])
});
"#;

const BASE: &str = r#"{
  "application": { "application_id": "A-1", "requested_amount": 40000.10, "requested_term_months": 24 },
  "employment_records": [],
  "as_of": "2026-09-15"
}"#;

/// A case in which everything is as it should be.
const GOOD: &str = r#"
title = "good"
base = "base/person.json"
[characteristics]
weeks_total = 26
employed_now = true
density_12m = "0.25"
[expect]
outcome = "APPROVE"
"#;

fn reasons() -> String {
    let mut text = String::new();
    for code in ["K01", "K02", "S01", "B01", "L01"] {
        writeln!(
            text,
            "[{code}]\nes-MX = \"{code} es\"\nen = \"{code} en\"\nadverse = true"
        )
        .unwrap();
    }
    text
}

fn parameters() -> Parameters {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/parameters");
    let files = std::fs::read_dir(dir).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    Parameters::parse(&files.collect()).unwrap()
}

fn suite(cases: &[(&str, &str)]) -> Suite {
    let mut source = PolicySource::new();
    source.insert("policy.rhai", POLICY.as_bytes());
    source.insert("reasons.toml", reasons().into_bytes());
    source.insert("cases/base/person.json", BASE.as_bytes());
    for (path, text) in cases {
        source.insert(*path, text.as_bytes());
    }
    let policy = Policy::load(&source).unwrap().policy;
    run(&policy, &source, &parameters())
}

/// What became of one TOML case, in words.
fn check(text: &str) -> String {
    let suite = suite(&[("cases/case.toml", text)]);
    words(&suite)
}

fn words(suite: &Suite) -> String {
    let mut out = String::new();
    for problem in &suite.problems {
        writeln!(out, "PROBLEM {problem}").unwrap();
    }
    for case in &suite.cases {
        match &case.verdict {
            Verdict::Pass => writeln!(out, "PASS").unwrap(),
            Verdict::Fail { differences } => {
                for d in differences {
                    writeln!(out, "FAIL {}: {} / {}", d.what, d.expected, d.found).unwrap();
                }
            }
            Verdict::Error { problems } => {
                for p in problems {
                    let help = p.help.as_deref().map(|h| format!(" -- {h}"));
                    writeln!(out, "ERROR {p}{}", help.unwrap_or_default()).unwrap();
                }
            }
        }
    }
    out
}

/// The good case with more lines at its end, that is in `[expect]`.
fn expecting(lines: &str) -> String {
    check(&format!("{GOOD}{lines}"))
}

#[test]
fn a_case_that_decides_as_expected_passes() {
    assert_eq!(check(GOOD), "PASS\n");
    let all = r#"
stage = "OFFER"
reasons = []
score = 560
band = "A"
missing = []
points = { S01 = 60 }
offer = { amount = "40000.10", annual_rate = 0.36, term_months = 24, currency = "MXN" }
characteristics = { weeks_total = 26, density_12m = "0.25", tenure_current_days = "none", employed_now = true }
"#;
    assert_eq!(expecting(all), "PASS\n");
}

#[test]
fn a_case_may_be_json() {
    let json = r#"{ "title": "short of weeks", "request":
        { "application": { "application_id": "A", "requested_amount": "1", "requested_term_months": 1 },
          "employment_records": [] },
      "as_of": "2026-09-15",
      "characteristics": { "weeks_total": 25, "employed_now": true },
      "expect": { "outcome": "DECLINE", "reasons": ["K01"], "score": null, "band": null, "offer": null } }"#;
    assert_eq!(words(&suite(&[("cases/deep/er/a.json", json)])), "PASS\n");
}

#[test]
fn every_difference_is_told() {
    let expectation = r#"
stage = "KNOCK_OUT"
reasons = ["K01", "K02"]
score = "none"
band = "B"
missing = ["weeks_total"]
points = { S01 = 0 }
offer = { amount = "60000.00", max_amount = "1.00" }
characteristics = { weeks_total = 27, density_12m = "0.24" }
"#;
    let case = GOOD.replace("APPROVE", "DECLINE").replace(
        "[characteristics]",
        "[application]\nrequested_amount = 60000\n[characteristics]",
    );
    insta::assert_snapshot!(check(&format!("{case}{expectation}")));
    assert_eq!(
        expecting("offer = \"none\""),
        "FAIL offer: none / 40000.10\n"
    );
}

#[test]
fn a_value_made_missing_is_unknown_to_the_policy() {
    let case = GOOD
        .replace("weeks_total = 26\n", "")
        .replace("base =", "missing = [\"weeks_total\"]\nbase =")
        .replace(
            "\"APPROVE\"",
            "\"REFER\"\nmissing = [\"weeks_total\"]\nreasons = [\"UNDECIDED\"]",
        );
    assert_eq!(check(&case), "PASS\n");
}

#[test]
fn numbers_are_exactly_as_written() {
    // One step below the bin, beyond what a binary float can tell from it.
    let case = GOOD
        .replace("\"0.25\"", "0.2499999999999999999999999")
        .replace("\"APPROVE\"", "\"REFER\"\nscore = 500");
    assert_eq!(check(&case), "PASS\n");
    let case = GOOD
        .replace(
            "[characteristics]",
            "[application]\nrequested_amount = 1234567.10\n[characteristics]",
        )
        .replace(
            "\"APPROVE\"",
            "\"COUNTER\"\ncharacteristics = { requested_amount = \"1234567.10\" }",
        );
    assert_eq!(check(&case), "PASS\n");
}

#[test]
fn a_case_that_cannot_be_run_is_an_error() {
    let cases = [
        GOOD.replace("title", "titel"),
        GOOD.replace("\"good\"", "\" \""),
        GOOD.replace("base/person", "base/persn"),
        GOOD.replace("base = \"base/person.json\"", ""),
        GOOD.replace(
            "base = \"base/person.json\"",
            "base = \"base/person.json\"\nrequest = {}",
        ),
        GOOD.replace("base = \"base/person.json\"", "request = {}"),
        GOOD.replace("weeks_total", "week_total"),
        GOOD.replace("26", "\"26\""),
        GOOD.replace("26", "26.5"),
        GOOD.replace("= true", "= 1"),
        GOOD.replace("\"0.25\"", "\"a quarter\""),
        GOOD.replace("APPROVE", "APROVE"),
        GOOD.replace("[expect]\noutcome = \"APPROVE\"", ""),
        GOOD.replace("outcome = \"APPROVE\"", "score = 1"),
        GOOD.replace("base =", "missing = [\"weeks_total\"]\nbase ="),
        GOOD.replace("base =", "missing = [\"employed_now\", \"x\"]\nbase ="),
        GOOD.replace("base =", "as_of = \"2026-13-01\"\nbase ="),
        GOOD.replace(
            "[characteristics]",
            "[application]\nrequestd_amount = 1\n[characteristics]",
        ),
        GOOD.replace("[characteristics]", "[characteristics"),
        format!(
            "{GOOD}reasons = [\"K9\"]\nstage = \"KNOCKOUT\"\npoints = {{ S02 = 1 }}\noffer = {{ amont = 1 }}\nmissing = [\"weeks\"]\nfoo = 1"
        ),
    ];
    let report: Vec<String> = cases.iter().map(|case| check(case)).collect();
    assert!(report.iter().all(|r| r.starts_with("ERROR")), "{report:#?}");
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn a_day_must_come_from_somewhere() {
    let inline = GOOD.replace("base = \"base/person.json\"", "").replace(
        "[characteristics]",
        "[request]\nemployment_records = []\n[request.application]\napplication_id = \"A\"\n\
         requested_amount = 30000\nrequested_term_months = 24\n[characteristics]",
    );
    assert!(check(&inline).contains("(case::no-as-of)"));
    let dated = inline.replace("title =", "as_of = 2026-09-15\ntitle =");
    assert_eq!(check(&dated), "PASS\n");
}

#[test]
fn a_policy_without_a_case_is_not_tested() {
    let empty = suite(&[]);
    assert_eq!(
        empty.counts(),
        Counts {
            errors: 1,
            ..Counts::default()
        }
    );
    assert!(!empty.counts().is_success());
    assert_eq!(empty.problems[0].code, "case::none");
}

#[test]
fn files_that_are_no_cases() {
    let suite = suite(&[
        ("cases/good.toml", GOOD),
        ("cases/notes.md", "how the cases are arranged"),
        ("cases/forgotten.yaml", "title: x"),
        ("cases/base/second.json", "not even JSON"),
    ]);
    assert_eq!(suite.cases.len(), 1);
    assert_eq!(suite.problems[0].code, "case::not-a-case");
    assert_eq!(
        suite.counts(),
        Counts {
            passed: 1,
            failed: 0,
            errors: 1
        }
    );
}

#[test]
fn personal_data_of_a_request_is_not_repeated() {
    let case = GOOD.replace(
        "[characteristics]",
        "[application]\napplication_id = 5\nproduct = [\"PERL910314MJCXNC04\"]\n[characteristics]",
    );
    let report = check(&case);
    assert!(report.starts_with("ERROR"), "{report}");
    assert!(!report.contains("PERL"), "{report}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_case_or_an_error(text in ".{0,200}", json in proptest::bool::ANY) {
        let path = if json { "cases/a.json" } else { "cases/a.toml" };
        let suite = suite(&[(path, &text)]);
        proptest::prop_assert_eq!(suite.counts().errors, 1);
    }
}
