//! What is wrong with a policy while it is being written.

use std::collections::BTreeMap;

use dictamen_engine::{Diagnostic, Policy, PolicySource, Severity, syntax::Tokens};
use lsp_types::{DiagnosticSeverity, NumberOrString, Range};

use super::{text, workspace::MAIN};

/// The findings about every file of a policy that has any, by name within its folder.
pub(super) fn of_policy(source: &PolicySource) -> BTreeMap<String, Vec<lsp_types::Diagnostic>> {
    let mut files: BTreeMap<String, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
    for finding in load(source) {
        let file = finding.span.as_ref().map_or(MAIN, |span| &span.file);
        files
            .entry(file.to_owned())
            .or_default()
            .push(shown(&finding));
    }
    files
}

/// The findings about a script that belongs to no policy: whether it can be read.
pub(super) fn of_script(script: &str) -> Vec<lsp_types::Diagnostic> {
    let fault = Tokens::new(script).fault(script);
    fault.iter().map(shown).collect()
}

/// Loads the policy on a thread of its own, so that a draft which makes the loading fail does not
/// take the server with it.
pub(super) fn load(source: &PolicySource) -> Vec<Diagnostic> {
    let loaded = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("policy-check".to_owned());
        let worker = worker.spawn_scoped(scope, || match Policy::load(source) {
            Ok(loaded) => loaded.warnings,
            Err(findings) => findings,
        });
        worker.ok().and_then(|worker| worker.join().ok())
    });
    loaded.unwrap_or_else(|| {
        let message = "the policy could not be checked";
        vec![Diagnostic::error("script::not-run", message)]
    })
}

/// A finding as editors take it.
pub(super) fn shown(finding: &Diagnostic) -> lsp_types::Diagnostic {
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    lsp_types::Diagnostic {
        range: finding.span.as_ref().map_or(Range::default(), text::span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        source: Some("dictamen".to_owned()),
        message,
        ..lsp_types::Diagnostic::default()
    }
}
