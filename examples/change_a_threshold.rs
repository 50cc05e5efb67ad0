//! Asks what one threshold changes: the same applicants under the policy as it is and as edited.
//!
//! The edit is made in memory; no file is touched. The edited policy has a hash of its own, so
//! its decisions can never be taken for those of the policy in force.
//!
//! `cargo run -p dictamen-examples --bin change_a_threshold`
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use dictamen_engine::{Decision, Policy};
use dictamen_examples::{Problem, parameters, policy_source, read, repository};
use dictamen_lab::pipeline;
use dictamen_model::DecisionRequest;

const BEFORE: &str = r#"param("min_tenure", 90, "#;
const AFTER: &str = r#"param("min_tenure", 30, "#;

fn main() -> Result<(), Box<dyn Error>> {
    let source = policy_source(&repository("rules/nomina-personal-loan-mx"))?;
    let script = std::str::from_utf8(source.get("policy.rhai").unwrap_or_default())?;
    if !script.contains(BEFORE) {
        return Err("the policy no longer has the threshold this example changes".into());
    }
    let mut edited = source.clone();
    edited.insert("policy.rhai", script.replace(BEFORE, AFTER).into_bytes());

    let load = |source| Policy::load(source).map_err(Problem::Policy);
    let (live, draft) = (load(&source)?.policy, load(&edited)?.policy);
    println!(
        "min_tenure: 90 days in {} {}, 30 in the draft",
        live.id(),
        live.version()
    );

    let parameters = parameters(&repository("rules/parameters"))?;
    for name in ["approve", "counter", "refer", "decline", "issste"] {
        let path = repository("examples/applications").join(format!("{name}.json"));
        let request = DecisionRequest::parse(&read(&path)?)?;
        let as_of = request.as_of.ok_or("the request names no `as_of`")?;
        let decide = |policy| pipeline::decide(policy, &request, as_of, &parameters);
        let (now, then) = (
            line(&decide(&live)?.decision),
            line(&decide(&draft)?.decision),
        );
        if now == then {
            println!("{name}: {now}, as before");
        } else {
            println!("{name}: {now} becomes {then}");
        }
    }
    Ok(())
}

fn line(decision: &Decision) -> String {
    let codes = decision.reasons.iter().map(|reason| &*reason.code);
    let words: Vec<&str> = std::iter::once(decision.outcome.name())
        .chain(codes)
        .collect();
    words.join(" ")
}
