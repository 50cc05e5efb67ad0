//! What the checker says of a rule is true of every applicant, and nothing that is true of simple
//! rules is left unsaid.
//!
//! Policies are made up of comparisons of a few characteristics with a few numbers, so that a
//! grid of applicants has one for every case there is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use dictamen_engine::{Diagnostic, Policy, Verdict};
use dictamen_model::characteristic::{Characteristics, Value};
use proptest::prelude::*;

use crate::support::{decide, facts, folder, render};

/// Codes of the rules, two to a stage.
const CODES: [&str; 6] = ["K01", "K02", "S10", "S20", "L01", "A01"];
const STAGES: [(&str, &str); 3] = [
    ("FIRST", "DECLINE"),
    ("SECOND", "REFER"),
    ("THIRD", "DECLINE"),
];

fn comparison() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["<", "<=", "==", "!=", ">=", ">"]);
    let term = prop_oneof![
        3 => ("weeks_total", 0..4_i32).prop_map(|(name, n)| (format!("a.{name}"), n.to_string())),
        1 => (0..4_i32, 0..4_i32).prop_map(|(one, n)| (format!("(a.weeks_total ?? {one})"), n.to_string())),
        1 => (0..4_i32).prop_map(|n| ("a.weeks_total".to_owned(), format!("{n}.5"))),
        2 => (0..3_usize).prop_map(|at| ("a.density_24m".to_owned(), ["0", "0.5", "1"][at].to_owned())),
    ];
    (term, op, any::<bool>()).prop_map(|((left, right), op, turned)| {
        if turned {
            format!("{right} {op} {left}")
        } else {
            format!("{left} {op} {right}")
        }
    })
}

pub(crate) fn condition() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => comparison(),
        1 => Just("a.employed_now".to_owned()),
        1 => prop::sample::select(vec!["==", "!="]).prop_map(|op| format!("a.institution {op} \"imss\"")),
        1 => prop::sample::select(vec!["weeks_total", "density_24m", "employed_now", "institution"])
            .prop_map(|name| format!("is_missing(a.{name})")),
        1 => (0..4_i32, 0..4_i32).prop_map(|(low, high)| format!("a.weeks_total in {low}..={high}")),
        1 => (0..4_i32, 0..4_i32).prop_map(|(low, high)| format!("a.weeks_total in [{low}, {high}]")),
    ];
    atom.prop_recursive(3, 6, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" && "))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" || "))),
            1 => inner.clone().prop_map(|one| format!("!({one})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, one, other)| format!("(if {c} {{ {one} }} else {{ {other} }})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(({one}) ?? ({other}))")),
            1 => (inner.clone(), inner.clone(), inner.clone(), inner).prop_map(|(c, one, two, rest)| {
                format!("(switch a.weeks_total {{ 1 if {c} => {one}, 0..3 => {two}, _ => {rest} }})")
            }),
        ]
    })
}

/// What a rule may hold: a condition, or steps that may return before it.
pub(crate) fn body() -> impl Strategy<Value = String> {
    let parts = || (condition(), condition(), condition());
    prop_oneof![
        4 => condition(),
        1 => (parts(), condition()).prop_map(|((c, one, two), rest)| {
            format!("{{ let x = {one}; if {c} {{ return x; }} if x {{ return {two}; }} {rest} }}")
        }),
        1 => (parts(), 0..4_i32).prop_map(|((c, one, rest), n)| {
            format!(
                "{{ let w = if {c} {{ a.weeks_total }} else {{ {n} }}; \
                 if w > {n} {{ if {one} {{ return true; }} }} else {{ return {rest}; }} w < 2 }}"
            )
        }),
    ]
}

/// Every case there is: a value on and between all numbers that conditions compare with.
pub(crate) fn grid() -> Vec<Characteristics> {
    let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
    let weeks = [0, 1, 2, 3, 4, 1_000_000_000].map(Value::Int);
    let density = ["0", "0.3", "0.5", "0.7", "1"].map(decimal);
    let truth = [false, true].map(Value::Bool);
    let institution = ["imss", "issste"].map(Value::from);
    let with = |all: &[Value]| [&[Value::Missing][..], all].concat();
    let mut grid = Vec::new();
    for weeks in with(&weeks) {
        for density in with(&density) {
            for employed in with(&truth) {
                for institution in with(&institution) {
                    grid.push(facts(&[
                        ("weeks_total", weeks.clone()),
                        ("density_24m", density.clone()),
                        ("employed_now", employed.clone()),
                        ("institution", institution.clone()),
                    ]));
                }
            }
        }
    }
    grid
}

