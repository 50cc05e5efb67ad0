//! The command line of `dictamen sandbox`.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use dictamen_sandbox::faults::Rule;

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen sandbox
  dictamen sandbox --listen 127.0.0.1:8090 --secret-id ID --secret-password PW --webhook-delay 1
  dictamen sandbox --webhook http://127.0.0.1:8080/v1/belvo/webhooks --webhook-auth 'Bearer abc'
  dictamen sandbox --fault unexpected-error:5% --fault half:3x --webhook-twice 20 --webhook-late 20
  dictamen sandbox --day-seconds 10
  dictamen sandbox faults
  dictamen sandbox population --seed 7 --count 100000 > people.ndjson

It answers as Belvo does for the IMSS, the ISSSTE, Brazil's INSS and the institution of Belvo's
own sandbox: point a client at it instead of at https://sandbox.belvo.com. A CURP is the same
person each time; the seed says which. What goes wrong is chosen by --fault, by the request header
X-Sandbox-Fault: NAME, or by the first four letters of a CURP; `dictamen sandbox faults` lists
all, with a CURP for each.

Beside Belvo's addresses it has its own, with the same secrets:
  GET  /sandbox/                     what it is set to, and its time
  POST /sandbox/time/                {\"days\": 7} passes time; recurrent links are refreshed
  POST /sandbox/people/CURP/events/  {\"event\": \"raise\", \"percent\": 10} happens to a person;
                                     so do job_change, job_loss and hired
  GET  /sandbox/faults/              what can go wrong
  PUT  /sandbox/faults/              [\"hang:5%\"] replaces what goes wrong
  PUT  /sandbox/webhook/             {\"url\": \"http://127.0.0.1:8080/…\", \"authorization\": \"…\"}
  GET  /sandbox/webhooks/            the notices sent, and what became of them
  PUT  /sandbox/institutions/NAME/   {\"status\": \"down\"}

It keeps everything in memory, listens on this machine only, and sends notices nowhere else.";

#[expect(clippy::struct_excessive_bools, reason = "a command line is flags")]
#[derive(Debug, ClapArgs)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SandboxCommand>,
    /// Address and port to listen on; of this machine only
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8090",
        env = "DICTAMEN_SANDBOX_LISTEN"
    )]
    pub(crate) listen: String,
    /// Secret id that clients send
    #[arg(
        long,
        value_name = "ID",
        default_value = "sandbox-secret-id",
        env = "DICTAMEN_SANDBOX_SECRET_ID"
    )]
    pub(crate) secret_id: String,
    /// Secret password that clients send
    #[arg(
        long,
        value_name = "PW",
        default_value = "sandbox-secret-password",
        env = "DICTAMEN_SANDBOX_SECRET_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) secret_password: String,
    /// Which people there are
    #[arg(long, value_name = "NUMBER", default_value = "7")]
    pub(crate) seed: u64,
    /// What goes wrong: NAME, NAME:5% or NAME:3x; may be given several times
    #[arg(long = "fault", value_name = "RULE")]
    pub(crate) faults: Vec<Rule>,
    /// Where notices are sent; of this machine only
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
    /// The Authorization header sent along with notices
    #[arg(
        long,
        value_name = "HEADER",
        requires = "webhook",
        env = "DICTAMEN_SANDBOX_WEBHOOK_AUTH",
        hide_env_values = true
    )]
    pub(crate) webhook_auth: Option<String>,
    /// Seconds a retrieval in the background takes before its notice is sent
    #[arg(long, value_name = "SECONDS", default_value = "15")]
    pub(crate) webhook_delay: f64,
    /// Retries of a notice that was not answered with success
    #[arg(long, value_name = "COUNT", default_value = "5")]
    pub(crate) webhook_retries: u32,
    /// Seconds before the first retry; twice as many before the second, and so on
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(crate) webhook_backoff: f64,
    /// Give each retry of a notice an id of its own
    #[arg(long)]
    pub(crate) webhook_new_ids: bool,
    /// Tell what a client asked for to be told later as news, not as a historical update
    #[arg(long)]
    pub(crate) async_as_news: bool,
    /// Fields left out of notices, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(crate) webhook_without: Vec<String>,
    /// How many notices of a hundred are sent twice
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) webhook_twice: u8,
    /// How many notices of a hundred are overtaken by others
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) webhook_late: u8,
    /// How many notices of a hundred are never sent
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) webhook_lost: u8,
    /// Elements of a page
    #[arg(long, value_name = "COUNT", default_value = "10", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) page_size: u16,
    /// Requests of one address in 30 seconds before the firewall answers; 0 for no limit
    #[arg(long, value_name = "COUNT", default_value = "80")]
    pub(crate) requests: u32,
    /// Deletes of links or records in a minute; 0 for no limit
    #[arg(long, value_name = "COUNT", default_value = "5")]
    pub(crate) deletes: u32,
    /// Logins with one CURP at the IMSS in 24 hours; 0 for no limit
    #[arg(long, value_name = "COUNT", default_value = "3")]
    pub(crate) logins: u32,
    /// How often recurrent links are refreshed: 6h, 12h, 24h, 7d or 30d
    #[arg(long, value_name = "RATE", default_value = "7d")]
    pub(crate) refresh_rate: String,
    /// Replace the record of a link when it is fetched again, instead of adding one
    #[arg(long)]
    pub(crate) refresh_replaces: bool,
    /// Allow several links of one person with one institution
    #[arg(long)]
    pub(crate) duplicate_links: bool,
    /// Let a day pass in so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) day_seconds: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Write people and their applications as request bodies, one per line
    #[command(after_help = "\
Examples:
  dictamen sandbox population --seed 7 --count 100000 > people.ndjson
  dictamen sandbox population --count 1 | dictamen decide --policy nomina-personal-loan-mx --input -

Each line is what `dictamen decide` and the service take. The same seed, count and day give the
same bytes.")]
    Population(PopulationArgs),
    /// List what can be made to go wrong
    Faults,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PopulationArgs {
    /// Which people
    #[arg(long, value_name = "NUMBER", default_value = "7")]
    pub(crate) seed: u64,
    /// How many
    #[arg(long, value_name = "COUNT", default_value = "100")]
    pub(crate) count: u64,
    /// The day they apply; one that the public figures cover
    #[arg(long, value_name = "DATE", default_value = "2026-09-15")]
    pub(crate) as_of: NaiveDate,
}
