//! Explanations and letters: every change that is told was decided again, and letters say what they
//! should and nothing else.

use std::fmt::Write as _;

use dictamen_engine::{Outcome, words::Language};
use dictamen_lab::{
    explain::{Explanation, MOST_DECISIONS, explain},
    letter::{self, Letter, Paper},
    pipeline,
};
use dictamen_model::DecisionRequest;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    applicant::request,
    support::{NOMINA, PARAMETERS, STARTER, decide, root},
};

fn explained(policy: &dictamen_engine::Policy, body: &Value, language: Language) -> Explanation {
    let request = DecisionRequest::parse(&serde_json::to_vec(body).unwrap()).unwrap();
    explain(
        policy,
        &request,
        request.as_of.unwrap(),
        &PARAMETERS,
        language,
    )
    .unwrap()
}

/// The request of the README.
fn readme() -> Value {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, behind) = text.split_once("```json request\n").unwrap();
    serde_json::from_str(behind.split_once("```").unwrap().0).unwrap()
}

/// Somebody with few weeks, who began in June.
fn newcomer() -> Value {
    let mut body = readme();
    let record = &mut body["employment_records"];
    record["social_security_summary"]["weeks_contributed"] = json!(18);
    let job = &mut record["employment_records"][0];
    job["start_date"] = json!("2026-06-10");
    job["employment_status_updates"] =
        json!([{ "event": "HIRED", "base_salary": 640.5, "update_date": "2026-06-10" }]);
    body
}

fn indebted() -> Value {
    let mut body = readme();
    body["application"]["existing_monthly_debt"] = json!(9000);
    body
}

fn sentences(body: &Value) -> String {
    let mut out = String::new();
    for language in [Language::Spanish, Language::English] {
        let found = explained(&NOMINA, body, language);
        for suggestion in &found.suggestions {
            writeln!(out, "{}: {}", suggestion.outcome, suggestion.sentence).unwrap();
        }
        out.push_str(&found.without_suggestion.unwrap_or_default());
        out.push('\n');
    }
    out
}

#[test]
fn suggestions_are_sentences_for_applicants() {
    let mut minor = readme();
    minor["employment_records"]["personal_data"]["birth_date"] = json!("2010-03-09");
    minor["employment_records"]["internal_identification"] = json!("QXWA100309MPLRNLA3");
    insta::assert_snapshot!(
        "suggestions",
        format!(
            "{}\n{}\n{}\n{}",
            sentences(&readme()),
            sentences(&newcomer()),
            sentences(&indebted()),
            sentences(&minor)
        )
    );
}

#[test]
fn a_change_is_the_smallest_in_its_steps() {
    let found = explained(&NOMINA, &indebted(), Language::Spanish);
    let change = &found.suggestions[0].changes[0];
    assert_eq!(change.lever, "existing_monthly_debt");
    let debt: i64 = change.to.parse().unwrap();
    let with = |debt: i64| {
        let mut body = indebted();
        body["application"]["existing_monthly_debt"] = json!(debt);
        decide(&NOMINA, &body).decision.outcome
    };
    assert_eq!(with(debt), found.suggestions[0].outcome);
    assert!(with(debt + 10) > Outcome::Counter);
}

