//! `dictamen log`: looking after the decision log.

mod backup;

use std::io::Write;

use crate::{
    args::{LogArgs, LogCommand},
    exit::{Exit, Failure},
};

pub(crate) fn run(args: &LogArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    match &args.command {
        LogCommand::Backup(args) => backup::run(args, out),
    }
}
