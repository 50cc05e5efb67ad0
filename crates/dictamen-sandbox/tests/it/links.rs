//! Links by Belvo's rules.

use serde_json::{Value, json};

use crate::support::{Local, calm, curp, got};

const IMSS: &str = "imss_mx_employment";
const PLANET: &str = "planet_mx_employment";

#[tokio::test]
async fn secrets_are_asked_for_everywhere() {
    let local = Local::start(calm()).await;
    assert_eq!(local.get("/api/").await.status, 200);
    for path in [
        "/api/",
        "/api/links/",
        "/api/employment-records/",
        "/sandbox/",
    ] {
        let request = reqwest::Client::new().get(format!("{}{path}", local.base));
        let got = got(request.basic_auth("sandbox-secret-id", Some("wrong"))).await;
        assert_eq!(got.error(), (401, "authentication_failed".into()), "{path}");
        assert_eq!(got.message(), "Invalid Secret Keys");
    }
    assert_eq!(
        local.get("/api/nowhere/").await.error(),
        (404, "not_found".into())
    );
    let wrong = local
        .send("PATCH", "/api/employment-records/", json!({}))
        .await;
    assert_eq!(wrong.error(), (405, "method_not_allowed".into()));
    assert_eq!(wrong.message(), "Method \"PATCH\" not allowed.");
}

