//! What can be written at a place.

use std::collections::BTreeSet;

use dictamen_engine::{guide, syntax::TokenKind};
use dictamen_model::characteristic;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, TextEdit,
};

use super::{
    hover,
    outline::{Outline, unquoted},
    place::Place,
    text,
    workspace::REASONS,
};

/// Functions whose first argument is a reason code.
const CODE_FIRST: [&str; 5] = ["rule", "characteristic", "when", "decline", "refer"];

/// What can be written at a place.
pub(super) fn completion(place: &Place<'_>) -> Vec<CompletionItem> {
    let outline = Outline::new(place.text);
    if outline.in_comment(place.offset) {
        return Vec::new();
    }
    // The word being written, if the place is in or right behind one.
    let writing = (0..outline.tokens.len()).find(|i| {
        let range = outline.range(*i);
        range.start < place.offset && place.offset <= range.end
    });
    let word = writing.map_or("", |i| outline.word(i));
    if let Some(index) = writing {
        let range = outline.range(index);
        let closed = word.len() > 1 && word.ends_with('"') && place.offset == range.end;
        if word.starts_with('"') {
            if closed {
                return Vec::new();
            }
            let from = range.start.saturating_add(1);
            return in_text(place, &outline, index, from);
        }
    }
    let is_word = |i: usize| {
        matches!(
            outline.kind(i),
            Some(TokenKind::Name | TokenKind::Keyword | TokenKind::Binary)
        ) && outline
            .word(i)
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    };
    let (index, from) = match writing {
        Some(index) if is_word(index) => (index, outline.range(index).start),
        Some(index) => (index.saturating_add(1), place.offset),
        None => {
            let next = (0..outline.tokens.len()).find(|i| outline.range(*i).start >= place.offset);
            (next.unwrap_or(outline.tokens.len()), place.offset)
        }
    };
    let items = match outline.owner(index) {
        Some(owner) if outline.is_band(owner) => terms(&outline),
        Some(_) => characteristics(),
        None if index.checked_sub(1).map(|i| outline.word(i)) == Some("::") => {
            functions_of_import(place, &outline, index)
        }
        None => words(&outline),
    };
    edits(place, from, items)
}

/// The items, each replacing what has been written of it.
fn edits(place: &Place<'_>, from: usize, mut items: Vec<CompletionItem>) -> Vec<CompletionItem> {
    let range = text::range(place.text, &(from..place.offset));
    for item in &mut items {
        let new = item.label.clone();
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit::new(range, new)));
    }
    items
}

fn item(label: &str, kind: CompletionItemKind, detail: &str, explained: String) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        documentation: (!explained.is_empty()).then_some(Documentation::MarkupContent(
            MarkupContent {
                kind: MarkupKind::Markdown,
                value: explained,
            },
        )),
        ..CompletionItem::default()
    }
}

fn characteristics() -> Vec<CompletionItem> {
    let all = characteristic::definitions().iter();
    all.map(|d| {
        let detail = format!("{} {}", d.kind.name(), d.unit.name());
        item(
            d.name,
            CompletionItemKind::FIELD,
            detail.trim(),
            hover::definition(d),
        )
    })
    .collect()
}

fn terms(outline: &Outline<'_>) -> Vec<CompletionItem> {
    let names: BTreeSet<&str> = outline
        .terms
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let items = names.into_iter();
    items
        .map(|name| {
            item(
                name,
                CompletionItemKind::FIELD,
                "term of the bands",
                String::new(),
            )
        })
        .collect()
}

