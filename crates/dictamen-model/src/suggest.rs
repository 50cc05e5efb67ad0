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
    use super::{help, nearest};

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
