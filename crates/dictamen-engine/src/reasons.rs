//! The catalogue of reasons: `reasons.toml` of a policy folder.
//!
//! Knows codes and texts; refuses to know which rule uses which code.

mod vague;

use dictamen_model::suggest::{self, did_you_mean};
use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use crate::{Diagnostic, Edit, PolicySource, Span, text::Texts};

/// The file of the catalogue.
pub(crate) const FILE: &str = "reasons.toml";

/// System reason: a rule needed a value that is missing.
pub const UNDECIDED: &str = "UNDECIDED";
/// System reason: a rule could not be computed.
pub const FAILED: &str = "FAILED";
/// System reason: the applicant asked for a person to look at an automatic decline.
pub const HUMAN_REVIEW: &str = "HUMAN_REVIEW";

/// The system's own reasons, which a catalogue may word differently.
const SYSTEM: [(&str, &str, &str); 3] = [
    (
        UNDECIDED,
        "Falta información para decidir; una persona revisará la solicitud",
        "Information needed to decide is missing; a person will review the application",
    ),
    (
        FAILED,
        "No fue posible calcular el resultado; una persona revisará la solicitud",
        "The result could not be computed; a person will review the application",
    ),
    (
        HUMAN_REVIEW,
        "Se pidió que una persona revise la decisión",
        "A review of the decision by a person was requested",
    ),
];

/// One reason of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueReason {
    /// The code rules name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: Arc<str>,
    /// What the applicant is told, in Mexican Spanish.
    #[serde(rename = "es-MX")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub es_mx: Arc<str>,
    /// What the applicant is told, in English.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub en: Arc<str>,
    /// Whether it speaks against the applicant and may be told as such.
    pub adverse: bool,
    /// What would settle a referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub evidence: Option<Arc<str>>,
}

/// What a reason can have.
const KEYS: [&str; 4] = ["es-MX", "en", "adverse", "evidence"];

/// Reasons by code.
pub(crate) type Catalogue = BTreeMap<Arc<str>, CatalogueReason>;

/// Whether a code is one of the system's own.
pub(crate) fn is_system(code: &str) -> bool {
    SYSTEM.iter().any(|(system, ..)| *system == code)
}

/// Reads the catalogue of a folder, all problems at once; the system's reasons are always in it.
pub(crate) fn load(
    source: &PolicySource,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Catalogue {
    let mut catalogue: Catalogue = SYSTEM
        .iter()
        .map(|(code, es, en)| {
            let reason = CatalogueReason {
                code: (*code).into(),
                es_mx: (*es).into(),
                en: (*en).into(),
                adverse: false,
                evidence: None,
            };
            (Arc::clone(&reason.code), reason)
        })
        .collect();
    let Some(content) = source.get(FILE) else {
        diagnostics.push(
            Diagnostic::error("reasons::no-file", format!("the folder has no `{FILE}`"))
                .help("it holds the text of every reason code in es-MX and en"),
        );
        return catalogue;
    };
    let Ok(text) = std::str::from_utf8(content) else {
        diagnostics.push(Diagnostic::error(
            "reasons::malformed",
            format!("`{FILE}` is not valid UTF-8 text"),
        ));
        return catalogue;
    };
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map(|before| before.matches('\n').count().saturating_add(1));
            let message = format!("`{FILE}` cannot be read: {}", error.message());
            let span = line.and_then(|line| texts.line_span(FILE, line));
            let help = "each text stands between double quotes, on one line: `en = \"…\"`";
            diagnostics.push(
                Diagnostic::error("reasons::malformed", message)
                    .at(span)
                    .help(help),
            );
            return catalogue;
        }
    };
    for (code, entry) in &table {
        let mut problems = Vec::new();
        // A reason with a fault is known all the same, so that its rule is not blamed for it.
        let reason = reason(code, entry, &mut problems).unwrap_or_else(|| CatalogueReason {
            code: code.as_str().into(),
            es_mx: "".into(),
            en: "".into(),
            adverse: true,
            evidence: None,
        });
        catalogue.insert(Arc::clone(&reason.code), reason);
        let header = line_of(text, code);
        diagnostics.extend(problems.into_iter().map(|(key, problem)| {
            let line = header.and_then(|line| Some((key?, key_line(text, line, key?)?)));
            match line {
                Some((key, line)) => {
                    let span = texts.found_span(FILE, line, key);
                    let edits = meant(key, span.as_ref(), &problem);
                    problem.at(span).edits(edits)
                }
                None => problem.at(header.and_then(|line| texts.line_span(FILE, line))),
            }
        }));
    }
    catalogue
}

