//! Two orders of names, some of them in both.

use std::sync::Arc;

/// The first order with what only the second has, each behind what it follows there.
pub(super) fn weave(first: &[Arc<str>], second: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut woven = first.to_vec();
    let mut previous: Option<&Arc<str>> = None;
    for name in second {
        if !woven.contains(name) {
            let behind = previous.and_then(|name| woven.iter().position(|known| known == name));
            let at = behind.map_or(0, |at| at.saturating_add(1));
            woven.insert(at.min(woven.len()), Arc::clone(name));
        }
        previous = Some(name);
    }
    woven
}

/// Whether names that are in both stand in another order.
pub(super) fn differs(first: &[Arc<str>], second: &[Arc<str>]) -> bool {
    let common = |from: &[Arc<str>], other: &[Arc<str>]| -> Vec<Arc<str>> {
        from.iter()
            .filter(|name| other.contains(name))
            .cloned()
            .collect()
    };
    common(first, second) != common(second, first)
}

/// Puts things into an order of names.
pub(super) fn sort<T>(things: &mut [T], order: &[Arc<str>], name: impl Fn(&T) -> &Arc<str>) {
    things.sort_by_key(|thing| order.iter().position(|known| known == name(thing)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Arc<str>> {
        text.split_whitespace().map(Arc::from).collect()
    }

    #[test]
    fn orders_are_woven() {
        for (first, second, woven) in [
            ("a b c", "a x b y", "a x b y c"),
            ("a b", "x a b", "x a b"),
            ("", "x y", "x y"),
            ("a b", "b a", "a b"),
        ] {
            assert_eq!(
                weave(&names(first), &names(second)),
                names(woven),
                "{first} / {second}"
            );
        }
        assert!(differs(&names("a b c"), &names("c x a")));
        assert!(!differs(&names("a b c"), &names("x a c")));
    }
}
