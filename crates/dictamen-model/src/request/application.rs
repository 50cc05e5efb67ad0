//! The application: what is asked for, and by which way it came.

use rust_decimal::Decimal;

use crate::json::leaf::{Raw, amount_of, leaf};
use crate::json::{Context, Whole, wire};

/// The largest amount that can be asked for, in pesos.
const AMOUNT_LIMIT: u64 = 1_000_000_000_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The caller's id of the application; at most 128 characters.
    pub application_id: String,
    /// Amount asked for, in pesos; more than zero.
    pub requested_amount: Decimal,
    /// Term asked for, in months; 1 to 600.
    pub requested_term_months: i64,
    /// What other debts already cost per month, in pesos; zero when not given.
    pub existing_monthly_debt: Decimal,
    /// The product applied for.
    pub product: Option<String>,
    /// The way the application came.
    pub channel: Option<String>,
    /// Whether the applicant asked for a person to look at it; false when not given.
    pub human_review_requested: bool,
}

wire! {
    /// The application as it is sent.
    pub(crate) struct ApplicationFields: strict {
        /// Id.
        application_id: Label<128>,
        /// Amount.
        requested_amount: Amount,
        /// Term.
        requested_term_months: Whole<1, 600>,
        /// Debt.
        existing_monthly_debt: Amount,
        /// Product.
        product: Label<64>,
        /// Channel.
        channel: Label<64>,
        /// Wish for human review.
        human_review_requested: bool,
    }
}

impl ApplicationFields {
    pub(super) fn complete(self, context: &mut Context) -> Option<Application> {
        let id = required(
            self.application_id,
            "application_id",
            "an application needs an id",
            context,
        );
        let requested = required(
            self.requested_amount,
            "requested_amount",
            "an application needs the amount asked for, in pesos",
            context,
        );
        if requested.as_ref().is_some_and(|amount| amount.0.is_zero()) {
            context.at("requested_amount", |context| {
                context.problem("json::range", "the amount must be more than zero", None);
            });
        }
        let term = required(
            self.requested_term_months,
            "requested_term_months",
            "an application needs the term asked for, in months",
            context,
        );
        Some(Application {
            application_id: id?.0,
            requested_amount: requested?.0,
            requested_term_months: term?.get(),
            existing_monthly_debt: self.existing_monthly_debt.map_or(Decimal::ZERO, |a| a.0),
            product: self.product.map(|label| label.0),
            channel: self.channel.map(|label| label.0),
            human_review_requested: self.human_review_requested.unwrap_or(false),
        })
    }
}

fn required<T>(
    field: Option<T>,
    name: &'static str,
    message: &'static str,
    context: &mut Context,
) -> Option<T> {
    if field.is_none() {
        context.at(name, |context| context.require(message));
    }
    field
}

impl Context {
    /// Notes that something is needed here, unless it was already found faulty.
    pub(super) fn require(&mut self, message: &'static str) {
        if !self.faulty_here() {
            self.problem("request::required", message, None);
        }
    }
}

/// Short text of the caller: not empty, no control characters, at most `LIMIT` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label<const LIMIT: usize>(String);

leaf!(@[const LIMIT: usize] Label<LIMIT>, |raw, context| match raw {
    Raw::Text(text)
        if !text.trim().is_empty()
            && text.chars().count() <= LIMIT
            && !text.chars().any(char::is_control) =>
    {
        Some(Self(text.into_owned()))
    }
    Raw::Text(_) => {
        context.problem(
            "json::range",
            format!("expected 1 to {LIMIT} characters, none of them a control character"),
            None,
        );
        None
    }
    other => {
        context.wrong_type("text", other.found());
        None
    }
});

/// An amount of the caller: a JSON number, or a plain decimal as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount(Decimal);

leaf!(Amount, |raw, context| match raw {
    Raw::Number(text) => amount_of(text, AMOUNT_LIMIT, context).map(Self),
    Raw::Text(text) if is_plain_decimal(&text) => {
        amount_of(&text, AMOUNT_LIMIT, context).map(Self)
    }
    other => {
        context.wrong_type("a number, or a plain decimal as text", other.found());
        None
    }
});

/// Digits with at most one point between them, and no more than fit.
fn is_plain_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
