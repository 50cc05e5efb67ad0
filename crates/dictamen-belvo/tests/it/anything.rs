//! Whatever comes, it is read or refused, and the reading ends.

use dictamen_belvo::trouble::Trouble;
use dictamen_belvo::webhook::Notice;
use dictamen_belvo::widget::Returned;
use dictamen_belvo::wire::{BrazilEmployment, EmploymentMetrics, Institution, Owner};
use dictamen_belvo::{Refused, Resource};
use proptest::prelude::*;

/// JSON in which some names are Belvo's.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "[a-z_]{0,8}",
        Just("id".to_owned()),
        Just("results".to_owned()),
        Just("link_id".to_owned()),
        Just("webhook_code".to_owned()),
        Just("webhook_id".to_owned()),
        Just("data".to_owned()),
        Just("employment_changes".to_owned()),
        Just("code".to_owned()),
        Just("message".to_owned()),
        Just("salaries".to_owned()),
        Just("age".to_owned()),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        Just("1e400".to_owned()),
        Just("true".to_owned()),
        "[a-zA-Z0-9 áñ-]{0,12}".prop_map(|t| format!("\"{t}\"")),
    ];
    leaf.prop_recursive(4, 32, 6, move |inside| {
        prop_oneof![
            prop::collection::vec(inside.clone(), 0..6)
                .prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec((name.clone(), inside), 0..6).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(k, v)| format!("\"{k}\":{v}"))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

fn read_all(text: &str) {
    let _ = Refused::read(400, text.as_bytes());
    let _ = Returned::read(text);
    let _ = Trouble::of_message(text);
    let _ = Owner::read(text);
    let _ = EmploymentMetrics::read(text);
    let _ = BrazilEmployment::read(text);
    let _ = Institution::read(text);
    if let Ok(notice) = Notice::parse(text.as_bytes()) {
        assert!(!notice.keys.is_empty());
        let _ = notice.meaning();
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(text in json()) {
        read_all(&text);
        let is_object = text.starts_with('{') && !text.contains("1e400");
        if is_object {
            prop_assert!(Notice::parse(text.as_bytes()).is_ok(), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        read_all(&text);
    }

    #[test]
    fn a_message_is_known_however_it_is_written(upper: bool, plain: bool, dots in 0_usize..3) {
        let message = "El CURP proporcionado no fue localizado en la entidad externa RENAPO";
        let mut written = if upper { message.to_uppercase() } else { message.to_lowercase() };
        written = written.replace(' ', if plain { " " } else { "  " });
        written.push_str(&".".repeat(dots));
        prop_assert_eq!(Trouble::of_message(&written), Some(Trouble::CurpUnknown));
    }
}
