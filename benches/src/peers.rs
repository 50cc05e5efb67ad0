//! Rival engines deciding the bench policy, each as its own users would write it.
//!
//! Behind the feature `peers`: they bring some four hundred crates that nothing else needs. Where
//! a language leaves a choice, the faster form was taken.

mod cedar;
mod expressions;
mod rego;
mod zen;

use rust_decimal::Decimal;

use crate::{applicant::Applicant, ways::Named};

/// The rivals, of the policy and of the knock-outs.
pub(crate) fn all(applicants: &[Applicant]) -> Vec<Named<'_>> {
    vec![
        Named::policy("zen-engine, decision graph", zen::Zen::new(applicants)),
        Named::policy("regorus, virtual machine", rego::Rego::new(applicants)),
        Named::policy(
            "cel, with stages and offer in Rust",
            expressions::Cel::new(applicants),
        ),
        Named::knock_outs("knock-outs: cedar-policy", cedar::Cedar::new(applicants)),
    ]
}

/// A decimal as languages have it that know nothing better.
fn float(value: Decimal) -> f64 {
    value.try_into().unwrap()
}

/// An amount of pesos out of a binary float: the centavos nearest to it.
fn pesos(value: f64) -> Decimal {
    Decimal::try_from(value).unwrap().round_dp(2)
}
