//! `dictamen log verify`: does the log still say what was written?

use std::{fs, io::Write, path::Path};

use dictamen_store::{ChainReport, Checkpoint, PublicKey, Report, verify};

use crate::{
    args::{Format, VerifyArgs},
    exit::{Exit, Failure},
    report,
    store::{self, failure},
};

pub(super) async fn run(args: &VerifyArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let log = store::reading(&args.store)?;
    let keys = keys(args)?;
    let known = args.checkpoint.as_deref().map(checkpoints).transpose()?;
    let report = verify(&log, &keys, &known.unwrap_or_default())
        .await
        .map_err(failure)?;
    match args.format {
        Format::Json => {
            serde_json::to_writer(&mut *out, &report)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            writeln!(out)?;
        }
        Format::Human => human(&report, !keys.is_empty(), out)?,
    }
    Ok(if report.holds() {
        Exit::Done
    } else {
        Exit::Differs
    })
}

/// The keys whose signatures count: those given, else the one of the data folder.
fn keys(args: &VerifyArgs) -> Result<Vec<PublicKey>, Failure> {
    if args.key.is_empty() {
        let own = store::folder(&args.store).public_key().map_err(failure)?;
        return Ok(own.into_iter().collect());
    }
    let parse = |text: &String| {
        PublicKey::parse(text).ok_or_else(|| {
            Failure::new(Exit::Usage, "a public key is 64 hexadecimal digits")
                .help("as in `signing.pub` of the data folder")
        })
    };
    args.key.iter().map(parse).collect()
}

/// Checkpoints that were kept elsewhere: one JSON object a line, other lines of a log between
/// them.
fn checkpoints(path: &Path) -> Result<Vec<Checkpoint>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot read `{}`: {error}", path.display()),
        )
    })?;
    let found: Vec<Checkpoint> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if found.is_empty() {
        return Err(Failure::new(
            Exit::Invalid,
            format!("there is no checkpoint in `{}`", path.display()),
        )
        .help("a checkpoint is a line of JSON with instance, seq, hash, at and signature"));
    }
    Ok(found)
}

fn human(report: &Report, trusted: bool, out: &mut dyn Write) -> Result<(), Failure> {
    for chain in &report.chains {
        writeln!(out, "chain {}: {}", chain.instance, reach(chain))?;
    }
    for finding in &report.findings {
        let place = match finding.seq {
            Some(seq) => format!("{}/{seq}", finding.instance),
            None => finding.instance.clone(),
        };
        writeln!(out, "  {} at {place}: {}", finding.code, finding.message)?;
    }
    match report.findings.len() {
        0 if trusted => writeln!(out, "the log holds")?,
        0 => writeln!(
            out,
            "the log holds, by the keys it names itself; give --key to prove more"
        )?,
        n => writeln!(
            out,
            "{} found",
            report::count(n, "thing that does not fit", "things that do not fit")
        )?,
    }
    Ok(())
}

fn reach(chain: &ChainReport) -> String {
    let entries = report::count(
        usize::try_from(chain.entries).unwrap_or(usize::MAX),
        "entry",
        "entries",
    );
    let unproven = report::count(
        usize::try_from(chain.unproven).unwrap_or(usize::MAX),
        "entry",
        "entries",
    );
    match &chain.proven {
        Some(checkpoint) if chain.unproven == 0 => {
            format!(
                "{entries}, proven to the end, signed {}",
                checkpoint.at.to_rfc3339()
            )
        }
        Some(checkpoint) => format!(
            "{entries}, proven up to {}, signed {}; {unproven} behind it not signed yet",
            checkpoint.head.position.seq,
            checkpoint.at.to_rfc3339()
        ),
        None => format!("{entries}, none of them signed"),
    }
}
