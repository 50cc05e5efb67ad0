//! A tree means what Rhai's interpreter makes of the same script.
//!
//! Programs and applicants are made up at random; the engine decides them from its trees, the
//! interpreter runs them as they stand. Three laws are held:
//!
//! 1. Nothing missing, or what is missing handled: both come to the same value, or both fail.
//! 2. Whatever a tree says in spite of a missing value stays true whichever value is filled in.
//! 3. What is computed from a missing value is missing, and `??` and `is_missing` see it so.
//!
//! More cases than a normal run takes: `PROPTEST_CASES=100000 cargo test equality`.

mod generate;
mod interpreter;
mod kinds;
mod words;

use std::fmt::Write;

use dictamen_engine::{Policy, RuleTrace, Verdict};
use dictamen_model::characteristic::{Characteristics, Value};
use proptest::prelude::*;
use rhai::{Dynamic, Map};

use crate::support::{decide, folder, render};
use generate::{BARE, HANDLED, Program, Script, Shape, Type};
use interpreter::{Came, Closures, Interpreter};

/// Codes of the test policies, one for each program.
const CODES: [&str; 6] = ["K01", "K02", "S10", "S20", "L01", "A01"];

const INTS: [i64; 12] = [
    0,
    1,
    2,
    26,
    -1,
    3,
    10,
    52,
    100,
    4_000_000_000,
    i64::MAX,
    i64::MIN,
];
const DECIMALS: [&str; 10] = [
    "0",
    "0.5",
    "1",
    "0.35",
    "-0.1",
    "12.50",
    "2.5",
    "26.000",
    "0.3333333333333333333333333333",
    "-79228162514264337593543950335",
];
const TEXTS: [&str; 3] = ["imss", "issste", "other"];

/// One script, loaded on both sides.
struct Loaded {
    script: Script,
    policy: Policy,
    closures: Closures,
}

/// Loads a script on both sides; all generated scripts are well typed.
fn load(interpreter: &Interpreter, script: Script) -> Result<Loaded, TestCaseError> {
    let closures: Vec<&str> = script.programs.iter().map(|p| &*p.closure).collect();
    let closures = interpreter.load(&script.prelude, &closures);
    let policy = Policy::load(&folder(&policy_text(&script)));
    match (closures, policy) {
        (Ok(closures), Ok(loaded)) => Ok(Loaded {
            script,
            policy: loaded.policy,
            closures,
        }),
        (Err(error), _) => Err(TestCaseError::fail(format!("{error}\n{script:#?}"))),
        (_, Err(diagnostics)) => Err(TestCaseError::fail(format!(
            "{}\n{}",
            render(&diagnostics),
            policy_text(&script)
        ))),
    }
}

/// The policy of a script. A value becomes a condition by a comparison, whose left side the
/// trace shows.
fn policy_text(script: &Script) -> String {
    let mut text = format!(
        "policy(\"equality\", \"1.0.0\");\n{}\nstage(\"K\", DECLINE, [\n",
        script.prelude
    );
    for (Program { closure, check }, code) in script.programs.iter().zip(CODES) {
        writeln!(text, "rule(\"{code}\", {closure}{check}),").unwrap();
    }
    text + "]);\notherwise(APPROVE);"
}

impl Loaded {
    /// What each tree comes to.
    fn trees(&self, applicant: &Applicant) -> Vec<(Came, RuleTrace)> {
        let decided = decide(&self.policy, &applicant.characteristics());
        let programs = self.script.programs.iter();
        let came = decided
            .trace
            .rules
            .into_iter()
            .zip(programs)
            .map(|(rule, program)| {
                let came = match rule.verdict {
                    Verdict::Undecided => Came::Missing,
                    Verdict::Failed => Came::Failed,
                    verdict if program.check.is_empty() => {
                        Came::To((verdict == Verdict::Fired).into())
                    }
                    _ => Came::To(rule.comparisons.last().unwrap().left.clone()),
                };
                (came, rule)
            });
        came.collect()
    }

    /// What the interpreter makes of each program.
    fn interpreted(&self, interpreter: &Interpreter, applicant: &Applicant) -> Vec<Came> {
        let map = applicant.map();
        (0..self.script.programs.len())
            .map(|at| interpreter.call(&self.closures, at, &map))
            .collect()
    }

    fn told(&self, at: usize, applicant: &Applicant) -> String {
        let program = self.script.programs.get(at).unwrap();
        format!(
            "{}\n{}\napplicant: {:?}",
            self.script.prelude, program.closure, applicant.0
        )
    }
}

