//! `dictamen report`: everything that somebody should know who approves a change.

use std::io::Write;

use dictamen_lab::report::Section;
use dictamen_server::rules::LoadedPolicy;

use super::compare::{Asked, told};
use crate::{
    args::ReportArgs,
    exit::{Exit, Failure},
};

pub(crate) fn run(
    args: &ReportArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let asked = Asked {
        before: &args.before,
        after: &args.after,
        portfolio: &args.portfolio,
        format: args.format,
        lang: args.lang,
    };
    told(&asked, further, out, err)
}

/// What there is to say of the policies beside the comparison, one section for each subject.
fn further(_before: &LoadedPolicy, _after: &LoadedPolicy) -> Vec<Section> {
    Vec::new()
}
