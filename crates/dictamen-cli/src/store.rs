//! Opening the decision log for a command.

use std::sync::Arc;

use dictamen_server::telemetry;
use dictamen_store::{
    Folder, Keys, MasterKeys, Place, Reading, Settings, SigningKey, Store, StoreError, SystemClock,
};

use crate::{
    args::StoreArgs,
    exit::{Exit, Failure},
};

/// The log to write, made when it is not there.
pub(crate) async fn open(args: &StoreArgs) -> Result<Store, Failure> {
    let keys = Keys {
        master: master_keys(args)?,
        signing: signing_key(args)?,
    };
    open_with(args, keys).await
}

/// The same with keys of the caller's choice.
pub(crate) async fn open_with(args: &StoreArgs, keys: Keys) -> Result<Store, Failure> {
    let clock = Arc::new(SystemClock);
    Store::open(&place(args), keys, clock, Settings::default())
        .await
        .map_err(failure)
}

/// Says in the service's log where decisions are kept.
pub(crate) fn announce(args: &StoreArgs, log: Option<&Store>) {
    match (log, &args.database_url) {
        (None, _) => telemetry::keeping("nowhere", ""),
        (Some(log), Some(_)) => telemetry::keeping("PostgreSQL", log.instance()),
        (Some(log), None) => telemetry::keeping(&args.data.display().to_string(), log.instance()),
    }
}

/// The log to read, beside a service that may be writing it.
pub(crate) fn reading(args: &StoreArgs) -> Result<Reading, Failure> {
    Reading::open(&place(args)).map_err(failure)
}

pub(crate) fn folder(args: &StoreArgs) -> Folder {
    Folder::new(&args.data)
}

fn place(args: &StoreArgs) -> Place {
    match &args.database_url {
        Some(url) => Place::Postgres(url.clone()),
        None => Place::Sqlite(folder(args)),
    }
}

/// The master keys given, or those of the folder.
pub(crate) fn existing_master_keys(args: &StoreArgs) -> Result<MasterKeys, Failure> {
    if args.master_key.is_some() {
        return master_keys(args);
    }
    let keys = folder(args).existing_master_keys().map_err(failure)?;
    keys.ok_or_else(|| failure(StoreError::WrongMasterKey))
}

/// The master keys given, or those of the folder, made when there are none.
pub(crate) fn master_keys(args: &StoreArgs) -> Result<MasterKeys, Failure> {
    match &args.master_key {
        Some(text) => MasterKeys::parse(text, "`DICTAMEN_MASTER_KEY`"),
        None => folder(args).master_keys(),
    }
    .map_err(failure)
}

pub(crate) fn signing_key(args: &StoreArgs) -> Result<SigningKey, Failure> {
    match &args.signing_key {
        Some(text) => SigningKey::parse(text, "`DICTAMEN_SIGNING_KEY`"),
        None => folder(args).signing_key(),
    }
    .map_err(failure)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
pub(crate) fn failure(error: StoreError) -> Failure {
    Failure::new(Exit::Failed, error.to_string()).help(error.help())
}
