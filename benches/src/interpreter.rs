//! The bench policy run by Rhai's interpreter, as fast as its users can have it.
//!
//! Compiled once with its limits as constants, which Rhai folds; each applicant's values stand
//! ready in a scope of their own that is rewound after a run; no limits on operations or sizes.
//! This is Rhai as built for Dictamen, with decimals and shareable between threads.

use std::hint::black_box;

use dictamen_model::characteristic::Value;
use rhai::{AST, Array, Dynamic, Engine, Scope};
use rust_decimal::Decimal;

use crate::{
    answer::{Answer, Codes, outcome},
    applicant::Applicant,
    ways::Way,
};

const SCRIPT: &str = include_str!("../policies/interpreted.rhai");

/// Rhai's interpreter as a way.
#[derive(Debug)]
pub struct Interpreted {
    engine: Engine,
    script: AST,
    scopes: Vec<Scope<'static>>,
}

impl Interpreted {
    /// Compiles the script and prepares a scope for each applicant.
    pub fn new(applicants: &[Applicant]) -> Self {
        let engine = Engine::new();
        let mut constants = Scope::new();
        for (name, value) in [
            ("MIN_AGE", 18_i64),
            ("MAX_AGE", 75),
            ("MAX_DATA_AGE", 90),
            ("MIN_WEEKS", 26),
            ("MIN_TENURE", 90),
            ("MIN_CONTINUITY", 180),
            ("MIN_SCORE", 450),
        ] {
            constants.push_constant(name, value);
        }
        for (name, value) in [
            ("MIN_INCOME", Decimal::new(83_645, 1)),
            ("MAX_DEBT_SERVICE", Decimal::new(4, 1)),
            ("MIN_AMOUNT", 5_000.into()),
            ("MAX_AMOUNT", 250_000.into()),
            ("AMOUNT_STEP", 500.into()),
        ] {
            constants.push_constant(name, value);
        }
        let script = engine.compile_with_scope(&constants, SCRIPT).unwrap();
        Self {
            engine,
            script,
            scopes: applicants.iter().map(scope).collect(),
        }
    }

    fn decide(&mut self, at: usize) -> Array {
        let scope = &mut self.scopes[at];
        let values = scope.len();
        let result = self.engine.eval_ast_with_scope(scope, &self.script);
        scope.rewind(values);
        result.unwrap()
    }
}

fn scope(applicant: &Applicant) -> Scope<'static> {
    let mut scope = Scope::new();
    for (name, value) in applicant.fields() {
        let value = match value {
            Value::Int(value) => value.into(),
            Value::Decimal(value) => value.into(),
            Value::Bool(value) => value.into(),
            _ => Dynamic::UNIT,
        };
        scope.push_dynamic(name, value);
    }
    scope
}

impl Way for Interpreted {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        let mut result = self.decide(at).into_iter();
        let mut next = || result.next().unwrap_or(Dynamic::UNIT);
        let outcome = outcome(&next().into_string().unwrap()).unwrap();
        let codes: Vec<String> = next().into_typed_array().unwrap();
        Answer {
            outcome,
            codes: Codes::named(codes.iter().map(String::as_str)).unwrap(),
            score: next().try_cast(),
            band: next()
                .into_string()
                .ok()
                .and_then(|band| band.chars().next()),
            amount: next().try_cast(),
            payment: next().try_cast(),
        }
    }
}
