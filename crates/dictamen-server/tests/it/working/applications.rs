//! Applications from consent to decision, with the local Belvo.

use std::time::Duration;

use dictamen_sandbox::{Settings, settings::Notices};
use serde_json::{Value, json};

use super::{
    on_both,
    world::{AUTHORIZATION, World, calm, curp, text},
};
use crate::{house::House, openapi::check};

on_both! {
    a_curp_is_registered_and_decided
    a_link_that_is_there_is_used
    a_person_who_is_connected_already_is_asked_anew
    the_widget_makes_the_link
    nobody_consents_in_time
    without_notices_it_is_decided_as_well
    what_went_wrong_is_told_to_the_applicant
    what_passes_is_tried_again
    the_institute_s_quota_is_kept
    what_was_no_login_is_not_counted
    notices_are_proven_stored_and_known_again
    what_is_asked_wrongly_is_refused
    an_application_is_forgotten_on_request
}

async fn a_curp_is_registered_and_decided(house: House) {
    let world = World::begin(house).await;
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    for (institution, letters, mode) in [
        ("imss_mx_employment", "QXWA", "single"),
        ("issste_mx_employment", "QXWB", "single"),
        ("imss_mx_employment", "QXWC", "recurrent"),
        ("issste_mx_employment", "QXWD", "recurrent"),
    ] {
        let before = world.los.messages().len();
        let asked =
            json!({ "institution": institution, "curp": curp(letters), "access_mode": mode });
        let begun = world.apply(asked).await;
        check(&document, "ApplicationRecord", &begun);
        assert_eq!(begun["status"], "retrieving");
        let record = world.ended(&text(&begun, "id")).await;
        check(&document, "ApplicationRecord", &record);
        assert_eq!(record["status"], "decided", "{record:#}");
        assert_eq!(record["decision"]["application_id"], "APP-OF-ANA-0077");
        let message = world.los.until(before + 1).await[before].json();
        assert_eq!(message["type"], "application.decided");
        assert_eq!(message["data"]["id"], begun["id"]);
        assert_eq!(message["data"]["decision"], record["decision"]);
        let path = format!("/v1/decisions/{}", text(&record, "decision_id"));
        assert_eq!(world.get(&path).await["decision"], record["decision"]);
    }
    let listed = world.get("/v1/decisions").await;
    assert_eq!(listed["decisions"].as_array().unwrap().len(), 4);
    // One registration each, and Belvo has them by our ids.
    let links = world.at_belvo("GET", "/api/links/", json!({})).await;
    assert_eq!(links["count"], 4);
    world.open.close().await;
}

async fn link(world: &World, letters: &str) -> String {
    let body = json!({
        "institution": "imss_mx_employment", "username": curp(letters), "access_mode": "single",
        "fetch_resources": ["EMPLOYMENT_RECORDS"],
    });
    text(&world.at_belvo("POST", "/api/links/", body).await, "id")
}

async fn a_link_that_is_there_is_used(house: House) {
    let world = World::with(house, calm(), false).await;
    let link = link(&world, "QXWA").await;
    let begun = world.apply(json!({ "link": link })).await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(
        (&record["status"], &record["way"]),
        (&json!("decided"), &json!("link"))
    );
    let begun = world
        .apply(json!({ "link": "11111111-1111-4111-8111-111111111111" }))
        .await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(record["failure"]["code"], "belvo::not-found", "{record:#}");
    world.open.close().await;
}

async fn a_person_who_is_connected_already_is_asked_anew(house: House) {
    let world = World::with(house, calm(), false).await;
    let link = link(&world, "QXWA").await;
    let begun = world.apply(json!({ "curp": curp("QXWA") })).await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(record["status"], "decided", "{record:#}");
    let links = world.at_belvo("GET", "/api/links/", json!({})).await;
    assert_eq!(
        (&links["count"], &links["results"][0]["id"]),
        (&json!(1), &json!(link))
    );
    world.open.close().await;
}

/// Does at the widget what its page does.
async fn consents(world: &World, widget: &str, letters: &str, mode: &str) -> Value {
    let url: reqwest::Url = widget.parse().unwrap();
    let of = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    let body = json!({
        "access_token": of("access_token"), "institution": of("institutions"),
        "username": curp(letters), "access_mode": mode, "external_id": of("external_id"),
    });
    world.at_belvo("POST", "/widget/links/", body).await
}

async fn the_widget_makes_the_link(house: House) {
    let world = World::begin(house).await;
    let asked =
        json!({ "widget": { "locale": "es", "success_url": "https://lender.example/back" } });
    let begun = world.apply(asked).await;
    assert_eq!(begun["status"], "awaiting_consent");
    let widget = text(&begun, "widget_url");
    assert!(
        widget.starts_with(&world.belvo) && widget.contains("locale=es"),
        "{widget}"
    );
    let id = text(&begun, "id");
    // A person takes their time, and a new address.
    let path = format!("/v1/applications/{id}:widget");
    let renewed = world.open.ask_with("POST", &path, &[], "").await;
    assert_eq!(renewed.0, 200, "{:#}", renewed.1);
    let second = text(&renewed.1, "widget_url");
    assert_ne!(second, widget);
    let made = consents(&world, &second, "QXWA", "single").await;
    let record = world.ended(&id).await;
    assert_eq!(record["status"], "decided", "{record:#}");
    assert_eq!(record["widget_url"], Value::Null);
    assert!(made["link"].is_string());
    let late = world.open.ask_with("POST", &path, &[], "").await;
    assert_eq!(
        (late.0, &late.1["code"]),
        (409, &json!("not-awaiting-consent"))
    );
    world.open.close().await;
}

