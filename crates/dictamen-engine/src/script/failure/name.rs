//! A name nobody declared: what may have been meant, by what the name looks like.

use dictamen_model::characteristic::{definitions, index_of};

use crate::{
    Diagnostic, Edit, reasons,
    script::declare,
    text::Texts,
    tree::{Function, Place},
};

/// Outcomes as other people call them.
const OUTCOMES: [(&str, &str); 18] = [
    ("reject", "DECLINE"),
    ("rejected", "DECLINE"),
    ("deny", "DECLINE"),
    ("denied", "DECLINE"),
    ("declined", "DECLINE"),
    ("rechazar", "DECLINE"),
    ("rechazado", "DECLINE"),
    ("declinar", "DECLINE"),
    ("negar", "DECLINE"),
    ("review", "REFER"),
    ("manual", "REFER"),
    ("referred", "REFER"),
    ("revisar", "REFER"),
    ("revision", "REFER"),
    ("accept", "APPROVE"),
    ("approved", "APPROVE"),
    ("aprobar", "APPROVE"),
    ("aprobado", "APPROVE"),
];

/// The finding about a name that nothing is called.
pub(in crate::script) fn unknown(name: &str, place: Place, texts: &Texts) -> Diagnostic {
    let found = |help: Option<String>, edit: Option<Edit>| {
        let message = format!("nothing is called `{name}` here");
        Diagnostic::error("script::unknown-name", message)
            .at(texts.span(place))
            .help_opt(help)
            .edits(edit)
    };
    let instead = |meant: &str, safe: bool| {
        let help = format!("write `{meant}`");
        found(Some(help), texts.edit(place, meant, safe))
    };
    let applicant = texts.applicant(place).map(str::to_owned);
    if let Some(found) = with_hyphen(place, texts) {
        return found;
    }
    if texts.declares(place.file, name) {
        let help = "a function of the script sees only its own arguments; hand the value over";
        return found(Some(help.to_owned()), None);
    }
    if index_of(name).is_some() {
        let meant = format!("{}.{name}", applicant.as_deref().unwrap_or("a"));
        let help = format!("a characteristic is read from the applicant: write `{meant}`");
        let edit = texts.edit(place, &meant, true);
        return found(Some(help), applicant.and(edit));
    }
    if name == "a" {
        return without_closure(place, applicant.as_deref(), texts, &found);
    }
    if let Some(spelling) = other_case(name) {
        return instead(spelling, true);
    }
    let lower = name.to_ascii_lowercase();
    if let Some((_, outcome)) = OUTCOMES.iter().find(|(word, _)| *word == lower) {
        let help =
            format!("write `{outcome}`; the outcomes are APPROVE, COUNTER, REFER and DECLINE");
        return found(Some(help), texts.edit(place, outcome, false));
    }
    let is_word = |text: &str| definitions().iter().any(|d| d.values.contains(&text));
    if is_word(name) || texts.header_span(reasons::FILE, name).is_some() {
        let meant = format!("\"{name}\"");
        let help = format!("a text stands between double quotes: `{meant}`");
        return found(Some(help), texts.edit(place, &meant, true));
    }
    let known: Vec<&str> = known_names(texts, place).filter(|n| *n != name).collect();
    let (help, edit) = texts.meant(place, name, known.iter().copied());
    let capitals = name.chars().all(|c| c.is_ascii_uppercase());
    let help = help.or_else(|| {
        capitals.then(|| "the outcomes are APPROVE, COUNTER, REFER and DECLINE".to_owned())
    });
    let help = help.or_else(|| {
        let help =
            "a name is bound with `let` before it is used; a text stands between double quotes";
        Some(help.to_owned())
    });
    found(help, edit)
}

/// `a.weeks-total`: the part before the hyphen is a name too, so only the last part is unknown.
fn with_hyphen(place: Place, texts: &Texts) -> Option<Diagnostic> {
    let extents = texts.extents(place.file)?;
    let last = extents.at((place.line, place.column))?;
    let (hyphen, first) = (last.checked_sub(1)?, last.checked_sub(2)?);
    let joined = format!("{}_{}", extents.text(first), extents.text(last));
    if extents.text(hyphen) != "-" || index_of(&joined).is_none() {
        return None;
    }
    let whole = texts.place_of(place.file, (first, last))?;
    let message = format!("there is no characteristic `{}`", texts.written(whole));
    Some(
        Diagnostic::error("script::unknown-characteristic", message)
            .at(texts.span(whole))
            .help(format!(
                "the parts of a name are joined with `_`: write `{joined}`"
            ))
            .edits(texts.edit(whole, &joined, true)),
    )
}

