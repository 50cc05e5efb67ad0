//! The changes that settle findings, as quick fixes.

use std::collections::BTreeMap;

use dictamen_engine::Diagnostic;
use lsp_types::{Range, TextEdit, Uri};
use serde_json::{Value, json};

use super::{diagnostics, text};

/// The quick fixes for findings that meet a range of a file. `uri` gives a file its address.
pub(super) fn actions(
    findings: &[Diagnostic],
    file: &str,
    range: Range,
    uri: impl Fn(&str) -> Option<Uri>,
) -> Vec<Value> {
    findings
        .iter()
        .filter(|finding| {
            let span = finding.span.as_ref();
            span.is_some_and(|span| span.file == file && meet(text::span(span), range))
        })
        .filter_map(|finding| action(finding, &uri))
        .collect()
}

fn meet(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

fn action(finding: &Diagnostic, uri: &impl Fn(&str) -> Option<Uri>) -> Option<Value> {
    let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for edit in &finding.edits {
        let change = TextEdit::new(text::span(&edit.span), edit.replacement.clone());
        let address = uri(&edit.span.file)?.to_string();
        changes.entry(address).or_default().push(change);
    }
    if changes.is_empty() {
        return None;
    }
    Some(json!({
        "title": title(finding),
        "kind": "quickfix",
        "diagnostics": [diagnostics::shown(finding)],
        "edit": { "changes": changes },
        "isPreferred": finding.is_fixable(),
    }))
}

/// What the change does, in a line.
fn title(finding: &Diagnostic) -> String {
    match finding.edits.as_slice() {
        [only] => {
            let written = only.span.text();
            let one_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
            let (from, to) = (one_line(&written), one_line(&only.replacement));
            match (from.is_empty(), to.is_empty()) {
                (true, _) => format!("Insert `{to}`"),
                (_, true) => format!("Remove `{from}`"),
                _ => format!("Replace `{from}` by `{to}`"),
            }
        }
        _ => finding
            .help
            .clone()
            .unwrap_or_else(|| finding.message.clone()),
    }
}
