//! `dictamen log`: reading the decision log, proving it, and keeping it no longer than needed.

mod backup;
mod export;
mod show;
mod verify;

use std::io::Write;

use chrono::{TimeDelta, Utc};
use dictamen_store::Keys;

use super::runtime;
use crate::{
    args::{LogArgs, LogCommand, RetainArgs, RotateArgs},
    exit::{Exit, Failure},
    store::{self, failure},
};

pub(crate) fn run(args: &LogArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    runtime()?.block_on(async {
        match &args.command {
            LogCommand::Verify(args) => verify::run(args, out).await,
            LogCommand::Backup(args) => backup::run(args, out).await,
            LogCommand::Export(args) => export::run(args, out).await,
            LogCommand::Show(args) => show::run(args, out).await,
            LogCommand::Retain(args) => retain(args, out).await,
            LogCommand::Rotate(args) => rotate(args, out).await,
        }
    })
}

/// Erases what is personal in old decisions.
async fn retain(args: &RetainArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let age = TimeDelta::days(args.days);
    let before = Utc::now().checked_sub_signed(age).ok_or_else(|| {
        Failure::new(Exit::Usage, "that many days lie before the calendar begins")
    })?;
    let log = store::open(&args.store).await?;
    let erased = log.retain(before).await;
    log.close().await;
    let erased = erased.map_err(failure)?;
    writeln!(
        out,
        "erased the personal part of {erased} decisions written before {}",
        before.to_rfc3339()
    )?;
    Ok(Exit::Done)
}

/// Replaces the master key of the data folder.
async fn rotate(args: &RotateArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = store::folder(&args.store);
    let (given, signing) = (
        args.store.master_key.is_some(),
        store::signing_key(&args.store)?,
    );
    let master = store::master_keys(&args.store)?;
    // Keys that are given are replaced where they come from: here the first of them is the new
    // one. Those of the folder are written before anything is wrapped by them, so that a crash
    // leaves no key without its master.
    let master = if given {
        master
    } else {
        let master = master.with_new().map_err(failure)?;
        folder.replace_master_keys(&master).map_err(failure)?;
        master
    };
    let keys = Keys {
        master: master.clone(),
        signing,
    };
    let log = store::open_with(&args.store, keys).await?;
    let rewrapped = log.rotate().await;
    log.close().await;
    let rewrapped = rewrapped.map_err(failure)?;
    if !given {
        folder
            .replace_master_keys(&master.current_only())
            .map_err(failure)?;
    }
    writeln!(
        out,
        "wrapped {rewrapped} keys by master key {}",
        master.current_id()
    )?;
    if given {
        writeln!(out, "every instance may now be given the first key alone")?;
    }
    Ok(Exit::Done)
}
