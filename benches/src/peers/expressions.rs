//! The bench policy in CEL, by the crate `cel`: conditions, points and limits are expressions; the
//! order of the stages, the bands and what is made of a limit are Rust, as CEL's users do it.
//!
//! It calculates with binary floats: limits are compared as the centavos nearest to them.
#![expect(clippy::panic, reason = "a bench ends when it cannot measure")]

use std::{hint::black_box, sync::Arc};

use cel::{Context, Env, Program, Value, extensions};
use dictamen_model::characteristic::Value as Fact;

use crate::{
    answer::{Answer, CODES, Codes, KNOCK_OUTS},
    applicant::Applicant,
    peers::{float, pesos},
    staged::{self, BANDS},
    ways::Way,
};

const EXPRESSIONS: &str = include_str!("../../policies/policy.cel");

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
        let context = &self.contexts[at];
        let fired = |rule: &Program| match rule.execute(context).unwrap() {
            Value::Bool(fired) => fired,
            other => panic!("{other:?} is no condition"),
        };
        let rules = (0_u8..).zip(&self.knock_outs);
        let knocked_out = rules.fold(Codes::default(), |codes, (position, rule)| {
            codes.with(position, fired(rule))
        });
        let score = || match self.score.execute(context).unwrap() {
            Value::Int(score) => score,
            other => panic!("{other:?} is no score"),
        };
        let limit = |band: usize| match self.limits[band].execute(context).unwrap() {
            Value::Float(limit) => pesos(limit),
            other => panic!("{other:?} is no limit"),
        };
        staged::decide(&self.applicants[at], knocked_out, score, limit)
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
