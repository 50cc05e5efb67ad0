//! The arguments of `log`: looking after the decision log.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::StoreArgs;

pub(super) const BACKUP_HELP: &str = "\
Example:
  dictamen log backup --data data --to /backup/dictamen-2026-11-25.db

Makes one file with everything in the log as it is at one instant, while the service runs. What is
personal in it stays encrypted: keep data/master.key and data/signing.key as well, but elsewhere.
To restore, put the file back as dictamen.db into a folder with the keys and start the service.

A log in PostgreSQL is backed up with pg_dump.";

#[derive(Debug, ClapArgs)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    pub(crate) command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Copy the log into one file while the service runs
    #[command(after_help = BACKUP_HELP)]
    Backup(BackupArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The file to make; it must not be there yet
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}
