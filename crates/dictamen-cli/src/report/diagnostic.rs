//! One finding, drawn under the lines it is about.

use std::{
    io::{self, Write},
    path::Path,
};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use dictamen_engine::{Diagnostic, Severity};

/// Draws a finding about the policy in `folder`, followed by an empty line.
pub(crate) fn draw(out: &mut dyn Write, diagnostic: &Diagnostic, folder: &Path) -> io::Result<()> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let mut group = Group::with_title(title);
    if let Some(span) = &diagnostic.span {
        let (first, last) = span.bytes();
        group = group.element(
            Snippet::source(span.source.as_str())
                .line_start(span.line)
                .path(folder.join(&span.file).display().to_string())
                .annotation(AnnotationKind::Primary.span(first..last)),
        );
    } else {
        group = group.element(Origin::path(folder.display().to_string()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    writeln!(out, "{}\n", Renderer::styled().render(&[group]))
}
