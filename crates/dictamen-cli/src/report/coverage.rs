//! What the cases of a policy cover.

use std::{
    io::{self, Write},
    path::Path,
};

use dictamen_lab::coverage::{Coverage, Kind};

use super::{
    count, diagnostic,
    style::{BAD, BOLD, DIM, GOOD},
};

/// Writes every gap in the script, then the figures.
pub(crate) fn write(out: &mut dyn Write, coverage: &Coverage, folder: &Path) -> io::Result<()> {
    let gaps = coverage.findings();
    writeln!(out)?;
    for gap in &gaps {
        diagnostic::draw(out, gap, folder)?;
    }
    let Coverage {
        policy, version, ..
    } = coverage;
    let cases = count(coverage.cases, "case", "cases");
    writeln!(out, "{BOLD}{policy}{BOLD:#} {version}, covered by {cases}")?;
    for kind in Kind::ALL {
        let Some(figures) = coverage.summary.get(&kind) else {
            continue;
        };
        let colour = if figures.covered == figures.total {
            GOOD
        } else {
            BAD
        };
        let share = format!("{} of {}", figures.covered, figures.total);
        write!(
            out,
            "  {colour}{:>3} %{colour:#}  {share:<12} {}",
            figures.percent(),
            kind.title()
        )?;
        if figures.unreachable > 0 {
            write!(out, " {DIM}({} not reachable){DIM:#}", figures.unreachable)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
