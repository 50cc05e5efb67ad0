//! Who is let in, over real sockets and on both engines.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::{TimeDelta, Utc};
use dictamen_server::{
    access::{Access, Need, ROUTES, Role},
    app::{App, Limits},
    clock::Clock,
};
use dictamen_store::{Reading, verify};
use serde_json::{Value, json};

use crate::{
    house::{House, Running, Said, listen, raw},
    support::{DECIDE, REQUEST, Service},
};

/// Runs each test on both engines.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::House::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(house) = super::House::postgres() {
                    super::$name(house).await;
                }
            })+
        }
    };
}

on_both! {
    from_the_first_key_on_everybody_needs_one
    every_address_asks_for_its_role
    a_key_is_replaced_and_both_hold_for_a_while
    keys_that_do_not_hold_are_told_alike
    a_key_ends_by_itself
    idempotency_keys_of_callers_are_apart
    what_cannot_be_done_with_keys
}

fn code(said: &Said) -> (u16, &str) {
    (said.0, said.1["code"].as_str().unwrap_or_default())
}

async fn from_the_first_key_on_everybody_needs_one(house: House) {
    let open = house.open().await;
    assert!(!open.app.access().is_guarded());
    // Without one, the machine's own user may do everything.
    assert_eq!(open.ask_with("POST", DECIDE, &[], REQUEST).await.0, 200);
    let other = &[("host", "evil.example")];
    let refused = open.ask_with("GET", "/v1/policies", other, "").await;
    assert_eq!(code(&refused), (403, "forbidden"));
    let first = json!({ "name": "los", "roles": ["decide"] }).to_string();
    let refused = open.ask_with("POST", "/v1/keys", &[], &first).await;
    assert_eq!(code(&refused), (422, "invalid-key"));
    let (admin, _) = open.key("", "root", &["admin"]).await;
    assert!(open.app.access().is_guarded());
    let refused = open.ask_with("POST", DECIDE, &[], REQUEST).await;
    assert_eq!(code(&refused), (401, "unauthenticated"));
    let refused = open.ask("POST", DECIDE, &admin, REQUEST).await;
    assert_eq!(code(&refused), (403, "forbidden"));
    let (los, los_id) = open.key(&admin, "los", &["decide"]).await;
    assert_eq!(open.ask("POST", DECIDE, &los, REQUEST).await.0, 200);
    let bare = &[("x-api-key", los.as_str())];
    assert_eq!(open.ask_with("POST", DECIDE, bare, REQUEST).await.0, 200);
    // A name may be guarded by any host now.
    let named = &[("host", "credit.example"), ("x-api-key", los.as_str())];
    assert_eq!(open.ask_with("POST", DECIDE, named, REQUEST).await.0, 200);
    for path in ["/healthz", "/readyz", "/openapi.json", "/docs/"] {
        assert_eq!(open.ask_with("GET", path, &[], "").await.0, 200, "{path}");
    }
    // Whether it is ready is for probes, by what it decides for those who may read.
    let ready = open.ask_with("GET", "/readyz", &[], "").await.1;
    assert_eq!(ready, json!({ "status": "ready", "log": "available" }));
    assert_eq!(open.ask("GET", "/readyz", &los, "").await.1, ready);
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    crate::openapi::check(&document, "Readiness", &ready);
    let (reader, _) = open.key(&admin, "reader", &["read"]).await;
    let told = open.ask("GET", "/readyz", &reader, "").await.1;
    assert_ne!(told["policies"], json!([]));
    // What is revoked stops with the answer.
    let revoked = open
        .ask("DELETE", &format!("/v1/keys/{los_id}"), &admin, "")
        .await;
    assert_eq!((revoked.0, &revoked.1["status"]), (200, &json!("revoked")));
    let refused = open.ask("POST", DECIDE, &los, REQUEST).await;
    assert_eq!(code(&refused), (401, "unauthenticated"));
    open.close().await;
    // After a restart it is as it was.
    let again = house.open().await;
    assert!(again.app.access().is_guarded());
    let listed = again.ask("GET", "/v1/keys", &admin, "").await.1;
    let seen: Vec<_> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["status"])
        .collect();
    assert_eq!(seen, ["holds", "revoked", "holds"]);
    assert!(!listed.to_string().contains("dk_"));
    again.close().await;
    let reading = Reading::open(&house.place).unwrap();
    let report = verify(&reading, &[house.keys.signing.public()], &[])
        .await
        .unwrap();
    assert!(report.holds(), "{report:#?}");
}