async fn nobody_consents_in_time(house: House) {
    let mut world = World::begin(house).await;
    world.open.close().await;
    let mut settings = super::world::working(&world.belvo, &world.los);
    settings.consent = Duration::from_millis(300);
    world.open = world.house.open_working(settings).await;
    let begun = world.apply(json!({ "widget": {} })).await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(
        record["failure"]["code"], "application::consent-expired",
        "{record:#}"
    );
    let told = world.los.until(1).await[0].json();
    assert_eq!(told["type"], "application.failed");
    assert_eq!(told["data"]["failure"], record["failure"]);
    world.open.close().await;
}

async fn without_notices_it_is_decided_as_well(house: House) {
    let world = World::with(house, calm(), false).await;
    let begun = world.apply(json!({ "curp": curp("QXWA") })).await;
    assert_eq!(world.ended(&text(&begun, "id")).await["status"], "decided");
    let begun = world.apply(json!({ "widget": {} })).await;
    consents(&world, &text(&begun, "widget_url"), "QXWB", "single").await;
    assert_eq!(world.ended(&text(&begun, "id")).await["status"], "decided");
    world.open.close().await;
}

async fn what_went_wrong_is_told_to_the_applicant(house: House) {
    let world = World::begin(house).await;
    for (letters, code) in [
        ("XFNN", "belvo::no-nss"),
        ("XFCU", "belvo::curp-unknown"),
        ("XFIN", "belvo::data-inconsistent"),
        // Read in the background, which tells nothing: found out by asking.
        ("XFUD", "belvo::no-data"),
        ("XFIL", "belvo::link-invalid"),
    ] {
        let begun = world.apply(json!({ "curp": curp(letters) })).await;
        let record = world.ended(&text(&begun, "id")).await;
        assert_eq!(record["failure"]["code"], code, "{letters}: {record:#}");
        assert_eq!(record["decision"], Value::Null);
        let words = &record["failure"]["text"];
        assert!(words["es-MX"].as_str().unwrap().len() > 20 && words["en"].is_string());
    }
    let listed = world.get("/v1/decisions").await;
    assert!(listed["decisions"].as_array().unwrap().is_empty());
    world.open.close().await;
}

async fn what_passes_is_tried_again(house: House) {
    let rules = [
        "half:1x",
        "unexpected-error:2x",
        "institution-down:1x",
        "malformed:1x",
    ];
    let settings = Settings {
        faults: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        // As many logins as it takes: the institute's limit has a test of its own.
        logins_per_day: 0,
        ..calm()
    };
    let mut world = World::with(house, settings, true).await;
    world.open.close().await;
    let mut work = super::world::working(&world.belvo, &world.los);
    work.hurry = 10_000.try_into().unwrap();
    world.open = world.house.open_working(work).await;
    let begun = world
        .apply(json!({ "institution": "issste_mx_employment", "curp": curp("QXWA") }))
        .await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(record["status"], "decided", "{record:#}");
    let links = world.at_belvo("GET", "/api/links/", json!({})).await;
    assert_eq!(links["count"], 1);
    world.open.close().await;
}

async fn the_institute_s_quota_is_kept(house: House) {
    let settings = Settings {
        duplicate_links: true,
        logins_per_day: 0,
        ..calm()
    };
    let world = World::with(house, settings, true).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let begun = world.apply(json!({ "curp": curp("QXWA") })).await;
        ids.push(text(&begun, "id"));
    }
    for _ in 0..200 {
        let links = world.at_belvo("GET", "/api/links/", json!({})).await;
        if links["count"] == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let links = world.at_belvo("GET", "/api/links/", json!({})).await;
    assert_eq!(links["count"], 3, "the third login of the day is the last");
    let mut waiting = 0;
    for id in &ids {
        let record = world.get(&format!("/v1/applications/{id}")).await;
        waiting += usize::from(record["status"] == "retrieving");
    }
    assert!(waiting >= 2, "{waiting}");
    world.open.close().await;
}

async fn what_was_no_login_is_not_counted(house: House) {
    let rules = ["institution-down:4x"];
    let settings = Settings {
        faults: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..calm()
    };
    let mut world = World::with(house, settings, true).await;
    world.open.close().await;
    let mut work = super::world::working(&world.belvo, &world.los);
    work.hurry = 10_000.try_into().unwrap();
    world.open = world.house.open_working(work).await;
    let begun = world.apply(json!({ "curp": curp("QXWA") })).await;
    let record = world.ended(&text(&begun, "id")).await;
    assert_eq!(record["status"], "decided", "{record:#}");
    world.open.close().await;
}

