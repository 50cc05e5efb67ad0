//! `dictamen check` and `dictamen test`.

use serde_json::Value;

use crate::support::Place;

#[test]
fn a_good_folder() {
    let place = Place::new();
    let check = place.run("check");
    assert_eq!((check.code, check.err.as_str()), (0, ""));
    assert!(
        check
            .out
            .ends_with("1 checked, 0 errors, 0 warnings, 0 notes\n"),
        "{}",
        check.out
    );
    let test = place.run("test");
    assert_eq!(test.code, 0, "{}", test.out);
    assert_eq!(
        test.out.lines().last(),
        Some("1 passed, 0 failed, 0 errors")
    );
}

#[test]
fn everything_wrong_with_a_policy_is_drawn_at_its_place() {
    let place = Place::new();
    place.edit("rules/demo/policy.rhai", "a.weeks_total", "a.week_total");
    place.edit("rules/demo/policy.rhai", "\"K02\"", "\"K03\"");
    let ran = place.run("check");
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!(ran.out);

    let json: Value = serde_json::from_str(&place.run("check --format json").out).unwrap();
    let errors = json["errors"].as_u64().unwrap();
    assert!(errors >= 2);
    let findings = json["folders"]["demo"]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|f| f["code"] == "script::unknown-characteristic")
    );
    assert_eq!(json["folders"]["demo"]["policy"], Value::Null);

    // What does not load is not tested, and cannot decide.
    assert_eq!(place.run("test").code, 3);
    let decide = place.run("decide --policy demo --input request.json");
    assert_eq!((decide.code, decide.out.as_str()), (3, ""));
    assert!(decide.err.contains("week_total"), "{}", decide.err);
}

#[test]
fn parameters_are_checked_too() {
    let place = Place::new();
    place.write("rules/parameters/uma.toml", "[uma_daily\n");
    let ran = place.run("check");
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("parameters/uma.toml"), "{}", ran.out);
    assert_eq!(place.run("test").code, 3);
}

#[test]
fn a_failure_is_not_an_error() {
    let place = Place::new();
    let case = "rules/demo/cases/counter.toml";
    place.edit(case, "score = 560", "score = 561\npoints = { S01 = 61 }");
    place.write(
        "rules/demo/cases/broken.toml",
        "title = \"broken\"\nbase = \"base/x.json\"\n",
    );
    let ran = place.run("test");
    assert_eq!(ran.code, 4);
    insta::assert_snapshot!(ran.out);
    let json: Value = serde_json::from_str(&place.run("test --format json").out).unwrap();
    assert_eq!((&json["failed"], &json["errors"]), (&1.into(), &1.into()));
    let results: Vec<_> = json["policies"][0]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["result"].as_str().unwrap())
        .collect();
    assert_eq!(results, ["error", "fail"]);
}

#[test]
fn a_policy_without_cases_is_not_tested() {
    let place = Place::new();
    std::fs::remove_dir_all(place.0.path().join("rules/demo/cases")).unwrap();
    let ran = place.run("test");
    assert_eq!(ran.code, 4);
    assert_eq!(ran.out.lines().last(), Some("0 passed, 0 failed, 1 errors"));
}

#[test]
fn only_the_named_policies() {
    let place = Place::new();
    place.write("rules/other/policy.rhai", "nonsense(");
    assert_eq!(place.run("check").code, 3);
    assert_eq!(place.run("check demo").code, 0);
    assert_eq!(place.run("test demo").code, 0);
    let unknown = place.run("check domo");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean `demo`?"));
}

#[test]
fn a_folder_without_policies() {
    let place = Place::new();
    std::fs::create_dir(place.0.path().join("empty")).unwrap();
    for line in ["check --rules empty", "test --rules empty"] {
        let ran = place.run(line);
        assert_eq!(ran.code, 3, "{line}");
        assert!(ran.err.contains("holds no policy"));
    }
}

