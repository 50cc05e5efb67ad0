//! "Did you mean …?": the known name nearest to a mistyped one.
//!
//! Knows spelling only; what the names mean is the caller's affair.

/// Bytes of a name for which a suggestion is looked for.
const MAX_LENGTH: usize = 64;

/// The candidate nearest to `name`, if one is near enough to be what was meant: at most one
/// slip (a letter wrong, missing, doubled or swapped) for every three letters, upper and lower
/// case alike.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing is quadratic in length, and no name is this long.
    if name.len() > MAX_LENGTH {
        return None;
    }
    let wanted = name.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let slips = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
            (slips, candidate)
        })
        .filter(|(slips, _)| *slips <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate that `name` can only have been meant for: the one candidate with at most one slip,
/// and that in no digit, since `density_12m` is no slip for `density_24m`. Short names are too
/// much alike for that.
pub fn only<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_LENGTH {
        return None;
    }
    let wanted = name.to_lowercase();
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let mut found = None;
    for candidate in candidates {
        let known = candidate.to_lowercase();
        let slips = strsim::damerau_levenshtein(&wanted, &known);
        if slips > 1 || found == Some(candidate) {
            continue;
        }
        let enough = slips == 0 || wanted.chars().count() > 3;
        if found.is_some() || !enough || digits(&wanted) != digits(&known) {
            return None;
        }
        found = Some(candidate);
    }
    found
}

/// "did you mean `…`?" for the nearest candidate, if one is near enough.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// A help line for an unknown name: the nearest known one, or else all of them.
pub fn help<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(near) = did_you_mean(name, known.clone()) {
        return Some(near);
    }
    let all: Vec<_> = known.into_iter().map(|name| format!("`{name}`")).collect();
    match all.len() {
        1..=12 => Some(format!("known are {}", all.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{help, nearest, only};

    #[test]
    fn only_what_cannot_be_meant_otherwise_is_certain() {
        let known = [
            "weeks_total",
            "density_12m",
            "density_24m",
            "age",
            "min",
            "max",
        ];
        assert_eq!(only("weeks_totl", known), Some("weeks_total"));
        assert_eq!(only("WEEKS_TOTAL", known), Some("weeks_total"));
        // Two slips; a slip in a digit; between two; too short.
        for name in ["weks_totl", "density_25m", "density_22m", "agd", "mix"] {
            assert_eq!(only(name, known), None, "{name}");
        }
        assert_eq!(only("densty_24m", known), Some("density_24m"));
    }

    #[test]
    fn one_slip_in_three_letters_is_forgiven() {
        let known = ["weeks_total", "weeks_recent", "age"];
        assert_eq!(nearest("week_total", known), Some("weeks_total"));
        assert_eq!(nearest("WEEKS_RECENT", known), Some("weeks_recent"));
        assert_eq!(nearest("aeg", known), Some("age"));
        assert_eq!(nearest("salary", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn a_short_list_is_printed_whole() {
        assert_eq!(
            help("zzzz", ["none", "full"]).as_deref(),
            Some("known are `none`, `full`")
        );
        assert_eq!(help("zzzz", []), None);
    }
}
