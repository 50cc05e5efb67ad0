//! The functions of `invariants.rhai`: what a policy promises of everything it will ever decide.
//!
//! As those of a policy they only collect, and report every mistake of a run at once.

use std::sync::Arc;

use dictamen_model::{
    characteristic::{definitions, index_of},
    suggest,
};
use rhai::{Dynamic, Engine, NativeCallContext, Scope};
use rust_decimal::Decimal;

use super::{
    Collector, RawClosure, argument, param_tag,
    register::{Shared, lock},
};
use crate::{
    Diagnostic,
    declaration::Declaration,
    invariants::{Direction, Measure},
    script::lower::Lowering,
    syntax::is_name,
    tree::Place,
};

/// The functions with the call as the documentation writes it.
const USAGES: [(&str, &str); 6] = [
    ("assume", "assume(|a| condition)"),
    ("never", "never(|a, d| condition)"),
    ("always", "always(|a, d| condition)"),
    (
        "monotone",
        "monotone(\"weeks_total\", UP)` or `monotone(\"weeks_total\", UP, SCORE)",
    ),
    ("independent", "independent(\"age_years\")"),
    ("bounded", "bounded(|d| d.offer.amount, 5000, 250000)"),
];

/// Which way more of something is better.
const DIRECTIONS: [(&str, Direction); 2] = [("UP", Direction::Up), ("DOWN", Direction::Down)];

/// What must not get worse.
const MEASURES: [(&str, Measure); 3] = [
    ("OUTCOME", Measure::Outcome),
    ("SCORE", Measure::Score),
    ("AMOUNT", Measure::Amount),
];

/// How a function of `invariants.rhai` is called.
pub(in crate::script) fn usage(name: &str) -> Option<&'static str> {
    let found = USAGES.iter().find(|(n, _)| *n == name);
    found.map(|(_, usage)| *usage)
}

/// Names of the functions of `invariants.rhai`.
pub(in crate::script) fn names() -> impl Iterator<Item = &'static str> {
    USAGES.iter().map(|(name, _)| *name)
}

#[derive(Debug, Clone, Copy)]
struct DirectionValue(Direction);
#[derive(Debug, Clone, Copy)]
struct MeasureValue(Measure);

/// One promise as written.
#[derive(Debug)]
enum RawClaim {
    Never(RawClosure),
    Always(RawClosure),
    Monotone(usize, Direction, Measure),
    Independent(usize),
    Bounded(RawClosure, Decimal, Decimal),
}

#[derive(Debug)]
struct RawPromise {
    name: Option<Arc<str>>,
    claim: RawClaim,
    place: Place,
}

/// Everything the functions collected so far.
#[derive(Debug, Default)]
pub(super) struct Promised {
    assumptions: Vec<(RawClosure, Option<Arc<str>>, Place)>,
    promises: Vec<RawPromise>,
}

/// What was promised, with its closures as trees.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) assumptions: Vec<crate::invariants::Assumption>,
    pub(crate) invariants: Vec<crate::invariants::Invariant>,
    pub(crate) terms: Vec<crate::declaration::Term>,
    pub(crate) codes: Vec<Arc<str>>,
}

/// Registers every function; all of them write to `shared`.
pub(in crate::script) fn register(engine: &mut Engine, shared: &Shared) {
    engine
        .register_type_with_name::<super::OutcomeValue>("outcome")
        .register_type_with_name::<DirectionValue>("direction")
        .register_type_with_name::<MeasureValue>("measure");
    conditions(engine, shared);
    monotone(engine, shared);
    others(engine, shared);
}

/// Puts directions, measures and the policy's thresholds into a scope, by their names.
pub(in crate::script) fn constants(scope: &mut Scope<'_>, policy: &Declaration) {
    super::constants(scope);
    for (name, direction) in DIRECTIONS {
        scope.push_constant(name, DirectionValue(direction));
    }
    for (name, measure) in MEASURES {
        scope.push_constant(name, MeasureValue(measure));
    }
    for (index, param) in policy.params.iter().enumerate() {
        use dictamen_model::characteristic::Value;
        let mut value = match &param.value {
            Value::Int(n) => Dynamic::from_int(*n),
            Value::Decimal(d) => Dynamic::from_decimal(*d),
            Value::Bool(b) => Dynamic::from_bool(*b),
            Value::Text(text) => Dynamic::from(text.to_string()),
            Value::Missing | Value::Date(_) => continue,
        };
        if is_name(&param.name) && !scope.contains(&param.name) {
            value.set_tag(param_tag(index));
            scope.push_constant_dynamic(param.name.as_ref(), value);
        }
    }
}

impl Collector {
    /// The name of a promise, the last argument, where it is given.
    fn named(&mut self, place: Place, index: usize, name: Option<&Dynamic>) -> Option<Arc<str>> {
        name.and_then(|name| self.fit(place, index, argument::text("an invariant's name", name)))
    }

