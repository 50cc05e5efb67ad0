//! What became of the mutants of a policy.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use dictamen_lab::mutate::{Mutation, Survivor};

use super::{
    count,
    style::{BAD, BOLD, DIM, GOOD, HINT},
};

/// Writes the survivors of one policy and its figures.
pub(crate) fn write(out: &mut dyn Write, mutation: &Mutation) -> io::Result<()> {
    let Mutation {
        policy, version, ..
    } = mutation;
    writeln!(out, "{BOLD}{policy}{BOLD:#} {version}")?;
    for survivor in &mutation.survivors {
        write_survivor(out, survivor)?;
    }
    let survived = mutation.survivors.len();
    let colour = if survived > 0 { BAD } else { GOOD };
    writeln!(
        out,
        "{} of {}: {GOOD}{} killed{GOOD:#}, {DIM}{} equivalent{DIM:#}, \
         {colour}{survived} survived{colour:#}",
        count(mutation.total, "mutant", "mutants"),
        count(mutation.cases, "case", "cases"),
        mutation.killed,
        mutation.equivalent,
    )
}

fn write_survivor(out: &mut dyn Write, survivor: &Survivor) -> io::Result<()> {
    let Survivor {
        file, line, column, ..
    } = survivor;
    writeln!(out, "  {BAD}SURVIVED{BAD:#} {}", survivor.sentence())?;
    writeln!(out, "           {DIM}{file}:{line}:{column}{DIM:#}")?;
    if let Some(untold) = &survivor.untold {
        let path = &untold.path;
        writeln!(out, "           {HINT}add{HINT:#} to what {path} expects:")?;
        for difference in &untold.differences {
            writeln!(
                out,
                "             {} = {GOOD}{}{GOOD:#}, with the mistake {BAD}{}{BAD:#}",
                difference.what, difference.expected, difference.found
            )?;
        }
    }
    match &survivor.case {
        Some(case) if survivor.untold.is_none() => {
            let title = case.content.lines().find(|line| line.contains("title"));
            let title = title.unwrap_or_default();
            writeln!(
                out,
                "           {HINT}a case{HINT:#} would kill it: {}",
                title.trim_start().trim_start_matches("title = ")
            )
        }
        None if survivor.untold.is_none() => writeln!(
            out,
            "           no applicant was found whom it decides otherwise, and none is proven to be \
             missing"
        ),
        _ => Ok(()),
    }
}

/// Says which files were written.
pub(crate) fn written(out: &mut dyn Write, paths: &[PathBuf]) -> io::Result<()> {
    for path in paths {
        writeln!(out, "{GOOD}written{GOOD:#} {}", path.display())?;
    }
    Ok(())
}
