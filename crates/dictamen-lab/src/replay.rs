//! A decision made again, held against the one that was made.
//!
//! Compares two answers as they were written: are they the same bytes, and if not, which of the
//! causes they name differ and what came out differently?

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// What an answer names as its causes, with the JSON Pointers of each.
const CAUSES: [(&str, &[&str]); 4] = [
    ("policy", &["/policy/id", "/policy/version", "/policy/hash"]),
    ("parameters", &["/parameters/hash"]),
    ("engine", &["/engine"]),
    ("input", &["/input_hash"]),
];

/// Follows from the causes.
const ID: &str = "/decision_id";

/// How a decision made again compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same bytes.
    Identical,
    /// Other causes, but the same answer.
    SameAnswer,
    /// Another answer.
    Changed,
}

/// A cause that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `policy`, `parameters`, `engine` or `input`.
    pub cause: &'static str,
    /// What the logged answer names.
    pub logged: Value,
    /// What the new answer names.
    pub now: Value,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// JSON Pointer into the answer.
    pub pointer: String,
    /// In the logged answer; null when it is not there.
    pub logged: Value,
    /// In the new answer; null when it is not there.
    pub now: Value,
}

/// Two answers compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// How they compare.
    pub verdict: Verdict,
    /// The causes that differ. None although the answer changed means a defect, or that the log
    /// was tampered with.
    pub causes: Vec<Cause>,
    /// What came out differently, causes left out.
    pub changes: Vec<Change>,
}

/// Compares two answers, each as it was written.
///
/// # Errors
///
/// When one of them is not JSON.
pub fn compare(logged: &[u8], now: &[u8]) -> Result<Comparison, serde_json::Error> {
    if logged == now {
        return Ok(Comparison {
            verdict: Verdict::Identical,
            causes: Vec::new(),
            changes: Vec::new(),
        });
    }
    let (logged, now): (Value, Value) = (
        serde_json::from_slice(logged)?,
        serde_json::from_slice(now)?,
    );
    let at = |value: &Value, pointer: &str| value.pointer(pointer).cloned().unwrap_or_default();
    let mut causes = Vec::new();
    for (cause, pointers) in CAUSES {
        if pointers
            .iter()
            .any(|pointer| at(&logged, pointer) != at(&now, pointer))
        {
            let key = format!(
                "/{}",
                pointers
                    .first()
                    .and_then(|p| p.split('/').nth(1))
                    .unwrap_or_default()
            );
            causes.push(Cause {
                cause,
                logged: at(&logged, &key),
                now: at(&now, &key),
            });
        }
    }
    let mut changes = Vec::new();
    differences(&logged, &now, &mut String::new(), &mut changes);
    let of_causes: BTreeSet<&str> = CAUSES
        .iter()
        .flat_map(|(_, pointers)| *pointers)
        .copied()
        .chain([ID])
        .collect();
    changes.retain(|change| !of_causes.contains(change.pointer.as_str()));
    Ok(Comparison {
        verdict: if changes.is_empty() {
            Verdict::SameAnswer
        } else {
            Verdict::Changed
        },
        causes,
        changes,
    })
}

fn differences(logged: &Value, now: &Value, pointer: &mut String, changes: &mut Vec<Change>) {
    match (logged, now) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let key_text = key.replace('~', "~0").replace('/', "~1");
                below(a.get(key), b.get(key), &key_text, pointer, changes);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                below(a.get(i), b.get(i), &i.to_string(), pointer, changes);
            }
        }
        (a, b) if a == b => {}
        (a, b) => changes.push(Change {
            pointer: pointer.clone(),
            logged: a.clone(),
            now: b.clone(),
        }),
    }
}

fn below(
    logged: Option<&Value>,
    now: Option<&Value>,
    key: &str,
    pointer: &mut String,
    changes: &mut Vec<Change>,
) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(key);
    differences(
        logged.unwrap_or(&Value::Null),
        now.unwrap_or(&Value::Null),
        pointer,
        changes,
    );
    pointer.truncate(length);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Comparison, Verdict, compare};

    fn answer() -> Value {
        json!({
            "decision_id": "a", "outcome": "COUNTER", "offer": { "amount": "1.00", "max": "2.00" },
            "reasons": [{ "code": "L01" }],
            "policy": { "id": "p", "version": "1", "hash": "x" }, "parameters": { "hash": "y" },
            "engine": "0.1.0", "input_hash": "z"
        })
    }

    fn with(change: impl Fn(&mut Value)) -> Comparison {
        let mut now = answer();
        change(&mut now);
        compare(answer().to_string().as_bytes(), now.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_same_bytes_are_identical() {
        let same = with(|_| {});
        assert_eq!(same.verdict, Verdict::Identical);
        assert!(same.causes.is_empty() && same.changes.is_empty());
    }

    #[test]
    fn other_causes_need_not_mean_another_answer() {
        let other = with(|now| {
            now["policy"]["hash"] = json!("w");
            now["decision_id"] = json!("b");
        });
        assert_eq!(other.verdict, Verdict::SameAnswer);
        assert_eq!(other.causes.len(), 1);
        assert_eq!(other.causes[0].cause, "policy");
        assert_eq!(other.causes[0].now["hash"], "w");
    }

    #[test]
    fn every_cause_is_told_and_every_change() {
        let other = with(|now| {
            now["parameters"]["hash"] = json!("w");
            now["engine"] = json!("0.2.0");
            now["input_hash"] = json!("w");
            now["offer"] = Value::Null;
            now["reasons"] = json!([{ "code": "L02" }, { "code": "L03" }]);
            now["a/b~c"] = json!(1);
        });
        assert_eq!(other.verdict, Verdict::Changed);
        let causes: Vec<_> = other.causes.iter().map(|c| c.cause).collect();
        assert_eq!(causes, ["parameters", "engine", "input"]);
        let pointers: Vec<_> = other.changes.iter().map(|c| c.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/a~1b~0c", "/offer", "/reasons/0/code", "/reasons/1"]
        );
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        assert!(compare(b"{}", b"").is_err());
    }
}
