//! `dictamen key`: handing out, listing, replacing and revoking API keys.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use dictamen_server::access::{Role, Roles};
use dictamen_store::{ApiKey, KeyChange, KeyChanged, NewKey};
use serde::Serialize;

use crate::{
    args::{Format, KeyCommand, ListKeysArgs, StoreArgs},
    exit::{Exit, Failure},
    store,
};

/// What to do while a service holds the folder.
const BUSY: &str = "a service runs on this folder: it does the same at /v1/keys for a key with the role \
    admin; or stop it";

/// Who the log says has changed the keys.
const BY: &str = "command";

pub(crate) fn run(
    command: &KeyCommand,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))?;
    runtime.block_on(async {
        match command {
            KeyCommand::List(args) => list(args, out).await,
            KeyCommand::New(args) => {
                let roles: Roles = args.roles.iter().map(|role| Role::from(*role)).collect();
                let asked = KeyChange::Create {
                    name: args.name.clone(),
                    roles: roles.names(),
                    expires: after(TimeDelta::days(args.life.days.into())),
                };
                show(change(&args.store, asked).await?, out, err)
            }
            KeyCommand::Rotate(args) => {
                let asked = KeyChange::Rotate {
                    id: args.id.clone(),
                    expires: after(TimeDelta::days(args.life.days.into())),
                    old_until: after(TimeDelta::hours(args.overlap.into())),
                };
                show(change(&args.store, asked).await?, out, err)
            }
            KeyCommand::Revoke(args) => {
                let id = args.id.clone();
                show(
                    change(&args.store, KeyChange::Revoke { id }).await?,
                    out,
                    err,
                )
            }
        }
    })
}

fn after(time: TimeDelta) -> DateTime<Utc> {
    let now = Utc::now();
    now.checked_add_signed(time).unwrap_or(now)
}

async fn change(args: &StoreArgs, asked: KeyChange) -> Result<KeyChanged, Failure> {
    let store = store::open_or(args, BUSY).await?;
    let changed = store.change_keys(asked, BY).await;
    store.close().await;
    changed.map_err(store::failure)?.map_err(|refusal| {
        Failure::new(Exit::Failed, refusal.to_string())
            .help("`dictamen key list` shows every key and until when it holds")
    })
}

/// The key alone goes to standard output, so that a script can take it.
fn show(changed: KeyChanged, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Failure> {
    match changed {
        KeyChanged::Made(new) => {
            let NewKey { key, text } = *new;
            writeln!(
                err,
                "key {} for {} ({}), good until {}; it is shown now and never again:",
                key.id,
                key.name,
                key.roles.join(", "),
                day(key.expires)
            )?;
            writeln!(out, "{}", text.expose())?;
        }
        KeyChanged::Revoked(key) => {
            writeln!(err, "key {} of {} holds no more", key.id, key.name)?;
        }
    }
    Ok(Exit::Done)
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    name: &'a str,
    roles: &'a [String],
    status: &'static str,
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
    revoked: Option<DateTime<Utc>>,
}

async fn list(args: &ListKeysArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let reading = store::reading(&args.store)?;
    let keys = reading.keys().await.map_err(store::failure)?;
    let now = Utc::now();
    if args.format == Format::Json {
        let listed: Vec<Listed<'_>> = keys.iter().map(|key| listed(key, now)).collect();
        serde_json::to_writer(&mut *out, &listed).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Done);
    }
    if keys.is_empty() {
        writeln!(out, "there is no key; the service is for its own machine")?;
    }
    let wide = keys.iter().map(|key| key.name.len()).max().unwrap_or(0);
    for key in &keys {
        let status = status(key, now);
        writeln!(
            out,
            "{}  {:wide$}  {status:7}  until {}  {}",
            key.id,
            key.name,
            day(key.revoked.unwrap_or(key.expires)),
            key.roles.join(", ")
        )?;
    }
    Ok(Exit::Done)
}

fn listed(key: &ApiKey, now: DateTime<Utc>) -> Listed<'_> {
    Listed {
        id: &key.id,
        name: &key.name,
        roles: &key.roles,
        status: status(key, now),
        created: key.created,
        expires: key.expires,
        revoked: key.revoked,
    }
}

fn status(key: &ApiKey, now: DateTime<Utc>) -> &'static str {
    match key.revoked {
        Some(_) => "revoked",
        None if key.holds(now) => "holds",
        None => "expired",
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
