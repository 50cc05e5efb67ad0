//! The command line of `dictamen demo`.

use clap::Args as ClapArgs;

use super::RulesArg;

pub(super) const AFTER_HELP: &str = "\
Examples:
  dictamen demo
  dictamen demo --listen 127.0.0.1:7000 --policy starter-mx

Open the printed address in a browser. The page is a lender's: it sends the applicant to the
widget of a local Belvo for their consent, shows how the record arrives and what is decided, and
the letter. The service and the local Belvo run in the same process, with people who do not exist;
what is decided is kept in a temporary folder and gone at the end.";

/// A lender's page, the service and a local Belvo in one process.
#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) rules: RulesArg,
    /// Policy to decide by
    #[arg(long, value_name = "ID", default_value = "nomina-personal-loan-mx")]
    pub(crate) policy: String,
    /// Address and port of the lender's page; on this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8070")]
    pub(crate) listen: String,
}
