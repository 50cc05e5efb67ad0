//! `dictamen policy import`: a rules folder becomes drafts, and for one person alone goes into
//! force at once.

use std::{collections::BTreeMap, io::Write, path::Path};

use dictamen_server::rules::{PARAMETERS, RulesSource};
use serde_json::{Value, json};

use super::client::{Client, path};
use crate::{
    args::ImportArgs,
    exit::{Exit, Failure},
    rules,
};

type Files = BTreeMap<String, String>;

pub(super) async fn run(
    client: &Client,
    args: &ImportArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let mut sound = true;
    for (folder, files) in folders(&args.folder)? {
        let (policy, pinned) = match folder.split_once('@') {
            Some((policy, _)) => (policy, true),
            None => (&*folder, false),
        };
        let answer = client.save(policy, &args.draft, &files).await?;
        let check = answer.get("check").unwrap_or(&Value::Null);
        writeln!(out, "{folder}: saved as draft `{}`", args.draft)?;
        for finding in check["findings"].as_array().into_iter().flatten() {
            writeln!(err, "  {}", told(finding))?;
        }
        if check["publishable"] != true {
            sound = false;
            continue;
        }
        if args.publish {
            publish(client, args, policy, &answer, pinned, out).await?;
        }
    }
    Ok(if sound { Exit::Done } else { Exit::Invalid })
}

/// Submits, approves and, unless it is a further version, activates.
async fn publish(
    client: &Client,
    args: &ImportArgs,
    policy: &str,
    saved: &Value,
    pinned: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let submit = path(&[policy, "drafts", &format!("{}:submit", args.draft)]);
    let version = saved
        .pointer("/check/version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    // What was published before is not published again.
    if let Some(candidate) = client.try_post(&submit, "already-approved").await? {
        let content = candidate
            .get("content")
            .and_then(Value::as_str)
            .unwrap_or_default();
        client.approve(policy, content).await?;
        writeln!(out, "{policy}: version {version} is published")?;
    }
    if pinned {
        return Ok(());
    }
    let state = client.get(&path(&[policy, "activations"])).await?;
    if state
        .pointer("/in_force/version")
        .is_some_and(|v| *v == version)
    {
        return Ok(());
    }
    let activate = path(&[&format!("{policy}:activate")]);
    client
        .post(&activate, Some(&json!({ "version": version })))
        .await?;
    writeln!(out, "{policy}: version {version} is in force")?;
    Ok(())
}

fn told(finding: &Value) -> String {
    let text = |field: &str| finding[field].as_str().unwrap_or_default();
    let line = finding["line"].as_u64();
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let place = match text("file") {
        "" => String::new(),
        file => format!("{file}{line}: "),
    };
    format!(
        "{} {}: {place}{}",
        text("severity"),
        text("code"),
        text("message")
    )
}

/// The folders of a rules folder as texts, parameters first, further versions before the live one.
fn folders(dir: &Path) -> Result<Vec<(String, Files)>, Failure> {
    all_texts(dir, rules::read(dir)?)
}

/// The files of one folder as texts.
pub(super) fn folder(dir: &Path) -> Result<Files, Failure> {
    let source = rules::read_folder(dir)?;
    let found = all_texts(dir.parent().unwrap_or(dir), source)?.pop();
    let (_, files) = found.ok_or_else(|| {
        let message = format!("`{}` is not the folder of a policy", dir.display());
        Failure::new(Exit::Usage, message)
    })?;
    Ok(files)
}

fn all_texts(dir: &Path, source: RulesSource) -> Result<Vec<(String, Files)>, Failure> {
    let cannot = |name: &str| {
        Failure::new(
            Exit::Invalid,
            format!("`{}` cannot be read as it is", dir.join(name).display()),
        )
        .help("`dictamen check` says what is wrong with it")
    };
    let mut found = Vec::new();
    let parameters = source.parameters.map_err(|_| cannot(PARAMETERS))?;
    if !parameters.is_empty() {
        let files = parameters.iter().map(|(path, text)| (&**path, &**text));
        found.push((PARAMETERS.to_owned(), texts(dir, PARAMETERS, files)?));
    }
    let mut policies = Vec::new();
    for (name, files) in source.folders {
        let files = files.map_err(|_| cannot(&name))?;
        policies.push((name.clone(), texts(dir, &name, files.iter())?));
    }
    policies.sort_by_key(|(name, _)| !name.contains('@'));
    found.extend(policies);
    Ok(found)
}

fn texts<'a>(
    dir: &Path,
    folder: &str,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<Files, Failure> {
    files
        .map(|(path, bytes)| match str::from_utf8(bytes) {
            Ok(text) => Ok((path.to_owned(), text.to_owned())),
            Err(_) => Err(Failure::new(
                Exit::Invalid,
                format!("`{}` is not text", dir.join(folder).join(path).display()),
            )
            .help("a policy's folder holds scripts, tables, reasons, cases and notes")),
        })
        .collect()
}
