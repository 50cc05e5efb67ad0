//! Every worked case of the reference policy, where the cases are there: outcome, stage, reasons
//! in order, score, band, points and offer. (Characteristics are compared by the model's tests.)

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{NOMINA, cases, decide, root};

/// The scorecard's own names in the reference, by the reason code that owns them here.
const POINTS: [(&str, &str); 8] = [
    ("tenure", "S10"),
    ("density", "S20"),
    ("weeks", "S30"),
    ("employers", "S40"),
    ("gap", "S50"),
    ("income", "S60"),
    ("trend", "S70"),
    ("belvo", "S80"),
];

#[test]
fn every_reference_case_comes_out_as_worked_by_hand() {
    let cases = cases(&root().join("../shared/reference-policy/cases"));
    if cases.is_empty() {
        eprintln!("the reference cases are not here: nothing compared");
        return;
    }
    assert_eq!(cases.len(), 29);
    let mut differences = Vec::new();
    for case in &cases {
        let body = json!({
            "application": case["application"],
            "employment_records": case["belvo"]["employment_records"],
            "current_employments": case["belvo"]["current_employments"],
            "as_of": case["as_of"],
        });
        let decision = serde_json::to_value(decide(&NOMINA, &body).decision).unwrap();
        let expected = &case["expected"];
        let reasons = decision["reasons"].as_array().unwrap();
        let codes: Vec<&Value> = reasons.iter().map(|reason| &reason["code"]).collect();
        let mut offer = decision["offer"].clone();
        if let Some(offer) = offer.as_object_mut() {
            offer.remove("currency");
        }
        let points: Value = match expected["points"].as_object() {
            None => Value::Null,
            Some(points) => {
                let names: BTreeMap<_, _> = POINTS.into_iter().collect();
                points
                    .iter()
                    .map(|(name, value)| (names[name.as_str()], value.clone()))
                    .collect()
            }
        };
        for (what, got, wanted) in [
            ("outcome", &decision["outcome"], &expected["decision"]),
            ("stage", &decision["stage"], &expected["stage"]),
            ("reasons", &json!(codes), &expected["reasons"]),
            ("score", &decision["score"], &expected["score"]),
            ("band", &decision["band"], &expected["band"]),
            ("points", &decision["points"], &points),
            ("offer", &offer, &expected["offer"]),
        ] {
            if got != wanted {
                differences.push(format!(
                    "{}: {what} is {got}, not {wanted}",
                    case["case_id"]
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
