//! The bench policy as a decision graph of zen-engine (GoRules): a collecting table of knock-outs,
//! an expression node for the points, a table of bands, and an expression node for the offer.
//!
//! It calculates with `rust_decimal`, so its answers are exact. Compiled beforehand and without
//! its trace; one table for each characteristic would be more usual, and slower.

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use dictamen_model::characteristic::Value;
use rust_decimal::prelude::ToPrimitive;
use zen_engine::{Decision, Variable, model::GraphContent};

use crate::{
    answer::{Answer, Codes, outcome},
    applicant::Applicant,
    ways::Way,
};

const GRAPH: &str = include_str!("../../policies/zen.json");

/// zen-engine as a way.
#[derive(Debug)]
pub(super) struct Zen {
    decision: Decision,
    applicants: Vec<Variable>,
}

impl Zen {
    /// Compiles the graph and prepares the input for each applicant.
    pub(super) fn new(applicants: &[Applicant]) -> Self {
        let graph: GraphContent = serde_json::from_str(GRAPH).unwrap();
        let mut decision = Decision::from(graph);
        decision.compile();
        decision.validate().unwrap();
        Self {
            decision,
            applicants: applicants.iter().map(variable).collect(),
        }
    }

    fn decide(&self, at: usize) -> Variable {
        // Nothing in this graph waits for anything, so it is ready when it is first polled.
        let mut evaluation = pin!(self.decision.evaluate(self.applicants[at].clone()));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(response) = evaluation.as_mut().poll(&mut context) {
                return response.unwrap().result;
            }
        }
    }
}

fn variable(applicant: &Applicant) -> Variable {
    let object = Variable::empty_object();
    for (name, value) in applicant.fields() {
        let value = match value {
            Value::Int(value) => Variable::Number(value.into()),
            Value::Decimal(value) => Variable::Number(value),
            Value::Bool(value) => Variable::Bool(value),
            _ => Variable::Null,
        };
        object.dot_insert(name, value);
    }
    object
}

impl Way for Zen {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        let result = self.decide(at);
        let number = |name| match result.dot(name) {
            Some(Variable::Number(number)) => Some(number),
            _ => None,
        };
        let codes = result.dot("codes").unwrap();
        let codes = codes.as_array().unwrap();
        let codes = codes.borrow();
        let band = result.dot("band");
        Answer {
            outcome: outcome(result.dot("outcome").unwrap().as_str().unwrap()).unwrap(),
            codes: Codes::named(codes.iter().map(|code| code.as_str().unwrap())).unwrap(),
            score: number("score").and_then(|score| score.to_i64()),
            band: band.and_then(|band| band.as_str()?.chars().next()),
            amount: number("amount"),
            payment: number("payment"),
        }
    }
}
