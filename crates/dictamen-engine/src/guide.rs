//! What an editor tells about the language while a policy is being written: its functions, and
//! the reasons of a folder that may not load.
//!
//! Knows words, not values: nothing here runs a script.

use crate::{CatalogueReason, Outcome, PolicySource, reasons, script, text::Texts, tree::Function};

/// A function of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Its name.
    pub name: &'static str,
    /// The ways to call it.
    pub usages: Vec<&'static str>,
    /// What it does, in one line.
    pub meaning: &'static str,
    /// Whether it declares something while the policy is loaded, or else decides.
    pub declares: bool,
}

/// A reason of a folder's catalogue and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonInfo {
    /// The reason. A text that is wrong in the file is empty.
    pub reason: CatalogueReason,
    /// Line of `reasons.toml`, from 1; none for the system's own reasons.
    pub line: Option<usize>,
}

/// The outcomes a script can name, as it names them.
pub const OUTCOMES: [Outcome; 4] = [
    Outcome::Approve,
    Outcome::Counter,
    Outcome::Refer,
    Outcome::Decline,
];

/// Functions of deciding code that the front end knows by name, with usage.
const DECIDING: [(&str, &str); 8] = [
    ("is_missing", "is_missing(a.name)"),
    ("lookup", "lookup(table, key, \"column\")"),
    ("lookup_range", "lookup_range(table, value, \"column\")"),
    ("date", "date(\"2026-09-15\")"),
    (
        "grant",
        "grant(#{ amount: …, term_months: …, annual_rate: …, monthly_payment: … }, [when(…), …])",
    ),
    ("decline", "decline(\"CODE\")"),
    ("refer", "refer(\"CODE\")"),
    ("when", "when(\"CODE\", condition)"),
];

const MEANINGS: [(&str, &str); 28] = [
    ("policy", "Names the policy and its version; once, first."),
    (
        "param",
        "A named threshold with its unit and where it comes from, for reports and simulations.",
    ),
    (
        "stage",
        "Rules that end the run with one outcome; stages run in the order written.",
    ),
    (
        "rule",
        "Fires when its condition is true; the code is the reason given.",
    ),
    (
        "scorecard",
        "The score: the base plus the points of every characteristic.",
    ),
    (
        "characteristic",
        "One line of the scorecard: a number and the points of the bin it falls in.",
    ),
    ("missing", "The points when the value is unknown."),
    ("bands", "Where the score leads, best band first."),
    (
        "band",
        "From a cut-off on: on to the offer with these terms, or the end with a reason.",
    ),
    (
        "offer",
        "What is granted: amount, term, rate and instalment.",
    ),
    ("otherwise", "The end of a policy without an offer."),
    ("table", "A table of the folder, with a header row."),
    ("is_missing", "Whether the value is unknown."),
    (
        "lookup",
        "The cell of the row whose first column equals the key.",
    ),
    (
        "lookup_range",
        "The cell of the row with the largest first column that is at most the value.",
    ),
    ("date", "A calendar day."),
    (
        "grant",
        "Grants a loan: APPROVE when no `when` holds, COUNTER with the codes that hold otherwise.",
    ),
    ("decline", "Ends the offer with DECLINE."),
    ("refer", "Ends the offer with REFER."),
    (
        "when",
        "A reason why the grant is less than what was asked for, if its condition holds.",
    ),
    (
        "annuity_factor",
        "(1 − (1 + i)⁻ⁿ) / i for a monthly rate i and n months: loan = instalment × factor.",
    ),
    (
        "round_half_up",
        "Commercial rounding to a number of decimal places.",
    ),
    (
        "floor_to",
        "The multiple of the step at or below the number.",
    ),
    (
        "ceil_to",
        "The multiple of the step at or above the number.",
    ),
    ("min", "The smaller of two numbers."),
    ("max", "The larger of two numbers."),
    ("abs", "The number without its sign."),
    ("days_between", "Days from one day to another."),
];

/// Every function of the language, declaring ones first.
pub fn functions() -> Vec<FunctionInfo> {
    let meaning = |name: &str| {
        let found = MEANINGS.iter().find(|(n, _)| *n == name);
        found.map_or("", |(_, meaning)| *meaning)
    };
    let declaring = script::declaring().map(|(name, usages)| (name, usages, true));
    let deciding = DECIDING.iter().map(|(name, usage)| (*name, *usage));
    let registered = Function::ALL.into_iter().map(|f| (f.name(), f.usage()));
    let deciding = deciding
        .chain(registered)
        .map(|(name, usage)| (name, vec![usage], false));
    declaring
        .chain(deciding)
        .map(|(name, usages, declares)| FunctionInfo {
            name,
            usages,
            meaning: meaning(name),
            declares,
        })
        .collect()
}

/// The reasons that a folder's `reasons.toml` gives, the system's own included, sorted by code;
/// what cannot be read is left out.
pub fn reasons(source: &PolicySource) -> Vec<ReasonInfo> {
    let texts = Texts::new(source);
    let catalogue = reasons::load(source, &texts, &mut Vec::new());
    let file = source.get(reasons::FILE).unwrap_or_default();
    let file = String::from_utf8_lossy(file);
    catalogue
        .values()
        .map(|reason| ReasonInfo {
            line: reasons::line_of(&file, &reason.code),
            reason: reason.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_explained_once() {
        let functions = functions();
        assert_eq!(functions.len(), MEANINGS.len());
        for function in &functions {
            assert!(!function.meaning.is_empty(), "{}", function.name);
            assert!(!function.usages.is_empty());
            for usage in &function.usages {
                assert!(
                    usage.starts_with(function.name) && usage.ends_with(')'),
                    "{usage}"
                );
            }
        }
        for name in script::offer_only() {
            assert!(functions.iter().any(|f| f.name == name), "{name}");
        }
    }

    #[test]
    fn reasons_of_a_folder_with_their_lines() {
        let mut source = PolicySource::new();
        source.insert(
            "reasons.toml",
            &b"[A]\nen = \"a\"\n\n[B]\nes-MX = \"b\"\nen = \"c\"\n"[..],
        );
        let found = reasons(&source);
        let lines: Vec<_> = found.iter().map(|r| (&*r.reason.code, r.line)).collect();
        assert_eq!(&lines[..2], [("A", Some(1)), ("B", Some(4))]);
        assert!(lines[2..].iter().all(|(_, line)| line.is_none()));
        source.insert("reasons.toml", &b"[A\n"[..]);
        assert_eq!(reasons(&source).len(), 3);
    }
}
