//! Gives the declaring functions to the interpreter.

mod score;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dictamen_model::characteristic::Value;
use rhai::{Array, Dynamic, Engine, ImmutableString, NativeCallContext};

use super::table_value::TableValue;
use super::{
    Collector, OutcomeValue, RawClosure, RawRule, RawScored, RawStage, argument, param_tag,
};
use crate::{
    Outcome,
    declaration::{Identity, Otherwise, Param},
    script::sandbox::plain_type,
    table::Table,
};

/// A rule, scorecard characteristic or band as a script value: its position in the collector;
/// `None` when it was reported as wrong.
#[derive(Debug, Clone, Copy)]
struct RuleValue(Option<usize>);
#[derive(Debug, Clone, Copy)]
struct ScoredValue(Option<usize>);
#[derive(Debug, Clone, Copy)]
struct BandValue(Option<usize>);
#[derive(Debug, Clone, Copy)]
struct MissingPoints(Option<i64>);

pub(in crate::script) type Shared = Arc<Mutex<Collector>>;

pub(super) fn lock(shared: &Shared) -> MutexGuard<'_, Collector> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers every declaring function; all of them write to `shared`.
pub(in crate::script) fn register(engine: &mut Engine, shared: &Shared) {
    engine
        .register_type_with_name::<OutcomeValue>("outcome")
        .register_type_with_name::<RuleValue>("rule")
        .register_type_with_name::<ScoredValue>("characteristic")
        .register_type_with_name::<BandValue>("band")
        .register_type_with_name::<MissingPoints>("missing")
        .register_type_with_name::<TableValue>("table")
        .register_iterator::<TableValue>();
    policy_and_params(engine, shared);
    stages(engine, shared);
    score::scorecards(engine, shared);
    score::bands(engine, shared);
    endings(engine, shared);
}

fn policy_and_params(engine: &mut Engine, shared: &Shared) {
    let s = Arc::clone(shared);
    engine.register_fn(
        "policy",
        move |c: NativeCallContext<'_>, id: Dynamic, version: Dynamic| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            let id = collector.fit(place, 0, argument::text("the policy's id", &id));
            let version = collector.fit(place, 1, argument::text("the policy's version", &version));
            let (Some(id), Some(version)) = (id, version) else {
                return;
            };
            if collector.identity.is_some() {
                collector.twice(place, "policy");
            } else {
                collector.identity = Some(Identity { id, version, place });
            }
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "param",
        move |c: NativeCallContext<'_>,
              name: Dynamic,
              value: Dynamic,
              unit: Dynamic,
              source: Dynamic| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            let name = collector.fit(place, 0, argument::text("a param's name", &name));
            let unit = collector.fit(place, 2, argument::text("a param's unit", &unit));
            let source = collector.fit(place, 3, argument::text("a param's source", &source));
            let scalar = argument::scalar(&value);
            if scalar.is_none() {
                let message = format!(
                    "a param's value must be a number, a text, or true or false, not {}",
                    plain_type(&value)
                );
                let at = collector.texts.argument(place, 1);
                let help = "write the threshold itself, such as 26 or 0.28";
                collector.advise("script::arguments", at, message, help, None);
            }
            let (Some(name), Some(unit), Some(source), Some(scalar)) = (name, unit, source, scalar)
            else {
                return value;
            };
            if collector.params.iter().any(|p| p.name == name) {
                let message = format!("param `{name}` is declared twice");
                let at = collector.texts.argument(place, 0);
                let help = "a param is declared once and used wherever its value is needed";
                collector.advise("policy::declared-twice", at, message, help, None);
            }
            let mut value = value.flatten();
            let index = collector.params.len();
            if let Value::Text(text) = &scalar {
                let own = ImmutableString::from(&**text);
                collector.param_texts.push((own.clone(), index));
                value = own.into();
            }
            value.set_tag(param_tag(index));
            collector.params.push(Param {
                name,
                value: scalar,
                unit,
                source,
                place,
                used: false,
            });
            value
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn("table", move |c: NativeCallContext<'_>, file: Dynamic| {
        let mut collector = lock(&s);
        let (place, _) = collector.here(&c);
        let file = collector.fit(place, 0, argument::text("a table's file", &file));
        let index = file.and_then(|file| collector.table(place, &file));
        let table = index.and_then(|i| collector.tables.get(i).cloned());
        match (index, table) {
            (Some(index), Some(table)) => TableValue { index, table },
            _ => TableValue {
                index: usize::MAX,
                table: Arc::new(Table {
                    file: "".into(),
                    columns: Vec::new(),
                    rows: Vec::new(),
                    by_key: Vec::new(),
                    doubts: Vec::new(),
                }),
            },
        }
    });
}