    fn promise(&mut self, name: Option<Arc<str>>, claim: RawClaim, place: Place) {
        self.promised
            .promises
            .push(RawPromise { name, claim, place });
    }

    /// The characteristic that an argument names.
    fn characteristic(&mut self, place: Place, name: &Dynamic) -> Option<usize> {
        let name = self.fit(place, 0, argument::text("a characteristic", name))?;
        let found = index_of(&name);
        if found.is_none() {
            let at = self.texts.argument(place, 0);
            let names = definitions().iter().map(|definition| definition.name);
            let help = suggest::help(&name, names);
            let help = help.or_else(|| Some("`dictamen characteristics` lists every name".into()));
            let message = format!("there is no characteristic `{name}`");
            let found = Diagnostic::error("script::unknown-characteristic", message)
                .at(self.texts.span(at))
                .help_opt(help);
            self.diagnostics.push(found);
        }
        found
    }

    /// Lowers every closure of the promises.
    pub(in crate::script) fn promises(
        mut self,
        mut lowering: Lowering<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Declared {
        diagnostics.append(&mut self.diagnostics);
        let mut declared = Declared::default();
        for (raw, name, place) in self.promised.assumptions {
            let condition = lowering.assumption(&raw, place);
            declared
                .assumptions
                .extend(condition.map(|condition| crate::invariants::Assumption {
                    name,
                    condition,
                    place,
                }));
        }
        for raw in self.promised.promises {
            use crate::invariants::Claim;
            let claim = match raw.claim {
                RawClaim::Never(closure) => lowering.promise(&closure, raw.place).map(Claim::Never),
                RawClaim::Always(closure) => {
                    lowering.promise(&closure, raw.place).map(Claim::Always)
                }
                RawClaim::Monotone(characteristic, direction, measure) => Some(Claim::Monotone {
                    characteristic,
                    direction,
                    measure,
                }),
                RawClaim::Independent(characteristic) => Some(Claim::Independent(characteristic)),
                RawClaim::Bounded(closure, low, high) => {
                    let value = lowering.bounded(&closure, raw.place);
                    value.map(|value| Claim::bounded(value, low, high))
                }
            };
            declared
                .invariants
                .extend(claim.map(|claim| crate::invariants::Invariant {
                    name: raw.name,
                    claim,
                    place: raw.place,
                }));
        }
        let mut rest = Declaration::default();
        declared.codes = lowering.codes_named();
        lowering.finish(&mut rest, diagnostics);
        declared.terms = rest.terms;
        declared
    }
}

fn conditions(engine: &mut Engine, shared: &Shared) {
    type Make = fn(RawClosure) -> RawClaim;
    let kinds: [(&str, Make); 2] = [("never", RawClaim::Never), ("always", RawClaim::Always)];
    for (function, make) in kinds {
        let take = move |s: &Shared,
                         c: &NativeCallContext<'_>,
                         closure: &Dynamic,
                         name: Option<&Dynamic>| {
            let mut collector = lock(s);
            let (place, file) = collector.here(c);
            let name = collector.named(place, 1, name);
            let pointer = collector.fit(place, 0, argument::closure("an invariant", closure));
            if let Some(pointer) = pointer {
                let raw = RawClosure::new(&pointer, file);
                collector.promise(name, make(raw), place);
            }
        };
        let s = Arc::clone(shared);
        engine.register_fn(function, move |c: NativeCallContext<'_>, f: Dynamic| {
            take(&s, &c, &f, None);
        });
        let s = Arc::clone(shared);
        engine.register_fn(
            function,
            move |c: NativeCallContext<'_>, f: Dynamic, name: Dynamic| {
                take(&s, &c, &f, Some(&name));
            },
        );
    }
    let take = |s: &Shared, c: &NativeCallContext<'_>, f: &Dynamic, name: Option<&Dynamic>| {
        let mut collector = lock(s);
        let (place, file) = collector.here(c);
        let name = collector.named(place, 1, name);
        let pointer = collector.fit(place, 0, argument::closure("an assumption", f));
        if let Some(pointer) = pointer {
            let raw = RawClosure::new(&pointer, file);
            collector.promised.assumptions.push((raw, name, place));
        }
    };
    let s = Arc::clone(shared);
    engine.register_fn("assume", move |c: NativeCallContext<'_>, f: Dynamic| {
        take(&s, &c, &f, None);
    });
    let s = Arc::clone(shared);
    engine.register_fn(
        "assume",
        move |c: NativeCallContext<'_>, f: Dynamic, name: Dynamic| take(&s, &c, &f, Some(&name)),
    );
}

