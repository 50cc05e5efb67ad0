//! The `dictamen` command: serve, decide, check and test credit policies, and run a local Belvo.
//!
//! Data goes to standard output, messages to standard error, and what became of it all into the
//! [exit code](Exit). The command reads arguments, files and the terminal so that nothing below
//! it has to; what it prints of a decision are the very bytes the service answers.

mod args;
mod command;
mod configuration;
mod exit;
pub mod lsp;
mod portfolio;
mod report;
mod rules;
mod store;

use std::{ffi::OsString, io::Write};

use args::{Args, Command};
use configuration::Refused;
pub use exit::Exit;
use exit::Failure;

/// Runs the command with its arguments, the program's name first.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    match dispatch(args, out, err).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    }) {
        Ok(exit) => exit,
        Err(failure) => {
            // Nothing is left to say it to when standard error is closed as well.
            let _ = report::failure(err, &failure);
            failure.exit
        }
    }
}

fn dispatch(
    args: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let args: Vec<OsString> = args.into_iter().collect();
    let (args, in_force) = match configuration::parse(&args) {
        Ok(read) => read,
        Err(Refused::File(failure)) => return Err(failure),
        Err(Refused::Line(error)) => {
            let text = error.render().ansi().to_string();
            if error.use_stderr() {
                err.write_all(text.as_bytes())?;
                return Ok(Exit::Usage);
            }
            out.write_all(text.as_bytes())?;
            return Ok(Exit::Done);
        }
    };
    match args.command {
        Command::Serve(args) => command::serve::run(&args, err),
        Command::Decide(args) => command::decide::run(&args, out, err),
        Command::Check(args) => command::check::run(&args, out),
        Command::Test(args) => command::test::run(&args, out, err),
        Command::Mutate(args) => command::mutate::run(&args, out, err),
        Command::Simulate(args) => command::simulate::run(&args, out, err),
        Command::Compare(args) => command::compare::run(&args, out, err),
        Command::Report(args) => command::report::run(&args, out, err),
        Command::Verify(args) => command::verify::run(&args, out, err),
        Command::Explain(args) => command::explain::run(&args, out, err),
        Command::Fmt(args) => command::fmt::run(&args, out, err),
        Command::Doc(args) => command::doc::run(&args, out, err),
        Command::Lsp(_) => command::lsp::run(),
        Command::Characteristics(args) => command::characteristics::run(&args, out, err),
        Command::Key(args) => command::key::run(&args.command, out, err),
        Command::Policy(args) => command::policy::run(&args, out, err),
        Command::DraftCheck => command::draft_check::run(out),
        Command::Scorecard(args) => command::scorecard::run(&args.command, out, err),
        Command::Log(args) => command::log::run(&args, out),
        Command::Config(_) => command::config::run(&in_force, out),
        Command::Sandbox(args) => command::sandbox::run(&args, out, err),
        Command::Replay(args) => command::replay::run(&args, out, err),
        Command::Erase(args) => command::erase::run(&args, out),
        Command::Completions(args) => {
            let mut script = Vec::new();
            let mut command = <Args as clap::CommandFactory>::command();
            clap_complete::generate(args.shell, &mut command, "dictamen", &mut script);
            out.write_all(&script)?;
            Ok(Exit::Done)
        }
    }
}
