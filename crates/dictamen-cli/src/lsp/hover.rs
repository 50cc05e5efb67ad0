//! What a word means.

use dictamen_engine::{
    guide::{self, FunctionInfo, ReasonInfo},
    syntax::TokenKind,
};
use dictamen_model::characteristic::{self, Definition};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::{
    outline::{Outline, unquoted},
    place::Place,
    text,
};

/// What the word at a place means, if it is one that can be explained.
pub(super) fn hover(place: &Place<'_>) -> Option<Hover> {
    let outline = Outline::new(place.text);
    if outline.in_comment(place.offset) {
        return None;
    }
    let index = outline.at(place.offset)?;
    let value = match outline.kind(index)? {
        TokenKind::Text => {
            let code = unquoted(outline.word(index));
            let reasons = place.reasons();
            reason(reasons.iter().find(|r| &*r.reason.code == code)?)
        }
        TokenKind::Name => word(place, &outline, index)?,
        _ => return None,
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: MarkupKind::Markdown,
            value,
        }),
        range: Some(text::range(place.text, &outline.range(index))),
    })
}

fn word(place: &Place<'_>, outline: &Outline<'_>, index: usize) -> Option<String> {
    let name = outline.word(index);
    if let Some(owner) = outline.owner(index) {
        let as_term = || term(outline, name);
        return if outline.is_band(owner) {
            as_term()
        } else {
            find(name).map(definition).or_else(as_term)
        };
    }
    if let Some(binding) = outline.binding(name, place.offset)
        && let Some([param, value, unit, source]) = binding.param.as_deref()
    {
        return Some(format!(
            "**{name}**: param `{}`\n\n`{value}` {}\n\nSource: {}",
            unquoted(param),
            unquoted(unit),
            unquoted(source)
        ));
    }
    if let Some(own) = outline.functions.iter().find(|f| f.name == name) {
        return Some(format!(
            "`fn {}`\n\nA function of this script.",
            own.signature
        ));
    }
    let functions = guide::functions();
    functions.iter().find(|f| f.name == name).map(function)
}

/// The characteristic of that name.
fn find(name: &str) -> Option<&'static Definition> {
    characteristic::definitions()
        .iter()
        .find(|d| d.name == name)
}

/// A characteristic, as Markdown.
pub(super) fn definition(definition: &Definition) -> String {
    let unit = definition.unit.name();
    let mut lines = vec![
        format!("**{}**: {} {unit}", definition.name, definition.kind.name()),
        definition.meaning.to_owned(),
    ];
    if let Some(range) = definition.range {
        lines.push(format!(
            "Range: {} to {}",
            range.low.normalize(),
            range.high.normalize()
        ));
    }
    if !definition.values.is_empty() {
        lines.push(format!("Values: `{}`", definition.values.join("`, `")));
    }
    lines.push(match definition.missing {
        Some(when) => format!("Missing: {when}"),
        None => "Never missing".to_owned(),
    });
    lines.push(format!("Source: `{}`", definition.source.join("`, `")));
    lines.join("\n\n")
}

/// A reason, as Markdown.
pub(super) fn reason(info: &ReasonInfo) -> String {
    let reason = &info.reason;
    let mut lines = vec![
        format!("**{}**", reason.code),
        format!("es-MX: {}", reason.es_mx),
        format!("en: {}", reason.en),
    ];
    if let Some(evidence) = &reason.evidence {
        lines.push(format!("Settled by: {evidence}"));
    }
    lines.join("\n\n")
}

/// A function, as Markdown.
pub(super) fn function(function: &FunctionInfo) -> String {
    let usages: Vec<String> = function.usages.iter().map(|u| format!("`{u}`")).collect();
    format!("{}\n\n{}", usages.join(" or "), function.meaning)
}

fn term(outline: &Outline<'_>, name: &str) -> Option<String> {
    let values: Vec<&str> = outline
        .terms
        .iter()
        .filter(|(term, _)| term == name)
        .map(|(_, value)| value.as_str())
        .collect();
    (!values.is_empty()).then(|| {
        format!(
            "**{name}**: term of the bands\n\nBest band first: `{}`",
            values.join("`, `")
        )
    })
}
