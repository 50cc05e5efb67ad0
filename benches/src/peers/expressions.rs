//! The bench policy in CEL, by the crate `cel`: conditions, points and limits are expressions; the
//! order of the stages, the bands and what is made of a limit are Rust, as CEL's users do it.
//!
//! It calculates with binary floats: limits are compared as the centavos nearest to them.

use std::{hint::black_box, sync::Arc};

use cel::{Context, Env, Program, Value, extensions};
use dictamen_engine::Outcome;
use dictamen_model::characteristic::Value as Fact;
use rust_decimal::Decimal;

use crate::{
    answer::{Answer, CODES, Codes, KNOCK_OUTS},
    applicant::Applicant,
    peers::{float, pesos},
    ways::Way,
};

const EXPRESSIONS: &str = include_str!("../../policies/policy.cel");

/// Letter, longest term, and instalment per peso lent.
const BANDS: [(char, i64, Decimal); 3] = [
    ('A', 36, Decimal::from_parts(4, 0, 0, false, 2)),
    ('B', 24, Decimal::from_parts(5, 0, 0, false, 2)),
    ('C', 18, Decimal::from_parts(8, 0, 0, false, 2)),
];

/// CEL as a way.
pub(super) struct Cel<'a> {
    knock_outs: Vec<Program>,
    score: Program,
    limits: Vec<Program>,
    contexts: Vec<Context<'static, 'static>>,
    applicants: &'a [Applicant],
}

impl<'a> Cel<'a> {
    /// Compiles the expressions and prepares the variables of each applicant.
    pub(super) fn new(applicants: &'a [Applicant]) -> Self {
        let mut env = Env::stdlib();
        env.add_extension(extensions::math).unwrap();
        let env = Arc::new(env);
        let program = |name: &str| env.compile(&expression(name)).unwrap();
        Self {
            knock_outs: CODES[..KNOCK_OUTS]
                .iter()
                .map(|code| program(code))
                .collect(),
            score: program("SCORE"),
            limits: BANDS
                .iter()
                .map(|(id, ..)| program(&id.to_string()))
                .collect(),
            contexts: applicants
                .iter()
                .map(|applicant| context(applicant, &env))
                .collect(),
            applicants,
        }
    }

    fn decide(&self, at: usize) -> Answer {
        let (context, applicant) = (&self.contexts[at], &self.applicants[at]);
        let mut knocked_out = Codes::default();
        for (position, rule) in (0_u8..).zip(&self.knock_outs) {
            let Value::Bool(fired) = rule.execute(context).unwrap() else {
                return Answer::ended(Outcome::Refer, knocked_out);
            };
            knocked_out = knocked_out.with(position, fired);
        }
        if !knocked_out.is_empty() {
            return Answer::ended(Outcome::Decline, knocked_out);
        }
        let Value::Int(score) = self.score.execute(context).unwrap() else {
            return Answer::ended(Outcome::Refer, knocked_out);
        };
        let ended = |outcome, codes, band| Answer {
            score: Some(score),
            band: Some(band),
            ..Answer::ended(outcome, codes)
        };
        let position = match score {
            700.. => 0,
            640.. => 1,
            580.. => 2,
            540.. => return ended(Outcome::Refer, Codes::S01, 'D'),
            _ => return ended(Outcome::Decline, Codes::S00, 'E'),
        };
        let (band, max_term, payment_rate) = BANDS[position];
        let Value::Float(limit) = self.limits[position].execute(context).unwrap() else {
            return ended(Outcome::Refer, knocked_out, band);
        };
        let affordable = pesos(limit);
        if affordable < Decimal::from(5_000) {
            return ended(Outcome::Decline, Codes::A01, band);
        }
        let amount = applicant.requested_amount.min(affordable);
        let codes = Codes::default()
            .with(11, amount < applicant.requested_amount)
            .with(12, max_term < applicant.requested_term_months);
        let outcome = if codes.is_empty() {
            Outcome::Approve
        } else {
            Outcome::Counter
        };
        Answer {
            amount: Some(amount),
            payment: Some((amount * payment_rate).round_dp(2)),
            ..ended(outcome, codes, band)
        }
    }
}

/// The expression of this name; its lines put together.
fn expression(name: &str) -> String {
    let lines = EXPRESSIONS.lines();
    let lines = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    lines.collect::<Vec<_>>().join(" ")
}

fn context(applicant: &Applicant, env: &Arc<Env>) -> Context<'static, 'static> {
    let mut context = Context::with_env(Arc::clone(env));
    for (name, value) in applicant.fields() {
        let value = match value {
            Fact::Int(value) => Value::Int(value),
            Fact::Decimal(value) => Value::Float(float(value)),
            Fact::Bool(value) => Value::Bool(value),
            _ => Value::Null,
        };
        context.add_variable_from_value(name, value);
    }
    context
}

impl Way for Cel<'_> {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        self.decide(at)
    }
}
