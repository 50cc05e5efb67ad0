//! Servers that break off, hang, flood, and answer what nobody asked for.

use dictamen_belvo::trouble::Trouble;
use dictamen_belvo::{Error, Filter, Kind, NewLink, Retrieve};
use dictamen_model::wire::EmploymentRecord;

use crate::support::{Does, answer, client, json, serve};

const ID: &str = "74c01cb4-edf1-44d6-8876-b1dc2aebcb14";

async fn detail(does: Vec<Does>) -> (Result<(), Error>, usize) {
    let (base, heard) = serve(does).await;
    let got = client(&base).detail::<EmploymentRecord>(ID).await.map(drop);
    let count = heard.lock().unwrap().len();
    (got, count)
}

async fn kind(does: Does) -> (Kind, usize) {
    let (got, count) = detail(vec![does]).await;
    (got.unwrap_err().kind, count)
}

#[tokio::test]
async fn what_is_no_answer_is_tried_again_and_then_told() {
    let head =
        b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"id\":"
            .to_vec();
    assert_eq!(kind(Does::Says(head.clone())).await, (Kind::Cut, 6));
    assert_eq!(kind(Does::Stalls(head)).await, (Kind::TimedOut, 6));
    assert_eq!(kind(Does::Stalls(Vec::new())).await, (Kind::TimedOut, 6));
    assert_eq!(kind(Does::Says(Vec::new())).await, (Kind::Cut, 6));
    assert_eq!(
        kind(Does::Says(b"SSH-2.0-OpenSSH\r\n".to_vec())).await,
        (Kind::Cut, 6)
    );
    assert_eq!(kind(json(502, "")).await, (Kind::Empty { status: 502 }, 6));
    assert_eq!(
        kind(answer(503, "text/html", "<html>")).await,
        (Kind::NotJson { status: 503 }, 6)
    );
}

#[tokio::test]
async fn what_was_answered_is_not_tried_again() {
    let mut flood = b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\r\n[".to_vec();
    flood.extend(vec![b' '; 10_000]);
    assert_eq!(kind(Does::Floods(flood)).await, (Kind::TooLarge, 1));
    assert_eq!(kind(json(200, "")).await, (Kind::Empty { status: 200 }, 1));
    assert_eq!(
        kind(answer(403, "text/html", "<html>")).await,
        (Kind::Firewall { status: 403 }, 1)
    );
    // A page with status 200, as some proxies send it.
    assert_eq!(
        kind(answer(200, "text/html", "<html>")).await,
        (Kind::Firewall { status: 200 }, 1)
    );
    assert_eq!(
        kind(json(404, "Not here")).await,
        (Kind::NotJson { status: 404 }, 1)
    );
    for body in [
        "{\"id\":",
        "[]",
        "42",
        "null",
        "{}",
        "{\"a\":1}",
        "{\"results\":\"soon\",\"id\":42}",
        "{\"report_date\":7}",
        "\u{0}",
    ] {
        let (kind, count) = kind(json(200, body)).await;
        assert!(matches!(kind, Kind::Unreadable(_)), "{body}: {kind:?}");
        assert_eq!(count, 1);
    }
    let redirect = "HTTP/1.1 302 X\r\nlocation: http://example.com/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(
        kind(Does::Says(redirect.into())).await,
        (Kind::Empty { status: 302 }, 1)
    );
}

