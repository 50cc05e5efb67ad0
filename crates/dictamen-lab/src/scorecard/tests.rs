//! Cards that go round: out of tables into policies, decided by the ordinary engine, and back into tables.

#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use dictamen_engine::{Diagnostic, Outcome, Policy, PolicySource, Scratch};
use dictamen_model::characteristic::{Characteristics, Kind, Value, definitions, index_of};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{
    Card, Classes, Layout, Line, Mapping, Scaling, Wanted, of_policy, policy, read, write,
};

fn wanted(cut_off: i64) -> Wanted {
    Wanted {
        id: "card".into(),
        cut_off,
        origin: "a test".into(),
    }
}

fn load(card: &Card, cut_off: i64) -> Policy {
    let mut source = PolicySource::new();
    for (path, text) in policy(card, &wanted(cut_off)) {
        source.insert(&path, text.as_bytes());
    }
    match Policy::load(&source) {
        Ok(loaded) => loaded.policy,
        Err(findings) => panic!("{findings:#?}\n{:#?}", policy(card, &wanted(cut_off))),
    }
}

fn csv(text: &str) -> Result<(Card, Vec<Diagnostic>), Vec<Diagnostic>> {
    read(
        Layout::Csv,
        "card.csv",
        text.as_bytes(),
        &Mapping::default(),
    )
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|finding| finding.code).collect()
}

const SCORECARDPY: &str = "\
variable,bin,points
basepoints,,442
weeks_total,missing,0
weeks_total,\"[-inf,52.0)\",-12
weeks_total,\"[52.0,260.0)\",9
weeks_total,\"[260.0,inf)\",31
institution,imss,4
institution,issste,11
employed_now,True,20
employed_now,False,-40
density_24m,\"[-inf,0.5)%,%missing\",-7
density_24m,\"[0.5,inf)\",8
";

#[test]
fn a_table_of_scorecardpy_becomes_a_policy() {
    let (card, found) = csv(SCORECARDPY).unwrap();
    assert!(
        found.iter().all(|finding| !finding.is_error()),
        "{found:#?}"
    );
    insta::assert_snapshot!(policy(&card, &wanted(450))["policy.rhai"]);
    let policy = load(&card, 450);
    let mut facts = Characteristics::neutral();
    let score = |facts: &Characteristics| {
        let mut scratch = Scratch::new();
        let evaluated = policy.evaluate(facts, &mut scratch);
        (evaluated.outcome(), evaluated.score())
    };
    for (name, value) in [
        ("weeks_total", Value::Int(259)),
        ("institution", Value::Text("issste".into())),
        ("employed_now", Value::Bool(true)),
        ("density_24m", Value::Decimal("0.4999".parse().unwrap())),
    ] {
        facts.set(name, value).unwrap();
    }
    // 442 + 9 + 11 + 20 - 7.
    assert_eq!(score(&facts), (Outcome::Approve, Some(475)));
    facts.set("employed_now", Value::Bool(false)).unwrap();
    assert_eq!(score(&facts), (Outcome::Decline, Some(415)));
    facts.set("density_24m", Value::Missing).unwrap();
    assert_eq!(score(&facts), (Outcome::Decline, Some(415)));
    // No points for a missing statement: referred.
    facts.set("institution", Value::Missing).unwrap();
    assert_eq!(score(&facts).0, Outcome::Refer);
}

#[test]
fn a_table_of_optbinning_with_weights_of_evidence_is_scaled() {
    let text = "\
Variable,Bin id,Bin,Count,WoE,Coefficient,Points
weeks_total,0,\"(-inf, 52.00)\",100,-0.693147,-1,99
weeks_total,1,\"[52.00, inf)\",100,0.693147,-1,99
weeks_total,2,Special,0,0,-1,99
weeks_total,3,Missing,0,0,-1,99
intercept,,,,,-3.912023,0
";
    let mapping = Mapping {
        scaling: Some(Scaling {
            score: 600.into(),
            odds: 50.into(),
            pdo: 20.into(),
        }),
        ..Mapping::default()
    };
    let (card, _) = read(Layout::Csv, "card.csv", text.as_bytes(), &mapping).unwrap();
    assert_eq!(card.base, 600);
    assert_eq!(card.lines[0].classes.points(), [-20, 20]);
    assert_eq!(card.lines[0].missing, Some(0));
}

