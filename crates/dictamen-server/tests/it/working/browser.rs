//! The applicant in a real browser: from the widget's address to the message that says how it was
//! decided. Without a browser on the machine nothing is tried.

use std::{process::Command, time::Duration};

use serde_json::{Value, json};

use super::world::{World, curp, text};
use crate::house::House;

fn browser() -> bool {
    let there = Command::new("chromium").arg("--version").output().is_ok();
    if !there {
        println!("SKIPPED: there is no chromium here");
    }
    there
}

/// Lets the applicant act, and returns what was seen.
async fn act(world: &World, widget: &str, person: &str) -> Value {
    let mut address: reqwest::Url = format!("{}/applicant", world.belvo).parse().unwrap();
    address
        .query_pairs_mut()
        .append_pair("widget", widget)
        .append_pair("curp", person)
        .append_pair("expect", "success");
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new("chromium");
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address.to_string());
    let run = tokio::task::spawn_blocking(move || command.output().unwrap().stdout);
    let dom = tokio::time::timeout(Duration::from_mins(2), run).await;
    let dom = String::from_utf8(dom.unwrap().unwrap()).unwrap();
    let seen = dom
        .split("<pre id=\"seen\">")
        .nth(1)
        .unwrap_or_else(|| panic!("{dom}"));
    let seen = seen.split("</pre>").next().unwrap().replace("&amp;", "&");
    serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {dom}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applicant_consents_and_the_lender_is_told() {
    if !browser() {
        return;
    }
    let world = World::begin(House::sqlite()).await;
    let done = format!("{}/done", world.belvo);
    for (institution, letters, mode) in [
        ("imss_mx_employment", "QXWA", "single"),
        ("issste_mx_employment", "QXWB", "recurrent"),
    ] {
        let before = world.los.messages().len();
        let asked = json!({
            "institution": institution, "access_mode": mode,
            "widget": { "locale": "es", "success_url": done, "exit_url": done },
        });
        let begun = world.apply(asked).await;
        let seen = act(&world, &text(&begun, "widget_url"), &curp(letters)).await;
        let back = seen.as_array().unwrap().last().unwrap().as_str().unwrap();
        assert!(back.contains("link="), "{seen}");
        let record = world.ended(&text(&begun, "id")).await;
        assert_eq!(record["status"], "decided", "{record:#}");
        let message = world.los.until(before + 1).await[before].json();
        assert_eq!(message["type"], "application.decided");
        assert_eq!(message["data"]["id"], begun["id"]);
    }
    world.open.close().await;
}