/// The line of a reason's header.
pub(crate) fn line_of(text: &str, code: &str) -> Option<usize> {
    let position = text.lines().position(|line| {
        let name = line
            .trim()
            .trim_start_matches('[')
            .split(']')
            .next()
            .unwrap_or_default();
        line.trim().starts_with('[') && name.trim().trim_matches(['"', '\'']) == code
    });
    position.and_then(|line| line.checked_add(1))
}

/// The line of a key of the reason whose header is at a line.
fn key_line(text: &str, header: usize, key: &str) -> Option<usize> {
    let lines = text.lines().enumerate().skip(header);
    let mut own = lines.take_while(|(_, line)| !line.trim_start().starts_with('['));
    let found = own.find(|(_, line)| {
        let name = line.split('=').next().unwrap_or_default().trim();
        name.trim_matches(['"', '\'']) == key
    });
    found.and_then(|(index, _)| index.checked_add(1))
}

/// The change that gives a misspelt key its name.
fn meant(key: &str, span: Option<&Span>, problem: &Diagnostic) -> Option<Edit> {
    let near = suggest::nearest(key, KEYS)?;
    (problem.code == "reasons::unknown-entry").then(|| {
        Some(Edit {
            span: span?.clone(),
            replacement: near.to_owned(),
            safe: suggest::only(key, KEYS) == Some(near),
        })
    })?
}

/// Problems with the key they are about, when it is there.
type Problems<'a> = Vec<(Option<&'a str>, Diagnostic)>;

fn reason<'a>(
    code: &str,
    entry: &'a toml::Value,
    problems: &mut Problems<'a>,
) -> Option<CatalogueReason> {
    let Some(entry) = entry.as_table() else {
        let message = format!("reason `{code}` is no table");
        let help = format!("write `[{code}]` and below it `es-MX = \"…\"` and `en = \"…\"`");
        problems.push((
            None,
            Diagnostic::error("reasons::malformed", message).help(help),
        ));
        return None;
    };
    for key in entry.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let message = format!("reason `{code}` has an unknown entry `{key}`");
        let help =
            did_you_mean(key, KEYS).unwrap_or_else(|| format!("it has: {}", KEYS.join(", ")));
        problems.push((
            Some(key.as_str()),
            Diagnostic::error("reasons::unknown-entry", message).help(help),
        ));
    }
    let mut text = |key: &'static str, wanted: bool| match entry.get(key) {
        Some(toml::Value::String(text)) if !text.trim().is_empty() => Some(Arc::from(text.trim())),
        None if !wanted => None,
        _ => {
            let message = format!("reason `{code}` has no text `{key}`");
            let help = format!(
                "write `{key} = \"…\"` below `[{code}]`: applicants are told the reason in their language"
            );
            let found = Diagnostic::error("reasons::missing-text", message).help(help);
            problems.push((entry.get(key).map(|_| key), found));
            None
        }
    };
    let (es_mx, en) = (text("es-MX", true), text("en", true));
    let evidence = text("evidence", false);
    let adverse = match entry.get("adverse") {
        Some(toml::Value::Boolean(adverse)) => *adverse,
        None => true,
        Some(_) => {
            let message = format!("`adverse` of reason `{code}` must be true or false");
            let help = "write `adverse = true` or `adverse = false`, without quotation marks";
            problems.push((
                Some("adverse"),
                Diagnostic::error("reasons::malformed", message).help(help),
            ));
            true
        }
    };
    let (es_mx, en): (Arc<str>, Arc<str>) = (es_mx?, en?);
    if es_mx == en {
        let message = format!("reason `{code}` has the same text in both languages");
        let help = "one of the two is in the wrong language";
        problems.push((
            None,
            Diagnostic::warning("reasons::same-text", message).help(help),
        ));
    }
    for (key, text) in [("es-MX", &es_mx), ("en", &en)] {
        if let Some((phrase, instead)) = vague::vague(text) {
            let message = format!("the text of `{code}` tells nothing: \"{phrase}\"");
            let found = Diagnostic::warning("reasons::vague", message).help(instead);
            problems.push((Some(key), found));
        }
    }
    Some(CatalogueReason {
        code: code.into(),
        es_mx,
        en,
        adverse,
        evidence,
    })
}
