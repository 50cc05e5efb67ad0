//! Limits: the firewall's, deletes, logins of a CURP, failures of a link; and faults by header.

use dictamen_sandbox::Settings;
use serde_json::json;

use crate::support::{Local, calm, curp, got};

#[tokio::test]
async fn the_firewall_answers_with_a_page() {
    let local = Local::start(Settings {
        requests_per_30s: 80,
        ..calm()
    })
    .await;
    for _ in 0..80 {
        assert_eq!(local.get("/api/").await.status, 200);
    }
    let refused = local.get("/api/").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.starts_with("<html>") && refused.text.contains("openresty"));
    // The sandbox's own addresses stay open, and the firewall forgets.
    local.post("/sandbox/time/", json!({ "minutes": 1 })).await;
    assert_eq!(local.get("/api/").await.status, 200);
}

#[tokio::test]
async fn five_deletes_a_minute() {
    let local = Local::start(Settings {
        deletes_per_minute: 5,
        ..calm()
    })
    .await;
    let id = local
        .link("planet_mx_employment", "ANYBODY", "single")
        .await;
    for _ in 0..6 {
        local
            .post("/api/employment-records/", json!({ "link": id }))
            .await;
    }
    let list = local.until("/api/employment-records/", 7).await;
    let mut statuses = Vec::new();
    for record in list["results"].as_array().unwrap() {
        let path = format!(
            "/api/employment-records/{}/",
            record["id"].as_str().unwrap()
        );
        statuses.push(got(local.request("DELETE", &path)).await.status);
    }
    assert_eq!(statuses, [204, 204, 204, 204, 204, 429, 429]);
    assert_eq!(
        got(local.request("DELETE", &format!("/api/links/{id}/")))
            .await
            .error(),
        (429, "throttled".into())
    );
    local.post("/sandbox/time/", json!({ "minutes": 1 })).await;
    assert_eq!(
        got(local.request("DELETE", &format!("/api/links/{id}/")))
            .await
            .status,
        204
    );
    assert_eq!(
        local.get("/api/employment-records/").await.json()["count"],
        0
    );
}

#[tokio::test]
async fn three_logins_a_day_with_a_curp() {
    let local = Local::start(Settings {
        logins_per_day: 3,
        ..calm()
    })
    .await;
    let id = local
        .link("imss_mx_employment", &curp("QXWA"), "single")
        .await;
    let retrieve = async || {
        local
            .post("/api/employment-records/", json!({ "link": id }))
            .await
    };
    assert_eq!(
        (retrieve().await.status, retrieve().await.status),
        (201, 201)
    );
    let refused = retrieve().await;
    assert_eq!(refused.error(), (403, "forbidden_by_host".into()));
    assert_eq!(
        refused.message(),
        "Has agotado el número de solicitudes permitidas por día."
    );
    // Somebody else may, and the ISSSTE does not count.
    local
        .link("imss_mx_employment", &curp("QXWB"), "single")
        .await;
    local
        .link("issste_mx_employment", &curp("QXWA"), "single")
        .await;
    local.post("/sandbox/time/", json!({ "days": 1 })).await;
    assert_eq!(retrieve().await.status, 201);
}

#[tokio::test]
async fn a_link_is_invalid_after_six_failures() {
    let local = Local::start(calm()).await;
    let id = local
        .link("imss_mx_employment", &curp("QXWA"), "single")
        .await;
    let retrieve = async || {
        local
            .post("/api/employment-records/", json!({ "link": id }))
            .await
    };
    assert_eq!(
        local
            .send("PUT", "/sandbox/faults/", json!(["login-error:6x"]))
            .await
            .status,
        200
    );
    for _ in 0..6 {
        assert_eq!(retrieve().await.error(), (400, "login_error".into()));
    }
    assert_eq!(retrieve().await.error(), (400, "invalid_link".into()));
    let path = format!("/api/links/{id}/");
    assert_eq!(local.get(&path).await.json()["status"], "invalid");
    assert_eq!(
        local.get("/api/links/?status=invalid").await.json()["count"],
        1
    );
    assert_eq!(
        local
            .send("PUT", &path, json!({ "password": "" }))
            .await
            .json()["status"],
        "valid"
    );
    assert_eq!(retrieve().await.status, 201);
}

#[tokio::test]
async fn a_request_asks_for_its_own_fault() {
    let local = Local::start(calm()).await;
    let all = local.get("/sandbox/faults/").await.json();
    let mut answered = 0;
    for fault in all.as_array().unwrap() {
        let name = fault["name"].as_str().unwrap();
        let meaning = fault["meaning"].as_str().unwrap();
        if name == "hang" || name == "half" {
            continue;
        }
        let got = got(local
            .request("GET", "/api/links/")
            .header("x-sandbox-fault", name))
        .await;
        if let Some((status, code)) = meaning
            .split_once(": ")
            .and_then(|(start, _)| start.split_once(' '))
        {
            assert_eq!(
                got.error(),
                (status.parse().unwrap(), code.to_owned()),
                "{name}"
            );
            answered += 1;
        }
    }
    assert!(answered > 30, "{answered}");
    let unknown = local
        .request("GET", "/api/links/")
        .header("x-sandbox-fault", "no-such-fault");
    assert_eq!(got(unknown).await.status, 200);
    let unknown = local
        .send("PUT", "/sandbox/faults/", json!(["no-such-fault"]))
        .await;
    assert_eq!(unknown.status, 400);
}
