//! Ranges of days against a plain set of days; months and employers against single jobs.
#![expect(clippy::arithmetic_side_effects, reason = "test")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::days::{Coverage, Span, contribution_weeks, overlap_days};
use super::{History, Job, day_number};
use crate::parameters::Parameters;
use crate::wire::EmploymentRecord;

fn spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec((0_i64..120, 0_i64..25), 0..12).prop_map(|spans| {
        spans
            .into_iter()
            .filter_map(|(first, length)| Span::new(first, first + length))
            .collect()
    })
}

fn days(spans: &[Span]) -> BTreeSet<i64> {
    (0..200)
        .filter(|day| spans.iter().any(|span| span.contains(*day)))
        .collect()
}

fn span(first: i64, last: i64) -> Span {
    Span::new(first, last).unwrap()
}

proptest! {
    #[test]
    fn the_union_is_the_set_of_days(spans in spans(), first in 0_i64..100, length in 0_i64..80) {
        let (coverage, set) = (Coverage::of(spans.clone()), days(&spans));
        let window = span(first, first + length);
        let count = |days: usize| i64::try_from(days).unwrap();
        prop_assert_eq!(coverage.days(), count(set.len()));
        prop_assert_eq!(coverage.first(), set.first().copied());
        prop_assert_eq!(coverage.last(), set.last().copied());
        prop_assert_eq!(coverage.last_before(first), set.range(..first).next_back().copied());
        let inside = set.iter().filter(|day| window.contains(**day)).count();
        prop_assert_eq!(coverage.days_within(window), count(inside));
        let missing: BTreeSet<i64> =
            (window.first()..=first + length).filter(|day| !set.contains(day)).collect();
        prop_assert_eq!(days(&coverage.gaps_within(window).collect::<Vec<_>>()), missing);
    }

    #[test]
    fn gaps_are_apart(spans in spans()) {
        for pair in Coverage::of(spans).gaps_within(span(0, 199)).collect::<Vec<_>>().windows(2) {
            prop_assert!(pair[0].within(pair[1]).is_none());
            prop_assert!(pair[1].first() > pair[0].first() + pair[0].days());
        }
    }

    #[test]
    fn overlap_is_days_with_two(spans in spans()) {
        let twice = (0..200)
            .filter(|day| spans.iter().filter(|span| span.contains(*day)).count() >= 2)
            .count();
        prop_assert_eq!(overlap_days(spans.iter().copied()), i64::try_from(twice).unwrap());
    }

    #[test]
    fn the_last_spell_bridges_short_pauses(spans in spans(), bridge in 0_i64..20) {
        let set = days(&spans);
        let spell = Coverage::of(spans).last_spell(bridge);
        let mut first = set.last().copied();
        for day in set.iter().rev() {
            if first.is_some_and(|first| first - day - 1 <= bridge) {
                first = Some(*day);
            }
        }
        prop_assert_eq!(spell.map(Span::first), first);
    }

    #[test]
    fn weeks_are_days_by_seven_with_a_remainder_above_three_rounded_up(days in 0_i64..1_000_000) {
        let weeks = contribution_weeks(days);
        let rounded = days / 7 + i64::from(days % 7 > 3);
        prop_assert_eq!(weeks, rounded);
    }
}

#[test]
fn weeks_of_the_law() {
    for (days, weeks) in [
        (0, 0),
        (3, 0),
        (4, 1),
        (7, 1),
        (10, 1),
        (11, 2),
        (1_670, 239),
        (3_116, 445),
    ] {
        assert_eq!(contribution_weeks(days), weeks, "{days}");
    }
}

/// A record of some jobs, as Belvo would send it: start, length, salary, and days of updates.
fn history_law(jobs: &[(u64, u64, u32, Vec<u64>)], today: NaiveDate, check: impl Fn(&History<'_>)) {
    let day = |ago: u64| (today - chrono::Days::new(ago)).to_string();
    let jobs: Vec<_> = jobs
        .iter()
        .enumerate()
        .map(|(number, (start, length, cents, updates))| {
            let updates: Vec<_> = updates
                .iter()
                .map(|ago| serde_json::json!({ "base_salary": cents + u32::try_from(*ago).unwrap(), "update_date": day(*ago) }))
                .collect();
            serde_json::json!({
                "employer_id": format!("E{}", number % 3), "employer": format!("N{}", number % 2),
                "start_date": day(*start), "end_date": start.checked_sub(*length).map(day),
                "most_recent_base_salary": cents, "employment_status_updates": updates,
            })
        })
        .collect();
    let record = serde_json::json!({ "id": "r", "employment_records": jobs }).to_string();
    let page = EmploymentRecord::parse_page(record.as_bytes()).unwrap();
    let parameters = Parameters::parse(&crate::parameters::tests::shipped()).unwrap();
    check(
        &History::of(&page.results[0], today, &parameters)
            .unwrap()
            .unwrap(),
    );
}

proptest! {
    /// Months and employers are worked out for all jobs together; here, one by one.
    #[test]
    fn months_and_employers_are_those_of_the_jobs(
        jobs in prop::collection::vec(
            (0_u64..2_500, 0_u64..2_000, 0_u32..90_000, prop::collection::vec(0_u64..2_600, 0..5)), 0..7),
        day in 737_791_i32..739_600,
    ) {
        let today = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
        history_law(&jobs, today, |history| {
            assert_eq!(history.looks().len(), 61);
            for (look, months) in history.looks().iter().zip(0..) {
                let date = today - chrono::Months::new(months);
                assert_eq!(look.day, day_number(date));
                assert_eq!(look.salary, history.salary_on(look.day));
            }
            let keys = |jobs: &mut dyn Iterator<Item = &Job<'_>>| {
                jobs.map(|job| format!("{:?}", job.key)).collect::<BTreeSet<_>>().len()
            };
            let window = history.window(24).unwrap();
            let employers = &history.employers;
            assert_eq!(employers.count(), keys(&mut history.employments()));
            assert_eq!(employers.open(), keys(&mut history.open()));
            let within = |job: &&Job<'_>| job.span().within(window).is_some();
            assert_eq!(employers.since(window.first()), keys(&mut history.employments().filter(within)));
            let names: BTreeSet<_> = history.employments().filter_map(|job| job.name.clone()).collect();
            assert_eq!(employers.names(), names.len());
        });
    }
}
