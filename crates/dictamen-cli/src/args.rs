//! The command line.

mod demo;
mod explain;
mod key;
mod log;
mod mutate;
mod policy;
mod portfolio;
mod sandbox;
mod scorecard;
mod test;
mod verify;
mod work;

use std::{num::NonZeroU32, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use dictamen_server::drift::Reference;

pub(crate) use demo::DemoArgs;
pub(crate) use explain::ExplainArgs;
pub(crate) use key::{KeyArgs, KeyCommand, ListKeysArgs};
pub(crate) use log::{
    BackupArgs, EraseArgs, ExportArgs, ExportFormat, LogArgs, LogCommand, ReplayArgs, RetainArgs,
    RotateArgs, ShowArgs, StoreArgs, VerifyArgs,
};
pub(crate) use mutate::MutateArgs;
pub(crate) use policy::{ImportArgs, PolicyArgs, PolicyCommand};
pub(crate) use portfolio::{
    CompareArgs, InputFormat, PortfolioArgs, ReportArgs, ReportFormat, SimulateArgs,
};
pub(crate) use sandbox::{SandboxArgs, SandboxCommand};
pub(crate) use scorecard::{
    CardFormat, CheckCardArgs, ExportCardArgs, ImportCardArgs, ScorecardArgs, ScorecardCommand,
};
pub(crate) use test::{TestArgs, TestFormat};
pub(crate) use verify::VerifyRulesArgs;
pub(crate) use work::WorkArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   a file, the network or the program itself failed
  2   the command line is not usable
  3   a policy, the parameters or the input is not valid
  4   cases failed, could not be run or missed a mutant, a promise is refuted, a script is not
      formatted, or a gate of --fail-if fails
  5   the decision log does not hold, or a decision made again is another
  10  decided REFER    (only with --exit-outcome)
  11  decided DECLINE  (only with --exit-outcome)";

const CONFIG_HELP: &str = "\
Examples:
  dictamen config
  dictamen config --listen 0.0.0.0:8080 > dictamen.toml

Takes the flags of serve, but serves nothing. What is printed is a configuration file: the keys
are the flags with underscores. Flags come before the environment, that before the file, and that
before what is built in. A secret is never printed and never stands in the file: give it in the
environment (DICTAMEN_MASTER_KEY), or name a file that holds it, in the environment
(DICTAMEN_MASTER_KEY_FILE) or in the configuration (master_key_file).";

/// Decides credit applications on Mexican employment records, by policies written in Rhai.
#[derive(Debug, Parser)]
#[command(name = "dictamen", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// Configuration file; `dictamen.toml` when it is there
    #[arg(long, value_name = "FILE", env = "DICTAMEN_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer decisions over HTTP
    #[command(after_help = "\
Examples:
  dictamen serve
  dictamen serve --rules /etc/dictamen/rules --listen 127.0.0.1:9000 --log json

The rules folder is looked at every second; a changed policy comes into force without a restart,
and a policy that no longer loads keeps its last good version in force.

When told to stop (SIGTERM or Ctrl-C), /readyz answers 503 at once; connections are accepted for
--stop-grace seconds more, and running requests get 20 seconds after that.

Every decision is written to a log before it is answered: to a file in --data, or to PostgreSQL
when DATABASE_URL is set. What is personal in it is encrypted with data/master.key, which is made
on first start; keep a copy of it elsewhere. Instances that share a database need the same master
key: set DICTAMEN_MASTER_KEY, and DICTAMEN_SIGNING_KEY where the folder does not last.

With --registry, policies live where the decisions do: they are drafted, approved by somebody else
and brought into force over HTTP (`dictamen policy`), on every instance within a second.

Without any key the service is for its own machine: it listens on loopback addresses only and lets
everybody there do everything. `dictamen key new` makes the first key; from then on every caller
needs one, or a token of the OpenID provider that --oidc-issuer names.")]
    Serve(ServeArgs),
    /// Decide one application
    #[command(after_help = "\
Examples:
  dictamen decide --policy nomina-personal-loan-mx --input request.json
  dictamen decide --policy nomina-personal-loan-mx@1.0.0 --input - --format json < request.json
  dictamen decide --policy nomina-personal-loan-mx --record record.json --application application.json \\
      --as-of 2026-09-15 --explain

The JSON is byte for byte what the service answers to the same request.")]
    Decide(DecideArgs),
    /// Check policies and parameters without deciding anything
    #[command(after_help = "\
Examples:
  dictamen check
  dictamen check nomina-personal-loan-mx --format json
  dictamen check --format sarif > findings.sarif
  dictamen check --explain script::unit
  dictamen check --as-of 2026-12-01
  dictamen check my-policy --fix

--fix changes what can only be meant in one way: signs and words of other languages, quotation
marks, a name with one slip in it. It shows every line before and after. It changes no number, no
code and nothing that could be meant otherwise; an editor offers those changes one by one.

Warnings and notes leave the exit code at 0.")]
    Check(CheckArgs),
    /// Run the cases of policies, and say what they cover
    #[command(after_help = test::AFTER_HELP)]
    Test(TestArgs),
    /// Make small mistakes in policies on purpose, and see whether the cases notice
    #[command(after_help = mutate::AFTER_HELP)]
    Mutate(MutateArgs),
    /// Take a portfolio through a policy: who gets what
    #[command(after_help = portfolio::SIMULATE_HELP)]
    Simulate(SimulateArgs),
    /// Take a portfolio through two policies: who changes, and by which edit
    #[command(after_help = portfolio::COMPARE_HELP)]
    Compare(CompareArgs),
    /// Write what a change of a policy does, for whoever approves it
    #[command(after_help = portfolio::REPORT_HELP)]
    Report(ReportArgs),
    /// Prove what policies promise, or find an applicant for whom it does not hold
    #[command(after_help = verify::AFTER_HELP)]
    Verify(VerifyRulesArgs),
    /// Say why an applicant got their answer, and what would change it
    #[command(after_help = explain::AFTER_HELP)]
    Explain(ExplainArgs),
    /// Format the scripts of policies
    #[command(after_help = "\
Examples:
  dictamen fmt
  dictamen fmt nomina-personal-loan-mx
  dictamen fmt --check
  dictamen fmt drafts/policy.rhai

Sets indentation, spaces and blank lines; keeps line breaks, comments and everything else as they
are, so that a formatted policy decides as before. Spaces that line things up, after a comma or
before a comment, stay too. A script with an unclosed text or bracket is left alone.")]
    Fmt(FmtArgs),
    /// Write a policy as a document that people can read and sign
    #[command(after_help = "\
Examples:
  dictamen doc nomina-personal-loan-mx
  dictamen doc nomina-personal-loan-mx --lang en --format html --output policy.html
  dictamen doc nomina-personal-loan-mx@1.0.0

Everything the policy says, in words: stages and rules with their limits, what happens when a value
is unknown, scorecard, bands, offer, reasons, and the characteristics and public figures behind
them. What is written above a rule or a limit in the script is quoted. The HTML is one file that
needs no network; a browser prints it.")]
    Doc(DocArgs),
    /// Help an editor with writing policies, over the language server protocol
    #[command(after_help = "\
Example, for Neovim:
  vim.lsp.config('dictamen', { cmd = { 'dictamen', 'lsp' }, filetypes = { 'rhai' },
      root_markers = { 'policy.rhai' } })

An editor starts it and talks to it on standard input and output. It checks the policy while it is
being written, explains and completes characteristics, params, reason codes and functions, goes to
where they are defined, renames variables and formats.")]
    Lsp(LspArgs),
    /// List what policies can decide on, or compute it for one applicant
    #[command(after_help = "\
Examples:
  dictamen characteristics
  dictamen characteristics weeks_total
  dictamen characteristics --input request.json --as-of 2026-09-15")]
    Characteristics(CharacteristicsArgs),
    /// Hand out, replace and revoke the keys that callers of the service prove themselves with
    #[command(after_help = key::AFTER_HELP)]
    Key(KeyArgs),
    /// Change policies of a running service that keeps them in its store
    #[command(after_help = policy::AFTER_HELP)]
    Policy(PolicyArgs),
    /// Look at a draft, for the service that starts this command itself
    #[command(hide = true)]
    DraftCheck,
    /// Make a policy of a scorecard, or write a policy's scorecard as a table
    #[command(after_help = scorecard::AFTER_HELP)]
    Scorecard(ScorecardArgs),
    /// Prove, read and keep the decision log
    #[command(after_help = "\
Examples:
  dictamen log verify
  dictamen log show 6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10 --answer
  dictamen log export --format parquet --output decisions.parquet
  dictamen log retain --days 1825
  dictamen log backup --to /backup/dictamen.db
  dictamen log rotate")]
    Log(LogArgs),
    /// Decide again what was decided, and say what differs
    #[command(after_help = "\
Examples:
  dictamen replay 6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10
  dictamen replay 6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10 --policy nomina-personal-loan-mx@1.1.0

Decides on the same request and as of the same day, by the version that decided: the one with the
same content, else the one with the same name, else the live one. The exit code is 0 when the
answer is the same to the byte, and 5 when it is not.")]
    Replay(ReplayArgs),
    /// Destroy the personal part of somebody's decisions
    #[command(after_help = "\
Examples:
  dictamen erase --application APP-0009
  dictamen erase --curp < curp.txt

What was decided on, and the answers, are gone for good; the facts of the decisions stay, and the
log still verifies. A running service on the same data folder has to be asked itself: POST
/v1/erasures.")]
    Erase(EraseArgs),
    /// Print the configuration in force, and where each value comes from
    #[command(after_help = CONFIG_HELP)]
    Config(ServeArgs),
    /// Run a local Belvo with people who do not exist
    #[command(args_conflicts_with_subcommands = true, after_help = sandbox::AFTER_HELP)]
    Sandbox(SandboxArgs),
    /// Show it all on one page: a lender, the service and a local Belvo in one process
    #[command(after_help = demo::AFTER_HELP)]
    Demo(DemoArgs),
    /// Print a completion script for a shell
    #[command(after_help = "\
Example:
  dictamen completions bash > ~/.local/share/bash-completion/completions/dictamen")]
    Completions(CompletionsArgs),
}

