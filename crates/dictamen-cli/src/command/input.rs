//! Reading the application and its records from files or standard input.

use std::{
    fs,
    io::{self, Read as _, Write},
    path::Path,
};

use chrono::NaiveDate;
use dictamen_model::{DecisionRequest, RequestError};
use dictamen_server::clock::Clock;

use crate::{
    args::InputArgs,
    exit::{Exit, Failure},
    report,
};

/// Whether any input was named.
pub(super) fn is_given(args: &InputArgs) -> bool {
    args.input.is_some() || args.record.is_some()
}

/// The request and the day to decide for.
pub(super) fn read(
    args: &InputArgs,
    err: &mut dyn Write,
) -> Result<(DecisionRequest, NaiveDate), Failure> {
    let parsed = match (&args.input, &args.record, &args.application) {
        (Some(input), ..) => DecisionRequest::parse(&bytes(input)?),
        (None, Some(record), Some(application)) => {
            let current = args.current_employments.as_deref();
            let current = current.map(bytes).transpose()?;
            DecisionRequest::parse_with_parts(
                &bytes(record)?,
                &bytes(application)?,
                current.as_deref(),
            )
        }
        _ => {
            return Err(
                Failure::new(Exit::Usage, "there is nothing to decide on").help(
                    "give --input FILE, or --record FILE and --application FILE; `-` is standard input",
                ),
            );
        }
    };
    let request = match parsed {
        Ok(request) => request,
        Err(error) => return Err(refused(&error, err)?),
    };
    let as_of = match (args.as_of, request.as_of) {
        (Some(asked), Some(named)) if asked != named => {
            return Err(Failure::new(
                Exit::Usage,
                "`--as-of` and the input's `as_of` name different days",
            )
            .help("leave one of them out"));
        }
        (asked, named) => asked.or(named).unwrap_or_else(|| Clock::System.today()),
    };
    Ok((request, as_of))
}

fn refused(error: &RequestError, err: &mut dyn Write) -> Result<Failure, Failure> {
    for problem in &error.problems {
        report::request_problem(err, problem)?;
    }
    Ok(Failure::said(Exit::Invalid))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot read `{}`: {error}", path.display()),
        )
    })
}
