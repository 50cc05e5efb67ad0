//! A call that nothing answers to: an unknown function, or a known one with other arguments.

use super::{name::known_names, plain};
use crate::{
    Diagnostic,
    script::{INVARIANTS, declare, slip},
    text::Texts,
    tree::{Function, Place},
};

/// The finding about a call at a place, by the signature Rhai looked for.
pub(super) fn unfit(signature: &str, place: Place, texts: &Texts) -> Diagnostic {
    let name = signature.split([' ', '(']).next().unwrap_or(signature);
    let name = name.rsplit("::").next().unwrap_or(name);
    let given = signature
        .split_once('(')
        .map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let given: Vec<&str> = given
        .split(", ")
        .filter(|g| !g.is_empty())
        .map(plain)
        .collect();
    let promises = texts.path(place.file) == INVARIANTS;
    let usage = if promises {
        declare::invariant_usage(name)
    } else {
        declare::usage(name)
    };
    if let Some(usage) = usage {
        if let Some(slip) = slip::number_with_comma(texts, place) {
            return Diagnostic::error("script::arguments", slip.message)
                .at(texts.span(slip.place))
                .help(slip.help)
                .edits(slip.edits);
        }
        if let Some(found) = bare_points(name, &given, place, texts) {
            return found;
        }
        let message = match given.split_last() {
            None => format!("`{name}` is called without arguments"),
            Some((last, [])) => format!("`{name}` cannot be called with {last}"),
            Some((last, rest)) => {
                format!(
                    "`{name}` cannot be called with {} and {last}",
                    rest.join(", ")
                )
            }
        };
        return Diagnostic::error("script::arguments", message)
            .at(texts.span(place))
            .help(format!("write `{usage}`"));
    }
    if declare::OFFER_ONLY.contains(&name) || Function::named(name).is_some() {
        let message = format!("`{name}` belongs inside a rule, a characteristic or the offer");
        let help = "it works on an applicant, and there is none while the policy is declared";
        return Diagnostic::error("script::arguments", message)
            .at(texts.span(texts.first(place)))
            .help(help);
    }
    if name.chars().all(|c| "+-*/%<>=!".contains(c)) {
        let message = format!("`{name}` cannot be used with {}", given.join(" and "));
        return Diagnostic::error("script::type", message).at(texts.span(place));
    }
    let own = texts.first(place);
    let mut known: Vec<&str> = if promises {
        declare::invariant_names().collect()
    } else {
        declare::names().collect()
    };
    known.extend(known_names(texts, place).filter(|word| *word != name));
    let (help, edit) = texts.meant(own, name, known.iter().copied());
    Diagnostic::error(
        "script::unknown-name",
        format!("there is no function `{name}`"),
    )
    .at(texts.span(own))
    .help_opt(help)
    .edits(edit)
}

/// The points for a missing value without the word `missing` around them.
fn bare_points(name: &str, given: &[&str], place: Place, texts: &Texts) -> Option<Diagnostic> {
    if name != "characteristic" || given.get(3) != Some(&"a whole number") {
        return None;
    }
    let at = texts.argument(place, 3);
    let meant = format!("missing({})", texts.written(at));
    let message = "the points for a missing value stand in `missing(…)`";
    Some(
        Diagnostic::error("script::arguments", message)
            .at(texts.span(at))
            .help(format!("write `{meant}`"))
            .edits(texts.edit(at, &meant, true)),
    )
}
