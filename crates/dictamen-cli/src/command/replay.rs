//! `dictamen replay`: is a decision made again the same?

use std::io::Write;

use dictamen_lab::replay::{Comparison, Verdict};
use dictamen_server::{
    problem::Problem,
    replay::{self, replay},
    rules::RuleBook,
};
use dictamen_store::DecisionFacts;
use serde_json::Value;

use super::runtime;
use crate::{
    args::{Format, ReplayArgs},
    exit::{Exit, Failure},
    report, rules,
    store::{self, failure},
};

pub(crate) fn run(
    args: &ReplayArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let source = rules::read(&args.rules.rules)?;
    let book = RuleBook::build(&RuleBook::default(), &source);
    rules::print_failures(&book, &args.rules.rules, err, |_| true)?;
    let (facts, sealed) = runtime()?.block_on(async {
        let unknown = || {
            let id = &args.decision;
            Failure::new(Exit::Invalid, format!("decision `{id}` is not in the log"))
        };
        let log = store::reading(&args.store)?;
        let entry = log.decision(&args.decision).await.map_err(failure)?;
        let facts = entry.ok_or_else(unknown)?.decision().map_err(failure)?;
        let master = store::existing_master_keys(&args.store)?;
        let sealed = log
            .open_sealed(&args.decision, &master)
            .await
            .map_err(failure)?;
        Ok::<_, Failure>((facts, sealed.ok_or_else(unknown)?))
    })?;
    let replayed =
        replay(&book, &facts, &sealed, args.policy.as_deref()).map_err(|p| refused(&p))?;
    match args.format {
        // The answer of the service to the same question.
        Format::Json => {
            let bytes = replay::write(&args.decision, &replayed);
            out.write_all(&bytes.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?)?;
        }
        Format::Human => human(&replayed.comparison, &facts, out)?,
    }
    Ok(match replayed.comparison.verdict {
        Verdict::Identical => Exit::Done,
        Verdict::SameAnswer | Verdict::Changed => Exit::Differs,
    })
}

fn refused(problem: &Problem) -> Failure {
    let body = problem.body("");
    Failure::new(Exit::Invalid, format!("{}: {}", body.title, body.detail))
}

fn human(
    comparison: &Comparison,
    facts: &DecisionFacts,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let made = format!(
        "{} by {} {} as of {}",
        facts.outcome, facts.policy.id, facts.policy.version, facts.as_of
    );
    match comparison.verdict {
        Verdict::Identical => writeln!(out, "identical: {made}")?,
        Verdict::SameAnswer => writeln!(out, "the same answer, for other causes: {made}")?,
        Verdict::Changed => {
            let count = report::count(comparison.changes.len(), "difference", "differences");
            writeln!(out, "another answer, with {count}: it was {made}")?;
        }
    }
    for cause in &comparison.causes {
        writeln!(
            out,
            "  {}: {} is now {}",
            cause.cause, cause.logged, cause.now
        )?;
    }
    if comparison.causes.is_empty() && comparison.verdict == Verdict::Changed {
        writeln!(
            out,
            "  no cause differs: the log was changed, or this is a defect"
        )?;
    }
    for change in &comparison.changes {
        writeln!(
            out,
            "  {}: {} is now {}",
            change.pointer,
            shown(&change.logged),
            shown(&change.now)
        )?;
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}
