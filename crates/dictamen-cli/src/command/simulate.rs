//! `dictamen simulate`: who gets what.

use std::io::Write;

use dictamen_lab::{
    report,
    simulate::{Study, Vary},
};

use super::compare::say_rejected;
use crate::{
    args::SimulateArgs,
    exit::{Exit, Failure},
    portfolio::{self, Written},
};

pub(crate) fn run(
    args: &SimulateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let portfolio = &args.portfolio;
    let gates = portfolio::gates(&portfolio.gates, false)?;
    for path in &portfolio.reports {
        portfolio::form(path)?;
    }
    let vary: Result<Vec<Vary>, _> = args.vary.iter().map(|text| Vary::parse(text)).collect();
    let dir = &portfolio.rules.rules;
    let loaded = portfolio::policy(dir, &args.policy, err)?;
    let parameters = portfolio::parameters(dir, err)?;
    let study = Study::of(&loaded.policy);
    let study = vary.and_then(|vary| study.vary(vary)).map_err(|error| {
        Failure::new(Exit::Usage, format!("--vary: {error}")).help_opt(error.help)
    })?;
    let study = portfolio::settle(portfolio, study)?;
    let done = portfolio::run(portfolio, &study, &parameters.parameters, err)?;
    say_rejected(&done, err)?;
    let rulings = portfolio::rulings(&gates, &study, &done.tally);
    let language = portfolio::language(args.lang);
    let texts = portfolio::texts(&[study.policy()], language);
    let written = Written {
        report: report::simulated(&study, &done.tally, &texts, &rulings, language),
        json: report::json(&study, &done.tally, None, &rulings),
    };
    written.write(&portfolio.reports, args.format, &rulings, out, err)
}