fn stages(engine: &mut Engine, shared: &Shared) {
    let s = Arc::clone(shared);
    engine.register_fn(
        "rule",
        move |c: NativeCallContext<'_>, code: Dynamic, condition: Dynamic| {
            let mut collector = lock(&s);
            let (place, file) = collector.here(&c);
            let code = collector.fit(place, 0, argument::text("a rule's code", &code));
            let condition = collector.fit(
                place,
                1,
                argument::closure("a rule's condition", &condition),
            );
            let (Some(code), Some(pointer)) = (code, condition) else {
                return RuleValue(None);
            };
            let index = collector.rules.len();
            let condition = RawClosure::new(&pointer, file);
            collector.rules.push(RawRule {
                code,
                condition,
                place,
                staged: false,
            });
            RuleValue(Some(index))
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "stage",
        move |c: NativeCallContext<'_>, name: Dynamic, outcome: Dynamic, rules: Dynamic| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            let name = collector.fit(place, 0, argument::text("a stage's name", &name));
            let outcome = ending(&mut collector, place, 1, "a stage's outcome", &outcome);
            let members = members(&mut collector, place, 2, "a stage's rules", &rules, |v| {
                v.clone().try_cast::<RuleValue>().map(|v| v.0)
            });
            for index in &members {
                let taken = collector
                    .rules
                    .get_mut(*index)
                    .is_some_and(|rule| std::mem::replace(&mut rule.staged, true));
                if taken {
                    let at = collector.texts.argument(place, 2);
                    collector.report("policy::declared-twice", at, "a rule is in two stages");
                }
            }
            let (Some(name), Some(outcome)) = (name, outcome) else {
                return;
            };
            collector.stages.push(RawStage {
                name,
                outcome,
                rules: members,
                place,
            });
        },
    );
}

/// An outcome that ends a run: not APPROVE, not COUNTER.
fn ending(
    collector: &mut Collector,
    place: crate::tree::Place,
    index: usize,
    what: &str,
    value: &Dynamic,
) -> Option<Outcome> {
    let place = collector.texts.argument(place, index);
    match value.clone().try_cast::<OutcomeValue>() {
        Some(OutcomeValue(outcome @ (Outcome::Refer | Outcome::Decline))) => Some(outcome),
        Some(OutcomeValue(other)) => {
            let message = format!("{what} must be REFER or DECLINE, not {other}");
            let help = "who is met by no rule goes on to the next stage, and at the end to `otherwise` or the offer";
            collector.advise("script::arguments", place, message, help, None);
            None
        }
        None => {
            let message = format!("{what} must be REFER or DECLINE, not {}", plain_type(value));
            let text = value.clone().into_immutable_string().unwrap_or_default();
            let name = super::CONSTANTS
                .iter()
                .map(|(name, _)| *name)
                .find(|name| name.eq_ignore_ascii_case(&text));
            let edit = name.and_then(|name| collector.texts.edit(place, name, true));
            let help = name.map_or_else(
                || "write REFER or DECLINE, without quotation marks".to_owned(),
                |name| format!("an outcome stands without quotation marks: `{name}`"),
            );
            collector.advise("script::arguments", place, message, help, edit);
            None
        }
    }
}

/// The positions of the things in a list; what was already reported is left out.
fn members(
    collector: &mut Collector,
    place: crate::tree::Place,
    index: usize,
    what: &str,
    list: &Dynamic,
    member: impl Fn(&Dynamic) -> Option<Option<usize>>,
) -> Vec<usize> {
    if let Some(position) = member(list) {
        let at = collector.texts.argument(place, index);
        let written = collector.texts.written(at);
        let meant = format!("[ {written} ]");
        let edit = collector.texts.edit(at, &meant, true);
        let message = format!("{what} must be a list, even when there is only one");
        let help = "put square brackets around it";
        collector.advise("script::arguments", at, message, help, edit);
        return position.into_iter().collect();
    }
    let Some(list): Option<Array> = collector.fit(place, index, argument::list(what, list)) else {
        return Vec::new();
    };
    let mut positions = Vec::new();
    for (i, item) in list.iter().enumerate() {
        if let Some(position) = member(item) {
            positions.extend(position);
        } else {
            let number = i.saturating_add(1);
            let message = format!("{what}: entry {number} is {}", plain_type(item));
            let at = collector.texts.argument(place, index);
            let at = collector.texts.entry(at, i);
            collector.report("script::arguments", at, message);
        }
    }
    positions
}

fn endings(engine: &mut Engine, shared: &Shared) {
    let s = Arc::clone(shared);
    engine.register_fn(
        "offer",
        move |c: NativeCallContext<'_>, closure: Dynamic| {
            let mut collector = lock(&s);
            let (place, file) = collector.here(&c);
            let pointer = collector.fit(place, 0, argument::closure("the offer", &closure));
            if collector.offer.is_some() {
                collector.twice(place, "offer");
            } else if let Some(pointer) = pointer {
                collector.offer = Some((RawClosure::new(&pointer, file), place));
            }
        },
    );
    let end =
        |s: &Shared, c: &NativeCallContext<'_>, outcome: OutcomeValue, code: Option<&Dynamic>| {
            let mut collector = lock(s);
            let (place, _) = collector.here(c);
            let code = code.map(|code| collector.fit(place, 1, argument::text("the code", code)));
            let outcome = outcome.0;
            if outcome == Outcome::Counter {
                let message = "`otherwise` cannot counter-offer; use `offer`";
                let at = collector.texts.argument(place, 0);
                collector.report("script::arguments", at, message);
            } else if outcome != Outcome::Approve && code.is_none() {
                let message = format!("`otherwise({outcome})` needs a reason code");
                let help = format!(
                    "name the reason the applicant is told: `otherwise({outcome}, \"CODE\")`"
                );
                collector.advise("script::arguments", place, message, help, None);
            } else if collector.otherwise.is_some() {
                collector.twice(place, "otherwise");
            } else {
                collector.otherwise = Some(Otherwise {
                    outcome,
                    code: code.flatten(),
                    place,
                });
            }
        };
    let s = Arc::clone(shared);
    engine.register_fn(
        "otherwise",
        move |c: NativeCallContext<'_>, outcome: OutcomeValue| {
            end(&s, &c, outcome, None);
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "otherwise",
        move |c: NativeCallContext<'_>, outcome: OutcomeValue, code: Dynamic| {
            end(&s, &c, outcome, Some(&code));
        },
    );
}
