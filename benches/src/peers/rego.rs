//! The bench policy in Rego, compiled for the virtual machine of regorus, its fastest way.
//!
//! It calculates with binary floats: amounts are compared as the centavos nearest to them.

use std::hint::black_box;

use dictamen_model::characteristic::Value as Fact;
use regorus::{Engine, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use crate::{
    answer::{Answer, Codes, outcome},
    applicant::Applicant,
    peers::{float, pesos},
    ways::Way,
};

const POLICY: &str = include_str!("../../policies/policy.rego");
const ENTRY: &str = "data.bench.decision";

/// regorus as a way.
#[derive(Debug)]
pub(super) struct Rego {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Rego {
    /// Compiles the policy and prepares the input of each applicant.
    pub(super) fn new(applicants: &[Applicant]) -> Self {
        let mut engine = Engine::new();
        engine
            .add_policy("policy.rego".to_owned(), POLICY.to_owned())
            .unwrap();
        let policy = engine.compile_with_entrypoint(&ENTRY.into()).unwrap();
        let program = Compiler::compile_from_policy(&policy, &[ENTRY]).unwrap();
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Self {
            machine,
            inputs: applicants.iter().map(input).collect(),
        }
    }

    fn decide(&mut self, at: usize) -> Value {
        self.machine.set_input(self.inputs[at].clone());
        self.machine.execute().unwrap()
    }
}

fn input(applicant: &Applicant) -> Value {
    let mut object = std::collections::BTreeMap::new();
    for (name, value) in applicant.fields() {
        let value = match value {
            Fact::Int(value) => value.into(),
            Fact::Decimal(value) => float(value).into(),
            Fact::Bool(value) => value.into(),
            _ => continue,
        };
        object.insert(Value::from(name), value);
    }
    object.into()
}

impl Way for Rego {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        let result: serde_json::Value =
            serde_json::from_str(&self.decide(at).to_json_str().unwrap()).unwrap();
        let codes = result["codes"].as_array().unwrap().iter();
        Answer {
            outcome: outcome(result["outcome"].as_str().unwrap()).unwrap(),
            codes: Codes::named(codes.map(|code| code.as_str().unwrap())).unwrap(),
            score: result["score"].as_i64(),
            band: result["band"].as_str().and_then(|band| band.chars().next()),
            amount: result["amount"].as_f64().map(pesos),
            payment: result["payment"].as_f64().map(pesos),
        }
    }
}
