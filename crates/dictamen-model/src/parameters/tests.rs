//! The parameters as they ship, and what is refused.

use super::*;
use crate::money::MonthlySalary;

pub(crate) fn shipped() -> BTreeMap<String, String> {
    [
        (
            "uma.toml",
            include_str!("../../../../rules/parameters/uma.toml"),
        ),
        (
            "minimum_wage.toml",
            include_str!("../../../../rules/parameters/minimum_wage.toml"),
        ),
        (
            "net_income.toml",
            include_str!("../../../../rules/parameters/net_income.toml"),
        ),
        (
            "conventions.toml",
            include_str!("../../../../rules/parameters/conventions.toml"),
        ),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn figures_change_on_their_day() {
    let parameters = Parameters::parse(&shipped()).unwrap();
    for (on, value) in [
        ("2016-01-28", "73.04"),
        ("2026-01-31", "113.14"),
        ("2026-02-01", "117.31"),
        ("2027-01-31", "117.31"),
    ] {
        assert_eq!(parameters.uma_daily(day(on)), Ok(decimal(value)), "{on}");
    }
    for (zone, on, value) in [
        (WageZone::General, "2025-12-31", "278.80"),
        (WageZone::General, "2026-01-01", "315.04"),
        (WageZone::Border, "2026-12-31", "440.87"),
    ] {
        let wage = parameters.minimum_wage(zone, day(on)).unwrap();
        assert_eq!(wage.pesos(), decimal(value));
    }
    assert_eq!(parameters.zone_of(" baja  California"), WageZone::Border);
    assert_eq!(parameters.zone_of("BAJA CALIFORNIA SUR"), WageZone::General);
}

#[test]
fn nothing_is_extrapolated() {
    let parameters = Parameters::parse(&shipped()).unwrap();
    let late = parameters.uma_daily(day("2027-02-01")).unwrap_err();
    assert_eq!(
        late.to_string(),
        "the table `uma_daily` covers 2016-01-28 to 2027-01-31, and 2027-02-01 is needed"
    );
    assert!(parameters.uma_daily(day("2016-01-27")).is_err());
    assert!(
        parameters
            .minimum_wage(WageZone::General, day("2027-01-01"))
            .is_err()
    );
    assert!(
        parameters
            .minimum_wage(WageZone::Border, day("2018-12-31"))
            .is_err()
    );
}

#[test]
fn net_income_is_continuous_and_increasing() {
    let parameters = Parameters::parse(&shipped()).unwrap();
    let net = |gross: &str| {
        let gross = MonthlySalary::new(decimal(gross)).unwrap();
        parameters.net_income().of(gross).unwrap().pesos()
    };
    for (gross, expected) in [
        ("0", "0"),
        ("10000", "9500"),
        ("15000", "12500"),
        ("25840", "20304.80"),
        ("30000", "23300"),
        ("60000", "44300"),
        ("89155.60", "62668.028"),
    ] {
        assert_eq!(net(gross), decimal(expected), "{gross}");
    }
}

#[test]
fn the_hash_is_of_the_figures_and_not_of_the_text() {
    let parameters = Parameters::parse(&shipped()).unwrap();
    assert_eq!(parameters.hash().len(), "sha256:".len() + 64);
    let with = |from: &str, to: &str| {
        let mut files = shipped();
        for text in files.values_mut() {
            *text = text.replace(from, to);
        }
        Parameters::parse(&files).unwrap().hash().to_owned()
    };
    assert_eq!(
        with("source = \"published\"", "source = \"elsewhere\" # note"),
        parameters.hash()
    );
    assert_eq!(with("\"75.49\"", "\"75.490\""), parameters.hash());
    assert_ne!(with("\"75.49\"", "\"75.50\""), parameters.hash());
    assert_ne!(with("2027-01-31", "2027-01-30"), parameters.hash());
    let mut one = shipped();
    let text = one
        .values()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    one = BTreeMap::from([("all.toml".to_owned(), text)]);
    assert_eq!(Parameters::parse(&one).unwrap().hash(), parameters.hash());
}

#[test]
fn all_problems_are_told_at_once() {
    let mut files = shipped();
    files.remove("uma.toml");
    files.insert("broken.toml".to_owned(), "a = \n".to_owned());
    files.insert(
        "extra.toml".to_owned(),
        "[uma_dayly]\nx = 1\n[net_income]\n".to_owned(),
    );
    for text in files.values_mut() {
        for (from, to) in [
            (
                "2020-01-01\nvalue = \"123.22\"",
                "2018-01-01\nvalue = \"-1\"",
            ),
            ("keep = \"0.60\"", "keep = \"1.60\""),
            ("from = \"15000\"", "from = 9000"),
            ("value = 7\n", "value = 7.5\n"),
            ("value = \"365.25\"", "value = \"0\""),
            (
                "[conventions.gap_min_days]",
                "[conventions.gap_minimum_days]",
            ),
            ("valid_until = 2026-12-31", "valid_until = \"2026-12-31\""),
        ] {
            *text = text.replace(from, to);
        }
    }
    let problems = Parameters::parse(&files).unwrap_err();
    let listed: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(listed.join("\n"));
}
