//! The part of the command line that is about Belvo, applications by link, and telling the loan
//! origination system.

use std::num::NonZeroU32;

use clap::Args as ClapArgs;

/// Work beside the requests.
#[derive(Debug, ClapArgs)]
pub(crate) struct WorkArgs {
    /// Address that is told what was decided, by signed messages; nobody is told unless given
    #[arg(long, value_name = "URL", env = "DICTAMEN_DELIVER_TO")]
    pub(crate) deliver_to: Option<String>,
    /// Secrets that messages are signed with: `whsec_…`, several apart by spaces while one is replaced
    #[arg(
        long,
        value_name = "SECRETS",
        env = "DICTAMEN_DELIVER_SECRETS",
        hide_env_values = true
    )]
    pub(crate) deliver_secrets: Option<String>,
    /// Belvo's address, for applications by link; none are taken unless given
    #[arg(long, value_name = "URL", env = "DICTAMEN_BELVO_URL")]
    pub(crate) belvo_url: Option<String>,
    /// Belvo's secret id
    #[arg(
        long,
        value_name = "ID",
        env = "DICTAMEN_BELVO_SECRET_ID",
        hide_env_values = true
    )]
    pub(crate) belvo_secret_id: Option<String>,
    /// Belvo's secret password
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "DICTAMEN_BELVO_SECRET_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) belvo_secret_password: Option<String>,
    /// The whole `Authorization` header that was agreed for Belvo's notices, such as `Bearer abc`
    #[arg(
        long,
        value_name = "HEADER",
        env = "DICTAMEN_BELVO_WEBHOOK_AUTH",
        hide_env_values = true
    )]
    pub(crate) belvo_webhook_auth: Option<String>,
    /// Address of Belvo's hosted widget, when it is another than Belvo's own
    #[arg(long, value_name = "URL", env = "DICTAMEN_BELVO_WIDGET_URL")]
    pub(crate) belvo_widget_url: Option<String>,
    /// Requests to Belvo in 30 seconds; more wait. Its firewall takes 80 of one address
    #[arg(long, value_name = "COUNT", default_value = "70", value_parser = clap::value_parser!(u32).range(1..), env = "DICTAMEN_BELVO_REQUESTS")]
    pub(crate) belvo_requests: u32,
    /// The lender's name, shown above the consent
    #[arg(long, value_name = "NAME", env = "DICTAMEN_COMPANY")]
    pub(crate) company: Option<String>,
    /// Hours an applicant may take to consent
    #[arg(long, value_name = "HOURS", default_value = "24", value_parser = clap::value_parser!(u64).range(1..=8760), env = "DICTAMEN_CONSENT_HOURS")]
    pub(crate) consent_hours: u64,
    /// Hours the record may take after that
    #[arg(long, value_name = "HOURS", default_value = "48", value_parser = clap::value_parser!(u64).range(1..=8760), env = "DICTAMEN_RETRIEVAL_HOURS")]
    pub(crate) retrieval_hours: u64,
    /// Divide every wait of deliveries and applications, for trying things out
    #[arg(long, value_name = "FACTOR", default_value_t = NonZeroU32::MIN, env = "DICTAMEN_HURRY")]
    pub(crate) hurry: NonZeroU32,
}
