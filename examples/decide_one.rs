//! Decides one application: load a policy, read a request, decide, say why.
//!
//! `cargo run -p dictamen-examples --bin decide_one -- examples/applications/counter.json`
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{error::Error, path::PathBuf};

use dictamen_examples::{parameters, policy, read, repository};
use dictamen_lab::pipeline;
use dictamen_model::DecisionRequest;

fn main() -> Result<(), Box<dyn Error>> {
    let input = std::env::args_os().nth(1).map_or_else(
        || repository("examples/applications/approve.json"),
        PathBuf::from,
    );

    // Once, when the program starts. A policy is immutable and can be shared between threads.
    let policy = policy(&repository("rules/nomina-personal-loan-mx"))?;
    let parameters = parameters(&repository("rules/parameters"))?;

    // For every application. The library knows no clock: the day is part of the question.
    let request = DecisionRequest::parse(&read(&input)?)?;
    let as_of = request.as_of.ok_or("the request names no `as_of`")?;
    let decided = pipeline::decide(&policy, &request, as_of, &parameters)?;

    let decision = &decided.decision;
    println!(
        "{} by {} {}",
        decision.outcome,
        policy.id(),
        policy.version()
    );
    if let Some(score) = decision.score {
        println!(
            "score {score}, band {}",
            decision.band.as_deref().unwrap_or("none")
        );
    }
    if let Some(offer) = &decision.offer {
        println!(
            "{} {} over {} months at {} a month",
            offer.amount, offer.currency, offer.term_months, offer.monthly_payment
        );
    }
    for reason in &decision.reasons {
        println!(
            "{}: {} / {}",
            reason.code, reason.text.es_mx, reason.text.en
        );
    }
    Ok(())
}