async fn every_address_asks_for_its_role(house: House) {
    let open = house.open().await;
    let (admin, _) = open.key("", "root", &["admin"]).await;
    let mut keys = Vec::new();
    for (name, role) in Role::ALL {
        keys.push((role, open.key(&admin, name, &[name]).await.0));
    }
    for (method, route, need) in ROUTES {
        let path: String = route
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let bare = open.ask_with(method, &path, &[], "").await;
        let Need::Role(needed) = need else {
            assert_ne!(bare.0, 401, "{method} {route}");
            continue;
        };
        assert_eq!(code(&bare), (401, "unauthenticated"), "{method} {route}");
        for (role, key) in &keys {
            let said = open.ask(method, &path, key, "").await;
            let refused = code(&said) == (403, "forbidden");
            assert_eq!(
                refused,
                role != needed,
                "{method} {route} as {role}: {said:?}"
            );
        }
    }
    // What the table does not name is for nobody but an admin.
    for (method, path, status) in [
        ("PATCH", "/v1/policies", 401),
        ("HEAD", "/v1/policies", 401),
        ("OPTIONS", "/v1/policies", 204),
        ("GET", "/v1/none", 404),
    ] {
        assert_eq!(
            open.ask_with(method, path, &[], "").await.0,
            status,
            "{method} {path}"
        );
    }
    open.close().await;
}

async fn a_key_is_replaced_and_both_hold_for_a_while(house: House) {
    let open = house.open().await;
    let (admin, _) = open.key("", "root", &["admin"]).await;
    let (old, old_id) = open.key(&admin, "los", &["read"]).await;
    let rotate = format!("/v1/keys/{old_id}:rotate");
    let body = r#"{"overlap_hours":720}"#;
    let (status, made) = open.ask("POST", &rotate, &admin, body).await;
    assert_eq!(
        (status, &made["name"], &made["roles"]),
        (201, &json!("los"), &json!(["read"]))
    );
    let new = made["key"].as_str().unwrap();
    for key in [&*old, new] {
        assert_eq!(open.ask("GET", "/v1/policies", key, "").await.0, 200);
    }
    let third = open.ask("POST", &rotate, &admin, "{}").await;
    assert_eq!(code(&third), (409, "key-conflict"));
    assert_eq!(
        open.ask("DELETE", &format!("/v1/keys/{old_id}"), &admin, "")
            .await
            .0,
        200
    );
    assert_eq!(open.ask("GET", "/v1/policies", &old, "").await.0, 401);
    assert_eq!(open.ask("GET", "/v1/policies", new, "").await.0, 200);
    open.close().await;
}

