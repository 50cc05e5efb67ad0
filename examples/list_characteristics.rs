//! Lists what a policy can ask about an applicant, and what is known of one.
//!
//! `cargo run -p dictamen-examples --bin list_characteristics`
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use dictamen_examples::{parameters, read, repository};
use dictamen_lab::pipeline;
use dictamen_model::{
    DecisionRequest,
    characteristic::{Value, definitions},
};

fn main() -> Result<(), Box<dyn Error>> {
    let body = read(&repository("examples/applications/issste.json"))?;
    let request = DecisionRequest::parse(&body)?;
    let as_of = request.as_of.ok_or("the request names no `as_of`")?;
    let parameters = parameters(&repository("rules/parameters"))?;
    let known = pipeline::compute(&request, as_of, &parameters)?;

    for (definition, (name, value)) in definitions().iter().zip(known.iter()) {
        let kind = [definition.kind.name(), definition.unit.name()].join(" ");
        let value = match value {
            // Missing is neither zero nor false; the table says when it happens.
            Value::Missing => format!("missing: {}", definition.missing.unwrap_or_default()),
            Value::Int(number) => number.to_string(),
            Value::Decimal(number) => number.round_dp(definition.unit.decimals()).to_string(),
            Value::Bool(holds) => holds.to_string(),
            Value::Date(day) => day.to_string(),
            Value::Text(word) => word.to_string(),
        };
        println!("{name} ({}): {value}", kind.trim_end());
    }
    Ok(())
}
