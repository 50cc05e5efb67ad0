//! A rule that is asked as a chain of questions comes to what its instructions come to.

use std::fmt::Write;

use dictamen_model::characteristic::{Characteristics, Value};
use proptest::{prelude::*, sample::select};

use crate::{Application, Decided, ParametersStamp, Policy, PolicySource, program::Stretch};

/// Questions about one characteristic.
const QUESTIONS: [&str; 19] = [
    "a.employed_now",
    "!a.curp_valid",
    "(a.employed_now ?? true)",
    "!(a.curp_valid ?? false)",
    "!!a.salary_above_cap",
    "a.weeks_total < 26",
    "a.weeks_total <= least",
    "!(a.weeks_total == 26)",
    "a.weeks_reported != 26",
    "a.weeks_reported >= 25.5",
    "a.weeks_total > 26.0",
    "(a.weeks_total ?? 26) == least",
    "(a.weeks_reported ?? 0) < least",
    "a.metric_weeks_between_jobs >= 0.35",
    "(a.metric_weeks_between_jobs ?? 1) < ratio",
    "!(a.metric_weeks_between_jobs > least)",
    "is_missing(a.weeks_total)",
    "!is_missing(a.curp_valid)",
    "is_missing(a.metric_weeks_between_jobs)",
];

/// What takes instructions, and may fail.
const OTHERS: [&str; 4] = [
    "a.weeks_total < a.weeks_reported",
    "1 / a.weeks_total > 0",
    "(a.employed_now || a.curp_valid && a.weeks_total > 3)",
    "a.weeks_reported + 1 > a.weeks_total",
];

const NUMBERS: [&str; 9] = [
    "0",
    "25",
    "26",
    "27",
    "-1",
    "0.35",
    "25.5",
    "0.3333333333333333333333333333",
    "-79228162514264337593543950335",
];

fn questions() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        12 => select(QUESTIONS.as_slice()),
        1 => select(OTHERS.as_slice()),
    ]
}

fn conditions() -> impl Strategy<Value = String> {
    let joined = |by: &'static str| {
        proptest::collection::vec(questions(), 2..5).prop_map(move |all| all.join(by))
    };
    prop_oneof![
        3 => questions().prop_map(str::to_owned),
        3 => joined(" && "),
        3 => joined(" || "),
        1 => joined(" && ").prop_map(|all| format!("!({all})")),
        1 => joined(" || ").prop_map(|all| format!("!({all})")),
    ]
}

/// Two stages of rules, the first of which only fires for some.
fn sources() -> impl Strategy<Value = PolicySource> {
    let stage = || proptest::collection::vec(conditions(), 1..6);
    (stage(), stage()).prop_map(|(first, second)| {
        let mut reasons = String::new();
        let mut rules = |stage: &str, conditions: Vec<String>| -> String {
            let rules = conditions.iter().enumerate().map(|(at, condition)| {
                writeln!(
                    reasons,
                    "[{stage}{at:02}]\nes-MX = \"Uno {at}\"\nen = \"One {at}\""
                )
                .unwrap();
                format!("rule(\"{stage}{at:02}\", |a| {condition}),\n")
            });
            rules.collect()
        };
        let (first, second) = (rules("I", first), rules("K", second));
        let script = format!(
            "policy(\"agreement\", \"1.0.0\");\n\
             let least = param(\"least\", 26, \"weeks\", \"test\");\n\
             let ratio = param(\"ratio\", 0.35, \"weeks\", \"test\");\n\
             stage(\"I\", REFER, [\n{first}]);\nstage(\"K\", DECLINE, [\n{second}]);\notherwise(APPROVE);"
        );
        let mut source = PolicySource::new();
        source.insert("policy.rhai", script.into_bytes());
        source.insert("reasons.toml", reasons.into_bytes());
        source
    })
}

/// An applicant of whom about a third is missing.
fn applicants() -> impl Strategy<Value = Characteristics> {
    let statement = || prop_oneof![Just(Value::Missing), any::<bool>().prop_map(Value::Bool)];
    let decimal = || {
        prop_oneof![
            1 => Just(Value::Missing),
            2 => select(NUMBERS.as_slice()).prop_map(|n| Value::Decimal(n.parse().unwrap())),
        ]
    };
    let whole = || {
        prop_oneof![
            1 => Just(Value::Missing),
            2 => prop_oneof![24_i64..28, -1_i64..2, Just(i64::MAX), Just(i64::MIN)]
                .prop_map(Value::Int),
        ]
    };
    (
        [statement(), statement(), statement()],
        [whole(), whole()],
        decimal(),
    )
        .prop_map(|(statements, weeks, ratio)| {
            let mut facts = Characteristics::neutral();
            let names = ["employed_now", "curp_valid", "salary_above_cap"];
            let statements = names.into_iter().zip(statements);
            let weeks = ["weeks_total", "weeks_reported"].into_iter().zip(weeks);
            let ratio = [("metric_weeks_between_jobs", ratio)];
            for (name, value) in statements.chain(weeks).chain(ratio) {
                facts.set(name, value).unwrap();
            }
            facts
        })
}

fn load(source: &PolicySource, chains: bool) -> Result<Policy, TestCaseError> {
    let loaded = Policy::load_with(source, chains);
    let loaded = loaded.map_err(|found| TestCaseError::fail(format!("{found:#?}\n{source:#?}")));
    Ok(loaded?.policy)
}

fn decide(policy: &Policy, facts: &Characteristics) -> Decided {
    policy.decide(&Application {
        application_id: "APP-1",
        as_of: "2026-09-15".parse().unwrap(),
        characteristics: facts,
        parameters: &ParametersStamp {
            hash: "sha256:test".into(),
        },
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chains_and_instructions_agree_on_decision_and_trace(
        source in sources(),
        applicants in proptest::collection::vec(applicants(), 1..12),
    ) {
        let (chains, instructions) = (load(&source, true)?, load(&source, false)?);
        prop_assert!(instructions.program.chains.is_empty());
        for facts in &applicants {
            prop_assert_eq!(decide(&chains, facts), decide(&instructions, facts), "{:#?}", source);
        }
    }
}

/// The law above compares two ways only where there are two.
#[test]
fn questions_are_asked_in_chains_and_nothing_else_is() {
    for (condition, chained) in QUESTIONS
        .map(|condition| (condition, true))
        .into_iter()
        .chain(OTHERS.map(|condition| (condition, false)))
    {
        let mut source = PolicySource::new();
        let script = format!(
            "policy(\"agreement\", \"1.0.0\");\n\
             let least = param(\"least\", 26, \"weeks\", \"test\");\n\
             let ratio = param(\"ratio\", 0.35, \"weeks\", \"test\");\n\
             stage(\"K\", DECLINE, [rule(\"K00\", |a| {condition})]);\notherwise(APPROVE);"
        );
        source.insert("policy.rhai", script.into_bytes());
        let reasons = b"[K00]\nes-MX = \"Uno\"\nen = \"One\"\n".to_vec();
        source.insert("reasons.toml", reasons);
        let policy = load(&source, true).unwrap();
        let stretches: Vec<_> = policy.stages.iter().flat_map(|s| &s.stretches).collect();
        let is_chain = matches!(stretches.as_slice(), [Stretch::Chains { start: 0, end: 1 }]);
        assert_eq!(is_chain, chained, "{condition}");
    }
}
