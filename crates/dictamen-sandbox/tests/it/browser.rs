//! The hosted widget in a real browser, from the address a lender makes to the return to the lender.
//!
//! A page beside the widget plays the applicant: it types, ticks and presses in a frame of the same
//! origin, and writes down what it saw. Without a browser on the machine nothing is tried.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use axum::response::Html;
use axum::routing::get;
use dictamen_belvo::trouble::Trouble;
use dictamen_belvo::widget::{CallbackUrls, Returned, WidgetLook, WidgetRequest};
use dictamen_belvo::{Client, Filter};
use dictamen_model::wire::EmploymentRecord;
use dictamen_sandbox::Sandbox;
use tokio::net::TcpListener;

use crate::client::client;
use crate::support::{Local, calm, curp};

/// The applicant: does what the query says, then shows where the frame ended and what it said.
const APPLICANT: &str = include_str!("applicant.html");

/// The sandbox with the applicant's page and the lender's page beside it.
async fn start() -> (Local, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::new(calm());
    let app = dictamen_sandbox::router(sandbox.clone())
        .merge(axum::Router::new().route("/applicant", get(|| async { Html(APPLICANT) })))
        .merge(axum::Router::new().route("/done", get(|| async { Html("back at the lender's") })));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let local = Local::at(sandbox, base);
    let mut config = client(&local).config().clone();
    config.widget_url = format!("{}/widget/", local.base).parse().unwrap();
    let client = Client::new(config).unwrap();
    (local, client)
}

fn browser() -> bool {
    let there = Command::new("chromium").arg("--version").output().is_ok();
    if !there {
        eprintln!("skipped: there is no chromium here");
    }
    there
}

/// Lets the applicant act, and returns what was seen, the query of the return last.
async fn act(local: &Local, widget: &str, more: &[(&str, &str)]) -> Vec<serde_json::Value> {
    let mut address: url::Url = format!("{}/applicant", local.base).parse().unwrap();
    address
        .query_pairs_mut()
        .append_pair("widget", widget)
        .extend_pairs(more);
    let profile = std::env::temp_dir().join(format!("dictamen-widget-{}", uuid::Uuid::new_v4()));
    let folder = profile.clone();
    let run = move || {
        let mut command = Command::new("chromium");
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ]);
        command
            .arg(format!("--user-data-dir={}", folder.display()))
            .arg(address.to_string());
        command.output().unwrap().stdout
    };
    let dom = tokio::task::spawn_blocking(run);
    let dom = tokio::time::timeout(Duration::from_mins(2), dom)
        .await
        .unwrap()
        .unwrap();
    let _ = std::fs::remove_dir_all(profile);
    let dom = String::from_utf8(dom).unwrap();
    let seen = dom
        .split("<pre id=\"seen\">")
        .nth(1)
        .unwrap_or_else(|| panic!("{dom}"));
    let seen = seen.split("</pre>").next().unwrap().replace("&amp;", "&");
    serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {dom}"))
}

async fn address(
    local: &Local,
    client: &Client,
    mode: &'static str,
    locale: &str,
    institutions: &[&str],
) -> String {
    let back = Some(format!("{}/done", local.base));
    let request = WidgetRequest {
        fetch_resources: vec!["EMPLOYMENT_RECORDS".into()],
        company_name: Some("Caja del Valle".into()),
        callbacks: CallbackUrls {
            success: back.clone(),
            exit: back.clone(),
            event: back,
        },
        ..WidgetRequest::default()
    };
    let token = client.widget_token(&request).await.unwrap();
    let look = WidgetLook {
        access_mode: Some(mode),
        external_id: Some("user_0001".into()),
        locale: Some(locale.into()),
        institutions: institutions.iter().map(|&name| name.to_owned()).collect(),
    };
    client.widget_address(&token, &look).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_connects_with_each_institute() {
    if !browser() {
        return;
    }
    let (local, client) = start().await;
    let both = ["imss_mx_employment", "issste_mx_employment"];
    for (name, institution, mode, letters) in [
        ("IMSS", both[0], "single", "QXWA"),
        ("ISSSTE", both[1], "recurrent", "QXWB"),
    ] {
        let widget = address(&local, &client, mode, "es", &both).await;
        let person = curp(letters);
        let seen = act(
            &local,
            &widget,
            &[
                ("institution", name),
                ("curp", &person),
                ("expect", "success"),
            ],
        )
        .await;
        assert_eq!(seen[0], "¿Dónde está registrado su empleo?", "{seen:?}");
        assert_eq!(
            (&seen[1], &seen[2]),
            (&2.into(), &"La CURP tiene 18 caracteres.".into()),
            "{seen:?}"
        );
        assert!(
            seen[4]
                .as_str()
                .unwrap()
                .starts_with("Autorizo a Caja del Valle a consultar"),
            "{seen:?}"
        );
        let Some(Returned::Connected {
            link,
            institution: told,
        }) = Returned::read(seen[7].as_str().unwrap())
        else {
            panic!("{seen:?}");
        };
        assert_eq!(told.as_deref(), Some(institution));
        let made = client.link(&link).await.unwrap();
        assert_eq!(
            (
                made.access_mode.as_deref(),
                made.external_id.unwrap().expose()
            ),
            (Some(mode), "user_0001")
        );
        local
            .until(&format!("/api/employment-records/?link={link}"), 1)
            .await;
        let records = client
            .all::<EmploymentRecord>(&Filter::link(&link), 10)
            .await
            .unwrap();
        assert!(records[0].text().contains(&person));

        // The same address does not work twice.
        let seen = act(&local, &widget, &[("expect", "ended")]).await;
        let returned = Returned::read(seen[2].as_str().unwrap_or_default());
        assert_eq!(
            returned,
            Some(Returned::Failed {
                code: "ACCESS_TOKEN_NOT_VALID".into()
            }),
            "{seen:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gives_up_after_an_error() {
    if !browser() {
        return;
    }
    let (local, client) = start().await;
    let widget = address(&local, &client, "single", "en", &["imss_mx_employment"]).await;
    let seen = act(
        &local,
        &widget,
        &[("curp", &curp("XFIN")), ("expect", "failure")],
    )
    .await;
    assert_eq!(seen[3], "It could not connect", "{seen:?}");
    assert!(
        seen[4]
            .as_str()
            .unwrap()
            .starts_with("IMSS answered: «Los datos registrados"),
        "{seen:?}"
    );
    let Some(Returned::Exited { trouble, step }) = Returned::read(seen[5].as_str().unwrap()) else {
        panic!("{seen:?}");
    };
    assert_eq!(
        (trouble, step.as_deref()),
        (Some(Trouble::DataInconsistent), Some("abandon-survey"))
    );
    assert_eq!(local.get("/api/links/").await.json()["count"], 0);
}