#[test]
fn nothing_is_suggested_to_whom_nothing_helps() {
    let mut body = readme();
    body["employment_records"] = json!([]);
    let found = explained(&NOMINA, &body, Language::English);
    assert!(found.suggestions.is_empty());
    assert!(
        found
            .without_suggestion
            .unwrap()
            .contains("A person will look")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_suggestion_is_decided_again_as_told(body in request()) {
        for policy in [&*NOMINA, &*STARTER] {
            let found = explained(policy, &body, Language::Spanish);
            prop_assert!(found.decisions_made <= MOST_DECISIONS);
            let before = decide(policy, &body).decision;
            prop_assert_eq!(found.outcome, before.outcome);
            prop_assert_eq!(&found.decision_id, &before.decision_id);
            prop_assert!(found.suggestions.is_empty() == found.without_suggestion.is_some());
            for suggestion in &found.suggestions {
                prop_assert!(suggestion.outcome < before.outcome);
                prop_assert!((1..=2).contains(&suggestion.changes.len()));
                let mut changed = body.clone();
                let mut moved = Vec::new();
                for change in &suggestion.changes {
                    match change.lever {
                        "time" => moved.extend(change.characteristics.clone()),
                        "requested_term_months" => {
                            changed["application"][change.lever] = json!(change.to.parse::<i64>().unwrap());
                        }
                        lever => {
                            prop_assert!(["requested_amount", "existing_monthly_debt"].contains(&lever));
                            changed["application"][lever] = json!(change.to);
                        }
                    }
                }
                let request = DecisionRequest::parse(&serde_json::to_vec(&changed).unwrap()).unwrap();
                let mut facts = pipeline::compute(&request, request.as_of.unwrap(), &PARAMETERS).unwrap();
                for moved in moved {
                    let allowed = ["tenure_current_days", "tenure_continuous_days", "weeks_total", "weeks_reported", "weeks_computed"];
                    prop_assert!(allowed.contains(&moved.name));
                    facts.set(moved.name, dictamen_model::characteristic::Value::Int(moved.to.parse().unwrap())).unwrap();
                }
                let mut scratch = dictamen_engine::Scratch::new();
                let again = policy.evaluate(&facts, &mut scratch);
                prop_assert_eq!(again.outcome(), suggestion.outcome);
                prop_assert_eq!(again.amount().map(|a| a.normalize().to_string()), suggestion.amount.clone());
            }
        }
    }

    #[test]
    fn any_template_is_filled_in_or_refused(template in "(\\{\\{[#/]?(offer|reasons|date|ofer|)\\}\\}|[a-z*# \n<é-]|\\{|\\}){0,12}") {
        let found = explained(&NOMINA, &readme(), Language::Spanish);
        match Letter::new(&template, &found, Language::Spanish, Paper::A4) {
            Ok(letter) => {
                prop_assert!(!letter.markdown().contains("{{offer"));
                prop_assert!(letter.pdf().starts_with(b"%PDF"));
                prop_assert!(!letter.html().contains("<script"));
            }
            Err(errors) => prop_assert!(errors.iter().all(|error| error.line >= 1)),
        }
    }
}

#[test]
fn the_standard_letters_say_why_and_what_would_change_it() {
    for (language, name) in [
        (Language::Spanish, "letter_es"),
        (Language::English, "letter_en"),
    ] {
        for (body, case) in [(readme(), "counter"), (newcomer(), "decline")] {
            let found = explained(&NOMINA, &body, language);
            let letter =
                Letter::new(letter::standard(language), &found, language, Paper::Letter).unwrap();
            // No codes, unless the template asks.
            assert!(!letter.markdown().contains("L01") && !letter.markdown().contains("E05"));
            insta::assert_snapshot!(format!("{name}_{case}"), letter.markdown());
        }
    }
}

#[test]
fn what_a_caller_sends_is_text_in_every_form() {
    let mut body = readme();
    body["application"]["application_id"] = json!("<script>alert(1)</script>**x** [a](b)");
    let found = explained(&NOMINA, &body, Language::Spanish);
    let letter = Letter::new(
        "# {{application_id}}\n\n{{reason_codes}} <b>own</b>",
        &found,
        Language::Spanish,
        Paper::A4,
    )
    .unwrap();
    let html = letter.html();
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt;**x** [a](b)"),
        "{html}"
    );
    assert!(html.contains("L01 &lt;b&gt;own&lt;/b&gt;"), "{html}");
    let pdf = letter.pdf();
    assert!(pdf.windows(9).any(|part| part == b"<script>a"));
    assert_eq!(pdf, letter.pdf());
}

#[test]
fn a_long_letter_has_several_pages() {
    let found = explained(&NOMINA, &readme(), Language::Spanish);
    let long = format!(
        "# Título\n\n{}\n\n{}",
        "palabra ".repeat(4000),
        "x".repeat(500)
    );
    let pdf = Letter::new(&long, &found, Language::Spanish, Paper::Letter)
        .unwrap()
        .pdf();
    let text = String::from_utf8_lossy(&pdf);
    let count = text.split("/Count ").nth(1).unwrap();
    let count: usize = count
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(count > 3, "{count}");
}

#[test]
fn a_template_with_mistakes_is_refused_with_what_there_is() {
    let found = explained(&NOMINA, &readme(), Language::Spanish);
    let template = "# {{outcom}}\n{{#ofer}}x{{/ofer}}\n{{#offer}}\n{{/reasons}}\n{{reasons\n{{/offer}}{{#refer}}";
    let errors = Letter::new(template, &found, Language::Spanish, Paper::A4).unwrap_err();
    let told: Vec<String> = errors
        .iter()
        .map(|error| format!("{error}; {}", error.help.as_deref().unwrap_or("-")))
        .collect();
    insta::assert_snapshot!("template_mistakes", told.join("\n"));
}
