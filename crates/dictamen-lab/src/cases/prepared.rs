//! Cases made ready to be decided again and again, by the policy they belong to or by another.

use chrono::NaiveDate;
use dictamen_engine::{
    Answer, Application, Decision, Diagnostic, ParametersStamp, Policy, PolicySource, Scratch,
};
use dictamen_model::{Parameters, characteristic::Characteristics};

use super::{
    Difference, compare,
    format::{self, CaseFile},
    is_case,
    node::File,
    run,
};
use crate::pipeline;

/// A case whose characteristics have been computed.
#[derive(Debug)]
pub struct Prepared {
    /// Path within the policy folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What the policy decides on, with everything replaced that the case replaces.
    pub characteristics: Characteristics,
    /// The day of decision.
    pub as_of: NaiveDate,
    /// The lender's id of the application.
    pub application_id: String,
    pub(super) file: CaseFile,
    stamp: ParametersStamp,
}

impl Prepared {
    pub(super) fn new(
        file: File<'_>,
        case: CaseFile,
        title: &str,
        made: run::Made,
        parameters: &Parameters,
    ) -> Self {
        Self {
            path: file.path.to_owned(),
            title: title.to_owned(),
            characteristics: made.characteristics,
            as_of: made.as_of,
            application_id: made.application_id,
            file: case,
            stamp: pipeline::stamp(parameters),
        }
    }

    /// How many values the case changes of the request it begins with.
    pub fn changes(&self) -> usize {
        let application = self.file.application.len();
        self.file.overrides.len().saturating_add(application)
    }

    /// What a policy says to the applicant.
    pub fn answer(&self, policy: &Policy, scratch: &mut Scratch) -> Answer {
        policy.evaluate(&self.characteristics, scratch).answer()
    }

    /// What a policy decides.
    pub fn decision(&self, policy: &Policy) -> Decision {
        let application = Application {
            application_id: &self.application_id,
            as_of: self.as_of,
            characteristics: &self.characteristics,
            parameters: &self.stamp,
        };
        policy.decide(&application).decision
    }

    /// What a policy decides otherwise than the case expects.
    pub fn differences(&self, policy: &Policy) -> Vec<Difference> {
        compare::differences(&self.file.expectation, &self.decision(policy))
    }
}

/// Reads one case, as [`super::run`] does.
///
/// # Errors
///
/// Everything that keeps it from being run.
pub fn prepare_one(
    policy: &Policy,
    source: &PolicySource,
    parameters: &Parameters,
    path: &str,
    content: &str,
) -> Result<Prepared, Vec<Diagnostic>> {
    let file = File {
        path,
        text: content,
    };
    let (title, case) = format::read(file, policy);
    let case = case?;
    let made = run::make(source, parameters, file, &case)?;
    let title = title.unwrap_or_default();
    Ok(Prepared::new(file, case, &title, made, parameters))
}

/// Every case of a policy folder that can be run, sorted by path.
pub fn prepare(policy: &Policy, source: &PolicySource, parameters: &Parameters) -> Vec<Prepared> {
    let files = source.iter().filter(|(path, _)| is_case(path));
    let cases = files.filter_map(|(path, content)| {
        let content = str::from_utf8(content).ok()?;
        prepare_one(policy, source, parameters, path, content).ok()
    });
    cases.collect()
}
