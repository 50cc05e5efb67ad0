//! Stand-in until the real one is merged; drop this commit then.
#![expect(
    missing_docs,
    missing_debug_implementations,
    clippy::all,
    clippy::pedantic,
    reason = "stand-in"
)]

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::characteristic::Characteristics;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub pointer: String,
    pub message: String,
    pub help: Option<String>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    pub problems: Vec<Problem>,
}
#[derive(Debug, Clone, Default)]
pub struct Application {
    pub application_id: String,
    pub human_review_requested: bool,
}
#[derive(Debug, Clone)]
pub struct EmploymentRecord;
#[derive(Debug, Clone)]
pub struct CurrentEmployment;
#[derive(Debug, Clone)]
pub struct Link;
#[derive(Debug, Clone)]
pub struct DecisionRequest {
    pub application: Application,
    pub employment_records: Vec<EmploymentRecord>,
    pub current_employments: Option<Vec<CurrentEmployment>>,
    pub link: Option<Link>,
    pub as_of: Option<NaiveDate>,
}
fn problem(code: &'static str, pointer: &str, message: impl Into<String>) -> RequestError {
    RequestError {
        problems: vec![Problem {
            code,
            pointer: pointer.into(),
            message: message.into(),
            help: None,
        }],
    }
}
impl DecisionRequest {
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let v: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|e| problem("request::malformed-json", "", e.to_string()))?;
        let Some(app) = v.get("application") else {
            return Err(problem(
                "request::missing",
                "/application",
                "`application` is missing",
            ));
        };
        let Some(id) = app.get("application_id").and_then(|v| v.as_str()) else {
            return Err(problem(
                "request::missing",
                "/application/application_id",
                "`application_id` is missing",
            ));
        };
        Ok(Self {
            application: Application {
                application_id: id.to_owned(),
                human_review_requested: app
                    .get("human_review_requested")
                    .and_then(|v| v.as_bool())
                    .unwrap_or(false),
            },
            employment_records: Vec::new(),
            current_employments: None,
            link: None,
            as_of: v
                .get("as_of")
                .and_then(|v| v.as_str())
                .and_then(|s| s.parse().ok()),
        })
    }
    pub fn parse_with_parts(
        _records: &[u8],
        application: &[u8],
        _current: Option<&[u8]>,
    ) -> Result<Self, RequestError> {
        Self::parse(application)
    }
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterProblem {
    pub code: &'static str,
    pub file: String,
    pub message: String,
    pub help: Option<String>,
}
#[derive(Debug, Clone)]
pub struct Parameters {
    hash: String,
}
impl Parameters {
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<ParameterProblem>> {
        let mut problems = Vec::new();
        for (file, text) in files {
            if let Err(e) = text.parse::<toml::Table>() {
                problems.push(ParameterProblem {
                    code: "parameters::toml",
                    file: file.clone(),
                    message: e.message().to_owned(),
                    help: None,
                });
            }
        }
        if files.is_empty() || !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            hash: "sha256:stand-in".into(),
        })
    }
    pub fn hash(&self) -> &str {
        &self.hash
    }
}
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not covered by the parameters")]
pub struct ComputeError(NaiveDate);
impl ComputeError {
    pub fn code(&self) -> &'static str {
        "parameters::not-covered"
    }
    pub fn help(&self) -> Option<String> {
        None
    }
}
pub fn compute(
    _r: &DecisionRequest,
    as_of: NaiveDate,
    _p: &Parameters,
) -> Result<Characteristics, ComputeError> {
    if as_of.to_string().as_str() < "2016" {
        return Err(ComputeError(as_of));
    }
    Ok(Characteristics::neutral())
}
