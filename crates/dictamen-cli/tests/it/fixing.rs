//! `dictamen check --fix`, and the same changes in SARIF.

use std::fs;

use serde_json::Value;

use crate::support::Place;

const POLICY: &str = "rules/t/policy.rhai";

/// Six faults: four with one meaning, one number and one name that could be another.
const WRONG: &str = r#"policy("t", "1.0.0")
let min_income = param("min_income", 9000, "MXN per month", "manual");
stage("KNOCKOUT", decline, [
    rule("K01", |a| a.weeks_totl < 26 and a.institution == ‘IMSS’),
    rule("K02", |a| a.monthly_income_gross < min_income || a.density_25m < 0.5 || a.density_24m < 50%),
]);
otherwise(APPROVE);
"#;

fn place(script: &str) -> Place {
    let place = Place::new();
    fs::remove_dir_all(place.0.path().join("rules/demo")).unwrap();
    place.write(POLICY, script);
    let reasons = "[K01]\nes-MX = \"Uno\"\nen = \"One\"\n[K02]\nes-MX = \"Dos\"\nen = \"Two\"\n";
    place.write("rules/t/reasons.toml", reasons);
    place
}

#[test]
fn what_can_only_be_meant_so_is_changed_and_shown() {
    let place = place(WRONG);
    let ran = place.run("check --fix");
    assert_eq!((ran.code, ran.err.as_str()), (3, ""));
    insta::assert_snapshot!(ran.out);
    let script = fs::read_to_string(place.0.path().join(POLICY)).unwrap();
    insta::assert_snapshot!("what_is_left", script);
    // Nothing beside it, and nothing more to do.
    assert_eq!(
        fs::read_dir(place.0.path().join("rules/t"))
            .unwrap()
            .count(),
        2
    );
    let again = place.run("check --fix");
    assert!(again.out.starts_with("0 changes made\n"), "{}", again.out);
    assert_eq!(
        fs::read_to_string(place.0.path().join(POLICY)).unwrap(),
        script
    );
}

#[test]
fn marks_and_line_ends_stay_as_they_are() {
    let script = "\u{feff}policy(\"t\", \"1.0.0\")\r\nstage(\"K\", DECLINE, [ rule(\"K01\", |a| a.institution == “imss” y a.weeks_total =< 3), rule(\"K02\", |a| a.employed_now) ]);\r\notherwise(APPROVE);\r\n";
    let place = place(script);
    let ran = place.run("check --fix");
    assert_eq!(ran.code, 0, "{}", ran.out);
    let fixed = fs::read_to_string(place.0.path().join(POLICY)).unwrap();
    let wanted = script
        .replace("\"1.0.0\")\r", "\"1.0.0\");\r")
        .replace(['“', '”'], "\"")
        .replace(" y ", " && ")
        .replace("=<", "<=");
    assert_eq!(fixed, wanted);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place(WRONG);
    let folder = place.0.path().join("rules/t");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let writable = fs::write(folder.join("probe"), "").is_ok();
    let ran = place.run("check --fix");
    mode(0o755);
    // Whoever may do everything cannot be kept out.
    if !writable {
        assert_eq!(ran.code, 3);
        assert!(
            ran.out.contains("not changed rules/t/policy.rhai"),
            "{}",
            ran.out
        );
        assert_eq!(
            fs::read_to_string(folder.join("policy.rhai")).unwrap(),
            WRONG
        );
    }
}

#[test]
fn changes_come_as_sarif_too() {
    let place = place(&WRONG.replace("\"1.0.0\")", "\"1.0.0\");"));
    let log: Value = serde_json::from_str(&place.run("check --format sarif").out).unwrap();
    let result = &log["runs"][0]["results"][0];
    let change = &result["fixes"][0]["artifactChanges"][0];
    let region = &result["locations"][0]["physicalLocation"];
    assert_eq!(change["artifactLocation"], region["artifactLocation"]);
    let replacement = &change["replacements"][0];
    for key in ["startLine", "startColumn", "endLine", "endColumn"] {
        assert_eq!(replacement["deletedRegion"][key], region["region"][key]);
    }
    assert!(replacement["insertedContent"]["text"].is_string());
}

#[test]
fn fixing_and_explaining_do_not_go_together() {
    let place = Place::new();
    assert_eq!(place.run("check --fix --explain script::unit").code, 2);
    assert_eq!(place.run("check --fix --format json").code, 2);
}