#[tokio::test]
async fn a_passing_fault_is_survived() {
    let down = json(
        500,
        r#"[{"code":"unexpected_error","message":"x","request_id":"0123456789abcdef0123456789abcdef"}]"#,
    );
    let fine = json(200, r#"{"id":"1","report_date":"2026-09-10"}"#);
    let (got, count) = detail(vec![
        down.clone(),
        json(502, ""),
        Does::Says(Vec::new()),
        fine.clone(),
    ])
    .await;
    assert!(got.is_ok(), "{got:?}");
    assert_eq!(count, 4);
    let (got, count) = detail(vec![down.clone()]).await;
    let error = got.unwrap_err();
    assert_eq!(
        (count, error.attempts, error.trouble()),
        (4, 4, Trouble::ProviderDown)
    );
    assert_eq!(
        error.to_string(),
        "employment-records: Belvo refused with 500 [unexpected_error] (request 0123456789abcdef0123456789abcdef), tried 4 times"
    );
}

#[tokio::test]
async fn logins_are_not_wasted() {
    let down = json(
        500,
        r#"[{"code":"service_unavailable","message":"x","request_id":"1"}]"#,
    );
    for (does, attempts) in [
        (down, 2),
        (Does::Stalls(Vec::new()), 1),
        (Does::Says(Vec::new()), 1),
    ] {
        let (base, heard) = serve(vec![does]).await;
        let client = client(&base);
        assert!(
            client
                .register(&NewLink::single("imss_mx_employment", "X"))
                .await
                .is_err()
        );
        assert_eq!(heard.lock().unwrap().len(), attempts);
        assert!(
            client
                .retrieve::<EmploymentRecord>(&Retrieve::of(ID))
                .await
                .is_err()
        );
        assert_eq!(heard.lock().unwrap().len(), 2 * attempts);
    }
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&base).probe().await.unwrap_err();
    assert_eq!((error.kind.clone(), error.attempts), (Kind::Unreachable, 6));
    assert_eq!(error.trouble(), Trouble::ProviderDown);
}

#[tokio::test]
async fn a_repeated_delete_that_finds_nothing_is_done() {
    let gone = json(
        404,
        r#"[{"code":"not_found","message":"Not found.","request_id":"1"}]"#,
    );
    let (base, _) = serve(vec![json(502, ""), gone.clone()]).await;
    client(&base).delete::<EmploymentRecord>(ID).await.unwrap();
    let (base, _) = serve(vec![gone]).await;
    let error = client(&base)
        .delete::<EmploymentRecord>(ID)
        .await
        .unwrap_err();
    assert_eq!(error.trouble(), Trouble::NotFound);
}

#[tokio::test]
async fn a_list_that_never_ends_ends() {
    let page = r#"{"count":9,"next":"https://elsewhere.example/api/employment-records/?page=2&link=l","previous":null,"results":[]}"#;
    let (base, heard) = serve(vec![json(200, page)]).await;
    assert!(
        client(&base)
            .all::<EmploymentRecord>(&Filter::link(ID), 50)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(heard.lock().unwrap().len(), 1);

    let page = page.replace("[]", r#"[{"id":"1"}]"#);
    let (base, heard) = serve(vec![json(200, &page)]).await;
    let all = client(&base)
        .all::<EmploymentRecord>(&Filter::link(ID), 50)
        .await
        .unwrap();
    assert_eq!((all.len(), heard.lock().unwrap().len()), (50, 50));
    // The secrets went to the configured address only, with what stood behind the other host.
    assert!(
        heard.lock().unwrap()[1].starts_with("GET /api/employment-records/?page=2&link=l HTTP")
    );

    let page = page.replace("/api/employment-records/", "/api/secrets/");
    let (base, _) = serve(vec![json(200, &page)]).await;
    let error = client(&base)
        .all::<EmploymentRecord>(&Filter::link(ID), 50)
        .await
        .unwrap_err();
    assert!(matches!(error.kind, Kind::Unreadable(_)));
}

#[tokio::test]
async fn an_id_cannot_leave_its_place_in_the_address() {
    let (base, heard) = serve(vec![json(200, "{}")]).await;
    let client = client(&base);
    for id in [
        "",
        "../links",
        "a/b",
        "a?b",
        "a#b",
        "%2e",
        &"a".repeat(65),
        "ñ",
    ] {
        assert!(client.detail::<EmploymentRecord>(id).await.is_err(), "{id}");
        assert!(client.link(id).await.is_err() && client.delete_link(id).await.is_err());
        assert!(client.refresh(id, &[]).await.is_err());
    }
    assert!(heard.lock().unwrap().is_empty());
}
