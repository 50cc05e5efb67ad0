//! `dictamen policy diff`: what differs between the files of two versions.

use std::{collections::BTreeSet, io::Write};

use serde_json::Value;
use similar::TextDiff;

use super::client::{Client, path};
use crate::exit::{Exit, Failure};

pub(super) async fn run(
    client: &Client,
    policy: &str,
    from: &str,
    to: &str,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let (before, after) = (
        files(client, policy, from).await?,
        files(client, policy, to).await?,
    );
    let keys = |files: &Value| -> BTreeSet<String> {
        let files = files.as_object().into_iter();
        files.flat_map(|files| files.keys().cloned()).collect()
    };
    for file in &keys(&before) | &keys(&after) {
        let text = |files: &Value| files[&*file].as_str().unwrap_or_default().to_owned();
        let (old, new) = (text(&before), text(&after));
        if old != new {
            let diff = TextDiff::from_lines(&old, &new);
            let mut unified = diff.unified_diff();
            let header = (format!("{from}/{file}"), format!("{to}/{file}"));
            write!(out, "{}", unified.header(&header.0, &header.1))?;
        }
    }
    Ok(Exit::Done)
}

async fn files(client: &Client, policy: &str, what: &str) -> Result<Value, Failure> {
    let address = if let Some(draft) = what.strip_prefix("draft:") {
        path(&[policy, "drafts", draft])
    } else if what.starts_with("sha256:") {
        path(&[policy, "candidates", what])
    } else {
        path(&[policy, "versions", what, "files"])
    };
    let mut answer = client.get(&address).await?;
    Ok(answer.get_mut("files").map(Value::take).unwrap_or_default())
}