/// The applicant, where no closure takes one, or one that gives another name.
fn without_closure(
    place: Place,
    applicant: Option<&str>,
    texts: &Texts,
    found: &dyn Fn(Option<String>, Option<Edit>) -> Diagnostic,
) -> Diagnostic {
    if let Some(applicant) = applicant {
        let help = format!("here the applicant is called `{applicant}`");
        return found(Some(help), texts.edit(place, applicant, true));
    }
    let help =
        "the applicant is known only behind `|a|`: write `|a| a.weeks_total < 26`".to_owned();
    let extents = texts.extents(place.file);
    let edit = extents.and_then(|extents| {
        let at = extents.at((place.line, place.column))?;
        let (before, after) = (at.checked_sub(1)?, at.checked_add(1)?);
        if extents.text(after) == "=>" {
            let arrow = texts.place_of(place.file, (at, after))?;
            return texts.edit(arrow, "|a|", true);
        }
        if extents.text(before) == "," {
            return texts.edit(place.start(), "|a| ", true);
        }
        None
    });
    found(Some(help), edit)
}

/// The word of the language that a name is in other letters: `decline`, `True`.
fn other_case(name: &str) -> Option<&'static str> {
    let outcomes = declare::CONSTANTS.iter().map(|(outcome, _)| *outcome);
    outcomes
        .chain(["true", "false"])
        .find(|word| word.eq_ignore_ascii_case(name))
}

/// The names of a script that can be meant.
pub(super) fn known_names(texts: &Texts, place: Place) -> impl Iterator<Item = &str> {
    texts
        .names(place.file)
        .chain(declare::CONSTANTS.iter().map(|(name, _)| *name))
}

/// What to write instead of a function of spreadsheets and other languages: the words, and the
/// name when it is another name for the same.
pub(in crate::script) fn foreign(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name.to_ascii_lowercase().as_str() {
        "if" | "iif" | "si" => ("write `if condition { value } else { value }`", None),
        "ifs" | "choose" | "case" => (
            "write `switch`, or `if … { … } else if … { … } else { … }`",
            None,
        ),
        "and" | "y" => ("write `one && other`", None),
        "or" | "o" => ("write `one || other`", None),
        "not" | "no" => ("write `!condition`", None),
        "isblank" | "isnull" | "is_null" | "isna" | "isempty" | "is_empty" | "esblanco"
        | "ismissing" => ("write `is_missing(a.weeks_total)`", Some("is_missing")),
        "iferror" | "ifna" | "coalesce" | "nvl" | "ifnull" => (
            "write `a.weeks_total ?? 0` for the value to take when one is missing",
            None,
        ),
        "round" | "redondear" => (
            "write `round_half_up(number, places)`",
            Some("round_half_up"),
        ),
        "floor" | "rounddown" => ("write `floor_to(number, step)`", Some("floor_to")),
        "ceil" | "ceiling" | "roundup" => ("write `ceil_to(number, step)`", Some("ceil_to")),
        "datedif" | "datediff" | "days" | "dias" => {
            ("write `days_between(from, to)`", Some("days_between"))
        }
        "pmt" | "pago" => (
            "write `amount / annuity_factor(monthly_rate, months)`",
            None,
        ),
        "vlookup" | "buscarv" | "xlookup" => ("write `lookup(table, key, \"column\")`", None),
        "now" | "today" | "hoy" | "timestamp" | "getdate" => (
            "a policy reads no clock; the day of the decision is `a.ref_date`",
            None,
        ),
        "print" | "debug" => (
            "a policy prints nothing; `decide --explain` shows what it compares",
            None,
        ),
        other => {
            let function = Function::ALL.iter().find(|f| f.name() == other)?;
            (function.usage(), Some(function.name()))
        }
    })
}
