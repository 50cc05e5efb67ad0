//! The hosted widget: its tokens, its page, and what it may do.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Got, Local, calm, curp, got};

async fn token(local: &Local, more: Value) -> Got {
    let settings = local.sandbox.settings();
    let mut body = json!({ "id": settings.secret_id, "password": settings.secret_password, "scopes": "read_institutions,write_links" });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    got(reqwest::Client::new()
        .post(format!("{}/api/token/", local.base))
        .json(&body))
    .await
}

async fn access(local: &Local, more: Value) -> String {
    token(local, more).await.json()["access"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn connect(local: &Local, access: &str, curp: &str) -> Got {
    let body = json!({ "access_token": access, "institution": "imss_mx_employment", "username": curp, "access_mode": "single" });
    got(reqwest::Client::new()
        .post(format!("{}/widget/links/", local.base))
        .json(&body))
    .await
}

#[tokio::test]
async fn a_token_is_signed_short_lived_and_good_for_one_link() {
    let local = Local::start(calm()).await;
    let answer = token(
        &local,
        json!({ "fetch_resources": ["OWNERS"], "stale_in": "30d" }),
    )
    .await
    .json();
    let access = answer["access"].as_str().unwrap();
    let parts: Vec<Value> = access
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], json!({ "alg": "HS512", "typ": "JWT" }));
    assert_eq!(parts[1]["token_type"], "access");
    assert_eq!(
        parts[1]["exp"].as_i64().unwrap() - parts[1]["iat"].as_i64().unwrap(),
        600
    );
    assert_ne!(answer["refresh"], answer["access"]);

    // A mistake does not cost the token.
    let mistyped = connect(&local, access, "QXWA850309MPLRNL00").await;
    assert_eq!(mistyped.error(), (400, "login_error".into()));
    let made = connect(&local, access, &curp("QXWA")).await;
    assert_eq!(
        (made.status, &made.json()["institution"]),
        (201, &json!("imss_mx_employment")),
        "{}",
        made.text
    );
    let link = local
        .get(&format!(
            "/api/links/{}/",
            made.json()["link"].as_str().unwrap()
        ))
        .await
        .json();
    assert_eq!(
        (&link["fetch_resources"], &link["stale_in"]),
        (&json!(["OWNERS"]), &json!("30d"))
    );
    assert_eq!(
        connect(&local, access, &curp("QXWB")).await.error(),
        (401, "ACCESS_TOKEN_NOT_VALID".into())
    );
}

#[tokio::test]
async fn tokens_that_are_none() {
    let local = Local::start(calm()).await;
    let refused = token(&local, json!({ "password": "wrong" })).await;
    assert_eq!(refused.error(), (401, "authentication_failed".into()));
    assert_eq!(
        token(&local, json!({ "id": null })).await.error(),
        (400, "null".into())
    );
    let bad = json!({ "widget": { "callback_urls": { "success": "javascript:alert(1)" } } });
    assert_eq!(token(&local, bad).await.error(), (400, "invalid".into()));

    let good = token(&local, json!({})).await.json();
    let access = good["access"].as_str().unwrap();
    let (signed, _) = access.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0_u8; 64]));
    for bad in ["", "a", "a.b.c", &forged, good["refresh"].as_str().unwrap()] {
        assert_eq!(
            connect(&local, bad, &curp("QXWA")).await.error().0,
            401,
            "{bad}"
        );
    }
    local.post("/sandbox/time/", json!({ "minutes": 10 })).await;
    assert_eq!(
        connect(&local, access, &curp("QXWA")).await.error(),
        (401, "ACCESS_TOKEN_NOT_VALID".into())
    );
}

#[tokio::test]
async fn the_page_is_told_what_it_may_show() {
    let local = Local::start(calm()).await;
    let more = json!({
        "fetch_resources": ["EMPLOYMENT_RECORDS", "CURRENT_EMPLOYMENTS"],
        "widget": { "callback_urls": { "success": "app://ok", "exit": "app://exit" }, "branding": { "company_name": "Caja" } },
    });
    let access = access(&local, more).await;
    let ask = async || {
        let body = json!({ "access_token": access });
        got(reqwest::Client::new()
            .post(format!("{}/widget/session/", local.base))
            .json(&body))
        .await
    };
    let session = ask().await;
    assert_eq!(session.status, 200);
    let session = session.json();
    assert_eq!(
        (
            &session["company_name"],
            &session["callbacks"]["exit"],
            &session["callbacks"]["event"]
        ),
        (&json!("Caja"), &json!("app://exit"), &Value::Null)
    );
    // Only the IMSS has current employments.
    assert_eq!(session["institutions"].as_array().unwrap().len(), 1);
    connect(&local, &access, &curp("QXWA")).await;
    let spent = ask().await;
    assert_eq!(
        (spent.status, &spent.json()["callbacks"]["success"]),
        (401, &json!("app://ok"))
    );
}

#[tokio::test]
async fn a_link_is_renewed_in_the_widget() {
    let local = Local::start(calm()).await;
    let id = local
        .link("imss_mx_employment", &curp("QXWA"), "single")
        .await;
    local
        .send("PUT", "/sandbox/faults/", json!(["login-error:6x"]))
        .await;
    for _ in 0..6 {
        local
            .post("/api/employment-records/", json!({ "link": id }))
            .await;
    }
    let path = format!("/api/links/{id}/");
    assert_eq!(local.get(&path).await.json()["status"], "invalid");
    let access = access(&local, json!({ "link_id": id })).await;
    let made = connect(&local, &access, "").await;
    assert_eq!((made.status, &made.json()["link"]), (201, &json!(id)));
    assert_eq!(local.get(&path).await.json()["status"], "valid");
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let local = Local::start(calm()).await;
    for file in ["", "style.css", "words.js", "app.js"] {
        let response = reqwest::get(format!("{}/widget/{file}", local.base))
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"));
        let text = response.text().await.unwrap();
        assert!(
            !text.contains("http://") && !text.contains("https://") && !text.contains("@import"),
            "{file}"
        );
        assert!(
            !text.contains("innerHTML") && !text.contains("style=\"") && !text.contains("onclick"),
            "{file}"
        );
    }
}

#[tokio::test]
async fn every_word_is_there_in_three_languages() {
    let local = Local::start(calm()).await;
    let words = reqwest::get(format!("{}/widget/words.js", local.base))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let keys = |language: &str| -> Vec<String> {
        let start = words.find(&format!("\n  {language}: {{")).unwrap();
        let block = &words[start + 6..];
        let block = &block[..block.find("\n  },").unwrap()];
        let mut keys: Vec<String> = block
            .split(['{', '\n'])
            .flat_map(|line| line.split("\", "))
            .filter_map(|entry| entry.trim().split_once(": \""))
            .map(|(key, _)| key.to_owned())
            .collect();
        keys.sort();
        keys
    };
    assert!(keys("es").len() > 55, "{:?}", keys("es"));
    assert_eq!(keys("es"), keys("pt"));
    assert_eq!(keys("es"), keys("en"));
    // Everything the page and the program ask for has a word.
    let page = include_str!("../../src/widget/page.html");
    let app = include_str!("../../src/widget/app.js");
    let of_page = page
        .split("data-t=\"")
        .skip(1)
        .chain(page.split("data-label=\"").skip(1));
    let of_app = app
        .match_indices("t(\"")
        .filter(|(at, _)| !app[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '.'))
        .map(|(at, found)| &app[at + found.len()..]);
    let mut asked = 0;
    for rest in of_page.chain(of_app) {
        let key = rest.split('"').next().unwrap().to_owned();
        assert!(keys("es").contains(&key), "{key}");
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}