/// The characteristics programs can reach, with their values.
#[derive(Debug, Clone)]
struct Applicant(Vec<(&'static str, Value)>);

impl Applicant {
    /// Answers the choices; the names for which `missing` holds may go without.
    fn new(choices: &Choices, missing: impl Fn(&str) -> bool) -> Self {
        let mut choices = choices.0.iter().copied().chain(std::iter::repeat(0));
        let mut values = Vec::new();
        for (name, kind) in BARE.into_iter().chain(HANDLED) {
            let (gone, which) = (choices.next().unwrap(), choices.next().unwrap());
            let value = if gone % 3 == 1 && missing(name) {
                Value::Missing
            } else {
                known(name, kind, which)
            };
            values.push((name, value));
        }
        Self(values)
    }

    /// The same with every missing value that is not handled filled in.
    fn filled(&self, choices: &Choices) -> Self {
        let full = Self::new(choices, |_| false);
        let values = self
            .0
            .iter()
            .zip(full.0)
            .map(|((name, value), (_, filling))| {
                let fill = value.is_missing() && !is_handled(name);
                (*name, if fill { filling } else { value.clone() })
            });
        Self(values.collect())
    }

    fn characteristics(&self) -> Characteristics {
        crate::support::facts(&self.0)
    }

    fn map(&self) -> Map {
        let value = |value: &Value| match value {
            Value::Int(n) => Dynamic::from_int(*n),
            Value::Decimal(d) => Dynamic::from_decimal(*d),
            Value::Bool(b) => Dynamic::from_bool(*b),
            Value::Text(t) => Dynamic::from(t.to_string()),
            Value::Missing | Value::Date(_) => Dynamic::UNIT,
        };
        self.0
            .iter()
            .map(|(name, v)| ((*name).into(), value(v)))
            .collect()
    }

    fn lacks(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|(n, value)| *n == name && value.is_missing())
    }
}

fn is_handled(name: &str) -> bool {
    HANDLED.iter().any(|(handled, _)| *handled == name)
}

fn known(name: &str, kind: Type, choice: u16) -> Value {
    let choice = usize::from(choice);
    let int = |n: &i64| Value::Int(*n);
    match kind {
        Type::Int => INTS.get(choice % INTS.len()).map(int).unwrap(),
        Type::Number => {
            let text = DECIMALS.get(choice % DECIMALS.len()).unwrap();
            Value::Decimal(text.parse().unwrap())
        }
        Type::Bool => Value::Bool(choice % 2 == 1),
        // A closed vocabulary.
        Type::Text if name == "institution" => Value::from(*TEXTS.get(choice % 2).unwrap()),
        Type::Text => Value::from(*TEXTS.get(choice % TEXTS.len()).unwrap()),
    }
}

/// Answers to a generator's questions. What came of them is told instead of them.
#[derive(Clone)]
struct Choices(Vec<u16>);

impl std::fmt::Debug for Choices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} choices", self.0.len())
    }
}

fn choices(length: usize) -> impl Strategy<Value = Choices> {
    proptest::collection::vec(any::<u16>(), 0..length).prop_map(Choices)
}

fn applicants() -> impl Strategy<Value = Vec<Choices>> {
    proptest::collection::vec(choices(28), 1..6)
}

