//! `dictamen compare`: who changes, and by which edit.

use dictamen_lab::{
    compare::{Diff, Shares, edits_in_words, reason_changes, search},
    report::{self, Compared, Section},
    simulate::Study,
};
use dictamen_server::rules::LoadedPolicy;
use std::io::Write;

use crate::{
    args::{CompareArgs, LangArg, PortfolioArgs, ReportFormat},
    exit::{Exit, Failure},
    portfolio::{self, Done, Written},
};

/// What is compared, and how it is told.
pub(super) struct Asked<'a> {
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    pub(super) portfolio: &'a PortfolioArgs,
    pub(super) format: ReportFormat,
    pub(super) lang: LangArg,
}

pub(crate) fn run(
    args: &CompareArgs,
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
    told(&asked, |_, _| Vec::new(), out, err)
}

/// Compares and tells. `further` are sections that others have to add about both policies.
pub(super) fn told(
    asked: &Asked<'_>,
    further: impl Fn(&LoadedPolicy, &LoadedPolicy) -> Vec<Section>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let portfolio = asked.portfolio;
    let gates = portfolio::gates(&portfolio.gates, true)?;
    for path in &portfolio.reports {
        portfolio::form(path)?;
    }
    let dir = &portfolio.rules.rules;
    let before = portfolio::policy(dir, asked.before, err)?;
    let after = portfolio::policy(dir, asked.after, err)?;
    let parameters = portfolio::parameters(dir, err)?;
    let diff = Diff::of(&before.policy, &after.policy);
    let shares = Shares::new(&before.policy, &diff);
    let study = Study::comparing(&before.policy, &after.policy, shares);
    let study = portfolio::settle(portfolio, study)?;
    let done = portfolio::run(portfolio, &study, &parameters.parameters, err)?;
    say_rejected(&done, err)?;
    let tally = &done.tally;
    let language = portfolio::language(asked.lang);
    let documents =
        [&before, &after].map(|loaded| loaded.policy.document(&loaded.source, language));
    let [first, second] = &documents;
    let edits = edits_in_words(first, second, &diff);
    let texts = reason_changes(first, second);
    let found =
        (tally.whole.differ == 0).then(|| search(&before.policy, &after.policy, &diff, tally));
    let rulings = portfolio::rulings(&gates, &study, tally);
    let told = Compared {
        edits: &edits,
        texts: &texts,
        search: found.as_ref(),
        rulings: &rulings,
        reasons: &portfolio::texts(&[&before.policy, &after.policy], language),
    };
    let nothing = || Failure::new(Exit::Failed, "there is nothing to tell");
    let mut report = report::compared(&study, tally, &told, language).ok_or_else(nothing)?;
    report.sections.extend(further(&before, &after));
    let json = report::json(
        &study,
        tally,
        Some((&edits, &texts, found.as_ref())),
        &rulings,
    );
    let written = Written { report, json };
    written.write(&portfolio.reports, asked.format, &rulings, out, err)
}

/// Says how many rows could not be read, and where they are.
pub(super) fn say_rejected(done: &Done, err: &mut dyn Write) -> Result<(), Failure> {
    let Some(path) = &done.rejected else {
        return Ok(());
    };
    let count = done.tally.rejected;
    writeln!(
        err,
        "warning: {count} rows could not be read; they are in `{}`",
        path.display()
    )?;
    for problem in &done.tally.problems {
        let at = if problem.at.is_empty() {
            String::new()
        } else {
            format!(" at {}", problem.at)
        };
        writeln!(
            err,
            "  row {}{at}: {} [{}]",
            problem.row, problem.message, problem.code
        )?;
    }
    let shown = u64::try_from(done.tally.problems.len()).unwrap_or(u64::MAX);
    if shown < count {
        writeln!(err, "  and {} more", count.saturating_sub(shown))?;
    }
    Ok(())
}
