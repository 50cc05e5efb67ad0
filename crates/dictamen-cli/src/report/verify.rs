//! What became of the promises of a policy.

use std::io::{self, Write};

use dictamen_lab::invariants::{Applicant, Checked, Counts, Example, Verdict, Verification};
use serde_json::Value;

use super::style::{self, BAD, BOLD, DIM, GOOD, WARN};

/// Writes one policy's promises.
pub(crate) fn write(out: &mut dyn Write, found: &Verification) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} {}", found.policy, found.version)?;
    for assumption in &found.assumptions {
        writeln!(out, "  {DIM}assumed:{DIM:#} {assumption}")?;
    }
    let reached = |checked: &&Checked| {
        matches!(
            &checked.verdict,
            Verdict::Proved {
                witness: Some(_),
                ..
            }
        )
    };
    let shown = found.promises.iter().filter(|checked| !reached(checked));
    for checked in shown {
        write_checked(out, checked)?;
    }
    let count = found.promises.iter().filter(reached).count();
    if count > 0 {
        writeln!(
            out,
            "  {GOOD}PROVED{GOOD:#}       {count} rules and bands are reached  {DIM}each with an applicant{DIM:#}"
        )?;
    }
    let examples = found.promises.iter().any(|checked| {
        matches!(
            &checked.verdict,
            Verdict::Refuted {
                example: Some(_),
                ..
            }
        )
    });
    if examples {
        let usual = &found.usual.characteristics;
        let usual: Vec<String> = usual
            .iter()
            .map(|(name, value)| named(name, Some(value)))
            .collect();
        let outcome = found.usual.outcome;
        writeln!(
            out,
            "  {DIM}all else as with this applicant, decided {outcome}:{DIM:#}"
        )?;
        for line in usual.chunks(4) {
            writeln!(out, "      {DIM}{}{DIM:#}", line.join(", "))?;
        }
    }
    Ok(())
}

fn write_checked(out: &mut dyn Write, checked: &Checked) -> io::Result<()> {
    let name = &checked.name;
    let place = checked
        .line
        .map(|line| format!(" (invariants.rhai:{line})"));
    let place = place.unwrap_or_default();
    match &checked.verdict {
        Verdict::Proved { because, .. } => {
            writeln!(
                out,
                "  {GOOD}PROVED{GOOD:#}       {name}  {DIM}{because}{DIM:#}"
            )
        }
        Verdict::Refuted { because, example } => {
            writeln!(out, "  {BAD}REFUTED{BAD:#}      {name}{place}: {because}")?;
            match example {
                Some(example) => write_example(out, example),
                None => Ok(()),
            }
        }
        Verdict::NotDecided {
            looked_at,
            open,
            trials,
        } => writeln!(
            out,
            "  {WARN}NOT DECIDED{WARN:#}  {name}{place}: {looked_at} regions of applicants were looked at, \
             {open} are open; none of {trials} applicants tried breaks it"
        ),
    }
}

fn write_example(out: &mut dyn Write, example: &Example) -> io::Result<()> {
    for (at, applicant) in example.applicants.iter().enumerate() {
        let who = if at == 0 { "applicant" } else { "but with " };
        let told = match at
            .checked_sub(1)
            .and_then(|before| example.applicants.get(before))
        {
            Some(before) => differences(before, applicant),
            None => unusual(applicant),
        };
        let told = if told.is_empty() {
            "as usual".to_owned()
        } else {
            told.join(", ")
        };
        let outcome = applicant.outcome;
        let style = style::outcome(outcome);
        let score = applicant.score.map(|score| format!("score {score}"));
        let amount = applicant
            .amount
            .as_ref()
            .map(|amount| format!("{amount} MXN"));
        let reasons = Some(applicant.reasons.join(" ")).filter(|reasons| !reasons.is_empty());
        let answer: Vec<String> = [
            Some(format!("{style}{outcome}{style:#}")),
            score,
            amount,
            reasons,
        ]
        .into_iter()
        .flatten()
        .collect();
        let answer = answer.join(", ");
        writeln!(out, "      {who} {told}")?;
        writeln!(out, "        gets {answer}")?;
    }
    Ok(())
}

fn unusual(applicant: &Applicant) -> Vec<String> {
    let names = applicant.unusual.iter();
    names
        .map(|name| named(name, applicant.characteristics.get(name)))
        .collect()
}

fn differences(before: &Applicant, after: &Applicant) -> Vec<String> {
    let names = before
        .characteristics
        .keys()
        .chain(after.characteristics.keys());
    let mut names: Vec<&&str> = names.collect();
    names.sort();
    names.dedup();
    let of = |applicant: &Applicant, name: &str| applicant.characteristics.get(name).cloned();
    names
        .into_iter()
        .filter(|name| of(before, name) != of(after, name))
        .map(|name| named(name, of(after, name).as_ref()))
        .collect()
}

fn named(name: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => format!("{name} missing"),
        Some(Value::String(text)) => format!("{name} = {text}"),
        Some(value) => format!("{name} = {value}"),
    }
}

/// The closing line.
pub(crate) fn summary(out: &mut dyn Write, counts: Counts) -> io::Result<()> {
    let Counts {
        proved,
        refuted,
        not_decided,
    } = counts;
    writeln!(
        out,
        "{proved} proved, {refuted} refuted, {not_decided} not decided"
    )
}
