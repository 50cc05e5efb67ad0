//! What became of the cases of a policy.

use std::{
    io::{self, Write},
    path::Path,
};

use dictamen_lab::cases::{Case, Counts, Suite, Verdict};

use super::{
    diagnostic,
    style::{BAD, BOLD, DIM, GOOD, WARN},
};

/// Writes one policy's cases.
pub(crate) fn write(out: &mut dyn Write, suite: &Suite, folder: &Path) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} {}", suite.policy, suite.version)?;
    for case in &suite.cases {
        write_case(out, case, folder)?;
    }
    for problem in &suite.problems {
        writeln!(out, "  {WARN}ERROR{WARN:#}")?;
        diagnostic::draw(out, problem, folder)?;
    }
    Ok(())
}

fn write_case(out: &mut dyn Write, case: &Case, folder: &Path) -> io::Result<()> {
    let title = case.title.as_deref().unwrap_or_default();
    let path = &case.path;
    match &case.verdict {
        Verdict::Pass => writeln!(out, "  {GOOD}PASS{GOOD:#}   {path}  {DIM}{title}{DIM:#}"),
        Verdict::Fail { differences } => {
            writeln!(out, "  {BAD}FAIL{BAD:#}   {path}  {title}")?;
            for difference in differences {
                writeln!(
                    out,
                    "           {}: expected {GOOD}{}{GOOD:#}, found {BAD}{}{BAD:#}",
                    difference.what, difference.expected, difference.found
                )?;
            }
            Ok(())
        }
        Verdict::Error { problems } => {
            writeln!(out, "  {WARN}ERROR{WARN:#}  {path}  {title}")?;
            for problem in problems {
                diagnostic::draw(out, problem, folder)?;
            }
            Ok(())
        }
    }
}

/// The closing line.
pub(crate) fn summary(out: &mut dyn Write, counts: Counts) -> io::Result<()> {
    let Counts {
        passed,
        failed,
        errors,
    } = counts;
    writeln!(out, "{passed} passed, {failed} failed, {errors} errors")
}