async fn keys_that_do_not_hold_are_told_alike(house: House) {
    let open = house.open().await;
    let (admin, _) = open.key("", "root", &["admin"]).await;
    let (good, id) = open.key(&admin, "los", &["read"]).await;
    let (gone, gone_id) = open.key(&admin, "old", &["read"]).await;
    open.ask("DELETE", &format!("/v1/keys/{gone_id}"), &admin, "")
        .await;
    let zeros = "0".repeat(64);
    let wrong: Vec<Vec<(&str, String)>> = vec![
        vec![],
        vec![("authorization", "Bearer".into())],
        vec![("authorization", "Bearer ".into())],
        vec![("authorization", good.clone())],
        vec![("authorization", format!("Basic {good}"))],
        vec![(
            "authorization",
            format!(
                "Bearer {}",
                good.strip_suffix(char::is_alphanumeric).unwrap()
            ),
        )],
        vec![("authorization", format!("Bearer {good}0"))],
        vec![(
            "authorization",
            format!("Bearer {}", good.replacen("dk_", "sk_", 1)),
        )],
        vec![("authorization", format!("Bearer {}", good.to_uppercase()))],
        vec![("authorization", format!("Bearer dk_{id}_{zeros}"))],
        vec![(
            "authorization",
            format!("Bearer dk_0000000000000000_{zeros}"),
        )],
        vec![("authorization", format!("Bearer {gone}"))],
        vec![("authorization", format!("Bearer {}", "a".repeat(20_000)))],
        vec![("x-api-key", format!("Bearer {good}"))],
        // Two are one too many, even the same twice.
        vec![
            ("authorization", format!("Bearer {good}")),
            ("x-api-key", good.clone()),
        ],
        vec![("x-api-key", good.clone()), ("x-api-key", good.clone())],
    ];
    let mut told = Vec::new();
    for headers in &wrong {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (status, mut problem) = open.ask_with("GET", "/v1/policies", &headers, "").await;
        assert_eq!(status, 401, "{headers:?}");
        problem["request_id"] = Value::Null;
        told.push(problem);
    }
    assert!(told.iter().all(|problem| *problem == told[0]));
    insta::assert_json_snapshot!("unauthenticated", told[0]);
    let url = format!("http://{}/v1/policies", open.address);
    let answer = open.client.get(url).send().await.unwrap();
    assert_eq!(
        answer.headers()["www-authenticate"],
        "Bearer realm=\"dictamen\""
    );
    // Neither a folded header nor one that is split into two smuggles a key in.
    for head in [
        format!("authorization: Bearer\r\n {good}\r\n"),
        format!("authorization: Bearer x\r\nauthorization: Bearer {good}\r\n"),
        format!("authorization : Bearer {good}\r\n"),
        format!("x: y\rauthorization: Bearer {good}\r\n"),
        format!("authorization: Bearer {good}\0\r\n"),
    ] {
        let said = raw(
            open.address,
            &format!("GET /v1/policies HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{head}\r\n"),
        )
        .await;
        assert!(said.starts_with("HTTP/1.1 40"), "{head:?}: {said}");
    }
    assert_eq!(open.ask("GET", "/v1/policies", &good, "").await.0, 200);
    open.close().await;
}

async fn a_key_ends_by_itself(house: House) {
    let open = house.open().await;
    let (admin, _) = open.key("", "root", &["admin"]).await;
    assert_eq!(open.ask("GET", "/v1/keys", &admin, "").await.0, 200);
    // The same service half a year later.
    let later = Clock::Fixed(Utc::now() + TimeDelta::days(91));
    let rules = house.service.reloader.rules();
    let app = App::with_log(rules, later, Limits::default(), Some(open.store.clone()))
        .guarded_by(Access::start(Some(&open.store), None).await.unwrap());
    let (address, serving) = listen(app).await;
    let late = Running {
        address,
        serving,
        app: open.app.clone(),
        store: open.store.clone(),
        client: open.client.clone(),
    };
    assert_eq!(late.ask("GET", "/v1/keys", &admin, "").await.0, 401);
    // And it did not open up with its last key.
    assert_eq!(late.ask_with("GET", "/v1/policies", &[], "").await.0, 401);
    late.serving.abort();
    open.close().await;
}

async fn idempotency_keys_of_callers_are_apart(house: House) {
    let open = house.open().await;
    let (admin, _) = open.key("", "root", &["admin"]).await;
    let (one, id) = open.key(&admin, "one", &["decide"]).await;
    let (two, _) = open.key(&admin, "two", &["decide"]).await;
    let decide = async |key: &str, body: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k")];
        open.ask_with("POST", DECIDE, &headers, body).await.0
    };
    assert_eq!(decide(&one, REQUEST).await, 200);
    let other = REQUEST.replace("APP-", "OTHER-");
    assert_eq!(decide(&one, &other).await, 422);
    assert_eq!(decide(&two, &other).await, 200);
    // A key that replaces another goes on where it was.
    let rotated = open
        .ask("POST", &format!("/v1/keys/{id}:rotate"), &admin, "{}")
        .await
        .1;
    assert_eq!(decide(rotated["key"].as_str().unwrap(), &other).await, 422);
    open.close().await;
}