fn cases(usual: u32) -> ProptestConfig {
    // `PROPTEST_CASES` is read by the default configuration.
    let default = ProptestConfig::default();
    let asked = default.cases;
    ProptestConfig {
        cases: if asked == 256 { usual } else { asked },
        failure_persistence: None,
        max_shrink_iters: 1024,
        ..default
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn with_nothing_missing_tree_and_interpreter_agree(
        program in choices(1_500),
        applicants in applicants(),
    ) {
        let shape = Shape { compound: true, switches: true };
        let interpreter = Interpreter::plain();
        let loaded = load(&interpreter, generate::script(&program.0, shape, CODES.len()))?;
        for choices in applicants {
            let applicant = Applicant::new(&choices, is_handled);
            let interpreted = loaded.interpreted(&interpreter, &applicant);
            for (at, ((tree, _), rhai)) in
                loaded.trees(&applicant).iter().zip(interpreted).enumerate()
            {
                prop_assert_eq!(tree, &rhai, "{}", loaded.told(at, &applicant));
            }
        }
    }

    #[test]
    fn what_is_said_in_spite_of_a_missing_value_holds_for_every_value(
        program in choices(1_500),
        applicants in applicants(),
        fillings in applicants(),
    ) {
        let shape = Shape { compound: false, switches: true };
        let interpreter = Interpreter::plain();
        let loaded = load(&interpreter, generate::script(&program.0, shape, CODES.len()))?;
        for choices in applicants {
            let applicant = Applicant::new(&choices, |_| true);
            let trees = loaded.trees(&applicant);
            for (at, (tree, rule)) in trees.iter().enumerate() {
                if *tree == Came::Missing {
                    prop_assert!(
                        !rule.missing.is_empty()
                            && rule.missing.iter().all(|name| applicant.lacks(name)),
                        "{:?}\n{}", rule.missing, loaded.told(at, &applicant)
                    );
                }
            }
            for filling in &fillings {
                let filled = applicant.filled(filling);
                let interpreted = loaded.interpreted(&interpreter, &filled);
                for (at, ((tree, _), rhai)) in trees.iter().zip(interpreted).enumerate() {
                    // A value filled in can make a step fail whose outcome did not matter.
                    let said = matches!(tree, Came::To(_)) && rhai != Came::Failed;
                    if said {
                        prop_assert_eq!(
                            tree, &rhai,
                            "{}\nfilled: {:?}", loaded.told(at, &applicant), filled.0
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_computed_from_a_missing_value_is_missing(
        program in choices(1_500),
        applicants in applicants(),
    ) {
        let shape = Shape { compound: true, switches: false };
        let interpreter = Interpreter::spreading();
        let loaded = load(&interpreter, generate::script(&program.0, shape, CODES.len()))?;
        for choices in applicants {
            let applicant = Applicant::new(&choices, |_| true);
            let interpreted = loaded.interpreted(&interpreter, &applicant);
            for (at, ((tree, _), rhai)) in
                loaded.trees(&applicant).iter().zip(interpreted).enumerate()
            {
                if rhai != Came::Stuck {
                    prop_assert_eq!(tree, &rhai, "{}", loaded.told(at, &applicant));
                }
            }
        }
    }
}

/// What the tree and the interpreter make of one condition, for an applicant whose numbers are
/// 0, whose statements are false, and whose codes are "imss".
fn both(functions: &str, closure: &str) -> (Came, Came) {
    let script = Script {
        prelude: functions.to_owned(),
        programs: vec![Program {
            closure: closure.to_owned(),
            check: "",
        }],
    };
    let interpreter = Interpreter::plain();
    let loaded = load(&interpreter, script).unwrap();
    let applicant = Applicant::new(&Choices(Vec::new()), |_| false);
    let rhai = loaded.interpreted(&interpreter, &applicant).remove(0);
    let (tree, _) = loaded.trees(&applicant).remove(0);
    (tree, rhai)
}

/// Found by the laws above or beside them.
#[test]
fn what_once_differed_agrees() {
    for (functions, closure, came) in [
        // A list is computed whole before it is searched.
        ("", "|a| 1 in [1, 1 / a.weeks_total]", Came::Failed),
        ("", "|a| 1 !in [2, 3, 1 / a.weeks_total]", Came::Failed),
        // Of a whole number and a decimal the smaller is a decimal, whichever it is.
        (
            "",
            "|a| min(9223372036854775807, 9223372036854775807.5) + 1 > 0",
            Came::To(true.into()),
        ),
        // The arms of a `switch` that only may return need no value.
        (
            "",
            "|a| { switch a.weeks_total { 0 => { return true; } _ => {} } false }",
            Came::To(true.into()),
        ),
        (
            "",
            "|a| { switch a.weeks_total { 1 => { return true; } 0 => { if a.employed_now { return true; } } } false }",
            Came::To(false.into()),
        ),
        // Fields, entries and methods may follow an entry.
        (
            "let rows = [#{ low: [3, 4], word: \"imss\" }];",
            "|a| rows[0].low[1].min(9) == 4 && rows[0][\"low\"][0] == 3 && a.channel == rows[0].word",
            Came::To(true.into()),
        ),
        // A function of the script comes before one of Rhai, the one behind `in` too.
        (
            "fn contains(list, value) { value == 7 }",
            "|a| 7 in [1] && !contains([1], 1)",
            Came::To(true.into()),
        ),
    ] {
        assert_eq!(both(functions, closure), (came.clone(), came), "{closure}");
    }
}

/// The differences that `script::lower` names, as far as both sides come to something.
#[test]
fn differences_on_purpose_are_as_written_down() {
    for (closure, tree, rhai) in [
        ("|a| switch 1.0 { 1 => true, _ => false }", true, false),
        ("|a| switch 'x' { \"x\" => true, _ => false }", true, false),
        ("|a| [7][0] / 2 == 3.5", true, true),
    ] {
        let wanted = (Came::To(tree.into()), Came::To(rhai.into()));
        assert_eq!(both("", closure), wanted, "{closure}");
    }
    // The division above is the interpreter's only because it was given to it.
    assert_eq!(rhai::Engine::new().eval::<i64>("7 / 2").unwrap(), 3);
}
