//! The bench policy run by Rhai's interpreter, as fast as its users can have it.
//!
//! As one script: compiled once with its limits as constants, which Rhai folds; each applicant's
//! values stand ready in a scope of their own that is rewound after a run. And as closures that
//! Rust calls one by one, with an applicant as a shared map. No limits on operations or sizes.
//! This is Rhai as built for Dictamen, with decimals and shareable between threads.

use std::hint::black_box;

use dictamen_model::characteristic::Value;
use rhai::{AST, Array, Dynamic, Engine, FnPtr, Map, Scope};
use rust_decimal::Decimal;

use crate::{
    answer::{Answer, Codes, outcome},
    applicant::Applicant,
    staged,
    ways::Way,
};

const SCRIPT: &str = include_str!("../policies/interpreted.rhai");
const CLOSURES: &str = include_str!("../policies/closures.rhai");

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
        scope.push_dynamic(name, dynamic(&value));
    }
    scope
}

fn map(applicant: &Applicant) -> Dynamic {
    let fields = applicant.fields().into_iter();
    let map: Map = fields
        .map(|(name, value)| (name.into(), dynamic(&value)))
        .collect();
    Dynamic::from_map(map).into_shared()
}

fn dynamic(value: &Value) -> Dynamic {
    match *value {
        Value::Int(value) => value.into(),
        Value::Decimal(value) => value.into(),
        Value::Bool(value) => value.into(),
        _ => Dynamic::UNIT,
    }
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

/// Lower bounds in hundredths with points, and the points when nothing is known.
type Bins = (&'static [(i64, i64)], i64);

/// The bins of what `closures.rhai` scores, in its order.
const BINS: [Bins; 8] = [
    (
        &[
            (0, 0),
            (9_000, 20),
            (18_000, 40),
            (36_500, 60),
            (73_000, 85),
            (182_500, 100),
        ],
        0,
    ),
    (&[(0, 0), (25, 20), (50, 40), (75, 60), (95, 80)], 0),
    (
        &[
            (0, 0),
            (5_200, 15),
            (10_400, 30),
            (26_000, 50),
            (52_000, 65),
        ],
        0,
    ),
    (&[(0, 0), (100, 70), (200, 50), (300, 25), (400, 0)], 0),
    (&[(0, 60), (800, 50), (3_100, 30), (9_100, 15)], 0),
    (
        &[
            (0, 0),
            (100, 20),
            (150, 40),
            (250, 55),
            (500, 65),
            (1_000, 70),
        ],
        0,
    ),
    (&[(-100, 0), (-10, 15), (-2, 25), (3, 35), (10, 40)], 20),
    (
        &[
            (30_000, 0),
            (45_000, 15),
            (55_000, 35),
            (65_000, 50),
            (75_000, 65),
        ],
        25,
    ),
];

#[derive(Debug)]
struct Scored {
    input: FnPtr,
    bins: Vec<(Decimal, i64)>,
    missing: i64,
}

/// Rhai's interpreter as a way of computing conditions and values for a program in Rust.
#[derive(Debug)]
pub struct Closures<'a> {
    engine: Engine,
    script: AST,
    rules: Vec<FnPtr>,
    scored: Vec<Scored>,
    limits: Vec<FnPtr>,
    maps: Vec<Dynamic>,
    applicants: &'a [Applicant],
}

impl<'a> Closures<'a> {
    /// Runs the script, which declares, and prepares a map for each applicant.
    pub fn new(applicants: &'a [Applicant]) -> Self {
        let engine = Engine::new();
        let script = engine.compile(CLOSURES).unwrap();
        let mut declared: Map = engine.eval_ast(&script).unwrap();
        let mut closures = |name: &str| -> Vec<FnPtr> {
            declared.remove(name).unwrap().into_typed_array().unwrap()
        };
        let scored = closures("scored").into_iter().zip(BINS);
        Self {
            rules: closures("rules"),
            limits: closures("limits"),
            scored: scored
                .map(|(input, (bins, missing))| {
                    let bins = bins.iter();
                    let bins = bins.map(|(lower, points)| (Decimal::new(*lower, 2), *points));
                    Scored {
                        input,
                        bins: bins.collect(),
                        missing,
                    }
                })
                .collect(),
            maps: applicants.iter().map(map).collect(),
            engine,
            script,
            applicants,
        }
    }

    fn decide(&self, at: usize) -> Answer {
        let applicant = &self.maps[at];
        let call = |closure: &FnPtr| -> Dynamic {
            closure
                .call(&self.engine, &self.script, (applicant.clone(),))
                .unwrap()
        };
        let rules = (0_u8..).zip(&self.rules);
        let knocked_out = rules.fold(Codes::default(), |codes, (position, rule)| {
            codes.with(position, call(rule).as_bool().unwrap())
        });
        let points = |scored: &Scored| {
            let value = call(&scored.input);
            let value = value
                .as_decimal()
                .or_else(|_| value.as_int().map(Decimal::from));
            value.map_or(scored.missing, |value| {
                let above = scored.bins.partition_point(|(lower, _)| *lower <= value);
                scored.bins[above - 1].1
            })
        };
        staged::decide(
            &self.applicants[at],
            knocked_out,
            || 300 + self.scored.iter().map(points).sum::<i64>(),
            |band| call(&self.limits[band]).as_decimal().unwrap(),
        )
    }
}

impl Way for Closures<'_> {
    fn run(&mut self, at: usize) {
        black_box(self.decide(at));
    }

    fn answer(&mut self, at: usize) -> Answer {
        self.decide(at)
    }
}
