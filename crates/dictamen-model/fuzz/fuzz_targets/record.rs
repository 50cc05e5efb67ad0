//! Any bytes as a request, and what can be read as one computed on awkward days. What is refused
//! as no JSON is none for `serde_json` either, and the other way round.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord, Link, Webhook};
use dictamen_model::{DecisionRequest, Parameters, compute};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
    let files = BTreeMap::from(
        [
            ("conventions.toml", include_str!("../../../../rules/parameters/conventions.toml")),
            ("minimum_wage.toml", include_str!("../../../../rules/parameters/minimum_wage.toml")),
            ("net_income.toml", include_str!("../../../../rules/parameters/net_income.toml")),
            ("uma.toml", include_str!("../../../../rules/parameters/uma.toml")),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    Parameters::parse(&files).expect("the parameters as they ship are valid")
});

fuzz_target!(|bytes: &[u8]| {
    let _ = EmploymentRecord::parse_page(bytes);
    let _ = CurrentEmployment::parse_page(bytes);
    let _ = (Link::parse(bytes), Webhook::parse(bytes));
    match DecisionRequest::parse(bytes) {
        Ok(request) => {
            let awkward = [NaiveDate::MIN, NaiveDate::MAX];
            let usual = NaiveDate::from_ymd_opt(2026, 9, 15);
            for as_of in awkward.into_iter().chain(usual).chain(request.as_of) {
                let first = compute(&request, as_of, &PARAMETERS);
                assert_eq!(first, compute(&request, as_of, &PARAMETERS));
            }
        }
        Err(error) => assert!(!error.problems.is_empty()),
    }
    let told = |e: &dictamen_model::Problem| e.code == "json::malformed";
    let error = DecisionRequest::parse(bytes).err();
    let malformed = error.is_some_and(|e| e.problems.iter().any(told));
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json = std::str::from_utf8(text)
        .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    assert!(json || malformed);
    // Keys with half a character, numbers out of all range and too deep nesting pass for
    // `serde_json` when it ignores them.
    let power = |two: &[u8]| two[0].is_ascii_digit() && matches!(two[1], b'e' | b'E');
    let plain = !bytes.contains(&b'\\') && !bytes.windows(2).any(power);
    let brackets = bytes.iter().filter(|b| matches!(b, b'[' | b'{'));
    assert!(!json || !malformed || !plain || brackets.count() > 64);
});
