//! Puts values in the place of placeholders, and leaves out the sections that do not apply.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use dictamen_engine::{Outcome, words::Language};
use dictamen_model::suggest;
use rust_decimal::Decimal;

use super::{MOST_REASONS, PLACEHOLDERS, SECTIONS, TemplateError, outcome};
use crate::explain::{Explanation, pesos};

const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn fill(
    template: &str,
    explanation: &Explanation,
    language: Language,
) -> Result<String, Vec<TemplateError>> {
    let values = values(explanation, language);
    let sections = sections(explanation);
    let mut filler = Filler {
        errors: Vec::new(),
        out: String::new(),
        open: Vec::new(),
    };
    let mut line = 1_usize;
    let mut rest = template.strip_prefix('\u{feff}').unwrap_or(template);
    while let Some((before, behind)) = rest.split_once("{{") {
        filler.put(before);
        line = line.saturating_add(before.matches('\n').count());
        let Some((name, after)) = behind
            .split_once("}}")
            .filter(|(name, _)| !name.contains('\n'))
        else {
            filler.refuse(line, "`{{` without `}}`".to_owned(), None);
            rest = "";
            break;
        };
        let name = name.trim();
        let alone = before.is_empty() || before.ends_with('\n');
        let mut after = after;
        if let Some(section) = name.strip_prefix('#') {
            filler.begin(section.trim(), line, &sections);
        } else if let Some(section) = name.strip_prefix('/') {
            filler.end(section.trim(), line);
        } else {
            filler.value(name, line, &values);
        }
        // A line that only begins or ends a section leaves none behind.
        if alone && name.starts_with(['#', '/']) {
            for end in ["\r\n", "\n"] {
                if let Some(next) = after.strip_prefix(end) {
                    line = line.saturating_add(1);
                    after = next;
                    break;
                }
            }
        }
        rest = after;
    }
    filler.put(rest);
    for (name, _, line) in std::mem::take(&mut filler.open) {
        let message = format!("the section `{name}` does not end");
        filler.refuse(
            line,
            message,
            Some(format!("write `{{{{/{name}}}}}` where it ends")),
        );
    }
    if filler.errors.is_empty() {
        Ok(filler.out)
    } else {
        Err(filler.errors)
    }
}

struct Filler {
    errors: Vec<TemplateError>,
    out: String,
    /// Name, whether it applies, and where it begins.
    open: Vec<(String, bool, usize)>,
}

impl Filler {
    fn put(&mut self, text: &str) {
        if self.open.iter().all(|(_, applies, _)| *applies) {
            self.out.push_str(text);
        }
    }

    fn refuse(&mut self, line: usize, message: String, help: Option<String>) {
        self.errors.push(TemplateError {
            line,
            message,
            help,
        });
    }

    fn begin(&mut self, name: &str, line: usize, sections: &BTreeMap<&str, bool>) {
        let applies = sections.get(name).copied();
        if applies.is_none() {
            let names = SECTIONS.iter().map(|(name, _)| *name);
            let help = suggest::help(name, names.clone());
            let all = || format!("there are: {}", names.collect::<Vec<_>>().join(", "));
            let message = format!("there is no section `{name}`");
            let help = Some(help.unwrap_or_else(all));
            self.refuse(line, message, help);
        }
        self.open
            .push((name.to_owned(), applies.unwrap_or(false), line));
    }

    fn end(&mut self, name: &str, line: usize) {
        match self.open.pop() {
            Some((open, ..)) if open == name => {}
            Some((open, ..)) => {
                let message = format!("the section `{name}` ends inside the section `{open}`");
                self.refuse(line, message, Some(format!("end `{open}` first")));
            }
            None => {
                let message = format!("the section `{name}` ends and does not begin");
                self.refuse(line, message, None);
            }
        }
    }

    fn value(&mut self, name: &str, line: usize, values: &BTreeMap<&str, String>) {
        if let Some(value) = values.get(name) {
            self.put(value);
            return;
        }
        let names = PLACEHOLDERS.iter().map(|(name, _)| *name);
        let help = suggest::help(name, names.clone());
        let all = || format!("there are: {}", names.collect::<Vec<_>>().join(", "));
        let message = format!("there is no placeholder `{name}`");
        let help = Some(help.unwrap_or_else(all));
        self.refuse(line, message, help);
    }
}

fn sections(explanation: &Explanation) -> BTreeMap<&'static str, bool> {
    let is = |outcome| explanation.outcome == outcome;
    BTreeMap::from([
        ("approve", is(Outcome::Approve)),
        ("counter", is(Outcome::Counter)),
        ("refer", is(Outcome::Refer)),
        ("decline", is(Outcome::Decline)),
        ("offer", explanation.decision.offer.is_some()),
        ("reasons", !explanation.reasons.is_empty()),
        ("suggestions", !explanation.suggestions.is_empty()),
        ("evidence", !evidence(explanation).is_empty()),
    ])
}