#[test]
fn findings_come_as_sarif_too() {
    let place = Place::new();
    place.edit("rules/demo/policy.rhai", "a.weeks_total", "a.week_total");
    let ran = place.run("check --format sarif");
    assert_eq!(ran.code, 3);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "script::unknown-characteristic");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
    assert_eq!(result["level"], "error");
    let place_of = &result["locations"][0]["physicalLocation"];
    let uri = place_of["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.ends_with("rules/demo/policy.rhai"), "{uri}");
    let region = &place_of["region"];
    assert_eq!(region["snippet"]["text"], "week_total");
    let number = |name: &str| region[name].as_u64().unwrap();
    assert_eq!(number("startLine"), number("endLine"));
    assert_eq!(number("endColumn") - number("startColumn"), 10);

    // A folder in order is a log without results.
    let good: Value = serde_json::from_str(&Place::new().run("check --format sarif").out).unwrap();
    assert_eq!(good["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn a_code_is_explained() {
    let place = Place::new();
    let ran = place.run("check --explain script::unit");
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("script::unit\n"), "{}", ran.out);
    assert!(ran.out.contains("```rhai bad"), "{}", ran.out);
    let ran = place.run("check --explain rules::folder-name");
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("```folder bad"), "{}", ran.out);
    let ran = place.run("check --explain script::units");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("did you mean `script::unit`?"),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
#[test]
fn a_broken_link_is_a_finding_of_its_folder() {
    let place = Place::new();
    let link = |path: &str| {
        std::os::unix::fs::symlink("nowhere", place.0.path().join(path)).unwrap();
    };
    link("rules/NOTES.md");
    // Told, but nothing that a policy depends on.
    let ran = place.run("check");
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out
            .ends_with("1 checked, 0 errors, 1 warnings, 0 notes\n"),
        "{}",
        ran.out
    );
    assert_eq!(place.run("test").code, 0);

    place.write("rules/second/policy.rhai", "nonsense(");
    link("rules/demo/table.csv");
    let ran = place.run("check --format json");
    assert_eq!(ran.code, 3, "{}", ran.err);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    let finding = &json["folders"]["demo"]["findings"][0];
    assert_eq!(finding["code"], "rules::unreadable");
    assert!(json["folders"]["second"]["findings"][0].is_object());
    assert_eq!(place.run("test demo").code, 3);
    let decide = place.run("decide --policy demo --input request.json");
    assert_eq!((decide.code, decide.out.as_str()), (3, ""));
    assert!(decide.err.contains("demo/table.csv"), "{}", decide.err);
}

#[test]
fn figures_that_end_are_told_in_time() {
    let place = Place::new();
    let told = |day: &str| {
        let ran = place.run(&format!("check --as-of {day}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        ran.out.matches("parameters::ends-soon").count()
    };
    // The minimum wages end on 31 December 2026, the UMA on 31 January 2027.
    assert_eq!(told("2026-10-31"), 0);
    assert_eq!(told("2026-11-01"), 2);
    assert_eq!(told("2026-12-02"), 3);
    assert_eq!(told("2027-06-01"), 3);
    let ran = place.run("check --as-of 2027-01-01");
    let lines = [
        "`minimum_wage_general` ended on 2026-12-31",
        "`uma_daily` ends on 2027-01-31, in 30 days",
    ];
    for line in lines {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
    let json: Value =
        serde_json::from_str(&place.run("check --format json --as-of 2026-12-31").out).unwrap();
    assert_eq!(json["warnings"], 3);
    let finding = &json["folders"]["parameters"]["findings"][0];
    assert_eq!(finding["severity"], "warning");
}

#[test]
fn a_note_is_told_everywhere_and_fails_nothing() {
    let place = Place::new();
    let script = std::fs::read_to_string(place.0.path().join("rules/demo/policy.rhai")).unwrap();
    let rule = "stage(\"NOTED\", DECLINE, [rule(\"K09\", |a| a.belvo_score_12m < 450)]);\n";
    place.write(
        "rules/demo/policy.rhai",
        &script.replacen("stage(", &format!("{rule}stage("), 1),
    );
    let reasons = std::fs::read_to_string(place.0.path().join("rules/demo/reasons.toml")).unwrap();
    let reason = "\n[K09]\nes-MX = \"Su puntaje es bajo\"\nen = \"Your score is low\"\n";
    place.write("rules/demo/reasons.toml", &(reasons + reason));
    let ran = place.run("check");
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("policy::may-be-missing"), "{}", ran.out);
    assert!(
        ran.out.ends_with("0 errors, 0 warnings, 1 notes\n"),
        "{}",
        ran.out
    );
    let json: Value = serde_json::from_str(&place.run("check --format json").out).unwrap();
    assert_eq!(json["notes"], 1);
    let sarif: Value = serde_json::from_str(&place.run("check --format sarif").out).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "note");
}