/// Whether a real record can give these: what the jobs tell is known together.
fn can_be(applicant: &Characteristics) -> bool {
    let missing = |name| applicant.by_name(name).unwrap().is_missing();
    let jobs = missing("employed_now");
    missing("density_24m") == jobs && (jobs || (!missing("weeks_total") && !missing("institution")))
}

fn policy(conditions: &[String]) -> String {
    let mut script = "policy(\"claims\", \"1.0.0\");\n".to_owned();
    let rules = conditions.chunks(2).zip(CODES.chunks(2));
    for ((name, outcome), (conditions, codes)) in STAGES.iter().zip(rules) {
        writeln!(script, "stage(\"{name}\", {outcome}, [").unwrap();
        for (condition, code) in conditions.iter().zip(codes) {
            writeln!(script, "    rule(\"{code}\", |a| {condition}),").unwrap();
        }
        script.push_str("]);\n");
    }
    script + "otherwise(APPROVE);"
}

/// The codes of the rules of which a finding speaks.
fn said(findings: &[Diagnostic], code: &str) -> BTreeSet<&'static str> {
    let told: Vec<_> = findings.iter().filter(|f| f.code == code).collect();
    let about = |rule: &&&str| {
        let name = format!("rule `{rule}`");
        told.iter().any(|finding| finding.message.contains(&name))
    };
    CODES.iter().filter(about).copied().collect()
}

/// Verdicts met over a grid, by rule.
fn met<'a>(
    policy: &Policy,
    grid: impl Iterator<Item = &'a Characteristics>,
) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut met: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for applicant in grid {
        for rule in decide(policy, applicant).trace.rules {
            let verdict = match rule.verdict {
                Verdict::Fired => "fired",
                Verdict::Passed => "passed",
                Verdict::Undecided => "undecided",
                Verdict::Failed => "failed",
                Verdict::NotReached => "not reached",
            };
            met.entry(rule.rule.to_string())
                .or_default()
                .insert(verdict);
        }
    }
    met
}

/// Verdicts of each condition in a policy of its own.
fn alone(conditions: &[String], grid: &[Characteristics]) -> Vec<BTreeSet<&'static str>> {
    let verdicts = conditions.iter().map(|condition| {
        let policy = crate::support::policy(&policy(std::slice::from_ref(condition)));
        met(&policy, grid.iter()).remove("K01").unwrap()
    });
    verdicts.collect()
}

fn check(conditions: &[String]) -> Result<(), TestCaseError> {
    let script = policy(conditions);
    let loaded = Policy::load(&folder(&script)).map_err(|e| TestCaseError::fail(render(&e)))?;
    let found = &loaded.warnings;
    let told = render(found);
    let grid = grid();
    let alone = alone(conditions, &grid);
    let all = met(&loaded.policy, grid.iter());
    let real = met(&loaded.policy, grid.iter().filter(|a| can_be(a)));
    let (never, always) = (
        said(found, "policy::never-fires"),
        said(found, "policy::always-fires"),
    );
    let shadowed = said(found, "policy::shadowed");
    let noted = said(found, "policy::may-be-missing");
    let unreachable = found.iter().any(|f| f.code == "policy::unreachable");
    // Said by the front end of a single comparison.
    let out_of_range = found.iter().any(|f| f.code == "script::out-of-range");
    let goes_through = grid
        .iter()
        .any(|a| &*decide(&loaded.policy, a).decision.stage == "END");
    prop_assert!(!(unreachable && goes_through), "{script}\n{told}");
    if always.is_empty() && !out_of_range {
        prop_assert_eq!(unreachable, !goes_through, "{}\n{}", script, told);
    }
    for (i, (code, own)) in CODES.iter().zip(&alone).enumerate() {
        let context = || format!("{code}\n{script}\n{told}");
        let met = |verdict| all.get(*code).is_some_and(|all| all.contains(verdict));
        let fires_alone = own.contains("fired");
        let passes_alone = own.contains("passed");
        prop_assert!(!(never.contains(code) && fires_alone), "{}", context());
        prop_assert!(!(always.contains(code) && passes_alone), "{}", context());
        prop_assert!(!(shadowed.contains(code) && met("fired")), "{}", context());
        if out_of_range {
            continue;
        }
        prop_assert_eq!(never.contains(code), !fires_alone, "{}", context());
        prop_assert_eq!(
            always.contains(code),
            fires_alone && !passes_alone,
            "{}",
            context()
        );
        let ended = !always.is_empty() || unreachable;
        if fires_alone && passes_alone && !ended {
            prop_assert_eq!(shadowed.contains(code), !met("fired"), "{}", context());
        }
        let declines = STAGES[i / 2].1 == "DECLINE";
        if declines && fires_alone && passes_alone && met("fired") {
            let undecided = real
                .get(*code)
                .is_some_and(|real| real.contains("undecided"));
            prop_assert_eq!(noted.contains(code), undecided, "{}", context());
        }
    }
    Ok(())
}

