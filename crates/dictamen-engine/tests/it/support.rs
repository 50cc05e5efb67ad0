//! Policies and applications in a line or two.

use std::fmt::Write;

use dictamen_engine::{Application, Decided, Diagnostic, ParametersStamp, Policy, PolicySource};
use dictamen_model::characteristic::{Characteristics, Value};

/// Reasons for every code the tests use.
pub(crate) const REASONS: &str = r#"
[K01]
es-MX = "Uno"
en = "One"
[K02]
es-MX = "Dos"
en = "Two"
[S10]
es-MX = "Tres"
en = "Three"
[S20]
es-MX = "Cuatro"
en = "Four"
[L01]
es-MX = "Cinco"
en = "Five"
[A01]
es-MX = "Seis"
en = "Six"
"#;

pub(crate) fn folder(script: &str) -> PolicySource {
    [("policy.rhai", script), ("reasons.toml", REASONS)]
        .map(|(p, c)| (p, c.as_bytes()))
        .into_iter()
        .collect()
}

/// Loads a script, whose diagnostics must not be errors.
pub(crate) fn policy(script: &str) -> Policy {
    match Policy::load(&folder(script)) {
        Ok(loaded) => loaded.policy,
        Err(diagnostics) => panic!("{}", render(&diagnostics)),
    }
}

/// A policy of one rule that declines.
pub(crate) fn one_rule(condition: &str) -> Policy {
    policy(&format!(
        "policy(\"t\", \"1.0.0\");\nstage(\"KNOCKOUT\", DECLINE, [rule(\"K01\", {condition})]);\notherwise(APPROVE);"
    ))
}

/// What is wrong with a folder; loading must fail.
pub(crate) fn errors(source: &PolicySource) -> Vec<Diagnostic> {
    Policy::load(source).map(|l| l.warnings).unwrap_err()
}

/// Diagnostics as the tests compare them.
pub(crate) fn render(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        writeln!(out, "{:?} {}: {}", d.severity, d.code, d.message).unwrap();
        if let Some(span) = &d.span {
            writeln!(out, "  {}:{}:{}", span.file, span.line, span.column).unwrap();
            for (i, line) in span.source.split('\n').enumerate() {
                writeln!(out, "  | {line}").unwrap();
                let last = span.line + i == span.end_line;
                let from = if i == 0 { span.column } else { 1 };
                let to = if last {
                    span.end_column
                } else {
                    line.chars().count() + 1
                };
                let pad = " ".repeat(from - 1);
                writeln!(out, "  | {pad}{}", "^".repeat(to - from)).unwrap();
            }
        }
        if let Some(help) = &d.help {
            writeln!(out, "  help: {help}").unwrap();
        }
    }
    out
}

/// Characteristics with the given ones set and everything else neutral.
pub(crate) fn facts(set: &[(&str, Value)]) -> Characteristics {
    let mut facts = Characteristics::neutral();
    for (name, value) in set {
        facts.set(name, value.clone()).unwrap();
    }
    facts
}

pub(crate) fn decide(policy: &Policy, facts: &Characteristics) -> Decided {
    policy.decide(&Application {
        application_id: "APP-1",
        as_of: "2026-09-15".parse().unwrap(),
        characteristics: facts,
        parameters: &ParametersStamp {
            hash: "sha256:test".into(),
        },
    })
}

/// Outcome and codes of a decision on one line.
pub(crate) fn line(decided: &Decided) -> String {
    let decision = &decided.decision;
    let codes: Vec<&str> = decision.reasons.iter().map(|r| &*r.code).collect();
    format!("{} {} {:?}", decision.outcome, decision.stage, codes)
}
