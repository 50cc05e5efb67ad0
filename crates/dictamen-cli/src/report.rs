//! What people read: findings, decisions, cases and tables, in colour where the terminal has it.
//!
//! Everything is written with colours; the stream takes them out when it is no terminal or when
//! `NO_COLOR` is set.

pub(crate) mod cases;
pub(crate) mod coverage;
pub(crate) mod decision;
pub(crate) mod diagnostic;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod junit;
pub(crate) mod mutants;
pub(crate) mod sarif;
mod style;
pub(crate) mod table;
pub(crate) mod verify;

use std::{
    io::{self, Write},
    path::Path,
};

use dictamen_model::Problem;

use crate::exit::Failure;
use style::{BAD, BOLD, DIM, GOOD, HINT, WARN};

/// Says why the command ends early.
pub(crate) fn failure(err: &mut dyn Write, failure: &Failure) -> io::Result<()> {
    if let Some(message) = &failure.message {
        writeln!(err, "{BAD}error{BAD:#}: {message}")?;
    }
    if let Some(help) = &failure.help {
        writeln!(err, "{HINT}help{HINT:#}: {help}")?;
    }
    err.flush()
}

/// Says what is wrong with a request.
pub(crate) fn request_problem(err: &mut dyn Write, problem: &Problem) -> io::Result<()> {
    let code = problem.code;
    writeln!(err, "{BAD}error[{code}]{BAD:#}: {}", problem.message)?;
    if !problem.pointer.is_empty() {
        writeln!(err, "  {DIM}at{DIM:#} {}", problem.pointer)?;
    }
    if let Some(help) = &problem.help {
        writeln!(err, "  {HINT}help{HINT:#}: {help}")?;
    }
    Ok(())
}

/// Says that a policy loads.
pub(crate) fn checked(out: &mut dyn Write, id: &str, version: &str, hash: &str) -> io::Result<()> {
    writeln!(
        out,
        "{GOOD}ok{GOOD:#} {BOLD}{id}{BOLD:#} {version} {DIM}{hash}{DIM:#}"
    )
}

/// The closing line of a check.
pub(crate) fn check_summary(
    out: &mut dyn Write,
    policies: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
) -> io::Result<()> {
    let errors_in = if errors > 0 { BAD } else { GOOD };
    let warnings_in = if warnings > 0 { WARN } else { DIM };
    writeln!(
        out,
        "{policies} checked, {errors_in}{errors} errors{errors_in:#}, \
         {warnings_in}{warnings} warnings{warnings_in:#}, {DIM}{notes} notes{DIM:#}"
    )
}

/// Says that a script was, or would be, laid out anew.
pub(crate) fn formatted(out: &mut dyn Write, path: &Path, check: bool) -> io::Result<()> {
    let (word, colour) = if check {
        ("not formatted", BAD)
    } else {
        ("formatted", GOOD)
    };
    writeln!(out, "{colour}{word}{colour:#} {}", path.display())
}

/// The closing line of formatting.
pub(crate) fn format_summary(
    out: &mut dyn Write,
    files: usize,
    changed: usize,
    check: bool,
) -> io::Result<()> {
    let word = if check { "to change" } else { "changed" };
    writeln!(out, "{files} scripts, {changed} {word}")
}

/// So many things, in words.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
