//! What is written and read by nothing: functions, tables, files, values of `let`.

use std::collections::{BTreeMap, BTreeSet};

use super::closures;
use crate::{
    Diagnostic, PolicySource,
    declaration::Declaration,
    syntax::{Token, TokenKind, Tokens},
    text::Texts,
    tree::{NodeKind, Place, Step, visit},
};

/// Warns of everything that nothing reads.
pub(super) fn check(
    declaration: &Declaration,
    source: &PolicySource,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let scripts = scripts(source);
    functions(&scripts, texts, diagnostics);
    tables(declaration, &scripts, texts, diagnostics);
    files(declaration, source, texts, diagnostics);
    locals(declaration, texts, diagnostics);
}

/// Most findings of one kind. A draft with more of them is told the rest when these are gone.
const MOST: usize = 50;

/// One script: its path, its text, and its tokens without comments.
struct Script<'s> {
    path: &'s str,
    text: &'s str,
    tokens: Vec<Token>,
}

impl Script<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .map_or("", |token| token.text(self.text))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let names = self
            .tokens
            .iter()
            .filter(|token| token.kind == TokenKind::Name);
        names.map(|token| token.text(self.text))
    }

    /// The place of a token, for a span.
    fn place(&self, at: usize, texts: &Texts) -> Option<Place> {
        let token = self.tokens.get(at)?;
        let span = crate::syntax::span(self.text, token.range.start);
        Some(texts.word(self.path, span.line, span.column))
    }
}

fn scripts(source: &PolicySource) -> Vec<Script<'_>> {
    let scripts = source
        .iter()
        .filter(|(path, _)| has_extension(path, "rhai"));
    scripts
        .filter_map(|(path, content)| {
            let text = crate::text::without_mark(std::str::from_utf8(content).ok()?);
            let mut tokens = Tokens::new(text).tokens;
            tokens.retain(|token| !token.is_comment());
            Some(Script { path, text, tokens })
        })
        .collect()
}

fn has_extension(path: &str, extension: &str) -> bool {
    let found = std::path::Path::new(path).extension();
    found.is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn functions(scripts: &[Script<'_>], texts: &Texts, diagnostics: &mut Vec<Diagnostic>) {
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    for name in scripts.iter().flat_map(Script::names) {
        let count = written.entry(name).or_default();
        *count = count.saturating_add(1);
    }
    for script in scripts {
        let defined = (0..script.tokens.len()).filter(|at| script.word(*at) == "fn");
        let named = defined.map(|at| at.saturating_add(1));
        let unused = named.filter(|at| written.get(script.word(*at)) == Some(&1));
        for named in unused.take(MOST) {
            let name = script.word(named);
            let span = script
                .place(named, texts)
                .and_then(|place| texts.span(place));
            let message = format!("nothing calls the function `{name}`");
            diagnostics.push(
                Diagnostic::warning("script::unused-function", message)
                    .at(span)
                    .help("call it, or leave it out"),
            );
        }
    }
}

/// A table is read by a look-up, or by the script itself when it goes over its rows.
fn tables(
    declaration: &Declaration,
    scripts: &[Script<'_>],
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut looked_up = BTreeSet::new();
    for closure in closures(declaration) {
        visit(&closure.body, &mut |node| {
            if let NodeKind::Lookup { table, .. } = node.kind {
                looked_up.insert(table);
            }
        });
    }
    for (index, table) in declaration.tables.iter().enumerate() {
        if looked_up.contains(&index) {
            continue;
        }
        let quoted = format!("\"{}\"", table.file);
        for script in scripts {
            // let NAME = table ( "FILE"
            let taken = (0..script.tokens.len()).filter(|at| script.word(*at) == quoted);
            for at in taken {
                let before = |back: usize| at.checked_sub(back).map_or("", |at| script.word(at));
                let bound = before(5) == "let" && before(3) == "=" && before(2) == "table";
                let name = before(4);
                if !bound || script.names().filter(|other| *other == name).count() > 1 {
                    continue;
                }
                let span = script.place(at, texts).and_then(|place| texts.span(place));
                let message = format!("nothing is looked up in the table `{}`", table.file);
                diagnostics.push(
                    Diagnostic::warning("table::unused", message)
                        .at(span)
                        .help("look something up in it, or leave it out"),
                );
            }
        }
    }
}

fn files(
    declaration: &Declaration,
    source: &PolicySource,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let read = |path: &str| declaration.tables.iter().any(|table| &*table.file == path);
    let lies_beside = |path: &str| path.starts_with("cases/");
    for (path, _) in source.iter() {
        if has_extension(path, "csv") && !read(path) && !lies_beside(path) {
            let message = format!("no script reads the table `{path}`");
            let help = format!("read it with `table(\"{path}\")`, or leave it out of the folder");
            diagnostics.push(
                Diagnostic::warning("table::unread", message)
                    .at(texts.line_span(path, 1))
                    .help(help),
            );
        }
    }
}

/// The values that `let` binds in deciding code. A function is written out wherever it is called;
/// what one of its copies reads is read.
fn locals(declaration: &Declaration, texts: &Texts, diagnostics: &mut Vec<Diagnostic>) {
    let mut bound: BTreeMap<(usize, usize, usize), (Place, bool)> = BTreeMap::new();
    for closure in closures(declaration) {
        let mut read = BTreeSet::new();
        visit(&closure.body, &mut |node| {
            if let NodeKind::Local(slot) = node.kind {
                read.insert(slot);
            }
        });
        visit(&closure.body, &mut |node| {
            let NodeKind::Block { steps, result } = &node.kind else {
                return;
            };
            let is_let = |step: &Step| matches!(step, Step::Let { .. });
            // A call binds the parameters of the function so.
            let is_call = steps.iter().all(is_let)
                && matches!(
                    result.as_deref().map(|r| &r.kind),
                    Some(NodeKind::Inlined { .. })
                );
            if is_call {
                return;
            }
            for step in steps {
                if let Step::Let { slot, value, .. } = step {
                    let place = value.place;
                    let key = (place.file, place.line, place.column);
                    let entry = bound.entry(key).or_insert((place, false));
                    entry.1 |= read.contains(slot);
                }
            }
        });
    }
    for (place, _) in bound.into_values().filter(|(_, read)| !read).take(MOST) {
        let Some((column, name)) = binding(texts.before(place)) else {
            continue;
        };
        let message = format!("nothing reads the value `{name}`");
        let span = texts.span(texts.word(texts.path(place.file), place.line, column));
        diagnostics.push(
            Diagnostic::warning("script::unused-value", message)
                .at(span)
                .help("use it, or leave it out; a value nobody reads decides nothing"),
        );
    }
}

/// The name that is bound to a value by what stands before it on its line, with its column.
fn binding(before: &str) -> Option<(usize, String)> {
    let (head, rest) = before.rsplit_once("let ")?;
    if rest.contains(';') {
        return None;
    }
    let trimmed = rest.trim_start();
    let spaces = rest.chars().count().checked_sub(trimmed.chars().count())?;
    let name: String = trimmed
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let start = head.chars().count().checked_add(spaces)?.checked_add(5)?;
    (!name.is_empty()).then_some((start, name))
}
