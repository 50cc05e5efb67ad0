//! The interpreter a policy's script runs in: no I/O, no clock, no `eval`, and limits on
//! everything that can grow.
//!
//! Rhai counts operations of the script but not the work inside native functions, so natives
//! whose cost grows with their argument in more than one pass (`sort`, `reduce`, `dedup`, …) are
//! not offered at all, and values are kept small enough that the others are cheap. Comparisons
//! of unlike types and of missing values, which Rhai answers with a silent `false`, are errors.

use std::any::TypeId;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, INT, ImmutableString, Map, NativeCallContext,
    OptimizationLevel, Position,
    packages::{
        ArithmeticPackage, BasicIteratorPackage, BasicMapPackage, BasicStringPackage, LogicPackage,
        MoreStringPackage, Package,
    },
};
use rust_decimal::Decimal;

/// Operations a script may take to declare a policy.
pub(super) const MAX_OPERATIONS: u64 = 200_000;
/// Depth of calls of script functions.
const MAX_CALL_LEVELS: usize = 32;
/// Depth of nested expressions, at top level and in functions.
const MAX_EXPRESSION_DEPTH: usize = 128;
/// Characters of a text.
const MAX_STRING: usize = 16_384;
/// Elements of an array or an object map, those of nested ones included.
const MAX_ELEMENTS: usize = 2_000;
/// Variables alive at one time.
const MAX_VARIABLES: usize = 500;
/// Functions of one file, closures included.
const MAX_FUNCTIONS: usize = 2_000;
/// Files that may be imported.
const MAX_MODULES: usize = 32;

/// An interpreter without any of Dictamen's own functions.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_call_levels(MAX_CALL_LEVELS);
    engine.set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH);
    engine.set_max_string_size(MAX_STRING);
    engine.set_max_array_size(MAX_ELEMENTS);
    engine.set_max_map_size(MAX_ELEMENTS);
    engine.set_max_variables(MAX_VARIABLES);
    engine.set_max_functions(MAX_FUNCTIONS);
    engine.set_max_modules(MAX_MODULES);
    engine.set_strict_variables(true);
    engine.set_fail_on_invalid_map_property(true);
    // Otherwise the overloads below are never asked.
    engine.set_fast_operators(false);
    for symbol in ["eval", "print", "debug", "sleep", "exit", "timestamp"] {
        engine.disable_symbol(symbol);
    }
    engine.on_print(|_| {});
    engine.on_debug(|_, _, _| {});
    register_packages(&mut engine);
    register_arrays(&mut engine);
    refuse_unlike_comparisons(&mut engine);
    exact_division(&mut engine);
    engine
}

fn register_packages(engine: &mut Engine) {
    ArithmeticPackage::new().register_into_engine(engine);
    LogicPackage::new().register_into_engine(engine);
    BasicStringPackage::new().register_into_engine(engine);
    MoreStringPackage::new().register_into_engine(engine);
    BasicIteratorPackage::new().register_into_engine(engine);
    BasicMapPackage::new().register_into_engine(engine);
}

fn register_arrays(engine: &mut Engine) {
    engine.register_iterator::<Array>();
    engine.register_fn("push", |array: &mut Array, item: Dynamic| array.push(item));
    engine.register_fn("len", |array: &mut Array| {
        INT::try_from(array.len()).unwrap_or(INT::MAX)
    });
    engine.register_fn("is_empty", |array: &mut Array| array.is_empty());
    engine.register_fn("+=", |array: &mut Array, mut other: Array| {
        array.append(&mut other);
    });
    engine.register_fn("+", |mut array: Array, mut other: Array| {
        array.append(&mut other);
        array
    });
}

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// An error raised by one of our own functions; the call's position is added by Rhai.
pub(super) fn raise<T>(message: impl Into<String>) -> Fallible<T> {
    let message: Dynamic = message.into().into();
    Err(EvalAltResult::ErrorRuntime(message, Position::NONE).into())
}

/// In Rhai `() < 5` and `"a" < 5` are silently `false`. A policy that compares what cannot be
/// compared is wrong, so it is told.
fn refuse_unlike_comparisons(engine: &mut Engine) {
    let kinds = [
        TypeId::of::<()>(),
        TypeId::of::<INT>(),
        TypeId::of::<Decimal>(),
        TypeId::of::<bool>(),
        TypeId::of::<char>(),
        TypeId::of::<ImmutableString>(),
        TypeId::of::<Array>(),
        TypeId::of::<Map>(),
        TypeId::of::<FnPtr>(),
    ];
    let numbers = [TypeId::of::<INT>(), TypeId::of::<Decimal>()];
    let texts = [TypeId::of::<char>(), TypeId::of::<ImmutableString>()];
    for operator in ["<", "<=", ">", ">=", "==", "!="] {
        for left in kinds {
            for right in kinds {
                let alike = left == right
                    || (numbers.contains(&left) && numbers.contains(&right))
                    || (texts.contains(&left) && texts.contains(&right));
                let presence = left == TypeId::of::<()>() || right == TypeId::of::<()>();
                let equality = operator == "==" || operator == "!=";
                // `x == ()` is how plain Rhai asks whether there is a value.
                if alike || (presence && equality) {
                    continue;
                }
                engine.register_raw_fn(
                    operator,
                    [left, right],
                    move |_: NativeCallContext<'_>, args: &mut [&mut Dynamic]| -> Fallible<bool> {
                        let name = |i: usize| args.get(i).map_or("?", |a| plain_type(a));
                        raise(format!("{} cannot be compared with {}", name(0), name(1)))
                    },
                );
            }
        }
    }
}

/// What a script value is, in an analyst's words.
pub(super) fn plain_type(value: &Dynamic) -> &'static str {
    match value.type_name() {
        "()" => "a missing value",
        "i64" => "a whole number",
        "decimal" => "a decimal number",
        "bool" => "true or false",
        "string" | "char" => "a text",
        "array" => "a list",
        "map" => "an object map",
        "Fn" => "a closure",
        name if name.ends_with("RuleValue") => "a rule",
        name if name.ends_with("ScoredValue") => "a characteristic",
        name if name.ends_with("BandValue") => "a band",
        name if name.ends_with("OutcomeValue") => "an outcome",
        name if name.ends_with("TableValue") => "a table",
        name if name.ends_with("MissingPoints") => "`missing(…)`",
        _ => "a value of another kind",
    }
}

/// In Rhai `1 / 3` is `0`. Here it is a third.
fn exact_division(engine: &mut Engine) {
    engine.register_fn("/", |a: INT, b: INT| -> Fallible<Dynamic> {
        if b == 0 {
            return raise("division by zero");
        }
        match (a.checked_rem(b), a.checked_div(b)) {
            (Some(0), Some(whole)) => Ok(Dynamic::from_int(whole)),
            _ => match Decimal::from(a).checked_div(Decimal::from(b)) {
                Some(quotient) => Ok(Dynamic::from_decimal(quotient)),
                None => raise("the quotient is too large"),
            },
        }
    });
}
