//! What is known together: which characteristics are there because another one is.
//!
//! For explanations and advice. A characteristic set by hand need not obey it, so nothing that
//! must hold for every input may rest on it.

use std::sync::LazyLock;

use super::{
    definitions, index_of,
    table::{NO_INCOME, NO_JOBS_KNOWN, NO_RECORD},
};

/// If one characteristic is known, or true, others are known too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Table position of the one.
    pub given: usize,
    /// Whether it must be true; otherwise it is enough that it is known.
    pub is_true: bool,
    /// Table positions of the others.
    pub known: Vec<usize>,
}

static PRESENCES: LazyLock<Vec<Presence>> = LazyLock::new(all);

/// Everything that is known together.
pub fn presences() -> &'static [Presence] {
    &PRESENCES
}

fn all() -> Vec<Presence> {
    let told = |words: &'static str| -> Vec<usize> {
        let positions = definitions().iter().enumerate();
        let missing_so = positions.filter(|(_, d)| d.missing == Some(words));
        missing_so.map(|(position, _)| position).collect()
    };
    let named =
        |names: &[&str]| -> Vec<usize> { names.iter().filter_map(|n| index_of(n)).collect() };
    let (record, jobs, income) = (told(NO_RECORD.0), told(NO_JOBS_KNOWN.0), told(NO_INCOME.0));
    let mut found = Vec::new();
    let mut say = |given: &[usize], is_true: bool, known: &[usize]| {
        found.extend(given.iter().map(|given| Presence {
            given: *given,
            is_true,
            known: known.iter().copied().filter(|k| k != given).collect(),
        }));
    };
    say(&named(&["record_present"]), true, &record);
    say(&record, false, &record);
    say(
        &jobs,
        false,
        &[&*jobs, &*record, &*named(&["weeks_total"])].concat(),
    );
    say(&income, false, &income);
    say(
        &named(&["employed_now"]),
        true,
        &named(&["tenure_current_days", "tenure_continuous_days"]),
    );
    let ages = named(&["age_years", "age_at_maturity"]);
    say(&named(&["curp_valid"]), true, &ages);
    say(&ages, false, &ages);
    found
}
