//! Why an applicant got their answer, for people.

use std::io::{self, Write};

use dictamen_engine::{RuleTrace, Verdict, words::Language};
use dictamen_lab::explain::Explanation;
use serde_json::Value;

use super::style::{self, BOLD, DIM, GOOD, HINT};

/// Writes an explanation.
pub(crate) fn write(
    out: &mut dyn Write,
    found: &Explanation,
    language: Language,
) -> io::Result<()> {
    let style = style::outcome(found.outcome);
    write!(out, "{style}{}{style:#}", found.outcome)?;
    if let Some(score) = found.score {
        let word = language.pick("puntaje", "score");
        let band = found.band.as_deref().unwrap_or("—");
        let banded = language.pick("banda", "band");
        write!(out, "  {word} {score}, {banded} {band}")?;
    }
    writeln!(
        out,
        "  {DIM}{}  {}{DIM:#}",
        found.application_id, found.as_of
    )?;
    if !found.reasons.is_empty() {
        writeln!(out, "\n{BOLD}{}{BOLD:#}", language.pick("Por qué", "Why"))?;
        for reason in &found.reasons {
            let text = language.pick(&reason.text.es_mx, &reason.text.en);
            writeln!(
                out,
                "  {}. {text}  {DIM}{}{DIM:#}",
                reason.rank, reason.code
            )?;
        }
    }
    let title = language.pick("Qué cambiaría la respuesta", "What would change the answer");
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
    for suggestion in &found.suggestions {
        let style = style::outcome(suggestion.outcome);
        writeln!(
            out,
            "  {style}{}{style:#}  {}",
            suggestion.outcome, suggestion.sentence
        )?;
    }
    if let Some(without) = &found.without_suggestion {
        writeln!(out, "  {without}")?;
    }
    let made = found.decisions_made;
    let made = language.pick(
        format!("{made} evaluaciones; todo lo demás igual"),
        format!("{made} decisions were made; everything else the same"),
    );
    writeln!(out, "  {DIM}{made}{DIM:#}")?;
    if !found.scorecard.is_empty() {
        let title = language.pick("Puntos", "Points");
        writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
        for scored in &found.scorecard {
            let next = scored.next.as_ref().map(|next| {
                language.pick(format!(", más desde {next}"), format!(", more from {next}"))
            });
            writeln!(
                out,
                "  {HINT}{}{HINT:#} {:>4} / {:<4} {} {DIM}= {}{}{DIM:#}",
                scored.code,
                scored.points,
                scored.best,
                scored.text,
                shown(&scored.value),
                next.unwrap_or_default(),
            )?;
        }
    }
    let title = language.pick("Condiciones", "Conditions");
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
    for rule in &found.conditions {
        condition(out, rule)?;
    }
    Ok(())
}

fn condition(out: &mut dyn Write, rule: &RuleTrace) -> io::Result<()> {
    let (style, word) = match rule.verdict {
        Verdict::Fired => (style::BAD, "fired"),
        Verdict::Undecided => (style::WARN, "undecided"),
        Verdict::Failed => (style::WARN, "failed"),
        Verdict::Passed => (GOOD, "passed"),
        Verdict::NotReached => (DIM, "not reached"),
    };
    writeln!(
        out,
        "  {style}{word:<9}{style:#} {} {DIM}{}{DIM:#}",
        rule.rule, rule.stage
    )?;
    for comparison in &rule.comparisons {
        let distance = comparison.distance.as_ref();
        let distance = distance.map(|distance| format!("  distance {distance}"));
        writeln!(
            out,
            "            {}  {DIM}{} {} {}{}{DIM:#}",
            comparison.text,
            shown(&comparison.left),
            comparison.operator,
            shown(&comparison.right),
            distance.unwrap_or_default(),
        )?;
    }
    if let Some(why) = &rule.failure {
        writeln!(out, "            {why}")?;
    }
    for missing in &rule.missing {
        writeln!(out, "            {missing} missing")?;
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
