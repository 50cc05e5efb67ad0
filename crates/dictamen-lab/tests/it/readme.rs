//! The README's decision is what the code decides today.

use std::fs;

use serde_json::Value;

use crate::support::{NOMINA, decide, root};

/// The block of the README that is marked with a word behind ```` ```json ````.
fn block(readme: &str, mark: &str) -> Value {
    let (_, rest) = readme.split_once(&format!("```json {mark}\n")).unwrap();
    serde_json::from_str(rest.split_once("\n```").unwrap().0).unwrap()
}

#[test]
fn the_decision_in_the_readme_is_todays() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let decided = decide(&NOMINA, &block(&readme, "request"));
    let mut today = serde_json::to_value(decided.decision).unwrap();
    let shown = block(&readme, "decision");
    let kept = shown["characteristics"].as_object().unwrap();
    today["characteristics"]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| kept.contains_key(name));
    assert_eq!(shown, today);
}
