//! What must hold for every record.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "test"
)]

use chrono::{Days, NaiveDate};
use dictamen_model::characteristic::{Kind, definitions, presences};
use dictamen_model::identity::Curp;
use dictamen_model::{Characteristics, Value};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{TODAY, characteristics, with_record};

/// One job: start and length in days before today, salary in cents, employer, event of the hiring.
type JobPlan = (u64, u64, u32, u8, bool, Vec<(u64, u32)>);

fn day_before_today(days: u64) -> String {
    let today: NaiveDate = TODAY.parse().unwrap();
    (today - Days::new(days)).to_string()
}

fn salary(cents: u32) -> serde_json::Value {
    serde_json::from_str(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap()
}

fn job((start, length, cents, employer, voluntary, updates): &JobPlan) -> serde_json::Value {
    let end = start.checked_sub(*length).map(day_before_today);
    let mut listed: Vec<_> = updates
        .iter()
        .map(|(day, cents)| {
            json!({ "event": "SALARY_MODIFICATION", "base_salary": salary(*cents), "update_date": day_before_today(*day) })
        })
        .collect();
    let event = if *voluntary {
        "VOLUNTARY_CONTRIBUTION"
    } else {
        "HIRED"
    };
    // Updates lie on odd days before today and hirings on even ones, so no day has two salaries.
    listed.push(json!({ "event": event, "base_salary": salary(*cents), "update_date": day_before_today(*start) }));
    json!({
        "employer_id": format!("E{employer}"), "employer": format!("Patrón {employer}"), "start_date": day_before_today(*start), "end_date": end,
        "state": if employer % 3 == 0 { "BAJA CALIFORNIA" } else { "SONORA" },
        "most_recent_base_salary": salary(*cents), "employment_status_updates": listed,
    })
}

prop_compose! {
    fn plan()(starts in prop::collection::btree_set(0_u64..4_000, 0..7))
        (rest in prop::collection::vec(
            (0_u64..3_000, 0_u32..400_000, 0_u8..5, prop::bool::weighted(0.1),
             prop::collection::btree_map(0_u64..2_000, 0_u32..400_000, 0..5)),
            starts.len()), starts in Just(starts)) -> Vec<JobPlan>
    {
        starts.into_iter().zip(rest).map(|(start, (length, cents, employer, voluntary, updates))| {
            let updates = updates.into_iter().map(|(day, cents)| (day * 2 + 1, cents)).collect();
            (start * 2, length, cents, employer, voluntary, updates)
        }).collect()
    }
}

fn request(plan: &[JobPlan]) -> serde_json::Value {
    let jobs: Vec<_> = plan.iter().map(job).collect();
    with_record(&json!({
        "internal_identification": "SABC560626MDFLRN01",
        "personal_data": { "birth_date": "1956-06-26", "document_ids": [
            { "document_type": "NSS", "document_number": "12345678903" },
            { "document_type": "CURP", "document_number": "SABC560626MDFLRN01" },
            { "document_type": "RFC", "document_number": "SABC560626AB1" },
        ], "entitlements": { "status": "EMPLOYED" } },
        "employment_records": jobs,
        "employment_scores": [{ "score": 700, "period": 3 }, { "score": 650, "period": 6 }, { "score": 600, "period": 12 }],
    }))
}

/// Turns every array around by some rule and adds a field nobody knows to every object.
fn disturb(value: &mut serde_json::Value, turn: usize) {
    match value {
        serde_json::Value::Array(list) => {
            for element in list.iter_mut() {
                disturb(element, turn / 2 + 1);
            }
            if !list.is_empty() {
                let by = turn % list.len();
                list.rotate_left(by);
                if turn % 2 == 1 {
                    list.reverse();
                }
            }
        }
        serde_json::Value::Object(fields) => {
            for field in fields.values_mut() {
                disturb(field, turn);
            }
            fields.insert(
                "x_added".to_owned(),
                json!({ "deep": [turn, null, "text"] }),
            );
        }
        _ => {}
    }
}

fn within_declaration(values: &Characteristics) {
    for (definition, (name, value)) in definitions().iter().zip(values.iter()) {
        match value {
            Value::Missing => assert!(definition.missing.is_some(), "{name} is missing"),
            value => assert_eq!(value.kind(), Some(definition.kind), "{name}"),
        }
        let number = match value {
            Value::Int(number) => Some((*number).into()),
            Value::Decimal(number) => Some(*number),
            _ => None,
        };
        if let (Some(range), Some(number)) = (definition.range, number) {
            assert!(
                range.low <= number && number <= range.high,
                "{name} is {number}"
            );
        }
        if let (Value::Text(text), false) = (value, definition.values.is_empty()) {
            assert!(definition.values.contains(&&**text), "{name} is {text}");
        }
    }
}

proptest! {
    #[test]
    fn order_and_unknown_fields_change_nothing(plan in plan(), turn in 1_usize..1_000) {
        let plain = request(&plan);
        let mut disturbed = plain.clone();
        for record in disturbed["employment_records"].as_array_mut().unwrap() {
            disturb(record, turn);
        }
        prop_assert_eq!(characteristics(&plain, TODAY), characteristics(&disturbed, TODAY));
    }

    #[test]
    fn records_may_come_in_any_order(plan in plan(), other in plan(), older in 0_u64..3) {
        let mut request = request(&plan);
        let mut second = self::request(&other)["employment_records"][0].clone();
        second["report_date"] = json!(day_before_today(older));
        second["id"] = json!("s");
        request["employment_records"].as_array_mut().unwrap().push(second);
        let forth = characteristics(&request, TODAY);
        request["employment_records"].as_array_mut().unwrap().reverse();
        prop_assert_eq!(forth, characteristics(&request, TODAY));
    }

    #[test]
    fn values_are_what_the_table_declares(plan in plan()) {
        within_declaration(&characteristics(&request(&plan), TODAY));
    }

    #[test]
    fn what_is_known_together_is(
        plan in plan(),
        dated in prop::bool::weighted(0.9),
        listed in prop::bool::weighted(0.9),
        identified in any::<bool>(),
    ) {
        let mut request = request(&plan);
        let record = request["employment_records"][0].as_object_mut().unwrap();
        if !dated {
            record.remove("report_date");
            record.remove("collected_at");
        }
        if !listed {
            record.remove("employment_records");
        }
        if !identified {
            record.remove("internal_identification");
            record.remove("personal_data");
        }
        let values = characteristics(&request, TODAY);
        for presence in presences() {
            let given = values.get(presence.given);
            if given.is_missing() || (presence.is_true && given != &Value::Bool(true)) {
                continue;
            }
            for known in &presence.known {
                let name = |index: usize| definitions()[index].name;
                prop_assert!(
                    !values.get(*known).is_missing(),
                    "{} is {given:?}, {} is missing", name(presence.given), name(*known)
                );
            }
        }
    }

    #[test]
    fn sex_and_birthplace_change_nothing(
        plan in plan(),
        sex in prop::sample::select(vec!['H', 'M', 'X']),
        entity in prop::sample::select(vec!["AS", "BC", "DF", "NE", "ZS", "OC"]),
    ) {
        let prefix = format!("SABC560626{sex}{entity}LRN0");
        let curp = (0..10)
            .map(|digit| format!("{prefix}{digit}"))
            .find(|curp| Curp::parse(curp).is_valid())
            .unwrap();
        let plain = request(&plan);
        let mut flipped = plain.clone();
        let record = &mut flipped["employment_records"][0];
        record["internal_identification"] = json!(curp);
        record["personal_data"]["document_ids"][1]["document_number"] = json!(curp);
        prop_assert_eq!(characteristics(&plain, TODAY), characteristics(&flipped, TODAY));
    }

    #[test]
    fn a_curp_with_one_character_changed_is_invalid(place in 0_usize..18, to in "[0-9A-Z]") {
        const CURP: &str = "SABC560626MDFLRN01";
        let changed = format!("{}{to}{}", &CURP[..place], &CURP[place + 1..]);
        // The weights 18 to 1 and ten remainders cannot tell every pair of characters apart.
        let value = |c: char| c.to_digit(36).unwrap() + u32::from(c > 'N');
        let weight = 18 - u32::try_from(place).unwrap();
        let difference = value(CURP[place..].chars().next().unwrap())
            .abs_diff(value(to.chars().next().unwrap())) * weight;
        prop_assume!(difference % 10 != 0);
        prop_assert!(!Curp::parse(&changed).is_valid());
    }
}

#[test]
fn nothing_protected_is_a_characteristic() {
    for definition in definitions() {
        for word in [
            "sex",
            "gender",
            "birth_place",
            "state",
            "name_of",
            "nationality",
            "curp_text",
            "sick",
            "absence",
        ] {
            assert!(!definition.name.contains(word), "{}", definition.name);
        }
        assert!(
            definition.kind != Kind::Text
                || !definition.values.is_empty()
                || ["record_id_used", "product", "channel"].contains(&definition.name)
        );
    }
}
