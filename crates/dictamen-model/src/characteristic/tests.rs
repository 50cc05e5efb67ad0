//! The table as a whole.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

#[test]
fn the_table_of_characteristics() {
    let mut table = String::new();
    for definition in definitions() {
        let missing = if definition.missing.is_some() {
            "?"
        } else {
            ""
        };
        let line = format!(
            "{:<38} {:<9}{}",
            definition.name,
            format!("{}{missing}", definition.kind.name()),
            definition.unit.name(),
        );
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn entries_are_well_formed() {
    let mut names = BTreeSet::new();
    let (mut labels, mut labels_es) = (BTreeSet::new(), BTreeSet::new());
    for definition in definitions() {
        let name = definition.name;
        assert!(names.insert(name), "{name} is declared twice");
        assert!(
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
            "{name}"
        );
        assert_eq!(
            index_of(name).map(|index| definitions()[index].name),
            Some(name)
        );
        assert!(
            !definition.meaning.is_empty() && !definition.meaning.ends_with('.'),
            "{name}"
        );
        assert!(definition.meaning.len() <= 100, "{name}");
        assert_eq!(
            definition.missing.is_some(),
            definition.missing_es.is_some(),
            "{name}"
        );
        for text in [
            definition.meaning_es,
            definition.label,
            definition.label_es,
            definition.missing.unwrap_or("-"),
            definition.missing_es.unwrap_or("-"),
        ] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{name}: {text}");
        }
        assert!(labels.insert(definition.label), "{name}");
        assert!(labels_es.insert(definition.label_es), "{name}");
        assert!(!definition.source.is_empty(), "{name}");
        let number = definition.kind.is_number();
        assert!(
            number || (definition.range.is_none() && definition.unit == Unit::None),
            "{name}"
        );
        assert!(!number || definition.unit != Unit::None, "{name}");
        assert!(
            definition.kind != Kind::Int || definition.range.is_some(),
            "{name}"
        );
        assert!(
            definition.range.is_none_or(|range| range.low <= range.high),
            "{name}"
        );
        assert!(
            definition.values.is_empty() || definition.kind == Kind::Text,
            "{name}"
        );
    }
    assert_eq!(index_of("no_such_thing"), None);
}

#[test]
fn a_value_by_hand_must_fit_the_table() {
    let mut values = Characteristics::neutral();
    values.set("density_12m", Value::Int(1)).unwrap();
    assert_eq!(
        values.by_name("density_12m"),
        Some(&Value::Decimal(1.into()))
    );
    values.set("density_12m", Value::Missing).unwrap();
    assert_eq!(
        values.set("tenure_days", Value::Int(1)),
        Err(OverrideError::Unknown("tenure_days".to_owned()))
    );
    assert_eq!(
        values.set("record_present", Value::Missing),
        Err(OverrideError::NeverMissing("record_present".to_owned()))
    );
    assert!(matches!(
        values.set("employed_now", Value::Int(1)),
        Err(OverrideError::WrongKind {
            expected: "bool",
            found: "int",
            ..
        })
    ));
}
