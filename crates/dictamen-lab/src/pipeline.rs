//! The one way from a request to a decision.
//!
//! Service, command and cases all come through here, so that the same body gets the same
//! decision whichever way it came in. Knows the order of the steps and nothing of their content.

use std::cell::Cell;

use chrono::NaiveDate;
use dictamen_engine::{Application, Decided, Decision, ParametersStamp, Policy, Scratch, Trace};
use dictamen_model::{
    DecisionRequest, Parameters,
    characteristic::{self, Characteristics, ComputeError},
};

thread_local! {
    /// What runs of this thread write into, each over the one before.
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Computes the characteristics of a request as they stand on `as_of`.
///
/// # Errors
///
/// When they cannot be computed for that day, for instance because the parameter tables do not
/// cover it.
pub fn compute(
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
) -> Result<Characteristics, ComputeError> {
    characteristic::compute(request, as_of, parameters)
}

/// Decides on characteristics already computed for `as_of`.
pub fn decide_on(
    policy: &Policy,
    request: &DecisionRequest,
    as_of: NaiveDate,
    characteristics: &Characteristics,
    parameters: &Parameters,
) -> Decided {
    policy.decide(&Application {
        application_id: &request.application.application_id,
        as_of,
        characteristics,
        parameters: &stamp(parameters),
    })
}

/// Computes and decides.
///
/// # Errors
///
/// As [`compute`]; deciding itself never fails.
pub fn decide(
    policy: &Policy,
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
) -> Result<Decided, ComputeError> {
    let characteristics = compute(request, as_of, parameters)?;
    Ok(decide_on(
        policy,
        request,
        as_of,
        &characteristics,
        parameters,
    ))
}

/// Computes and decides; the trace is made only when it is asked for.
///
/// # Errors
///
/// As [`compute`]; deciding itself never fails.
pub fn answer(
    policy: &Policy,
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
    with_trace: bool,
) -> Result<(Decision, Option<Trace>), ComputeError> {
    let characteristics = compute(request, as_of, parameters)?;
    let mut scratch = SCRATCH.take();
    let evaluated = policy.evaluate(&characteristics, &mut scratch);
    let id = &request.application.application_id;
    let decision = evaluated.decision(id, as_of, &stamp(parameters));
    let trace = with_trace.then(|| evaluated.trace());
    SCRATCH.set(scratch);
    Ok((decision, trace))
}

/// The stamp decisions carry of the parameters they were made with.
pub fn stamp(parameters: &Parameters) -> ParametersStamp {
    ParametersStamp {
        hash: parameters.hash().into(),
    }
}