#[tokio::test]
async fn a_link_is_registered_listed_changed_and_deleted() {
    let local = Local::start(calm()).await;
    let body = json!({
        "institution": PLANET, "username": "BLPM951331IONVGR54", "password": "", "external_id": "COHORT_32",
        "access_mode": "single", "fetch_resources": ["EMPLOYMENT_RECORDS", "OWNERS"], "save_data": true,
    });
    let made = local.post("/api/links/", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let link = made.json();
    let id = link["id"].as_str().unwrap();
    assert_eq!(link["institution_user_id"].as_str().unwrap().len(), 44);
    assert_eq!(
        [
            &link["status"],
            &link["refresh_rate"],
            &link["credentials_storage"],
            &link["stale_in"],
            &link["external_id"]
        ],
        [
            &json!("valid"),
            &Value::Null,
            &json!("365d"),
            &Value::Null,
            &json!("COHORT_32")
        ]
    );
    assert_eq!(local.get(&format!("/api/links/{id}/")).await.json(), link);

    let again = local.post("/api/links/", body).await;
    assert_eq!(again.error(), (400, "duplicated".into()));
    assert_eq!(
        again.json()[0]["institution_user_id"],
        link["institution_user_id"]
    );

    let changed =
        json!({ "access_mode": "recurrent", "stale_in": "90d", "fetch_resources": ["OWNERS"] });
    let changed = local
        .send("PATCH", &format!("/api/links/{id}/"), changed)
        .await
        .json();
    assert_eq!(
        [
            &changed["access_mode"],
            &changed["refresh_rate"],
            &changed["credentials_storage"],
            &changed["stale_in"],
            &changed["fetch_resources"]
        ],
        [
            &json!("recurrent"),
            &json!("7d"),
            &json!("store"),
            &json!("90d"),
            &json!(["OWNERS"])
        ]
    );
    assert_eq!(
        local
            .send(
                "PUT",
                &format!("/api/links/{id}/"),
                json!({ "password": "x" })
            )
            .await
            .status,
        200
    );

    assert_eq!(
        got(local.request("DELETE", &format!("/api/links/{id}/")))
            .await
            .status,
        204
    );
    assert_eq!(
        local.get(&format!("/api/links/{id}/")).await.error(),
        (404, "not_found".into())
    );
    assert_eq!(
        local.get("/api/links/not-an-id/").await.error(),
        (404, "not_found".into())
    );
    assert_eq!(local.get("/api/links/").await.json()["count"], 0);
}

#[tokio::test]
async fn a_registration_is_refused_with_belvo_s_codes() {
    let local = Local::start(calm()).await;
    let person = curp("QXWA");
    let refuse = async |body: Value| {
        let got = local.post("/api/links/", body).await;
        let field = got.json()[0]["field"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (got.error(), field)
    };
    let bad = |code: &str, field: &str| ((400, code.to_owned()), field.to_owned());
    let with = |key: &str, value: Value| {
        let mut body = json!({ "institution": IMSS, "username": person, "access_mode": "single" });
        body[key] = value;
        body
    };
    assert_eq!(
        refuse(json!({ "username": person })).await,
        bad("required", "institution")
    );
    assert_eq!(
        refuse(with("institution", Value::Null)).await,
        bad("null", "institution")
    );
    assert_eq!(
        refuse(with("institution", json!(""))).await,
        bad("blank", "institution")
    );
    assert_eq!(
        refuse(with("institution", json!("narnia"))).await,
        bad("does_not_exist", "institution")
    );
    assert_eq!(
        refuse(with("access_mode", json!("Dominik"))).await,
        bad("invalid_choice", "access_mode")
    );
    assert_eq!(
        refuse(with("fetch_resources", json!("OWNERS"))).await,
        bad("not_a_list", "fetch_resources")
    );
    assert_eq!(
        refuse(with("fetch_resources", json!(["ACCOUNTS"]))).await,
        bad("invalid", "resources")
    );
    assert_eq!(
        refuse(with("credentials_storage", json!("366d"))).await,
        bad("invalid", "credentials_storage")
    );
    assert_eq!(
        refuse(with("credentials_storage", json!("nostore"))).await,
        bad("invalid_fetch_resources", "")
    );
    assert_eq!(
        refuse(with("stale_in", json!("a year"))).await,
        bad("invalid", "stale_in")
    );
    assert_eq!(
        refuse(with("external_id", json!("ab"))).await,
        bad("min_length", "external_id")
    );
    let mut recurrent = with("credentials_storage", json!("30d"));
    recurrent["access_mode"] = json!("recurrent");
    assert_eq!(
        refuse(recurrent).await,
        bad("invalid_credentials_storage", "")
    );
    assert_eq!(refuse(json!([])).await, bad("invalid", ""));
    let current = json!({ "institution": "issste_mx_employment", "username": person, "fetch_resources": ["CURRENT_EMPLOYMENTS"] });
    assert_eq!(refuse(current).await, bad("invalid", "resources"));
    let torn = got(local
        .request("POST", "/api/links/")
        .body("{\"institution\":"))
    .await;
    assert_eq!(torn.error(), (400, "parse_error".into()));
    // All at once.
    let several = local
        .post(
            "/api/links/",
            json!({ "access_mode": "x", "stale_in": "y" }),
        )
        .await;
    assert_eq!(several.json().as_array().unwrap().len(), 4);
    assert_eq!(local.get("/api/links/").await.json()["count"], 0);
}

#[tokio::test]
async fn an_id_that_looks_personal_becomes_null_in_silence() {
    let local = Local::start(calm()).await;
    for (letters, id) in [
        ("QXWA", curp("QXWA")),
        ("QXWB", "someone@mail.mx".into()),
        ("QXWC", "12345678903".into()),
    ] {
        let body = json!({ "institution": IMSS, "username": curp(letters), "external_id": id });
        let link = local.post("/api/links/", body).await.json();
        assert_eq!(link["external_id"], Value::Null);
        assert_eq!(link["access_mode"], "recurrent");
    }
}

#[tokio::test]
async fn the_imss_answers_in_its_own_words() {
    let local = Local::start(calm()).await;
    for (username, message) in [
        (
            "QXWA850309MPLRNL0",
            "Por favor, ingresa un CURP válido. Debe contener 18 caracteres",
        ),
        ("QX1A850309MPLRNL08", "CURP es incorrecto"),
        (
            "QXWA850309MPLRNL00",
            "El CURP proporcionado no fue localizado en la entidad externa RENAPO",
        ),
    ] {
        let got = local
            .post(
                "/api/links/",
                json!({ "institution": IMSS, "username": username }),
            )
            .await;
        assert_eq!(
            (got.error(), got.message()),
            ((400, "login_error".into()), message.to_owned())
        );
    }
    // Belvo's own sandbox institution takes anybody.
    local.link(PLANET, "anybody", "single").await;
}

#[tokio::test]
async fn a_link_refreshes_once_in_ten_minutes() {
    let local = Local::start(calm()).await;
    let id = local.link(IMSS, &curp("QXWA"), "single").await;
    let path = format!("/api/links/{id}/refresh/");
    let first = local
        .post(&path, json!({ "fetch_resources": ["EMPLOYMENT_RECORDS"] }))
        .await;
    assert_eq!(first.status, 202, "{}", first.text);
    assert!(first.json()["request_id"].is_string());
    let second = local.post(&path, json!({})).await;
    assert_eq!(second.error(), (409, "link_refreshed".into()));
    assert_eq!(
        second.message(),
        "The link has already been refreshed. Please wait 10 minutes before trying again."
    );
    let unsupported = local
        .post(&path, json!({ "fetch_resources": ["ACCOUNTS"] }))
        .await;
    assert_eq!(unsupported.error(), (400, "invalid".into()));
    local.post("/sandbox/time/", json!({ "minutes": 10 })).await;
    assert_eq!(local.post(&path, json!({})).await.status, 202);
    local
        .until(&format!("/api/employment-records/?link={id}"), 3)
        .await;
}

#[tokio::test]
async fn credentials_and_data_expire() {
    let local = Local::start(calm()).await;
    let body = json!({
        "institution": IMSS, "username": curp("QXWA"), "access_mode": "single", "credentials_storage": "30d",
        "stale_in": "60d", "fetch_resources": ["EMPLOYMENT_RECORDS"],
    });
    let link = local.post("/api/links/", body).await.json();
    let id = link["id"].as_str().unwrap();
    let path = format!("/api/employment-records/?link={id}");
    local.until(&path, 1).await;
    local.post("/sandbox/time/", json!({ "days": 31 })).await;
    let retrieve = local
        .post("/api/employment-records/", json!({ "link": id }))
        .await;
    assert_eq!(retrieve.error(), (404, "expired_credentials".into()));
    assert_eq!(
        local
            .post(&format!("/api/links/{id}/refresh/"), json!({}))
            .await
            .error(),
        (404, "expired_credentials".into())
    );
    assert_eq!(local.get(&path).await.json()["count"], 1);
    local.post("/sandbox/time/", json!({ "days": 30 })).await;
    assert_eq!(local.get(&path).await.json()["count"], 0);
}
