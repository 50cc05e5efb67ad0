//! The numbers that a gate can be set on.

use std::collections::BTreeMap;

use dictamen_engine::Outcome;
use rust_decimal::Decimal;

use super::{fair::fairness, numbers::less};
use crate::{
    drift,
    simulate::{By, Counts, Labels, Study, Tally},
    statistics::{self, Scored},
};

/// What a number is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A share of people, 0 to 1; `%` stands for hundredths.
    Share,
    /// A difference of shares; `pp` stands for hundredths.
    Points,
    /// A count of people.
    People,
    /// Pesos.
    Pesos,
    /// A difference as a share of what was before, `%` for hundredths.
    Relative,
    /// A number without a unit.
    Index,
}

/// One number.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is measured in.
    pub measure: Measure,
    /// Whether it takes two policies.
    pub compares: bool,
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($name:literal $measure:ident $compares:literal $meaning:literal;)*) => {
        /// Every number, in the order they are documented.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            measure: Measure::$measure,
            compares: $compares,
            meaning: $meaning,
        }),*];
    };
}

metrics! {
    "rows" People false "rows that were decided";
    "rejected" People false "rows that could not be read";
    "rejected_rate" Share false "their share of all rows";
    "approval_rate" Share false "granted something: APPROVE and COUNTER; of two policies, by the second";
    "referral_rate" Share false "REFER";
    "decline_rate" Share false "DECLINE";
    "undecided_rate" Share false "referred because a value that a rule needs is unknown";
    "failed_rate" Share false "referred because a rule could not be computed";
    "offer_volume" Pesos false "sum of what is offered";
    "average_offer" Pesos false "the same for each offer";
    "bad_rate" Share false "of those granted something whose label is known, the bad ones";
    "ks" Index false "how far the score separates good from bad (Kolmogorov and Smirnov)";
    "gini" Index false "the same as twice the area under the curve less one";
    "adverse_impact_ratio" Index false "least approval rate of any group over the best; unknown with too few people";
    "approval_rate_change" Points true "second policy less first";
    "referral_rate_change" Points true "second less first";
    "decline_rate_change" Points true "second less first";
    "undecided_rate_change" Points true "second less first";
    "bad_rate_change" Points true "second less first";
    "offer_volume_change" Relative true "second less first, over the first";
    "average_offer_change" Relative true "second less first, over the first";
    "ks_change" Index true "second less first";
    "gini_change" Index true "second less first";
    "adverse_impact_ratio_change" Index true "second less first";
    "psi" Index true "how far the scores of the second differ from those of the first, by tenths of the first";
    "swap_in" People true "granted something by the second alone";
    "swap_out" People true "granted something by the first alone";
    "swap_in_rate" Share true "their share of all rows";
    "swap_out_rate" Share true "their share of all rows";
    "swap_in_bad_rate" Share true "of those swapped in whose label is known, the bad ones";
    "swap_out_bad_rate" Share true "of those swapped out whose label is known, the bad ones";
    "flips" People true "another outcome";
    "flip_rate" Share true "their share of all rows";
    "differ" People true "anything differs: outcome, score, band, offer or reasons";
}