/// A number computed from weeks, which all fit beside each other.
fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        // The change of a salary has no declared range.
        1 => Just("(a.weeks_total * a.salary_real_change_12m)".to_owned()),
        3 => prop::sample::select(vec!["a.weeks_total", "a.metric_weeks_between_jobs"])
            .prop_map(str::to_owned),
        2 => prop::sample::select(vec!["0", "1", "3", "0.5", "-2", "1000000000"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let two = || (inner.clone(), inner.clone());
        let op = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        let step = prop::sample::select(vec!["3", "0.5", "10"]);
        prop_oneof![
            4 => (two(), op).prop_map(|((one, other), op)| format!("({one} {op} {other})")),
            1 => two().prop_map(|(one, other)| format!("min({one}, {other})")),
            1 => two().prop_map(|(one, other)| format!("max({one}, {other})")),
            1 => inner.clone().prop_map(|one| format!("abs({one})")),
            1 => inner.clone().prop_map(|one| format!("-({one})")),
            1 => (inner.clone(), 0..3_i32).prop_map(|(one, places)| format!("round_half_up({one}, {places})")),
            1 => (inner.clone(), step.clone()).prop_map(|(one, step)| format!("floor_to({one}, {step})")),
            1 => (inner, step).prop_map(|(one, step)| format!("ceil_to({one}, {step})")),
        ]
    })
}

fn computed() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["<", "<=", "==", "!=", ">=", ">"]);
    let limit = prop::sample::select(vec![
        "-2000000000",
        "-1000000000",
        "-2",
        "0",
        "0.5",
        "1",
        "3",
        "10",
        "1000000000",
        "1000000003",
        "2000000000",
        "1000000000000000000",
    ]);
    (number(), op, limit).prop_map(|(number, op, limit)| format!("{number} {op} {limit}"))
}

/// Applicants with small, large and long numbers, all in their declared ranges.
fn extremes() -> Vec<Characteristics> {
    let whole = [0, 1, 2, 3, 7, 999_999_999, 1_000_000_000].map(Value::Int);
    let decimal = [
        "0",
        "0.0000000000000000000000000001",
        "0.3333333333333333333333333333",
        "0.5",
        "1",
        "2.9999999999999999999999999999",
        "3",
        "999999999.9999999999999999999",
        "1000000000",
    ];
    let mut all = Vec::new();
    for whole in &whole {
        for decimal in decimal {
            for change in ["-3", "0.1", "1000000000000000"] {
                let number = |text: &str| Value::Decimal(text.parse().unwrap());
                all.push(facts(&[
                    ("weeks_total", whole.clone()),
                    ("metric_weeks_between_jobs", number(decimal)),
                    ("salary_real_change_12m", number(change)),
                ]));
            }
        }
    }
    all
}

/// `PROPTEST_CASES` is read by the default configuration.
fn config(usual: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if default.cases == 256 {
            usual
        } else {
            default.cases
        },
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn what_is_said_is_true_and_what_is_true_is_said(
        conditions in prop::collection::vec(body(), 1..=6)
    ) {
        check(&conditions)?;
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn what_is_said_of_computed_numbers_is_true(condition in computed()) {
        let conditions = [condition];
        let script = policy(&conditions);
        // What always fails, by zero or by its size, is an error of loading.
        let Ok(loaded) = Policy::load(&folder(&script)) else {
            return Ok(());
        };
        let found = &loaded.warnings;
        let met = met(&loaded.policy, extremes().iter()).remove("K01").unwrap();
        let told = render(found);
        if !said(found, "policy::never-fires").is_empty() {
            prop_assert!(!met.contains("fired"), "{script}\n{told}");
        }
        if !said(found, "policy::always-fires").is_empty() {
            prop_assert!(!met.contains("passed"), "{script}\n{told}");
            let always = told.contains("for every application");
            prop_assert!(!(always && met.contains("failed")), "{script}\n{told}");
        }
    }
}
