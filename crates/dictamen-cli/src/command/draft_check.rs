//! `dictamen draft-check`: the child process in which the service looks at a draft.
//!
//! It takes a question on standard input and answers on standard output. What it loads may be
//! hostile, so it first gives up the right to much memory and time.

use std::io::{Read as _, Write};

use dictamen_server::lifecycle::check::{self, Question};

use crate::exit::{Exit, Failure};

/// Address space, in bytes; the stack a script is loaded on takes half a GiB of it.
#[cfg(unix)]
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Seconds of one processor.
#[cfg(unix)]
const SECONDS: u64 = 30;

pub(crate) fn run(out: &mut dyn Write) -> Result<Exit, Failure> {
    limit()?;
    let mut question = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut question)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let question: Question = serde_json::from_slice(&question)
        .map_err(|_| Failure::new(Exit::Usage, "this command is the service's own"))?;
    let answer = serde_json::to_vec(&check::check(&question))
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    out.write_all(&answer)?;
    Ok(Exit::Done)
}

#[cfg(unix)]
fn limit() -> Result<(), Failure> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, SECONDS),
        // A crash is expected here and leaves no picture of itself.
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)
            .map_err(|error| Failure::new(Exit::Failed, format!("cannot limit itself: {error}")))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn limit() -> Result<(), Failure> {
    Ok(())
}
