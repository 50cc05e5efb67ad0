//! Whatever is handed to the loader, it answers: with a policy, or with what is wrong and where.
//!
//! The shipped policies with words left out, doubled, exchanged, with other numbers and with
//! noise; and bytes that are nothing at all. More than a normal run takes:
//! `PROPTEST_CASES=100000 cargo test --release mutated`.

use std::{fs, path::Path, sync::LazyLock};

use dictamen_engine::{Diagnostic, Policy, PolicySource, syntax::Tokens};
use dictamen_model::characteristic::Characteristics;
use proptest::prelude::*;

use crate::support::{decide, render};

/// The scripts and reasons of the policies that ship.
static SHIPPED: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    ["nomina-personal-loan-mx", "starter-mx"]
        .map(|policy| {
            let read = |file| fs::read_to_string(rules.join(policy).join(file)).unwrap();
            (read("policy.rhai"), read("reasons.toml"))
        })
        .to_vec()
});

/// One change of a script: which, where, and with what.
type Change = (u8, u16, u16);

const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "9223372036854775807",
    "9223372036854775808",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "1e400",
    "0x7fffffffffffffff",
    "1_000",
    "0.1.2",
    "()",
];

fn change(script: &str, (kind, at, with): Change) -> String {
    let tokens: Vec<_> = Tokens::new(script)
        .tokens
        .into_iter()
        .filter(|t| !t.is_comment())
        .collect();
    let Some(count) = tokens.len().checked_sub(1) else {
        return script.to_owned();
    };
    let pick = |n: u16| tokens[usize::from(n) % (count + 1)].range.clone();
    let (one, other) = (pick(at), pick(with));
    let mut changed = script.to_owned();
    match kind % 8 {
        0 => changed.replace_range(one, ""),
        1 => {
            let start = one.start;
            changed.insert_str(start, &format!("{} ", &script[one]));
        }
        2 | 3 => {
            // The later one first, so that the earlier keeps its place.
            let (first, last) = if one.start <= other.start {
                (one, other)
            } else {
                (other, one)
            };
            changed.replace_range(last.clone(), &script[first.clone()]);
            changed.replace_range(first, &script[last]);
        }
        4 => changed.replace_range(one, &script[other]),
        5 => {
            let numbers: Vec<_> = tokens
                .iter()
                .filter(|t| t.text(script).starts_with(|c: char| c.is_ascii_digit()))
                .collect();
            if let Some(number) = numbers.get(usize::from(at) % numbers.len().max(1)) {
                let new = NUMBERS[usize::from(with) % NUMBERS.len()];
                changed.replace_range(number.range.clone(), new);
            }
        }
        6 => changed.truncate(one.end),
        _ => {
            let noise = [
                "\"", "`", "/*", "${", "{", ")", "\u{feff}", "é", "\0", "|", "//", "#{",
            ];
            changed.insert_str(one.start, noise[usize::from(with) % noise.len()]);
        }
    }
    changed
}

fn answers(source: &PolicySource) -> Result<(), TestCaseError> {
    let findings = match Policy::load(source) {
        Ok(loaded) => {
            prop_assert!(loaded.warnings.iter().all(|d| !d.is_error()));
            decide(&loaded.policy, &Characteristics::neutral());
            loaded.warnings
        }
        Err(findings) => {
            prop_assert!(
                findings.iter().any(Diagnostic::is_error),
                "{}",
                render(&findings)
            );
            findings
        }
    };
    for finding in &findings {
        prop_assert!(!finding.message.is_empty());
        let Some(span) = &finding.span else {
            continue;
        };
        let text = source.get(&span.file).map(String::from_utf8_lossy);
        prop_assert!(text.is_some(), "{finding}");
        let text = text.unwrap();
        // What is wrong with the end of a text is behind its last line.
        let lines = text.lines().count() + 1;
        prop_assert!((1..=lines).contains(&span.line), "{finding}");
        let line = text.lines().nth(span.line - 1).unwrap_or_default();
        let columns = line.chars().count() + 1;
        prop_assert!((1..=columns).contains(&span.column), "{finding}\n{line}");
    }
    Ok(())
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
    #![proptest_config(config(400))]

    #[test]
    fn a_changed_policy_is_loaded_or_explained(
        which in 0..2_usize,
        changes in prop::collection::vec(any::<Change>(), 1..5),
    ) {
        let (script, reasons) = &SHIPPED[which];
        let script = changes.into_iter().fold(script.clone(), |script, c| change(&script, c));
        let source = [("policy.rhai", script), ("reasons.toml", reasons.clone())]
            .map(|(path, text)| (path, text.into_bytes()))
            .into_iter()
            .collect();
        answers(&source)?;
    }

    #[test]
    fn bytes_are_refused_with_an_explanation(
        script in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[ -~\n]{0,200}".prop_map(String::into_bytes),
        ],
        reasons in prop::collection::vec(any::<u8>(), 0..60),
        table in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let source = [("policy.rhai", script), ("reasons.toml", reasons), ("rates.csv", table)]
            .into_iter()
            .collect();
        answers(&source)?;
    }
}
