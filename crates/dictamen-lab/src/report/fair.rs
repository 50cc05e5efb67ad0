//! Whether groups of people fare alike: the four-fifths rule with a test of significance.
//!
//! Groups come from a column of the lender; the policy never sees it. Too few people are said to
//! be too few, and never taken for equality.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    simulate::{By, Counts, Group, OTHERS, Tally},
    statistics::{self, ZTest},
};

/// People that a group must have before its rate means anything.
pub const LEAST_PEOPLE: u64 = 100;

/// Below it a rate is below four fifths of the best.
const FOUR_FIFTHS: Decimal = Decimal::from_parts(8, 0, 0, false, 1);
/// A difference as large as this or larger comes about by chance in less than one of twenty cases.
const ONE_IN_TWENTY: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// How a group stands beside the one that fares best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the one that fares best.
    Best,
    /// At four fifths or above.
    Alike,
    /// Below four fifths, which may be chance.
    MayBeChance,
    /// Below four fifths, and hardly by chance.
    Worse,
    /// It has fewer than [`LEAST_PEOPLE`], or there is none to compare it with.
    NotEnough,
    /// People of whom the column says nothing, or too many values: no group at all.
    NoGroup,
}

impl Standing {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Alike => "alike",
            Self::MayBeChance => "may_be_chance",
            Self::Worse => "worse",
            Self::NotEnough => "not_enough_people",
            Self::NoGroup => "no_group",
        }
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FairGroup {
    /// The value of the column.
    pub value: String,
    /// How many people.
    pub people: u64,
    /// How many of them are granted something.
    pub approved: u64,
    /// Their rate over that of the group that fares best.
    pub ratio: Option<Decimal>,
    /// Whether the rates differ by more than chance.
    pub test: Option<ZTest>,
    /// How the group stands.
    pub standing: Standing,
}

/// All groups of a column, by one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fair {
    /// The column.
    pub column: String,
    /// Its groups, by value.
    pub groups: Vec<FairGroup>,
}

impl Fair {
    /// The least ratio of any group; `None` when a group has too few people, or there are not two.
    pub fn least_ratio(&self) -> Option<Decimal> {
        let groups = self
            .groups
            .iter()
            .filter(|g| g.standing != Standing::NoGroup);
        let ratios: Option<Vec<Decimal>> = groups
            .filter(|group| group.standing != Standing::Best)
            .map(|group| group.ratio)
            .collect();
        ratios?.into_iter().min()
    }
}

/// Every column of the lender's own, by the first policy or by the second.
pub fn fairness(by: &[By], tally: &Tally, second: bool) -> Vec<Fair> {
    let columns = by.iter().filter(|by| by.is_segment());
    columns
        .map(|by| {
            let groups = tally.by.get(by.name());
            Fair {
                column: by.name().to_owned(),
                groups: groups
                    .map(|groups| compared(groups, second))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn compared(groups: &BTreeMap<String, Group>, second: bool) -> Vec<FairGroup> {
    let counts = |group: &Group| -> (u64, u64) {
        let counts: &Counts = if second { &group.after } else { &group.before };
        (counts.approved(), group.rows)
    };
    let is_group = |value: &str| value != OTHERS && value != crate::simulate::UNKNOWN;
    let best = groups
        .iter()
        .filter(|(value, group)| is_group(value) && group.rows >= LEAST_PEOPLE)
        .max_by_key(|(_, group)| {
            let (some, all) = counts(group);
            statistics::share(some, all)
        });
    groups
        .iter()
        .map(|(value, group)| {
            let (approved, people) = counts(group);
            let mut told = FairGroup {
                value: value.clone(),
                people,
                approved,
                ratio: None,
                test: None,
                standing: Standing::NotEnough,
            };
            if !is_group(value) {
                told.standing = Standing::NoGroup;
            } else if best.is_some_and(|(best, _)| best == value) {
                told.standing = Standing::Best;
            } else if let Some((_, best)) = best
                && people >= LEAST_PEOPLE
            {
                told.ratio = statistics::impact_ratio((approved, people), counts(best));
                told.test = statistics::two_proportions((approved, people), counts(best));
                told.standing = match (told.ratio, told.test) {
                    (Some(ratio), _) if ratio >= FOUR_FIFTHS => Standing::Alike,
                    (Some(_), Some(test)) if test.p < ONE_IN_TWENTY => Standing::Worse,
                    (Some(_), _) => Standing::MayBeChance,
                    // Nobody is granted anything in any group.
                    (None, _) => Standing::Alike,
                };
            }
            told
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(of: &[(&str, u64, u64)]) -> BTreeMap<String, Group> {
        let group = |approved: u64, rows: u64| Group {
            rows,
            before: Counts {
                outcomes: [approved, 0, 0, rows.saturating_sub(approved)],
                ..Counts::default()
            },
            ..Group::default()
        };
        of.iter()
            .map(|(value, approved, rows)| ((*value).to_owned(), group(*approved, *rows)))
            .collect()
    }

    fn standings(of: &[(&str, u64, u64)]) -> Vec<Standing> {
        compared(&groups(of), false)
            .iter()
            .map(|group| group.standing)
            .collect()
    }

    #[test]
    fn groups_stand_beside_the_best() {
        use Standing::{Alike, Best, MayBeChance, NoGroup, NotEnough, Worse};
        assert_eq!(
            standings(&[("f", 300, 1000), ("m", 500, 1000)]),
            [Worse, Best]
        );
        assert_eq!(
            standings(&[("f", 400, 1000), ("m", 500, 1000)]),
            [Alike, Best]
        );
        assert_eq!(
            standings(&[("f", 7, 100), ("m", 10, 100)]),
            [MayBeChance, Best]
        );
        assert_eq!(
            standings(&[("f", 50, 99), ("m", 500, 1000), ("unknown", 0, 500)]),
            [NotEnough, Best, NoGroup]
        );
        assert_eq!(
            standings(&[("f", 9, 9), ("m", 9, 9)]),
            [NotEnough, NotEnough]
        );
        assert_eq!(standings(&[("f", 0, 100), ("m", 0, 100)])[0], Alike);
    }

    #[test]
    fn too_few_people_are_never_taken_for_equality() {
        let of = |groups_of: &[(&str, u64, u64)]| {
            let groups = compared(&groups(groups_of), false);
            let column = String::new();
            Fair { column, groups }.least_ratio()
        };
        assert_eq!(of(&[("f", 400, 1000), ("m", 500, 1000)]), Some(FOUR_FIFTHS));
        assert_eq!(of(&[("f", 50, 99), ("m", 500, 1000)]), None);
        assert_eq!(
            of(&[("f", 50, 99), ("m", 500, 1000), ("x", 500, 1000)]),
            None
        );
        assert_eq!(of(&[("m", 500, 1000)]), None);
    }
}
