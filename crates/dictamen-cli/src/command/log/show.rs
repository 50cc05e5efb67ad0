//! `dictamen log show`: one decision as the log has it.

use std::io::Write;

use dictamen_store::StoreError;

use crate::{
    args::ShowArgs,
    exit::{Exit, Failure},
    store::{self, failure},
};

pub(super) async fn run(args: &ShowArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let log = store::reading(&args.store)?;
    let entry = log.decision(&args.decision).await.map_err(failure)?;
    let entry = entry.ok_or_else(|| unknown(&args.decision))?;
    writeln!(out, "{}", entry.json()?)?;
    if args.answer {
        let master = store::existing_master_keys(&args.store)?;
        match log.open_sealed(&args.decision, &master).await {
            Ok(Some(sealed)) => out.write_all(&sealed.answer)?,
            Ok(None) => return Err(unknown(&args.decision)),
            Err(StoreError::Erased) => writeln!(out, "null")?,
            Err(error) => return Err(failure(error)),
        }
    }
    Ok(Exit::Done)
}

fn unknown(decision: &str) -> Failure {
    Failure::new(
        Exit::Invalid,
        format!("decision `{decision}` is not in the log"),
    )
}
