//! Every program and every application of this package, with what comes out today.

use std::{fmt::Write as _, fs, process::Command};

use dictamen_examples::{parameters, policy, read, repository};
use dictamen_lab::pipeline;
use dictamen_model::DecisionRequest;

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let problems = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{problems}");
    assert_eq!(problems, "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn decide_one_decides_what_it_is_given() {
    let program = env!("CARGO_BIN_EXE_decide_one");
    let counter = repository("examples/applications/counter.json");
    insta::assert_snapshot!("decide_one", output(program, &[]));
    insta::assert_snapshot!(
        "decide_one_counter",
        output(program, &[counter.to_str().unwrap()])
    );
}

#[test]
fn a_program_that_cannot_read_its_input_fails() {
    let program = env!("CARGO_BIN_EXE_decide_one");
    for bad in ["nowhere.json", "Cargo.toml"] {
        let path = repository("examples").join(bad);
        let output = Command::new(program).arg(path).output().unwrap();
        assert!(!output.status.success());
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn change_a_threshold_shows_who_changes() {
    let text = output(env!("CARGO_BIN_EXE_change_a_threshold"), &[]);
    insta::assert_snapshot!("change_a_threshold", text);
}

#[test]
fn list_characteristics_lists_all() {
    let text = output(env!("CARGO_BIN_EXE_list_characteristics"), &[]);
    insta::assert_snapshot!("list_characteristics", text);
}

/// Under every policy that is shipped, so that an application is good for trying any of them.
#[test]
fn applications_are_decided_as_their_names_say() {
    let parameters = parameters(&repository("rules/parameters")).unwrap();
    let mut paths: Vec<_> = fs::read_dir(repository("examples/applications"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut lines = String::new();
    for id in ["nomina-personal-loan-mx", "starter-mx"] {
        let policy = policy(&repository("rules").join(id)).unwrap();
        for path in &paths {
            let request = DecisionRequest::parse(&read(path).unwrap()).unwrap();
            let as_of = request.as_of.unwrap();
            let decided = pipeline::decide(&policy, &request, as_of, &parameters).unwrap();
            let decision = decided.decision;
            let name = path.file_stem().unwrap().to_str().unwrap();
            if id == "nomina-personal-loan-mx" && name != "issste" {
                assert_eq!(decision.outcome.name(), name.to_uppercase());
            }
            let codes: Vec<&str> = decision.reasons.iter().map(|r| &*r.code).collect();
            let offer = decision.offer.map_or(String::new(), |offer| {
                format!(
                    " {} / {} / {}",
                    offer.amount, offer.term_months, offer.monthly_payment
                )
            });
            writeln!(lines, "{id} {name}: {} {codes:?}{offer}", decision.outcome).unwrap();
        }
    }
    insta::assert_snapshot!("applications", lines);
}