async fn notices_are_proven_stored_and_known_again(house: House) {
    let world = World::with(house, calm(), false).await;
    let notice = json!({
        "webhook_id": "a", "webhook_type": "EMPLOYMENT_RECORDS", "webhook_code": "historical_update",
        "process_type": "historical_update", "link_id": "l", "request_id": "r", "external_id": null,
        "data": { "total_employment_record_profiles": 1 }
    });
    let notice = notice.to_string();
    for wrong in [
        "",
        "Bearer agreed-with-belvo-007",
        "Basic YTpi",
        "agreed-with-belvo-0077",
    ] {
        let (status, said) = world.notify(wrong, &notice).await;
        assert_eq!(
            (status, &said["code"]),
            (401, &json!("unauthenticated")),
            "{wrong}"
        );
    }
    for _ in 0..3 {
        let (status, said) = world.notify(AUTHORIZATION, &notice).await;
        assert_eq!((status, said), (200, json!({ "kept": true })));
    }
    // Not to be mended by sending it again.
    for odd in ["", "[]", "{", "null", "\"x\""] {
        let (status, said) = world.notify(AUTHORIZATION, odd).await;
        assert_eq!((status, said), (200, json!({ "kept": false })), "{odd}");
    }
    for odd in [
        "{}",
        "{\"link_id\": 7, \"webhook_code\": \"news\", \"data\": [1]}",
    ] {
        assert_eq!(world.notify(AUTHORIZATION, odd).await.0, 200, "{odd}");
    }
    let large = format!("{{\"x\": \"{}\"}}", "y".repeat(100_000));
    assert_eq!(world.notify(AUTHORIZATION, &large).await.0, 400);
    let filter = dictamen_store::TaskFilter {
        kind: "notice",
        ..Default::default()
    };
    let (kept, _) = world.open.store.tasks(filter, None, 100).await.unwrap();
    assert_eq!(kept.len(), 3);
    world.open.close().await;
    // Where nobody is to be told anything by Belvo.
    let los = super::los::Los::start().await;
    let mut settings = super::world::working(&world.belvo, &los);
    settings.belvo.as_mut().unwrap().webhook = None;
    let open = world.house.open_working(settings).await;
    let headers = [("authorization", AUTHORIZATION)];
    let said = open
        .ask_with("POST", "/v1/belvo/webhooks", &headers, "{}")
        .await;
    assert_eq!((said.0, &said.1["code"]), (404, &json!("no-belvo")));
    open.close().await;
}

async fn what_is_asked_wrongly_is_refused(house: House) {
    let world = World::with(house, calm(), false).await;
    for (more, status, code) in [
        (json!({}), 422, "invalid-body"),
        (
            json!({ "curp": curp("QXWA"), "link": "x" }),
            422,
            "invalid-body",
        ),
        (json!({ "curp": "X" }), 422, "invalid-body"),
        (
            json!({ "curp": curp("QXWA"), "policy": "none" }),
            404,
            "unknown-policy",
        ),
        (
            json!({ "curp": curp("QXWA"), "application": {} }),
            422,
            "invalid-body",
        ),
        (json!({ "widget": { "locale": "de" } }), 422, "invalid-body"),
    ] {
        let (got, said) = world.try_to_apply(more.clone()).await;
        assert_eq!(
            (got, &said["code"]),
            (status, &json!(code)),
            "{more}: {said:#}"
        );
        assert!(!said.to_string().contains("QXWA"));
    }
    for (path, status) in [
        ("/v1/applications/none", 404),
        ("/v1/applications/none?x=1", 400),
    ] {
        assert_eq!(world.open.ask_with("GET", path, &[], "").await.0, status);
    }
    for path in ["/v1/applications/none", "/v1/applications/none:widget"] {
        assert_eq!(world.open.ask_with("POST", path, &[], "").await.0, 404);
    }
    let links = world.at_belvo("GET", "/api/links/", json!({})).await;
    assert_eq!(links["count"], 0);
    world.open.close().await;
}

async fn an_application_is_forgotten_on_request(house: House) {
    let settings = Settings {
        notices: Notices {
            delay: Duration::from_mins(10),
            ..calm().notices
        },
        ..calm()
    };
    let world = World::with(house, settings, false).await;
    let person = curp("QXWA");
    let begun = world.apply(json!({ "curp": person })).await;
    let id = text(&begun, "id");
    let erasure = json!({ "curp": person }).to_string();
    let (status, _) = world
        .open
        .ask_with("POST", "/v1/erasures", &[], &erasure)
        .await;
    assert_eq!(status, 200);
    let record = world.ended(&id).await;
    assert_eq!(
        record["failure"]["code"], "application::erased",
        "{record:#}"
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(world.los.messages().is_empty());
    let World { house, open, .. } = world;
    let store = open.store.clone();
    open.close().await;
    drop(store);
    if let dictamen_store::Place::Sqlite(folder) = &house.place {
        let file = std::fs::read(folder.path().join("dictamen.db")).unwrap();
        for secret in [person.as_str(), "APP-OF-ANA"] {
            let found = file
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }
}
