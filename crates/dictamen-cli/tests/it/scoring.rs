//! `dictamen scorecard`.

use std::fs;

use crate::support::Place;

const TABLE: &str = "\
variable,bin,points
basepoints,,400
antiguedad,\"[-inf,180.0)\",0
antiguedad,\"[180.0,inf)\",60
antiguedad,missing,0
weeks_total,\"[-inf,52.0)\",0
weeks_total,\"[52.0,inf)\",40
weeks_total,missing,0
";

#[test]
fn a_table_becomes_a_policy_that_decides_and_goes_back_into_a_table() {
    let place = Place::new();
    place.write("card.csv", TABLE);
    let line = "scorecard import card.csv --policy card --cut-off 460 --map antiguedad=tenure_current_days";
    let made = place.run(line);
    assert_eq!((made.code, made.err.as_str()), (0, ""), "{}", made.out);
    insta::assert_snapshot!(made.out);
    let checked = place.run("check card");
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let decided = place.run("decide --policy card --input request.json --format json");
    let answer: serde_json::Value = serde_json::from_str(&decided.out).unwrap();
    let sum = |points: &serde_json::Value| {
        let points = points.as_object().unwrap().values();
        points.map(|p| p.as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(
        answer["score"].as_i64().unwrap(),
        400 + sum(&answer["points"])
    );

    // Into a table and from there into another policy: the same answer.
    for (format, file) in [("csv", "again.csv"), ("pmml", "again.xml")] {
        let line = format!("scorecard export card --format {format} --output {file}");
        let written = place.run(&line);
        assert_eq!(written.code, 0, "{}", written.err);
        let id = format!("card-{format}");
        let line = format!("scorecard import {file} --policy {id} --cut-off 460");
        assert_eq!(place.run(&line).code, 0);
        let line = format!("decide --policy {id} --input request.json --format json");
        let again: serde_json::Value = serde_json::from_str(&place.run(&line).out).unwrap();
        assert_eq!(again["points"], answer["points"], "{format}");
        assert_eq!(again["outcome"], answer["outcome"], "{format}");
    }
    // What is about no line stands under the name of what it is about.
    place.write("odd.csv", "variable,bin,points\nweeks_total,\"[-inf,9)\",5\nweeks_total,\"[9,20)\",1\nweeks_total,\"[20,inf)\",9\n");
    let odd = place.run("scorecard import odd.csv --policy odd --cut-off 3");
    assert_eq!(odd.code, 0);
    assert!(odd.err.contains("scorecard::not-monotone"), "{}", odd.err);
    assert!(odd.err.contains("--> odd.csv\n"), "{}", odd.err);
    let odd = place.run("scorecard check odd");
    assert!(odd.out.contains("--> rules/odd\n"), "{}", odd.out);
    // What is there is left alone.
    let again = place.run(line);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is there already"), "{}", again.err);
    let looked = place.run("scorecard check card");
    assert_eq!(
        (looked.code, looked.out.as_str()),
        (0, "2 lines looked at, 0 warnings\n")
    );
}

#[test]
fn what_cannot_be_imported_is_told_with_its_line_and_leaves_nothing() {
    let place = Place::new();
    place.write("card.csv", TABLE);
    for (line, code, says) in [
        ("scorecard import card.csv --policy card", 2, "--cut-off"),
        (
            "scorecard import card.csv --policy card --cut-off 460",
            3,
            "card.csv:3",
        ),
        (
            "scorecard import card.txt --policy card --cut-off 1",
            2,
            "--format csv",
        ),
        (
            "scorecard import none.csv --policy card --cut-off 1",
            1,
            "cannot read",
        ),
        (
            "scorecard import card.csv --policy ../card --cut-off 1",
            2,
            "only letters",
        ),
        (
            "scorecard import card.csv --policy card --cut-off 1 --score 600",
            2,
            "--odds",
        ),
        (
            "scorecard import card.csv --policy card --cut-off 1 --score 600 --odds 0 --pdo 20",
            2,
            "above zero",
        ),
        (
            "scorecard import card.csv --policy card --cut-off 1 --map weeks",
            2,
            "VARIABLE=CHARACTERISTIC",
        ),
        ("scorecard export starter", 2, "starter"),
    ] {
        let ran = place.run(line);
        assert_eq!(ran.code, code, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
    assert!(!place.0.path().join("rules/card").exists());
    assert_eq!(
        fs::read_dir(place.0.path().join("rules")).unwrap().count(),
        2
    );
}
