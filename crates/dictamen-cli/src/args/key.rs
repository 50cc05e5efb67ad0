//! Arguments of `dictamen key`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use dictamen_server::access::{KEY_DAYS, MOST_KEY_DAYS, MOST_OVERLAP_HOURS, OVERLAP_HOURS, Role};

use super::{Format, StoreArgs};

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen key new --name ana --role admin --role read
  dictamen key new --name loan-origination --role decide --days 90
  dictamen key list
  dictamen key rotate 0f4c1d2e3b5a6978
  dictamen key revoke 0f4c1d2e3b5a6978

A key is shown once, when it is made; only a hash of it is kept. Roles: decide (have applications
decided), read (policies and the decision log), author and approve (policies), admin (keys,
erasing). From the first key on, the service asks every caller for one.

Works on the data folder while the service is stopped, or on the database of DATABASE_URL at any
time. While a service runs on the folder, POST /v1/keys does the same for a caller with the role
admin.";

#[derive(Debug, ClapArgs)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and show it
    New(NewKeyArgs),
    /// List every key there ever was
    List(ListKeysArgs),
    /// Replace a key by a new one; the old one goes on for a while
    Rotate(RotateKeyArgs),
    /// End a key at once
    Revoke(RevokeKeyArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewKeyArgs {
    /// Whose it is: letters, digits, `-`, `_` or `.`
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// What it is good for; may be given more than once
    #[arg(long = "role", value_name = "ROLE", required = true)]
    pub(crate) roles: Vec<RoleArg>,
    #[command(flatten)]
    pub(crate) life: LifeArg,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListKeysArgs {
    /// How they are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RotateKeyArgs {
    /// Id of the key, as `dictamen key list` shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Hours for which the old key goes on
    #[arg(long, value_name = "HOURS", default_value_t = OVERLAP_HOURS,
          value_parser = clap::value_parser!(u16).range(0..=i64::from(MOST_OVERLAP_HOURS)))]
    pub(crate) overlap: u16,
    #[command(flatten)]
    pub(crate) life: LifeArg,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RevokeKeyArgs {
    /// Id of the key, as `dictamen key list` shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LifeArg {
    /// Days for which the key holds
    #[arg(long, value_name = "DAYS", default_value_t = KEY_DAYS,
          value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_KEY_DAYS)))]
    pub(crate) days: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Have applications decided
    Decide,
    /// Read policies and the decision log
    Read,
    /// Write policies
    Author,
    /// Let policies go live
    Approve,
    /// Hand out keys, and erase what is personal
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Decide => Self::Decide,
            RoleArg::Read => Self::Read,
            RoleArg::Author => Self::Author,
            RoleArg::Approve => Self::Approve,
            RoleArg::Admin => Self::Admin,
        }
    }
}
