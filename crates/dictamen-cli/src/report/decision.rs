//! A decision for people: what, why, how much, and by which numbers.

use std::io::{self, Write};

use dictamen_engine::{Comparison, Decided, Decision, Offer, RuleTrace, Trace, Verdict};
use dictamen_model::characteristic::{Kind, definitions};

use super::{
    style::{self, BAD, BOLD, DIM, GOOD, WARN},
    table,
};

/// Writes a decision; with `explain`, every rule met and every characteristic too.
pub(crate) fn write(out: &mut dyn Write, decided: &Decided, explain: bool) -> io::Result<()> {
    let decision = &decided.decision;
    head(out, decision)?;
    reasons(out, decision)?;
    if let Some(offer) = &decision.offer {
        write_offer(out, offer)?;
    }
    score(out, decision)?;
    missing(out, decision)?;
    if explain {
        trace(out, &decided.trace)?;
        heading(out, "Characteristics")?;
        table::printed(out, &decision.characteristics, |_| true)
    } else {
        let met = names_met(&decided.trace);
        if met.is_empty() {
            return Ok(());
        }
        heading(out, "Key characteristics")?;
        table::printed(out, &decision.characteristics, |name| met.contains(&name))
    }
}

fn heading(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{text}{BOLD:#}")
}

fn head(out: &mut dyn Write, decision: &Decision) -> io::Result<()> {
    let colour = style::outcome(decision.outcome);
    writeln!(
        out,
        "{colour}{}{colour:#}  {BOLD}{}{BOLD:#}",
        decision.outcome, decision.application_id
    )?;
    writeln!(
        out,
        "{DIM}{} {}, as of {}, ended in stage {}{DIM:#}",
        decision.policy.id, decision.policy.version, decision.as_of, decision.stage
    )?;
    writeln!(out, "{DIM}decision {}{DIM:#}", decision.decision_id)
}

fn reasons(out: &mut dyn Write, decision: &Decision) -> io::Result<()> {
    if decision.reasons.is_empty() {
        return Ok(());
    }
    heading(out, "Reasons")?;
    for reason in &decision.reasons {
        write!(out, "  {}. {BOLD}{}{BOLD:#}", reason.rank, reason.code)?;
        if let Some(points) = reason.points_lost {
            write!(out, "  {DIM}{points} points lost{DIM:#}")?;
        }
        writeln!(out, "\n     {}", reason.text.es_mx)?;
        writeln!(out, "     {DIM}{}{DIM:#}", reason.text.en)?;
        if let Some(evidence) = &reason.evidence {
            writeln!(out, "     settled by: {evidence}")?;
        }
    }
    Ok(())
}

fn write_offer(out: &mut dyn Write, offer: &Offer) -> io::Result<()> {
    heading(out, "Offer")?;
    let currency = offer.currency;
    let mut line = |what: &str, text: String| writeln!(out, "  {DIM}{what:17}{DIM:#}{text}");
    line("amount", format!("{} {currency}", offer.amount))?;
    line("term", format!("{} months", offer.term_months))?;
    line("annual rate", offer.annual_rate.clone())?;
    line(
        "monthly payment",
        format!("{} {currency}", offer.monthly_payment),
    )?;
    if let Some(amount) = &offer.max_amount {
        line("largest amount", format!("{amount} {currency}"))?;
    }
    if let Some(payment) = &offer.max_payment {
        line("largest payment", format!("{payment} {currency} per month"))?;
    }
    if let Some(factor) = &offer.limiting_factor {
        line("limited by", factor.to_string())?;
    }
    Ok(())
}

fn score(out: &mut dyn Write, decision: &Decision) -> io::Result<()> {
    let Some(score) = decision.score else {
        return Ok(());
    };
    let band = decision.band.as_deref();
    let band = band.map(|band| format!(", band {band}"));
    heading(out, &format!("Score {score}{}", band.unwrap_or_default()))?;
    for (code, points) in decision.points.iter().flatten() {
        writeln!(out, "  {code:6} {points:>5}")?;
    }
    Ok(())
}

fn missing(out: &mut dyn Write, decision: &Decision) -> io::Result<()> {
    if decision.missing.is_empty() {
        return Ok(());
    }
    heading(out, "Missing")?;
    for missing in &decision.missing {
        writeln!(
            out,
            "  {}  {DIM}needed by {}{DIM:#}",
            missing.characteristic, missing.needed_by
        )?;
    }
    Ok(())
}

fn trace(out: &mut dyn Write, trace: &Trace) -> io::Result<()> {
    heading(out, "Rules met")?;
    for rule in &trace.rules {
        let (word, colour) = match rule.verdict {
            Verdict::Fired => ("fired", BAD),
            Verdict::Passed => ("passed", GOOD),
            Verdict::Undecided => ("undecided", WARN),
            Verdict::Failed => ("failed", WARN),
            Verdict::NotReached => ("not reached", DIM),
        };
        write!(
            out,
            "  {colour}{word:11}{colour:#}  {}  {BOLD}{}{BOLD:#}",
            rule.stage, rule.rule
        )?;
        scored(out, rule)?;
        writeln!(out)?;
        for comparison in &rule.comparisons {
            write_comparison(out, comparison)?;
        }
        for name in &rule.missing {
            writeln!(out, "                 {name} is missing")?;
        }
        if let Some(failure) = &rule.failure {
            writeln!(out, "                 {failure}")?;
        }
    }
    Ok(())
}

fn scored(out: &mut dyn Write, rule: &RuleTrace) -> io::Result<()> {
    if let Some(points) = rule.points {
        let value = rule.value.as_ref().map(table::plain);
        let value = value.as_deref().unwrap_or("missing");
        write!(out, "  {value} gives {points} points")?;
    }
    Ok(())
}

fn write_comparison(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let holds = match comparison.holds {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "cannot be told",
    };
    let (text, left) = (&comparison.text, table::plain(&comparison.left));
    if comparison.operator == "is" {
        // A condition that is one characteristic: its value says it all.
        return writeln!(out, "                 {text}: {left} {DIM}{holds}{DIM:#}");
    }
    let (operator, right) = (comparison.operator, table::plain(&comparison.right));
    write!(
        out,
        "                 {text}: {left} {operator} {right} {DIM}{holds}"
    )?;
    if let Some(distance) = &comparison.distance {
        write!(out, ", by {distance}")?;
    }
    writeln!(out, "{DIM:#}")
}

/// The characteristics that the comparisons met are about.
fn names_met(trace: &Trace) -> Vec<&'static str> {
    let texts = || {
        let met = trace
            .rules
            .iter()
            .filter(|r| r.verdict != Verdict::NotReached);
        met.flat_map(|rule| &rule.comparisons).map(|c| &*c.text)
    };
    let is_word = |text: &str, name: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    definitions()
        .iter()
        // Statements are many and mostly as they should be; `--explain` shows them.
        .filter(|d| d.kind != Kind::Bool)
        .map(|d| d.name)
        .filter(|name| texts().any(|text| is_word(text, name)))
        .collect()
}
