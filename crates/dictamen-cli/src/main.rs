//! The `dictamen` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = anstream::stdout();
    let mut err = anstream::stderr();
    dictamen_cli::run(std::env::args_os(), &mut out, &mut err).into()
}