async fn what_cannot_be_done_with_keys(house: House) {
    let open = house.open().await;
    let (admin, admin_id) = open.key("", "root", &["admin"]).await;
    let make = |body: Value| body.to_string();
    for (method, path, body, expected) in [
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "root", "roles": ["read"]})),
            (409, "key-conflict"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a", "roles": ["raed"]})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a", "roles": []})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a b", "roles": ["read"]})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a", "roles": ["read"], "days": 0})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a", "roles": ["read"], "days": 4000})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!({"name": "a", "roles": ["read"], "day": 1})),
            (422, "invalid-key"),
        ),
        (
            "POST",
            "/v1/keys",
            make(json!(["PERL910314MJCXNC04"])),
            (422, "invalid-key"),
        ),
        ("POST", "/v1/keys", "{".to_owned(), (400, "malformed-json")),
        ("POST", "/v1/keys/x", "{}".to_owned(), (404, "not-found")),
        (
            "POST",
            "/v1/keys/x:rotate",
            "{}".to_owned(),
            (404, "unknown-key"),
        ),
        (
            "POST",
            "/v1/keys/x:rotate",
            "[null, null]".to_owned(),
            (422, "invalid-key"),
        ),
        ("DELETE", "/v1/keys/x", String::new(), (404, "unknown-key")),
        (
            "GET",
            "/v1/keys?all=1",
            String::new(),
            (400, "invalid-query"),
        ),
    ] {
        let said = open.ask(method, path, &admin, &body).await;
        assert_eq!(code(&said), expected, "{method} {path} {body}");
        assert!(!said.1.to_string().contains("PERL9103"));
    }
    let path = format!("/v1/keys/{admin_id}:rotate");
    let said = open
        .ask("POST", &path, &admin, r#"{"overlap_hours":721}"#)
        .await;
    assert_eq!(code(&said), (422, "invalid-key"));
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_on_one_instance_stops_on_the_others() {
    let Some(house) = House::postgres() else {
        return;
    };
    let (one, two) = (house.open().await, house.open().await);
    let (admin, _) = one.key("", "root", &["admin"]).await;
    let (los, id) = one.key(&admin, "los", &["read"]).await;
    let until = async |status: u16| {
        let asked = async {
            while two.ask("GET", "/v1/policies", &los, "").await.0 != status {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), asked)
            .await
            .unwrap();
    };
    until(200).await;
    assert_eq!(
        one.ask("DELETE", &format!("/v1/keys/{id}"), &admin, "")
            .await
            .0,
        200
    );
    until(401).await;
    one.close().await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_it_listens_for_its_own_machine_alone() {
    let house = House::sqlite();
    let open = house.open().await;
    for (address, may) in [
        ("127.0.0.1:1", true),
        ("[::1]:1", true),
        ("0.0.0.0:1", false),
        ("[::]:1", false),
    ] {
        let said = open.app.access().may_listen(address.parse().unwrap());
        assert_eq!(said.is_ok(), may, "{address}");
    }
    open.key("", "root", &["admin"]).await;
    open.app
        .access()
        .may_listen("0.0.0.0:1".parse().unwrap())
        .unwrap();
    open.close().await;
}

#[test]
fn the_table_names_every_address_and_no_other() {
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    let mut told = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // The router matches a parameter without what stands behind it.
        let route = path
            .split_once("}:")
            .map_or(path.clone(), |(before, _)| format!("{before}}}"));
        for (method, operation) in item.as_object().unwrap() {
            let open = operation["security"].as_array().unwrap().is_empty();
            told.push((method.to_uppercase(), route.clone(), open));
        }
    }
    // Served, but not described.
    for path in ["/docs", "/docs/", "/docs/{*rest}", "/openapi.json"] {
        told.push(("GET".to_owned(), path.to_owned(), true));
    }
    told.sort();
    // Several addresses may end in the same route.
    told.dedup();
    let mut table: Vec<_> = ROUTES
        .iter()
        .map(|(method, path, need)| {
            (
                (*method).to_owned(),
                (*path).to_owned(),
                *need == Need::Open,
            )
        })
        .collect();
    table.sort();
    assert_eq!(table, told);
}

#[tokio::test]
async fn every_answer_is_careful_with_browsers() {
    let service = Service::new();
    for path in [
        "/v1/policies",
        "/v1/none",
        "/healthz",
        "/openapi.json",
        "/",
        "/docs/",
        "/docs/swagger-ui.css",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("strict-transport-security"), "");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(
            policy.contains("script-src 'self'"),
            path.starts_with("/docs"),
            "{path}"
        );
    }
    // The page brings no script of its own that the policy would forbid.
    let page = String::from_utf8(service.get("/docs/").await.body).unwrap();
    for script in page.split("<script").skip(1) {
        let (tag, rest) = script.split_once('>').unwrap();
        assert!(
            tag.contains(" src=\"./") && rest.trim_start().starts_with("</script>"),
            "{script}"
        );
    }
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
}
