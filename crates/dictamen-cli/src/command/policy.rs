//! `dictamen policy`: one request, or a few, to the registry of a running service.

mod client;
mod diff;
mod import;

use std::io::Write;

use serde_json::{Value, json};

use crate::{
    args::{PolicyArgs, PolicyCommand},
    exit::{Exit, Failure},
};
use client::{Client, path};

pub(crate) fn run(
    args: &PolicyArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))?;
    let client = Client::new(&args.server, args.api_key.as_deref())?;
    runtime.block_on(async {
        let answer = match &args.command {
            PolicyCommand::Import(args) => return import::run(&client, args, out, err).await,
            PolicyCommand::Diff { policy, from, to } => {
                return diff::run(&client, policy, from, to, out).await;
            }
            PolicyCommand::List => list(&client).await?,
            PolicyCommand::Show { policy } => show(&client, policy).await?,
            PolicyCommand::Publish {
                policy,
                draft,
                folder,
            } => {
                if let Some(folder) = folder {
                    let files = import::folder(folder)?;
                    client.save(policy, draft, &files).await?;
                }
                client
                    .post(&path(&[policy, "drafts", &format!("{draft}:submit")]), None)
                    .await?
            }
            PolicyCommand::Approve { policy, content } => {
                let content = match content {
                    Some(content) => content.clone(),
                    None => waiting(&client, policy).await?,
                };
                client.approve(policy, &content).await?
            }
            PolicyCommand::Activate {
                policy,
                version,
                from,
            } => {
                let mut body = json!({ "version": version });
                if let (Some(from), Some(body)) = (from, body.as_object_mut()) {
                    body.insert("effective_from".into(), from.clone().into());
                }
                act(&client, policy, "activate", &body).await?
            }
            PolicyCommand::Rollback { policy, from } => {
                act(&client, policy, "rollback", &json!({ "from": from })).await?
            }
            PolicyCommand::Split {
                policy,
                challenger,
                percent,
            } => {
                let body = json!({ "challenger": challenger, "percent": percent });
                act(&client, policy, "split", &body).await?
            }
            PolicyCommand::Shadow { policy, versions } => {
                act(&client, policy, "shadow", &json!({ "versions": versions })).await?
            }
        };
        print(out, &answer)?;
        Ok(Exit::Done)
    })
}

fn print(out: &mut dyn Write, answer: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

async fn act(client: &Client, policy: &str, verb: &str, body: &Value) -> Result<Value, Failure> {
    client
        .post(&path(&[&format!("{policy}:{verb}")]), Some(body))
        .await
}

/// Every policy in force.
async fn list(client: &Client) -> Result<Value, Failure> {
    client.get("/v1/policies").await
}

/// Everything the registry has of a policy but files.
async fn show(client: &Client, policy: &str) -> Result<Value, Failure> {
    let mut shown = serde_json::Map::new();
    for (part, field) in [
        ("activations", None),
        ("versions", Some("versions")),
        ("candidates", Some("candidates")),
        ("drafts", Some("drafts")),
    ] {
        let answer = client.look(&path(&[policy, part])).await?;
        // Before the first version there is nothing in force, but there may be drafts.
        let Some(mut answer) = answer else {
            continue;
        };
        let value = match field {
            Some(field) => answer.get_mut(field).map(Value::take).unwrap_or_default(),
            None => answer,
        };
        shown.insert(part.to_owned(), value);
    }
    Ok(shown.into())
}

/// The one candidate that waits for approval.
async fn waiting(client: &Client, policy: &str) -> Result<String, Failure> {
    let mut answer = client.get(&path(&[policy, "candidates"])).await?;
    let found = answer
        .get_mut("candidates")
        .map(Value::take)
        .unwrap_or_default();
    let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
    let open: Vec<&str> = found
        .iter()
        .filter(|candidate| candidate["approver"].is_null())
        .filter_map(|candidate| candidate["content"].as_str())
        .collect();
    match open.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Failure::new(
            Exit::Failed,
            format!("nothing of `{policy}` waits for approval"),
        )),
        _ => Err(Failure::new(
            Exit::Usage,
            format!("several candidates of `{policy}` wait for approval"),
        )
        .help(format!("name one of {}", open.join(", ")))),
    }
}
