//! `dictamen policy`: what can be asked of the registry of a running service.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen policy import rules                       # each folder becomes a draft
  dictamen policy import rules --publish             # for one person: into force at once
  dictamen policy publish my-first --folder rules/my-first
  dictamen policy approve my-first                   # by somebody else
  dictamen policy activate my-first 1.1.0 --from 2027-01-01
  dictamen policy split my-first 1.2.0 10            # ten of a hundred applications
  dictamen policy rollback my-first

They talk to a service that was started with `--registry`, at --server, with the API key in
DICTAMEN_API_KEY, and print what it answers.";

#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
    /// The service
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        env = "DICTAMEN_SERVER"
    )]
    pub(crate) server: String,
    /// The API key
    #[arg(
        long,
        global = true,
        hide = true,
        env = "DICTAMEN_API_KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Bring in a rules folder: parameters and policies become drafts
    Import(ImportArgs),
    /// List policies and what is in force
    List,
    /// Show versions, candidates, drafts and activations of a policy
    Show {
        /// The policy, or `parameters`
        policy: String,
    },
    /// Show what differs between two versions, or a version and a draft or candidate
    Diff {
        /// The policy, or `parameters`
        policy: String,
        /// A version, `draft:NAME`, or the hash of a candidate
        from: String,
        /// The same
        to: String,
    },
    /// Submit a draft for somebody else to approve
    Publish {
        /// The policy, or `parameters`
        policy: String,
        /// Name of the draft
        #[arg(long, default_value = "main")]
        draft: String,
        /// Save this folder as the draft first
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Approve what somebody else submitted
    Approve {
        /// The policy, or `parameters`
        policy: String,
        /// Hash of the candidate's files; the one that waits unless given
        content: Option<String>,
    },
    /// Bring a version into force
    Activate {
        /// The policy, or `parameters`
        policy: String,
        /// The version
        version: String,
        /// From when on: a day in Mexico City or an instant; at once unless given
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
    },
    /// Put back the version before
    Rollback {
        /// The policy, or `parameters`
        policy: String,
        /// Only if this version is in force
        #[arg(long, value_name = "VERSION")]
        from: Option<String>,
    },
    /// Have a share of applications decided by another version
    Split {
        /// The policy
        policy: String,
        /// The version that decides them; none ends the split
        #[arg(requires = "percent")]
        challenger: Option<String>,
        /// How many of a hundred
        #[arg(value_parser = clap::value_parser!(u8).range(1..=99))]
        percent: Option<u8>,
    },
    /// Have versions decide silently beside the live one
    Shadow {
        /// The policy
        policy: String,
        /// All of them; none ends it
        versions: Vec<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// Folder of policies and parameters
    #[arg(value_name = "DIR", default_value = "rules")]
    pub(crate) folder: PathBuf,
    /// Name of the drafts
    #[arg(long, default_value = "main")]
    pub(crate) draft: String,
    /// Submit, approve and activate as well, where the service lets one person do so
    #[arg(long)]
    pub(crate) publish: bool,
}
