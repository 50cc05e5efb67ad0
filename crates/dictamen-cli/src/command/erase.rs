//! `dictamen erase`.

use std::io::{self, Write};

use dictamen_model::identity::Applicant;
use dictamen_store::Subject;

use super::runtime;
use crate::{
    args::EraseArgs,
    exit::{Exit, Failure},
    report,
    store::{self, failure},
};

pub(crate) fn run(args: &EraseArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let applicant = if args.curp { Some(curp()?) } else { None };
    let subject = match (&args.application, &applicant) {
        (_, Some(applicant)) => Subject::Applicant(applicant),
        (Some(application), None) => Subject::Application(application),
        (None, None) => return Err(Failure::new(Exit::Usage, "nobody is named")),
    };
    runtime()?.block_on(async {
        let log = store::open(&args.store).await?;
        let erased = log.erase(subject).await;
        log.close().await;
        let erased = erased.map_err(failure)?;
        let count = report::count(erased.decisions.len(), "decision", "decisions");
        writeln!(out, "erased the personal part of {count}")?;
        for decision in &erased.decisions {
            writeln!(out, "  {decision}")?;
        }
        Ok(Exit::Done)
    })
}

/// The CURP, from standard input: an argument would stay in the shell's history and show in the
/// list of processes.
fn curp() -> Result<Applicant, Failure> {
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot read standard input: {error}"))
    })?;
    if line.trim().is_empty() {
        return Err(
            Failure::new(Exit::Usage, "there is no CURP on standard input")
                .help("give it on a line of its own"),
        );
    }
    Ok(Applicant::of_curp(&line))
}
