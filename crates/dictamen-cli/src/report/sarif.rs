//! Findings as SARIF 2.1.0 (OASIS standard), for code review systems that show them at the line.
//!
//! Only what such systems read: rules, levels, messages, places and fixes. Columns count characters, as
//! everywhere in Dictamen, and the log says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use dictamen_engine::{Diagnostic, ENGINE_VERSION, Severity};
use serde_json::{Value, json};

/// A log of findings, each with the folder it was found in.
pub(crate) fn log<'a>(findings: impl Iterator<Item = (PathBuf, &'a Diagnostic)>) -> Value {
    let findings: Vec<_> = findings.collect();
    let codes: BTreeSet<&str> = findings.iter().map(|(_, finding)| finding.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|(folder, finding)| result(folder, finding))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dictamen",
                "semanticVersion": ENGINE_VERSION,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(folder: &Path, finding: &Diagnostic) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let text = match &finding.help {
        Some(help) => format!("{}. Help: {help}", finding.message),
        None => finding.message.clone(),
    };
    let (file, region) = match &finding.span {
        Some(span) => (
            folder.join(&span.file),
            Some(json!({
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
                "snippet": { "text": span.text() },
            })),
        ),
        None => (folder.to_owned(), None),
    };
    let mut place = json!({ "artifactLocation": { "uri": uri(&file) } });
    if let (Some(place), Some(region)) = (place.as_object_mut(), region) {
        place.insert("region".to_owned(), region);
    }
    let mut result = json!({
        "ruleId": finding.code,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": place }],
    });
    if let (Some(result), false) = (result.as_object_mut(), finding.edits.is_empty()) {
        result.insert("fixes".to_owned(), json!([fix(folder, finding)]));
    }
    result
}

/// The edits of a finding, which belong together, by file.
fn fix(folder: &Path, finding: &Diagnostic) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &finding.edits {
        let replacement = json!({
            "deletedRegion": {
                "startLine": edit.span.line,
                "startColumn": edit.span.column,
                "endLine": edit.span.end_line,
                "endColumn": edit.span.end_column,
            },
            "insertedContent": { "text": edit.replacement },
        });
        files.entry(&edit.span.file).or_default().push(replacement);
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(|(file, replacements)| {
            json!({
                "artifactLocation": { "uri": uri(&folder.join(file)) },
                "replacements": replacements,
            })
        })
        .collect();
    json!({ "artifactChanges": changes })
}

/// A path as a relative reference: `/` between parts, everything but unreserved characters
/// encoded (RFC 3986).
fn uri(path: &Path) -> String {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => parts.push(String::new()),
            other => parts.push(encoded(&other.as_os_str().to_string_lossy())),
        }
    }
    parts.join("/")
}

fn encoded(part: &str) -> String {
    let mut text = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 0x0f] {
                text.extend(char::from_digit(digit.into(), 16).map(|d| d.to_ascii_uppercase()));
            }
        }
    }
    text
}
