//! The part of the command line that is about the decision log.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Format, RulesArg};

/// Where the decision log is, and its keys.
#[derive(Debug, ClapArgs)]
pub(crate) struct StoreArgs {
    /// Folder of the decision log and its keys; made when it is not there
    #[arg(
        long,
        value_name = "DIR",
        default_value = "data",
        env = "DICTAMEN_DATA"
    )]
    pub(crate) data: PathBuf,
    /// PostgreSQL database to keep the log in, for several instances, instead of a file
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Master keys, current one first; those of the folder unless given
    #[arg(long, hide = true, env = "DICTAMEN_MASTER_KEY", hide_env_values = true)]
    pub(crate) master_key: Option<String>,
    /// Key that signs checkpoints; that of the folder unless given
    #[arg(
        long,
        hide = true,
        env = "DICTAMEN_SIGNING_KEY",
        hide_env_values = true
    )]
    pub(crate) signing_key: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    pub(crate) command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Hold every entry against its hash, the one before and what was signed
    #[command(after_help = "\
Names each entry that was changed, removed, exchanged or inserted, each sealed part that is not
the one written, and each checkpoint that does not fit; says up to where the log is proven. A
service may be writing meanwhile.

What follows the last checkpoint is tied together but not signed. Who keeps checkpoints elsewhere
(the service's log has them) also notices when the end of the log was cut off: --checkpoint FILE.

The exit code is 0 when everything fits, and 5 when not.")]
    Verify(VerifyArgs),
    /// Copy the log into one file while the service runs
    #[command(after_help = BACKUP_HELP)]
    Backup(BackupArgs),
    /// Write the log for other programs; nothing personal is in it
    Export(ExportArgs),
    /// Show one decision as the log has it
    Show(ShowArgs),
    /// Destroy the personal part of decisions past an age
    Retain(RetainArgs),
    /// Replace the master key, and wrap every key by the new one
    #[command(after_help = "\
A key of the data folder is replaced by a new one. With DICTAMEN_MASTER_KEY, give the new key and,
after a space, the one in force: to every instance first, then to this command; after it the new
one alone.")]
    Rotate(RotateArgs),
}

const BACKUP_HELP: &str = "\
Example:
  dictamen log backup --data data --to /backup/dictamen-2026-11-25.db

Makes one file with everything in the log as it is at one instant, while the service runs. What is
personal in it stays encrypted: keep data/master.key and data/signing.key as well, but elsewhere.
To restore, put the file back as dictamen.db into a folder with the keys and start the service.

A log in PostgreSQL is backed up with pg_dump.";

#[derive(Debug, ClapArgs)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The file to make; it must not be there yet
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Public key whose signatures count, as in signing.pub; that of the folder unless given
    #[arg(long, value_name = "HEX")]
    pub(crate) key: Vec<String>,
    /// Checkpoints kept elsewhere, one JSON object a line, which the log must still fit
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Every entry as a line of JSON, with all that its hash is made of
    #[default]
    Ndjson,
    /// The decisions as a table
    Parquet,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// What is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ExportFormat,
    /// File to write; standard output unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// Id of the decision
    #[arg(value_name = "DECISION")]
    pub(crate) decision: String,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Show the answer as well, which is personal
    #[arg(long)]
    pub(crate) answer: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RetainArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Days for which the personal part is kept
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..=36500))]
    pub(crate) days: i64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Of one application, by the lender's id
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "curp",
        conflicts_with = "curp"
    )]
    pub(crate) application: Option<String>,
    /// Of all applications of a person, whose CURP is read from standard input
    #[arg(long)]
    pub(crate) curp: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReplayArgs {
    /// Id of the decision
    #[arg(value_name = "DECISION")]
    pub(crate) decision: String,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// Policy to decide by instead of the one that decided; its live version without @VERSION
    #[arg(long, value_name = "ID[@VERSION]")]
    pub(crate) policy: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