const PMML: &str = r#"<PMML xmlns="http://www.dmg.org/PMML-4_2" version="4.2">
 <DataDictionary/>
 <Scorecard modelName="m" functionName="regression" initialScore="300" useReasonCodes="true">
  <Characteristics>
   <Characteristic name="weeks" reasonCode="WEEKS" baselineScore="40">
    <Attribute partialScore="-5"><SimplePredicate field="weeks" operator="isMissing"/></Attribute>
    <Attribute partialScore="0"><SimplePredicate field="weeks" operator="lessOrEqual" value="51"/></Attribute>
    <Attribute partialScore="15.4">
     <CompoundPredicate booleanOperator="and">
      <SimplePredicate field="weeks" operator="greaterThan" value="51"/>
      <SimplePredicate field="weeks" operator="lessOrEqual" value="103"/>
     </CompoundPredicate>
    </Attribute>
    <Attribute partialScore="40"><SimplePredicate field="weeks" operator="greaterThan" value="103"/></Attribute>
   </Characteristic>
   <Characteristic name="inst" reasonCode="not a code">
    <Attribute partialScore="3"><SimpleSetPredicate field="institution" booleanOperator="isIn"><Array n="1" type="string">imss</Array></SimpleSetPredicate></Attribute>
    <Attribute partialScore="9"><SimpleSetPredicate field="institution" booleanOperator="isIn"><Array n="1" type="string">"issste"</Array></SimpleSetPredicate></Attribute>
   </Characteristic>
  </Characteristics>
 </Scorecard>
</PMML>
"#;

#[test]
fn a_scorecard_of_pmml_is_read() {
    let mapping = Mapping {
        names: [("weeks".to_owned(), "weeks_total".to_owned())].into(),
        scaling: None,
    };
    let (card, found) = read(Layout::Pmml, "card.xml", PMML.as_bytes(), &mapping).unwrap();
    assert!(codes(&found).contains(&"scorecard::rounded"), "{found:#?}");
    let d = Decimal::from;
    assert_eq!(
        card.lines[0],
        Line {
            code: Some("WEEKS".into()),
            characteristic: index_of("weeks_total").unwrap(),
            classes: Classes::Ranges(vec![(d(0), 0), (d(52), 15), (d(104), 40)]),
            missing: Some(-5),
        }
    );
    let script = &policy(&card, &wanted(310))["policy.rhai"];
    assert!(
        script.contains("characteristic(\"WEEKS\", |a| a.weeks_total"),
        "{script}"
    );
    assert!(
        script.contains("characteristic(\"S20\", |a| switch a.institution"),
        "{script}"
    );
    load(&card, 310);
}