/// Every number that the study has; `None` where it cannot be told.
pub fn metrics(study: &Study<'_>, tally: &Tally) -> BTreeMap<&'static str, Option<Decimal>> {
    let compares = study.second().is_some();
    let of = |name| value(study.groupings(), tally, compares, name);
    let known = METRICS.iter().filter(|metric| compares || !metric.compares);
    known.map(|metric| (metric.name, of(metric.name))).collect()
}

fn value(by: &[By], tally: &Tally, compares: bool, name: &str) -> Option<Decimal> {
    let whole = &tally.whole;
    let (before, rows) = (&whole.before, whole.rows);
    let now = if compares { &whole.after } else { before };
    let share = |count| statistics::share(count, rows);
    let change = |of: &dyn Fn(&Counts) -> Option<Decimal>| less(of(now), of(before));
    let relative = |of: &dyn Fn(&Counts) -> Option<Decimal>| {
        less(of(now), of(before))?.checked_div(of(before)?)
    };
    match name {
        "rows" => Some(rows.into()),
        "rejected" => Some(tally.rejected.into()),
        "rejected_rate" => statistics::share(tally.rejected, rows.saturating_add(tally.rejected)),
        "approval_rate" => share(now.approved()),
        "referral_rate" => share(now.of(Outcome::Refer)),
        "decline_rate" => share(now.of(Outcome::Decline)),
        "undecided_rate" => share(now.undecided),
        "failed_rate" => share(now.failed),
        "offer_volume" => Some(now.offered()),
        "average_offer" => average(now),
        "bad_rate" => bad_rate(&now.granted),
        "ks" => ks(now),
        "gini" => gini(now),
        "adverse_impact_ratio" => least_ratio(by, tally, compares),
        "approval_rate_change" => change(&|counts| share(counts.approved())),
        "referral_rate_change" => change(&|counts| share(counts.of(Outcome::Refer))),
        "decline_rate_change" => change(&|counts| share(counts.of(Outcome::Decline))),
        "undecided_rate_change" => change(&|counts| share(counts.undecided)),
        "bad_rate_change" => change(&|counts| bad_rate(&counts.granted)),
        "offer_volume_change" => relative(&|counts| Some(counts.offered())),
        "average_offer_change" => relative(&average),
        "ks_change" => change(&ks),
        "gini_change" => change(&gini),
        "adverse_impact_ratio_change" => {
            less(least_ratio(by, tally, true), least_ratio(by, tally, false))
        }
        "psi" => psi(before, now),
        "swap_in" => Some(whole.swaps.into.all().into()),
        "swap_out" => Some(whole.swaps.out.all().into()),
        "swap_in_rate" => share(whole.swaps.into.all()),
        "swap_out_rate" => share(whole.swaps.out.all()),
        "swap_in_bad_rate" => bad_rate(&whole.swaps.into),
        "swap_out_bad_rate" => bad_rate(&whole.swaps.out),
        "flips" => Some(whole.flips().into()),
        "flip_rate" => share(whole.flips()),
        "differ" => Some(whole.differ.into()),
        _ => None,
    }
}

/// Amount for each offer.
pub(super) fn average(counts: &Counts) -> Option<Decimal> {
    counts.offered().checked_div(counts.offers.into())
}

/// Of people whose label is known, the share of the bad ones.
pub(super) fn bad_rate(labels: &Labels) -> Option<Decimal> {
    statistics::share(labels.bad, labels.known())
}

pub(super) fn ks(counts: &Counts) -> Option<Decimal> {
    statistics::ks(scored(counts))
}

pub(super) fn gini(counts: &Counts) -> Option<Decimal> {
    statistics::gini(scored(counts))
}

fn scored(counts: &Counts) -> impl Iterator<Item = Scored> + Clone {
    let scores = counts.scores.iter();
    scores.map(|(score, labels)| (*score, labels.good, labels.bad))
}

/// Of the scores of both; with too few of them there is none.
pub(super) fn psi(before: &Counts, after: &Counts) -> Option<Decimal> {
    let mut scores: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for (score, labels) in &before.scores {
        scores.entry(*score).or_default().0 = labels.all();
    }
    for (score, labels) in &after.scores {
        scores.entry(*score).or_default().1 = labels.all();
    }
    let scores: Vec<_> = scores
        .into_iter()
        .map(|(s, (one, other))| (s, one, other))
        .collect();
    let sums = scores.iter().fold((0_u64, 0_u64), |sum, (_, one, other)| {
        (sum.0.saturating_add(*one), sum.1.saturating_add(*other))
    });
    if sums.0 < drift::LEAST || sums.1 < drift::LEAST {
        return None;
    }
    statistics::psi(statistics::tenths(&scores).into_iter())
}

fn least_ratio(by: &[By], tally: &Tally, second: bool) -> Option<Decimal> {
    let columns = fairness(by, tally, second);
    let ratios: Option<Vec<Decimal>> = columns.iter().map(super::Fair::least_ratio).collect();
    ratios?.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_that_is_documented_can_be_computed() {
        let mut tally = Tally::default();
        tally.whole.rows = 2000;
        let some = |score: i64| {
            let labels = Labels {
                good: 900,
                bad: 50,
                unknown: 0,
            };
            Counts {
                outcomes: [500, 100, 400, 1000],
                offers: 600,
                volume: 100,
                granted: labels,
                scores: [(score, labels), (score + 5, labels)].into(),
                ..Counts::default()
            }
        };
        (tally.whole.before, tally.whole.after) = (some(600), some(610));
        tally.whole.swaps.into = Labels {
            good: 1,
            bad: 1,
            unknown: 0,
        };
        tally.whole.swaps.out = Labels {
            good: 1,
            bad: 1,
            unknown: 0,
        };
        let by = [By::Segment("sex".to_owned())];
        tally.by.insert(
            "sex".to_owned(),
            ["f", "m"]
                .map(|v| (v.to_owned(), tally.whole.clone()))
                .into(),
        );
        for metric in METRICS {
            assert!(
                value(&by, &tally, true, metric.name).is_some(),
                "{}",
                metric.name
            );
        }
        assert_eq!(value(&by, &tally, true, "nothing"), None);
    }
}