fn monotone(engine: &mut Engine, shared: &Shared) {
    let take = |s: &Shared, c: &NativeCallContext<'_>, arguments: &[&Dynamic]| {
        let mut collector = lock(s);
        let (place, _) = collector.here(c);
        let [name, direction, rest @ ..] = arguments else {
            return;
        };
        let characteristic = collector.characteristic(place, name);
        let numeric = characteristic.filter(|at| {
            let kind = definitions().get(*at).map(|definition| definition.kind);
            kind.is_some_and(|kind| kind.is_number() || kind.name() == "date")
        });
        if characteristic.is_some() && numeric.is_none() {
            let message = "more and less mean something only for numbers and dates";
            let at = collector.texts.argument(place, 0);
            let help = "state what must not happen with `never(|a, d| …)`";
            collector.advise("script::arguments", at, message, help, None);
        }
        let found = (*direction).clone().try_cast::<DirectionValue>();
        if found.is_none() {
            let at = collector.texts.argument(place, 1);
            let message = "the direction must be UP or DOWN: is more of it better, or less?";
            let help = "write UP when more must never make it worse";
            collector.advise("script::arguments", at, message, help, None);
        }
        let (measure, name) = match rest {
            [] => (Some(Measure::Outcome), None),
            [one] => match (*one).clone().try_cast::<MeasureValue>() {
                Some(MeasureValue(measure)) => (Some(measure), None),
                None => (Some(Measure::Outcome), Some((2, *one))),
            },
            [one, name, ..] => {
                let measure = (*one).clone().try_cast::<MeasureValue>();
                if measure.is_none() {
                    let at = collector.texts.argument(place, 2);
                    let message = "what must not get worse is OUTCOME, SCORE or AMOUNT";
                    let help = "leave it out for the outcome";
                    collector.advise("script::arguments", at, message, help, None);
                }
                (measure.map(|measure| measure.0), Some((3, *name)))
            }
        };
        let name = name.and_then(|(at, name)| collector.named(place, at, Some(name)));
        if let (Some(characteristic), Some(DirectionValue(direction)), Some(measure)) =
            (numeric, found, measure)
        {
            let claim = RawClaim::Monotone(characteristic, direction, measure);
            collector.promise(name, claim, place);
        }
    };
    let s = Arc::clone(shared);
    engine.register_fn(
        "monotone",
        move |c: NativeCallContext<'_>, n: Dynamic, d: Dynamic| take(&s, &c, &[&n, &d]),
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "monotone",
        move |c: NativeCallContext<'_>, n: Dynamic, d: Dynamic, m: Dynamic| {
            take(&s, &c, &[&n, &d, &m]);
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "monotone",
        move |c: NativeCallContext<'_>, n: Dynamic, d: Dynamic, m: Dynamic, name: Dynamic| {
            take(&s, &c, &[&n, &d, &m, &name]);
        },
    );
}

fn others(engine: &mut Engine, shared: &Shared) {
    let take = |s: &Shared, c: &NativeCallContext<'_>, of: &Dynamic, name: Option<&Dynamic>| {
        let mut collector = lock(s);
        let (place, _) = collector.here(c);
        let name = collector.named(place, 1, name);
        if let Some(characteristic) = collector.characteristic(place, of) {
            collector.promise(name, RawClaim::Independent(characteristic), place);
        }
    };
    let s = Arc::clone(shared);
    engine.register_fn(
        "independent",
        move |c: NativeCallContext<'_>, n: Dynamic| {
            take(&s, &c, &n, None);
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "independent",
        move |c: NativeCallContext<'_>, n: Dynamic, name: Dynamic| take(&s, &c, &n, Some(&name)),
    );
    let take = |s: &Shared,
                c: &NativeCallContext<'_>,
                [value, low, high]: [&Dynamic; 3],
                name: Option<&Dynamic>| {
        let mut collector = lock(s);
        let (place, file) = collector.here(c);
        let name = collector.named(place, 3, name);
        let pointer = collector.fit(place, 0, argument::closure("what is bounded", value));
        let low = collector.fit(place, 1, argument::number("the lower bound", low));
        let high = collector.fit(place, 2, argument::number("the upper bound", high));
        let (Some(pointer), Some(low), Some(high)) = (pointer, low, high) else {
            return;
        };
        if low > high {
            let message = format!("the lower bound {low} is above the upper bound {high}");
            let at = collector.texts.argument(place, 1);
            collector.report("script::arguments", at, message);
            return;
        }
        let raw = RawClosure::new(&pointer, file);
        collector.promise(name, RawClaim::Bounded(raw, low, high), place);
    };
    let s = Arc::clone(shared);
    engine.register_fn(
        "bounded",
        move |c: NativeCallContext<'_>, v: Dynamic, low: Dynamic, high: Dynamic| {
            take(&s, &c, [&v, &low, &high], None);
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "bounded",
        move |c: NativeCallContext<'_>, v: Dynamic, low: Dynamic, high: Dynamic, n: Dynamic| {
            take(&s, &c, [&v, &low, &high], Some(&n));
        },
    );
}
