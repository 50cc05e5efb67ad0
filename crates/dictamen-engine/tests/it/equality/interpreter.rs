//! Rhai's own interpreter, with nothing changed but what Dictamen changes on purpose.
//!
//! Beyond plain Rhai it has the registered functions and a division of whole numbers that is
//! exact. The spreading one also has operators that answer `()` when asked about `()`, so that a
//! missing value spreads as in a tree, up to the first `if` or `&&` that needs to know.

use rhai::{
    AST, Array, Dynamic, Engine, EvalAltResult, FnPtr, INT, Map, NativeCallContext, Position,
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde_json::Value as Json;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// What a program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// A value, as traces show it.
    To(Json),
    /// Nothing: it is missing.
    Missing,
    /// An error of arithmetic.
    Failed,
    /// The interpreter met `()` where it needs true or false.
    Stuck,
}

/// The interpreter.
pub(super) struct Interpreter {
    engine: Engine,
}

/// Closures of one script, ready to be called.
pub(super) struct Closures {
    ast: AST,
    pointers: Vec<FnPtr>,
}

impl Interpreter {
    /// Rhai as it is.
    pub(super) fn plain() -> Self {
        Self { engine: engine() }
    }

    /// Rhai in which a missing value spreads.
    pub(super) fn spreading() -> Self {
        let mut engine = engine();
        missing(&mut engine);
        membership(&mut engine);
        Self { engine }
    }

    /// Runs a script whose last value is a list of closures.
    pub(super) fn load(&self, prelude: &str, closures: &[&str]) -> Result<Closures, String> {
        let script = format!("{prelude}\n[{}]", closures.join(",\n"));
        let ast = self.engine.compile(&script).map_err(|e| e.to_string())?;
        let list: Array = self.engine.eval_ast(&ast).map_err(|e| e.to_string())?;
        let pointers = list.into_iter().map(Dynamic::cast).collect();
        Ok(Closures { ast, pointers })
    }

    /// Calls one closure with an applicant.
    pub(super) fn call(&self, closures: &Closures, at: usize, applicant: &Map) -> Came {
        let pointer = closures.pointers.get(at).unwrap();
        let called = pointer.call::<Dynamic>(&self.engine, &closures.ast, (applicant.clone(),));
        match called {
            Ok(value) if value.is_unit() => Came::Missing,
            Ok(value) => Came::To(json(&value)),
            Err(error) => came_to_error(&error),
        }
    }
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    engine.set_max_expr_depths(256, 256);
    engine.set_max_call_levels(64);
    engine.set_fail_on_invalid_map_property(true);
    engine.set_strict_variables(true);
    // Otherwise the division below is never asked.
    engine.set_fast_operators(false);
    engine.register_fn("param", |_: &str, value: Dynamic, _: &str, _: &str| value);
    engine.register_fn("is_missing", |value: Dynamic| value.is_unit());
    engine.register_fn("/", |a: INT, b: INT| -> Fallible<Decimal> {
        Decimal::from(a)
            .checked_div(Decimal::from(b))
            .ok_or_else(|| arithmetic().into())
    });
    functions(&mut engine);
    engine
}

fn came_to_error(error: &EvalAltResult) -> Came {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => came_to_error(inner),
        EvalAltResult::ErrorArithmetic(..) => Came::Failed,
        EvalAltResult::ErrorMismatchDataType(wanted, found, _)
            if wanted == "bool" && found == "()" =>
        {
            Came::Stuck
        }
        other => panic!("the program is not well typed: {other:?}"),
    }
}

fn json(value: &Dynamic) -> Json {
    if let Ok(n) = value.as_int() {
        return n.into();
    }
    if let Ok(b) = value.as_bool() {
        return b.into();
    }
    if let Ok(d) = value.as_decimal() {
        return decimal_text(d).into();
    }
    value.clone().into_string().unwrap().into()
}

/// A decimal as traces show it.
pub(super) fn decimal_text(d: Decimal) -> String {
    if d.is_zero() {
        "0".to_owned()
    } else {
        d.normalize().to_string()
    }
}

fn arithmetic() -> EvalAltResult {
    EvalAltResult::ErrorArithmetic("too large".to_owned(), Position::NONE)
}

fn number(value: &Dynamic) -> Decimal {
    value
        .as_int()
        .map(Decimal::from)
        .or_else(|_| value.as_decimal())
        .unwrap()
}

/// A function of two numbers; of `()` it gives `()`.
fn of_two(engine: &mut Engine, name: &str, compute: fn(&Dynamic, &Dynamic) -> Fallible<Dynamic>) {
    engine.register_fn(name, move |one: Dynamic, other: Dynamic| {
        if one.is_unit() || other.is_unit() {
            Ok(Dynamic::UNIT)
        } else {
            compute(&one, &other)
        }
    });
}

