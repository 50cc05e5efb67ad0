//! What was changed in a policy, line by line, and what was not.

use std::{
    io::{self, Write},
    path::Path,
};

use dictamen_engine::{Diagnostic, Edit};

use super::style::{BAD, DIM, GOOD, HINT};

/// Shows one change: the lines before and after it.
pub(crate) fn made(out: &mut dyn Write, path: &Path, edit: &Edit) -> io::Result<()> {
    let span = &edit.span;
    writeln!(
        out,
        "{GOOD}fixed{GOOD:#} {}:{}:{}",
        path.display(),
        span.line,
        span.column
    )?;
    let (first, last) = span.bytes();
    let around = |from, to| span.source.get(from..to).unwrap_or_default();
    let after = format!(
        "{}{}{}",
        around(0, first),
        edit.replacement,
        around(last, span.source.len())
    );
    for line in span.source.lines() {
        writeln!(out, "  {BAD}-{BAD:#} {line}")?;
    }
    for line in after.lines() {
        writeln!(out, "  {GOOD}+{GOOD:#} {line}")?;
    }
    Ok(())
}

/// Says why a file was left as it is.
pub(crate) fn refused(out: &mut dyn Write, path: &Path, why: &str) -> io::Result<()> {
    writeln!(out, "{BAD}not changed{BAD:#} {}: {why}", path.display())
}

/// How much was changed.
pub(crate) fn summary(out: &mut dyn Write, made: usize) -> io::Result<()> {
    writeln!(out, "{made} changes made\n")
}

/// Says for how many findings there is a change that settles them.
pub(crate) fn possible<'a>(
    out: &mut dyn Write,
    findings: impl Iterator<Item = &'a Diagnostic> + Clone,
) -> io::Result<()> {
    let safe = findings.clone().filter(|f| f.is_fixable()).count();
    let offered = findings
        .filter(|f| !f.edits.is_empty() && !f.is_fixable())
        .count();
    if safe > 0 {
        writeln!(
            out,
            "{HINT}{safe} can be fixed{HINT:#} by `dictamen check --fix`"
        )?;
    }
    if offered > 0 {
        writeln!(
            out,
            "{DIM}{offered} with a change that is likely meant, and yours to make{DIM:#}"
        )?;
    }
    Ok(())
}
