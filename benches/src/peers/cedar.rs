//! The knock-outs of the bench policy in Cedar.
//!
//! Its numbers are whole or decimals of four places, so its answers are exact.

use std::hint::black_box;

use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, PolicySet, Request, Response, RestrictedExpression,
};
use dictamen_engine::Outcome;
use dictamen_model::characteristic::Value;

use crate::{
    answer::{Answer, CODES, Codes},
    applicant::Applicant,
    ways::Way,
};

const POLICIES: &str = include_str!("../../policies/knock_outs.cedar");

/// Cedar as a way.
#[derive(Debug)]
pub(super) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    /// Parses the policies and prepares the request of each applicant.
    pub(super) fn new(applicants: &[Applicant]) -> Self {
        Self {
            authorizer: Authorizer::new(),
            policies: POLICIES.parse().unwrap(),
            entities: Entities::empty(),
            requests: applicants.iter().map(request).collect(),
        }
    }

    fn decide(&self, at: usize) -> Response {
        self.authorizer
            .is_authorized(&self.requests[at], &self.policies, &self.entities)
    }
}

fn request(applicant: &Applicant) -> Request {
    let known = applicant.fields().into_iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Int(value) => RestrictedExpression::new_long(value),
            Value::Decimal(value) => RestrictedExpression::new_decimal(format!("{value:.4}")),
            Value::Bool(value) => RestrictedExpression::new_bool(value),
            _ => return None,
        };
        Some((name.to_owned(), value))
    });
    let id = |text: &str| -> EntityUid { text.parse().unwrap() };
    Request::new(
        id("Applicant::\"one\""),
        id("Action::\"borrow\""),
        id("Loan::\"one\""),
        Context::from_pairs(known).unwrap(),
        None,
    )
    .unwrap()
}

impl Way for Cedar {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        let response = self.decide(at);
        assert_eq!(response.diagnostics().errors().count(), 0);
        let reasons = response.diagnostics().reason();
        let fired: Vec<&str> = reasons
            .filter_map(|policy| self.policies.policy(policy)?.annotation("id"))
            .filter(|id| CODES.contains(id))
            .collect();
        Answer::ended(Outcome::Approve, Codes::named(fired).unwrap()).knock_outs()
    }
}
