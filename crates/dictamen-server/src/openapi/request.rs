//! The shape of a request body, for the document only: the model reads it.

#![expect(
    unused_qualifications,
    reason = "in what the derive generates for the second use of a type"
)]

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// An application and the employment records of its applicant.
#[derive(Debug, ToSchema)]
#[schema(as = DecisionRequest, example = example)]
#[expect(dead_code, reason = "describes what the model reads")]
pub(crate) struct DecisionRequestBody {
    /// What is asked for.
    application: ApplicationBody,
    /// Belvo's employment records exactly as Belvo sends them: one object, an array of them, or
    /// the paginated list (`count`, `next`, `previous`, `results`).
    #[schema(value_type = OneOrMany)]
    employment_records: Value,
    /// Belvo's current employments in any of the same forms; null or absent when they were not
    /// retrieved.
    #[schema(value_type = OneOrMany, nullable, required = false)]
    current_employments: Option<Value>,
    /// Belvo's link, when known.
    #[schema(value_type = Option<Object>, required = false)]
    link: Option<Value>,
    /// The day the facts are taken to hold; today in Mexico City when absent.
    #[schema(required = false, example = "2026-09-15")]
    as_of: Option<NaiveDate>,
}

/// One object, an array of objects, or a paginated list of them.
#[derive(Debug)]
pub(crate) struct OneOrMany;

impl PartialSchema for OneOrMany {
    fn schema() -> RefOr<Schema> {
        let object = || ObjectBuilder::new().schema_type(Type::Object);
        let forms = OneOfBuilder::new()
            .description(Some(
                "One object, an array of objects, or a paginated list of them under `results`.",
            ))
            .item(object().description(Some("One object or a paginated list.")))
            .item(ArrayBuilder::new().items(object()))
            .build();
        RefOr::T(Schema::OneOf(forms))
    }
}

impl ToSchema for OneOrMany {}

/// An amount: a number, or a plain decimal as text.
#[derive(Debug)]
pub(crate) struct Amount;

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^\d+(\.\d+)?$"));
        let forms = OneOfBuilder::new()
            .description(Some(
                "Pesos, read exactly as written: a number, or a plain decimal as text.",
            ))
            .item(number)
            .item(text)
            .examples([serde_json::json!(120_000), serde_json::json!("1200.50")])
            .build();
        RefOr::T(Schema::OneOf(forms))
    }
}

impl ToSchema for Amount {}

/// What is asked for. Amounts in MXN.
#[derive(Debug, ToSchema)]
#[schema(as = Application)]
#[expect(dead_code, reason = "describes what the model reads")]
pub(crate) struct ApplicationBody {
    /// The lender's id of the application.
    #[schema(example = "APP-0009", min_length = 1, max_length = 128)]
    application_id: String,
    /// Amount asked for, in MXN; more than zero.
    #[schema(value_type = Amount)]
    requested_amount: Value,
    /// Months to pay.
    #[schema(example = 48, minimum = 1, maximum = 600)]
    requested_term_months: i64,
    /// Payments on other debt, in MXN per month; zero when absent.
    #[schema(value_type = Amount, nullable, required = false)]
    existing_monthly_debt: Option<Value>,
    /// The product asked for.
    #[schema(required = false, min_length = 1, max_length = 64)]
    product: Option<String>,
    /// The channel the application came in by.
    #[schema(required = false, min_length = 1, max_length = 64)]
    channel: Option<String>,
    /// Whether the applicant asks for a person to look at an automatic decline.
    #[schema(required = false)]
    human_review_requested: Option<bool>,
}

/// A complete answer to [`example`].
pub(crate) fn example_answer() -> Value {
    serde_json::from_str(include_str!("../../examples/decision.json")).unwrap_or_default()
}

/// A complete request of an invented person.
pub(crate) fn example() -> Value {
    serde_json::from_str(include_str!("../../examples/request.json")).unwrap_or_default()
}
