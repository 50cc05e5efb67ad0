//! Rows of a portfolio, good and bad: whatever a line or a cell holds, it is decided or told.

use chrono::NaiveDate;
use dictamen_lab::simulate::{
    By, Label, Part, Row, Study,
    columns::{Cell, Cells, Columns, Told},
};
use dictamen_model::characteristic::{Characteristics, definitions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    applicant,
    support::{NOMINA, PARAMETERS},
};

fn day() -> NaiveDate {
    "2026-09-15".parse().unwrap()
}

fn read(line: &[u8]) -> Result<Row, Vec<String>> {
    let read = Row::read(1, line, day(), &PARAMETERS);
    read.map_err(|problems| {
        problems
            .into_iter()
            .map(|p| format!("{} {}", p.code, p.at))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// A request reads the same with something beside it, in whatever place.
    #[test]
    fn what_stands_beside_a_request_changes_nothing_of_it(
        body in applicant::request(),
        first in any::<bool>(),
        label in 0..2_u8,
        region in "\\PC{1,12}",
    ) {
        let alone = read(body.to_string().as_bytes()).unwrap();
        let beside = json!({"label": label, "segments": {"region": region, "n": 1.5, "none": null}});
        let (body, beside) = (body.to_string(), beside.to_string());
        let inner = |text: &str| text[1..text.len() - 1].to_owned();
        let (one, other) = if first { (&beside, &body) } else { (&body, &beside) };
        let line = format!("{{{},{}}}", inner(one), inner(other));
        let row = read(line.as_bytes()).unwrap();
        prop_assert_eq!(&row.characteristics, &alone.characteristics);
        prop_assert_eq!(row.application_id, alone.application_id);
        prop_assert_eq!(row.label, Some([Label::Good, Label::Bad][usize::from(label)]));
        prop_assert_eq!(row.segments.get("region"), Some(&region));
        prop_assert_eq!(row.segments.len(), 2);
    }

    /// Bytes changed, cut or put in: a row or problems, and each line is counted once.
    #[test]
    fn damaged_lines_are_decided_or_told(
        body in applicant::request(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut row: Value = body;
        row["label"] = json!("bad");
        let mut line = row.to_string().into_bytes();
        let at = at.index(line.len());
        line[at] = byte;
        if cut {
            line.truncate(at);
        }
        let study = Study::of(&NOMINA);
        let (mut worker, mut part) = (study.worker(), Part::default());
        worker.line(7, &line, day(), &PARAMETERS, &mut part);
        let blank = line.iter().all(u8::is_ascii_whitespace);
        prop_assert_eq!(part.tally.whole.rows + part.tally.rejected, u64::from(!blank));
        for (number, problems) in &part.rejected {
            prop_assert_eq!(*number, 7);
            prop_assert!(!problems.is_empty());
            let told = format!("{problems:?}");
            prop_assert!(!told.contains("QXWA850309") && !told.contains("QUETZAL"), "{}", told);
        }
    }

    /// Cells of any text: a row within the declared ranges, or problems.
    #[test]
    fn any_cells_make_a_row_in_range_or_are_told(
        cells in prop::collection::vec(
            prop_oneof![Just(String::new()), "-?[0-9]{1,12}", "-?[0-9]{1,6}\\.[0-9]{1,6}",
                        "true|false|imss|2026-01-31", "\\PC{0,8}"],
            definitions().len(),
        ),
    ) {
        let names: Vec<_> = definitions().iter().map(|d| (d.name.to_owned(), Cells::Texts)).collect();
        let needed = (0..names.len()).collect();
        let columns = Columns::new(&names, &needed, &[], Told::default()).unwrap();
        match columns.row(3, cells.iter().map(|cell| Cell::Text(cell))) {
            Ok(row) => in_range(&row.characteristics),
            Err(problems) => prop_assert!(problems.iter().all(|p| p.row == 3 && !p.at.is_empty())),
        }
    }
}

fn in_range(facts: &Characteristics) {
    for (definition, (_, value)) in definitions().iter().zip(facts.iter()) {
        assert!(
            !value.is_missing() || definition.missing.is_some(),
            "{}",
            definition.name
        );
        let kind = value.kind();
        assert!(
            kind.is_none_or(|kind| kind == definition.kind),
            "{}",
            definition.name
        );
    }
}

#[test]
fn lines_that_are_none_are_told_where_they_are_wrong() {
    for (line, says) in [
        ("nothing", "json::malformed "),
        ("[]", "json::type "),
        (r#"{"label":1}"#, "request::required /application"),
        (
            r#"{"application":{},"employment_records":[],"label":7}"#,
            "row::label /label",
        ),
        (
            r#"{"application":{},"employment_records":[],"segments":[]}"#,
            "row::segments /segments",
        ),
        (
            r#"{"application":{},"employment_records":[],"lable":1}"#,
            "/lable",
        ),
    ] {
        let problems = read(line.as_bytes()).unwrap_err();
        assert!(
            problems.iter().any(|p| p.contains(says)),
            "{line}: {problems:?}"
        );
    }
}

#[test]
fn groups_have_a_limit_beyond_which_they_are_counted_together() {
    let by = By::parse("shop", NOMINA.declaration()).unwrap();
    let study = Study::of(&NOMINA).by(vec![by]);
    let (mut worker, mut part) = (study.worker(), Part::default());
    for number in 1..=1000 {
        let row = Row {
            number,
            application_id: String::new(),
            characteristics: Characteristics::neutral(),
            label: None,
            segments: [("shop".to_owned(), number.to_string())].into(),
        };
        worker.take(number, Ok(row), &mut part);
    }
    let groups = &part.tally.by["shop"];
    assert_eq!(groups.len(), 201);
    assert_eq!(groups["other values"].rows, 800);
}
