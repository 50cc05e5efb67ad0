//! Whatever is sent, the sandbox answers: in Belvo's envelope, and never with a fault of its own.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Local, calm, got};

/// A field of a body: often one that Belvo knows, with a value that often fits.
fn field() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "institution",
        "username",
        "username2",
        "access_mode",
        "fetch_resources",
        "credentials_storage",
        "stale_in",
        "external_id",
        "link",
        "link_id",
        "save_data",
        "attach_pdf",
        "reference_date",
        "date_from",
        "session",
        "password",
        "id",
        "access_token",
        "widget",
        "url",
        "days",
        "minutes",
        "event",
        "percent",
        "status",
        "ñ",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "[]",
            "{}",
            "0",
            "-1",
            "99999999999999999999",
            "1e300",
            "\"\"",
            "\"single\"",
            "\"recurrent\"",
            "\"imss_mx_employment\"",
            "\"planet_mx_employment\"",
            "\"QXWA850309MPLRNL08\"",
            "[\"OWNERS\"]",
            "[1]",
            "\"30d\"",
            "\"nostore\"",
            "\"74c01cb4-edf1-44d6-8876-b1dc2aebcb14\"",
            "\"2026-02-30\"",
            "\"raise\"",
            "{\"callback_urls\":{\"success\":7}}",
        ])
        .prop_map(str::to_owned),
        "[\\PC]{0,30}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"))
}

#[test]
fn any_request_is_answered() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let local = runtime.block_on(Local::start(calm()));
    let place = (
        prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]),
        prop::sample::select(vec![
            "/api/links/",
            "/api/links/74c01cb4-edf1-44d6-8876-b1dc2aebcb14/",
            "/api/links/x/refresh/",
            "/api/employment-records/",
            "/api/employment-records/ñ/",
            "/api/mx/current-employments/",
            "/api/employment-metrics/",
            "/api/owners/",
            "/api/br/employments/",
            "/api/institutions/",
            "/api/institutions/99/",
            "/api/token/",
            "/api/",
            "/sandbox/time/",
            "/sandbox/faults/",
            "/sandbox/webhook/",
            "/sandbox/people/ñ/events/",
            "/widget/links/",
            "/widget/session/",
        ]),
        "(\\?[a-z_]{1,12}=[a-z0-9%,-]{0,12}(&(page|page_size|link__in|created_at__range|omit)=[0-9a-z%,-]{0,12}){0,2})?",
    );
    let body = prop_oneof![
        prop::collection::vec(field(), 0..6).prop_map(|fields| format!("{{{}}}", fields.join(","))),
        "\\PC{0,40}",
    ];
    TestRunner::new(Config::with_cases(2_000))
        .run(&(place, body), |((method, path, query), body)| {
            let address = format!("{path}{query}");
            let request = local
                .request(method, &address)
                .header("content-type", "application/json")
                .body(body);
            let answer = runtime.block_on(got(request));
            prop_assert!(answer.status < 500, "{method} {address}: {}", answer.status);
            if answer.status >= 400 && path.starts_with("/api/") {
                let (_, code) = answer.error();
                prop_assert!(!code.is_empty());
            }
            Ok(())
        })
        .unwrap();
}
