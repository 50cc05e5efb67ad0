//! `dictamen decide`.

use std::io::Write;

use dictamen_engine::Outcome;
use dictamen_lab::pipeline;
use dictamen_server::answer::{self, Explain};

use super::input;
use crate::{
    args::{DecideArgs, Format},
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    args: &DecideArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let (book, loaded) = rules::policy(dir, &args.policy, err)?;
    let parameters = rules::parameters(&book, dir, err)?;
    let (request, as_of) = input::read(&args.input, err)?;
    let decided = pipeline::decide(&loaded.policy, &request, as_of, &parameters.parameters)
        .map_err(|error| Failure::new(Exit::Invalid, error.to_string()).help(error.help()))?;
    match args.format {
        Format::Json => {
            let explain = if args.explain {
                Explain::Full
            } else {
                Explain::None
            };
            let bytes = answer::write(&decided.decision, Some(&decided.trace), explain)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => report::decision::write(out, &decided, args.explain)?,
    }
    Ok(match decided.decision.outcome {
        Outcome::Refer if args.exit_outcome => Exit::Refer,
        Outcome::Decline if args.exit_outcome => Exit::Decline,
        Outcome::Approve | Outcome::Counter | Outcome::Refer | Outcome::Decline => Exit::Done,
    })
}