#[test]
fn what_is_no_scorecard_is_refused_with_everything_that_is_wrong() {
    let table = "\
variable,bin,points
weeks_totl,\"[-inf,5)\",1
weeks_total,\"[-inf,52)\",1
weeks_total,\"[60,inf)\",2
jobs_listed,\"[-inf,3)\",1
jobs_listed,\"[2,inf)\",2
density_24m,\"(0.1,0.5]\",1
institution,ims,1
as_of,\"[-inf,inf)\",many
";
    let found = csv(table).unwrap_err();
    let mut met = codes(&found);
    met.sort_unstable();
    assert_eq!(met, ["scorecard::points"]);
    let table = table.replace("many", "1").replace("as_of", "birth_date");
    let found = csv(&table).unwrap_err();
    let told: Vec<String> = found
        .iter()
        .map(|finding| {
            format!(
                "{finding} [{}]",
                finding.help.as_deref().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    for (text, code) in [
        ("", "scorecard::column"),
        ("a,b\n1,2\n", "scorecard::column"),
        ("variable,bin,points\n", "scorecard::empty"),
        (
            "variable,bin,woe,coefficient\nx,[0,1),1,1\n",
            "scorecard::no-scale",
        ),
        ("variable,bin,points\n\u{0}\u{1},,", "scorecard::empty"),
        (
            "variable,bin,points\nweeks_total,\"[-inf,inf)\",99999999999\n",
            "scorecard::points",
        ),
    ] {
        assert_eq!(codes(&csv(text).unwrap_err()), [code], "{text:?}");
    }
    for bytes in [&b"\xff\xfe"[..], b"variable,bin,points\n\xff,a,1\n"] {
        assert!(read(Layout::Csv, "x", bytes, &Mapping::default()).is_err());
        assert!(read(Layout::Pmml, "x", bytes, &Mapping::default()).is_err());
    }
    for text in [
        "",
        "<PMML/>",
        "<a",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
    ] {
        let found = read(Layout::Pmml, "x", text.as_bytes(), &Mapping::default()).unwrap_err();
        assert!(codes(&found)[0].starts_with("scorecard::"), "{found:#?}");
    }
}

#[test]
fn points_for_codes_that_nobody_has_are_not_dropped_in_silence() {
    let table = |points: &str| {
        format!(
            "variable,bin,points\nweeks_total,\"[-inf,10)\",5\nweeks_total,Special,{points}\n\
             weeks_total,\"[10,inf)\",9\nweeks_total,Totals,\n"
        )
    };
    let told = |points: &str| {
        let (card, found) = csv(&table(points)).unwrap();
        assert_eq!(card.lines[0].classes.points(), [5, 9]);
        codes(&found).contains(&"scorecard::special")
    };
    assert!(told("40"));
    assert!(!told("0"));
}

#[test]
fn bins_that_go_both_ways_are_told() {
    let table = "variable,bin,points\nweeks_total,\"[-inf,10)\",5\nweeks_total,\"[10,20)\",1\nweeks_total,\"[20,inf)\",9\n";
    let (_, found) = csv(table).unwrap();
    assert!(
        codes(&found).contains(&"scorecard::not-monotone"),
        "{found:#?}"
    );
}

/// Lines over different characteristics, as a builder might give them.
fn cards() -> impl Strategy<Value = Card> {
    let usable: Vec<usize> = (0..definitions().len())
        .filter(|at| match definitions()[*at].kind {
            Kind::Int | Kind::Decimal | Kind::Bool => true,
            Kind::Text => definitions()[*at].values.len() > 1,
            Kind::Date => false,
        })
        .collect();
    let lines = proptest::sample::subsequence(usable, 1..6);
    (
        -500_i64..900,
        lines,
        proptest::collection::vec(-60_i64..60, 64),
        any::<u64>(),
    )
        .prop_map(|(base, lines, points, salt)| Card {
            base,
            lines: lines
                .into_iter()
                .enumerate()
                .map(|(n, at)| line(n, at, &points[n * 10..], salt))
                .collect(),
        })
}

fn line(n: usize, at: usize, points: &[i64], salt: u64) -> Line {
    let definition = &definitions()[at];
    let classes = match definition.kind {
        Kind::Bool => Classes::Values(vec![
            ("true".into(), points[0]),
            ("false".into(), points[1]),
        ]),
        Kind::Text => Classes::Values(
            definition
                .values
                .iter()
                .zip(points)
                .map(|(value, points)| ((*value).to_owned(), *points))
                .collect(),
        ),
        _ => {
            let lowest = definition
                .range
                .map_or_else(|| (-1_000_000_000).into(), |range| range.low);
            let step = Decimal::from(1 + (salt >> n) % 40);
            let lows = (0..points.len().min(5)).map(|i| lowest + step * Decimal::from(i));
            Classes::Ranges(lows.zip(points.iter().copied()).collect())
        }
    };
    Line {
        code: Some(format!("S{}", (n + 1) * 10)),
        characteristic: at,
        classes,
        missing: (salt >> (n + 7) & 1 == 1).then_some(points[6]),
    }
}

/// Points by the table, without any engine; `None` refers.
fn by_hand(card: &Card, facts: &Characteristics) -> Option<i64> {
    let mut score = card.base;
    for line in &card.lines {
        let value = facts.get(line.characteristic);
        let points = match (&line.classes, value) {
            (_, Value::Missing) => line.missing?,
            (Classes::Ranges(ranges), Value::Int(n)) => under(ranges, (*n).into())?,
            (Classes::Ranges(ranges), Value::Decimal(n)) => under(ranges, *n)?,
            (Classes::Values(values), Value::Bool(b)) => listed(values, &b.to_string()),
            (Classes::Values(values), Value::Text(text)) => listed(values, text),
            other => panic!("{other:?}"),
        };
        score += points;
    }
    Some(score)
}

fn under(ranges: &[(Decimal, i64)], value: Decimal) -> Option<i64> {
    ranges
        .iter()
        .rev()
        .find(|(low, _)| *low <= value)
        .map(|(_, points)| *points)
}

fn listed(values: &[(String, i64)], value: &str) -> i64 {
    values.iter().find(|(listed, _)| listed == value).unwrap().1
}

fn facts(card: &Card, numbers: &[i64]) -> Characteristics {
    let mut facts = Characteristics::neutral();
    for (line, number) in card.lines.iter().zip(numbers) {
        let definition = &definitions()[line.characteristic];
        let lowest = definition
            .range
            .map_or(Decimal::from(-1_000_000_000), |range| range.low);
        let value = match definition.kind {
            _ if number % 7 == 0 => Value::Missing,
            Kind::Int => Value::Int((lowest + Decimal::from(*number)).try_into().unwrap()),
            Kind::Decimal => Value::Decimal(lowest + Decimal::new(*number, 1)),
            Kind::Bool => Value::Bool(number % 2 == 0),
            _ => {
                let values = definition.values;
                Value::Text(values[usize::try_from(*number).unwrap() % values.len()].into())
            }
        };
        let _ = facts.set(definition.name, value);
    }
    facts
}

proptest! {
    #[test]
    fn a_policy_gives_the_points_of_its_table(card in cards(), people in proptest::collection::vec(proptest::collection::vec(0_i64..200, 6), 8)) {
        let policy = load(&card, 10_000);
        for numbers in people {
            let facts = facts(&card, &numbers);
            let mut scratch = Scratch::new();
            let evaluated = policy.evaluate(&facts, &mut scratch);
            let score = by_hand(&card, &facts);
            if score.is_some() {
                prop_assert_eq!(evaluated.score(), score);
            } else {
                prop_assert_eq!(evaluated.outcome(), Outcome::Refer);
            }
        }
    }

    #[test]
    fn tables_and_policies_carry_a_card_whole(card in cards()) {
        let policy = load(&card, 10_000);
        prop_assert_eq!(&of_policy(&policy).unwrap(), &card);
        let pmml = write(&card, Layout::Pmml, "a <card> & \"more\"");
        let (again, _) = read(Layout::Pmml, "x", pmml.as_bytes(), &Mapping::default()).unwrap();
        prop_assert_eq!(&again, &card);
        let text = write(&card, Layout::Csv, "");
        let (mut again, _) = csv(&text).unwrap();
        // A table has no codes.
        for (line, own) in again.lines.iter_mut().zip(&card.lines) {
            line.code.clone_from(&own.code);
        }
        prop_assert_eq!(again, card);
    }

    #[test]
    fn whatever_the_bytes_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..300), cell in "[\\[(%,a-z0-9.)\\]'\" -]{0,24}") {
        let _ = read(Layout::Csv, "x", &bytes, &Mapping::default());
        let _ = read(Layout::Pmml, "x", &bytes, &Mapping::default());
        let _ = csv(&format!("variable,bin,points\nweeks_total,\"{}\",1\n", cell.replace('"', "\"\"")));
    }
}