fn functions(engine: &mut Engine) {
    of_two(engine, "min", |one, other| {
        Ok(if number(other) < number(one) {
            other
        } else {
            one
        }
        .clone())
    });
    of_two(engine, "max", |one, other| {
        Ok(if number(other) > number(one) {
            other
        } else {
            one
        }
        .clone())
    });
    engine.register_fn("abs", |(): ()| ());
    of_two(engine, "floor_to", |value, step| {
        multiple(value, step, false)
    });
    of_two(engine, "ceil_to", |value, step| multiple(value, step, true));
    // Rhai has a function of this name, which takes any number of places.
    engine.register_fn("round_half_up", round::<Decimal>);
    engine.register_fn("round_half_up", round::<INT>);
    engine.register_fn("round_half_up", |(): (), _: Dynamic| ());
    engine.register_fn("round_half_up", |_: INT, (): ()| ());
    engine.register_fn("round_half_up", |_: Decimal, (): ()| ());
}

fn round<N: Into<Decimal>>(value: N, places: INT) -> Fallible<Decimal> {
    let places = u32::try_from(places).ok().filter(|places| *places <= 28);
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    let value: Decimal = value.into();
    places
        .map(|places| value.round_dp_with_strategy(places, strategy))
        .ok_or_else(|| arithmetic().into())
}

/// The multiple of a step at or below, or at or above.
fn multiple(value: &Dynamic, step: &Dynamic, up: bool) -> Fallible<Dynamic> {
    if number(step) <= Decimal::ZERO {
        return Err(arithmetic().into());
    }
    if let (Ok(value), Ok(step)) = (value.as_int(), step.as_int()) {
        let (value, step) = (i128::from(value), i128::from(step));
        let steps = value.div_euclid(step) + i128::from(up && value % step != 0);
        return (steps * step)
            .to_i64()
            .map(Dynamic::from_int)
            .ok_or_else(|| arithmetic().into());
    }
    let (value, step) = (number(value), number(step));
    let exact = || {
        let rest = value.checked_rem(step)?;
        let down = if rest < Decimal::ZERO {
            rest.checked_add(step)?
        } else {
            rest
        };
        let below = value.checked_sub(down)?;
        if up && !down.is_zero() {
            below.checked_add(step)
        } else {
            Some(below)
        }
    };
    exact()
        .map(Dynamic::from_decimal)
        .ok_or_else(|| arithmetic().into())
}

/// `in` with something missing on either side. A list is searched with Rhai's own `==`.
fn membership(engine: &mut Engine) {
    type From = std::ops::Range<INT>;
    type Through = std::ops::RangeInclusive<INT>;
    engine.register_fn("contains", |_: From, (): ()| ());
    engine.register_fn("contains", |_: Through, (): ()| ());
    engine.register_fn("contains", |(): (), _: Dynamic| ());
    for dots in ["..", "..="] {
        engine.register_fn(dots, |(): (), _: INT| ());
        engine.register_fn(dots, |_: INT, (): ()| ());
        engine.register_fn(dots, |(): (), (): ()| ());
    }
    engine.register_fn(
        "contains",
        |context: NativeCallContext<'_>, list: Array, value: Dynamic| -> Fallible<Dynamic> {
            let mut missing = value.is_unit();
            for item in list {
                if item.is_unit() {
                    missing = true;
                } else if !value.is_unit()
                    && context.call_native_fn::<bool>("==", (item, value.clone()))?
                {
                    return Ok(true.into());
                }
            }
            Ok(if missing { Dynamic::UNIT } else { false.into() })
        },
    );
}

/// Operators asked about `()` answer `()`.
fn missing(engine: &mut Engine) {
    for symbol in ["+", "-", "*", "/", "%", "<", "<=", "==", "!=", ">=", ">"] {
        engine.register_fn(symbol, |(): (), (): ()| ());
        engine.register_fn(symbol, |(): (), _: INT| ());
        engine.register_fn(symbol, |_: INT, (): ()| ());
        engine.register_fn(symbol, |(): (), _: Decimal| ());
        engine.register_fn(symbol, |_: Decimal, (): ()| ());
    }
    for symbol in ["==", "!="] {
        engine.register_fn(symbol, |(): (), _: bool| ());
        engine.register_fn(symbol, |_: bool, (): ()| ());
        engine.register_fn(symbol, |(): (), _: &str| ());
        engine.register_fn(symbol, |_: &str, (): ()| ());
    }
    engine.register_fn("-", |(): ()| ());
    engine.register_fn("!", |(): ()| ());
}