/// Where the rules are.
#[derive(Debug, ClapArgs)]
pub(crate) struct RulesArg {
    /// Folder of policies and parameters
    #[arg(
        long,
        value_name = "DIR",
        default_value = "rules",
        env = "DICTAMEN_RULES"
    )]
    pub(crate) rules: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Take policies from the store instead of a rules folder
    #[arg(long, env = "DICTAMEN_REGISTRY", conflicts_with = "no_log")]
    pub(crate) registry: bool,
    /// Whoever wrote a policy may approve it: for a laptop
    #[arg(long, env = "DICTAMEN_SINGLE_PERSON", requires = "registry")]
    pub(crate) single_person: bool,
    /// Keep no decisions: for a laptop
    #[arg(long, env = "DICTAMEN_NO_LOG")]
    pub(crate) no_log: bool,
    /// Address and port to listen on
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8080",
        env = "DICTAMEN_LISTEN"
    )]
    pub(crate) listen: String,
    /// Largest request body: bytes, or with KiB or MiB
    #[arg(long, value_name = "SIZE", default_value = "10MiB", value_parser = size, env = "DICTAMEN_BODY_LIMIT")]
    pub(crate) body_limit: usize,
    /// Seconds to wait for the head of a request, again for its body and again for its decision
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=3600), env = "DICTAMEN_TIMEOUT")]
    pub(crate) timeout: u64,
    /// Requests worked on at the same time; one more is answered 503
    #[arg(long, value_name = "COUNT", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..), env = "DICTAMEN_MAX_REQUESTS")]
    pub(crate) max_requests: u32,
    /// Connections at the same time; more wait to be accepted
    #[arg(long, value_name = "COUNT", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..), env = "DICTAMEN_MAX_CONNECTIONS")]
    pub(crate) max_connections: u32,
    /// What request bodies may take up in memory together: bytes, or with KiB or MiB
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = size, env = "DICTAMEN_BODY_MEMORY")]
    pub(crate) body_memory: usize,
    /// Requests a second that one key or user may make; any number unless given
    #[arg(long, value_name = "PER_SECOND", env = "DICTAMEN_RATE_LIMIT")]
    pub(crate) rate_limit: Option<NonZeroU32>,
    /// Certificate for TLS in PEM, its chain behind it; plain HTTP unless given
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "DICTAMEN_TLS_CERT"
    )]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "DICTAMEN_TLS_KEY"
    )]
    pub(crate) tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) oidc: OidcArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    /// Seconds for which connections are still accepted after the signal to stop
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = clap::value_parser!(u64).range(0..=300), env = "DICTAMEN_STOP_GRACE")]
    pub(crate) stop_grace: u64,
    /// Watch how a policy's applicants differ from those of earlier days: ID=2026-01-01..2026-03-31;
    /// may be given more than once
    #[arg(
        long,
        value_name = "ID=DAY..DAY",
        value_delimiter = ',',
        env = "DICTAMEN_DRIFT"
    )]
    pub(crate) drift: Vec<Reference>,
    /// How many days back the applicants reach that are held against them
    #[arg(long, value_name = "DAYS", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=366), env = "DICTAMEN_DRIFT_DAYS")]
    pub(crate) drift_days: u32,
    /// Address of the OpenTelemetry collector that traces are sent to, by OTLP over HTTP
    #[arg(long, value_name = "URL", env = "DICTAMEN_OTLP")]
    pub(crate) otlp: Option<String>,
    /// How the log is written: text on a terminal and json elsewhere, unless given
    #[arg(long, value_name = "FORMAT", env = "DICTAMEN_LOG")]
    pub(crate) log: Option<LogArg>,
    /// What is logged, in the syntax of tracing's filters
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info",
        env = "DICTAMEN_LOG_FILTER"
    )]
    pub(crate) log_filter: String,
}