/// Names, functions and outcomes.
fn words(outline: &Outline<'_>) -> Vec<CompletionItem> {
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    for binding in outline.bindings.iter().filter(|b| seen.insert(&b.name)) {
        let (kind, detail) = match &binding.param {
            Some(param) => {
                let part = |i: usize| param.get(i).map_or("", |p| unquoted(p));
                (
                    CompletionItemKind::CONSTANT,
                    format!("{} {}", part(1), part(2)),
                )
            }
            None => (CompletionItemKind::VARIABLE, String::new()),
        };
        items.push(item(&binding.name, kind, &detail, String::new()));
    }
    for own in &outline.functions {
        items.push(item(
            &own.name,
            CompletionItemKind::FUNCTION,
            &own.signature,
            String::new(),
        ));
    }
    for import in &outline.imports {
        items.push(item(
            &import.name,
            CompletionItemKind::MODULE,
            &import.file,
            String::new(),
        ));
    }
    for function in guide::functions() {
        let usage = function.usages.first().copied().unwrap_or_default();
        let explained = hover::function(&function);
        items.push(item(
            function.name,
            CompletionItemKind::FUNCTION,
            usage,
            explained,
        ));
    }
    for outcome in guide::OUTCOMES {
        let kind = CompletionItemKind::ENUM_MEMBER;
        items.push(item(&outcome.to_string(), kind, "outcome", String::new()));
    }
    items
}

fn functions_of_import(
    place: &Place<'_>,
    outline: &Outline<'_>,
    index: usize,
) -> Vec<CompletionItem> {
    let alias = index.checked_sub(2).map_or("", |i| outline.word(i));
    let import = outline.imports.iter().find(|import| import.name == alias);
    let file = import.and_then(|import| place.imported(&import.file));
    let Some(other) = file.and_then(|file| place.workspace.text(&file)) else {
        return Vec::new();
    };
    let functions = Outline::new(&other).functions;
    let items = functions.iter();
    items
        .map(|f| {
            item(
                &f.name,
                CompletionItemKind::FUNCTION,
                &f.signature,
                String::new(),
            )
        })
        .collect()
}

/// What can stand in the text that the token at `index` begins.
fn in_text(
    place: &Place<'_>,
    outline: &Outline<'_>,
    index: usize,
    from: usize,
) -> Vec<CompletionItem> {
    let before = |n: usize| index.checked_sub(n).map_or("", |i| outline.word(i));
    let items = match outline.call(index) {
        _ if before(1) == "import" => files(place, "rhai"),
        Some(("table", 0)) => files(place, "csv"),
        Some((name, 0)) if CODE_FIRST.contains(&name) => codes(place),
        Some(("otherwise", 1) | ("band", 3)) => codes(place),
        _ => values(outline, index),
    };
    edits(place, from, items)
}

fn codes(place: &Place<'_>) -> Vec<CompletionItem> {
    let reasons = place.reasons();
    let in_file = reasons.iter().filter(|reason| reason.line.is_some());
    in_file
        .map(|info| {
            let code = &info.reason.code;
            item(
                code,
                CompletionItemKind::CONSTANT,
                &info.reason.en,
                hover::reason(info),
            )
        })
        .collect()
}

fn files(place: &Place<'_>, extension: &str) -> Vec<CompletionItem> {
    let source = place.source();
    let dot = format!(".{extension}");
    let names = source.iter().filter_map(|(name, _)| {
        let stem = name.strip_suffix(&dot)?;
        // An import leaves the extension out, and nothing imports the policy itself.
        let is_script = extension == "rhai";
        let label = if is_script { stem } else { name };
        (name != REASONS && !(is_script && stem == "policy")).then_some(label)
    });
    names
        .map(|name| item(name, CompletionItemKind::FILE, "", String::new()))
        .collect()
}

/// The values of the characteristic that a text is compared with, as in `a.name == "…"` or
/// `a.name in ["…"]`.
fn values(outline: &Outline<'_>, index: usize) -> Vec<CompletionItem> {
    let compared = (0..index)
        .rev()
        .find(|i| {
            !matches!(outline.kind(*i), Some(TokenKind::Text | TokenKind::Comma))
                && outline.word(*i) != "["
        })
        .filter(|i| matches!(outline.word(*i), "==" | "!=" | "in" | "!in"))
        .and_then(|i| i.checked_sub(1));
    let Some(name) = compared.filter(|i| outline.owner(*i).is_some()) else {
        return Vec::new();
    };
    let mut definitions = characteristic::definitions().iter();
    let definition = definitions.find(|d| d.name == outline.word(name));
    let values = definition.map_or(&[][..], |d| d.values);
    values
        .iter()
        .map(|value| item(value, CompletionItemKind::ENUM_MEMBER, "", String::new()))
        .collect()
}