/// What settles a referral. The catalogue has it in one language.
fn evidence(explanation: &Explanation) -> Vec<&str> {
    if explanation.outcome != Outcome::Refer {
        return Vec::new();
    }
    let reasons = explanation.reasons.iter().take(MOST_REASONS);
    reasons
        .filter_map(|reason| reason.evidence.as_deref())
        .collect()
}

fn values(explanation: &Explanation, language: Language) -> BTreeMap<&'static str, String> {
    let decision = &explanation.decision;
    let nothing = || "—".to_owned();
    let asked = |name: &str| decision.characteristics.get(name);
    let amount = |text: &str| text.parse::<Decimal>().map_or_else(|_| nothing(), pesos);
    let requested = asked("requested_amount");
    let requested = requested.as_ref().and_then(|value| value.as_str());
    let term = asked("requested_term_months");
    let term = term
        .and_then(|term| term.as_i64())
        .map(|term| term.to_string());
    let offer = decision.offer.as_ref();
    let reasons = explanation.reasons.iter().take(MOST_REASONS);
    let texts = reasons
        .clone()
        .map(|reason| &**language.pick(&reason.text.es_mx, &reason.text.en));
    let texts: Vec<&str> = texts.collect();
    let codes: Vec<&str> = reasons.map(|reason| &*reason.code).collect();
    let suggestions = explanation.suggestions.iter();
    let suggestions: Vec<&str> = suggestions.map(|found| &*found.sentence).collect();
    let rate = offer.and_then(|offer| offer.annual_rate.parse::<Decimal>().ok());
    let rate = rate.and_then(|rate| rate.checked_mul(Decimal::ONE_HUNDRED));
    let policy = format!("{} {}", decision.policy.id, decision.policy.version);
    let plain = |text: &str| escaped(text);
    BTreeMap::from([
        ("application_id", plain(&explanation.application_id)),
        ("decision_id", plain(&explanation.decision_id)),
        ("date", day(explanation.as_of, language)),
        ("outcome", outcome(explanation.outcome, language).to_owned()),
        ("requested_amount", requested.map_or_else(nothing, amount)),
        ("requested_term", term.unwrap_or_else(nothing)),
        ("reasons", list(&texts)),
        ("reason_codes", plain(&codes.join(", "))),
        ("suggestions", list(&suggestions)),
        ("evidence", list(&evidence(explanation))),
        (
            "offer_amount",
            offer.map_or_else(nothing, |offer| amount(&offer.amount)),
        ),
        (
            "offer_term",
            offer.map_or_else(nothing, |offer| offer.term_months.to_string()),
        ),
        (
            "offer_payment",
            offer.map_or_else(nothing, |offer| amount(&offer.monthly_payment)),
        ),
        (
            "offer_rate",
            rate.map_or_else(nothing, |rate| format!("{} %", rate.normalize())),
        ),
        ("policy", plain(&policy)),
        (
            "score",
            explanation
                .score
                .map_or_else(nothing, |score| score.to_string()),
        ),
    ])
}

fn list(items: &[&str]) -> String {
    let lines: Vec<String> = items
        .iter()
        .map(|item| format!("- {}", escaped(item)))
        .collect();
    lines.join("\n")
}

/// The text as Markdown that says exactly it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if "\\`*_{}[]<>#|~&!".contains(letter) {
            out.push('\\');
        }
        out.push(if letter.is_control() { ' ' } else { letter });
    }
    out
}

fn day(day: NaiveDate, language: Language) -> String {
    let at = usize::try_from(day.month0()).unwrap_or(0);
    let month = language
        .pick(MONTHS_ES, MONTHS_EN)
        .get(at)
        .copied()
        .unwrap_or_default();
    language.pick(
        format!("{} de {month} de {}", day.day(), day.year()),
        format!("{month} {}, {}", day.day(), day.year()),
    )
}

#[cfg(test)]
mod tests {
    use super::{day, escaped};
    use dictamen_engine::words::Language;

    #[test]
    fn days_are_told_in_words() {
        let date = "2026-10-15".parse().unwrap();
        assert_eq!(day(date, Language::Spanish), "15 de octubre de 2026");
        assert_eq!(day(date, Language::English), "October 15, 2026");
    }

    #[test]
    fn what_is_put_in_is_no_markdown() {
        assert_eq!(escaped("<b>*A*_1\n"), r"\<b\>\*A\*\_1 ");
    }
}