/// The identity provider whose tokens are let in.
#[derive(Debug, ClapArgs)]
pub(crate) struct OidcArgs {
    /// Issuer of the tokens that are let in, as their `iss` says it
    #[arg(long = "oidc-issuer", value_name = "ISSUER", requires_all = ["audience", "jwks"], env = "DICTAMEN_OIDC_ISSUER")]
    pub(crate) issuer: Option<String>,
    /// What this service is called in tokens, as their `aud` says it
    #[arg(
        long = "oidc-audience",
        value_name = "AUDIENCE",
        requires = "issuer",
        env = "DICTAMEN_OIDC_AUDIENCE"
    )]
    pub(crate) audience: Option<String>,
    /// The issuer's keys: a JWK set, as a file or an https address
    #[arg(
        long = "oidc-jwks",
        value_name = "FILE|URL",
        requires = "issuer",
        env = "DICTAMEN_OIDC_JWKS"
    )]
    pub(crate) jwks: Option<String>,
    /// The claim that holds roles, with dots for claims within claims
    #[arg(
        long = "oidc-roles-claim",
        value_name = "CLAIM",
        default_value = "roles",
        env = "DICTAMEN_OIDC_ROLES_CLAIM"
    )]
    pub(crate) roles_claim: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogArg {
    /// One JSON object per line
    Json,
    /// For people
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// The application and its records.
#[derive(Debug, ClapArgs)]
pub(crate) struct InputArgs {
    /// Request body as the service takes it; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "application", "current_employments"])]
    pub(crate) input: Option<PathBuf>,
    /// Belvo's employment records, as Belvo sends them
    #[arg(long, value_name = "FILE", requires = "application")]
    pub(crate) record: Option<PathBuf>,
    /// The application, as a JSON object
    #[arg(long, value_name = "FILE", requires = "record")]
    pub(crate) application: Option<PathBuf>,
    /// Belvo's current employments, as Belvo sends them
    #[arg(long, value_name = "FILE", requires = "record")]
    pub(crate) current_employments: Option<PathBuf>,
    /// Day the facts are taken to hold; today in Mexico City unless the input names one
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DecideArgs {
    /// Policy to decide by; with @VERSION another version than the live one
    #[arg(long, value_name = "ID[@VERSION]")]
    pub(crate) policy: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// How the decision is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Show every rule met, with the values it compared
    #[arg(long)]
    pub(crate) explain: bool,
    /// Tell the outcome by the exit code: 10 REFER, 11 DECLINE
    #[arg(long)]
    pub(crate) exit_outcome: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// Policies, by id or folder; all when none is named
    #[arg(value_name = "POLICY")]
    pub(crate) policies: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: FindingsFormat,
    /// Say what a finding means, with an example, instead of checking
    #[arg(long, value_name = "CODE", conflicts_with = "policies")]
    pub(crate) explain: Option<String>,
    /// Make the changes that can only be meant so, then check
    #[arg(long, conflicts_with_all = ["explain", "format"])]
    pub(crate) fix: bool,
    /// Day against which the end of public figures is held; today in Mexico City by default
    #[arg(long, value_name = "DATE", conflicts_with = "explain")]
    pub(crate) as_of: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// For code review systems: SARIF 2.1.0
    Sarif,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DocArgs {
    /// Policy to write about; with @VERSION another version than the live one
    #[arg(value_name = "ID[@VERSION]")]
    pub(crate) policy: String,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// The language it is written in
    #[arg(long, value_name = "LANGUAGE", default_value = "es-MX")]
    pub(crate) lang: LangArg,
    /// How it is written
    #[arg(long, default_value = "markdown")]
    pub(crate) format: DocFormat,
    /// Where it is written; standard output unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    /// Mexican Spanish
    #[value(name = "es-MX", alias = "es")]
    Spanish,
    /// English
    #[value(name = "en")]
    English,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocFormat {
    /// Markdown
    Markdown,
    /// One HTML page
    Html,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LspArgs {
    /// Talk on standard input and output, as is done anyway; some editors insist on saying so
    #[arg(long)]
    pub(crate) stdio: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FmtArgs {
    /// Script files, or policies by id or folder; all policies when none is named
    #[arg(value_name = "FILE|POLICY")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// Change nothing; end with 4 when a script is not formatted
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CharacteristicsArgs {
    /// Only this one
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// How they are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(end) => text.split_at(end),
        None => (text, ""),
    };
    let factor: usize = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        _ => return Err("give bytes, or a number with `KiB` or `MiB`".to_owned()),
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .filter(|n| *n > 0)
        .ok_or_else(|| "not a size".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Args, size};

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes() {
        assert_eq!(size("10MiB"), Ok(10_485_760));
        assert_eq!(size("512 KiB"), Ok(524_288));
        assert_eq!(size("7"), Ok(7));
        for bad in [
            "",
            "0",
            "MiB",
            "1GB",
            "-1",
            "99999999999999999999",
            "99999999999999MiB",
        ] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
