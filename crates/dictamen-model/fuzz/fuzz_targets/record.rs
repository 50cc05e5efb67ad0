//! Any bytes as a request, and what can be read as one computed on awkward days.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord, Link, Webhook};
use dictamen_model::{DecisionRequest, Parameters, compute};
use libfuzzer_sys::fuzz_target;

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
});
