//! Telling the loan origination system: until it is taken, and again on request.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    los::Los,
    on_both,
    world::{text, working},
};
use crate::{
    house::{House, Running},
    openapi::check,
    support::REQUEST,
};

on_both! {
    a_message_is_sent_until_it_is_taken
    who_says_that_it_is_gone_is_not_asked_again
    an_endpoint_that_is_away_is_tried_again
}

async fn job(open: &Running) -> String {
    let path = "/v1/policies/demo/decisions:async";
    let (status, job) = open.ask_with("POST", path, &[], REQUEST).await;
    assert_eq!(status, 202, "{job:#}");
    text(&job, "id")
}

async fn until(open: &Running, about: &str, status: &str) -> Value {
    for _ in 0..1500 {
        let path = format!("/v1/deliveries?about={about}");
        let list = open.ask_with("GET", &path, &[], "").await.1;
        let found = &list["deliveries"][0];
        if found["status"] == status {
            return found.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {status}");
}

async fn a_message_is_sent_until_it_is_taken(house: House) {
    let los = Los::start().await;
    los.answer(&[500, 302]);
    let mut settings = working("http://127.0.0.1:9", &los);
    settings.hurry = 1000.try_into().unwrap();
    let open = house.open_working(settings).await;
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    let id = job(&open).await;
    let delivery = until(&open, &id, "delivered").await;
    check(&document, "Delivery", &delivery);
    let attempts = delivery["attempts"].as_array().unwrap();
    let statuses: Vec<&Value> = attempts.iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [500, 302, 204]);
    let messages = los.messages();
    // The same message each time, signed anew.
    assert!(
        messages
            .iter()
            .all(|m| m.id == messages[0].id && m.body == messages[0].body)
    );
    assert!(messages.iter().all(|m| m.is_signed_by(super::los::SECRET)));
    let path = format!("/v1/deliveries/{}", text(&delivery, "id"));
    let one = open.ask_with("GET", &path, &[], "").await.1;
    check(&document, "DeliveryRecord", &one);
    assert_eq!(one["body"], messages[0].json());
    let again = open
        .ask_with("POST", &format!("{path}:redeliver"), &[], "")
        .await;
    assert_eq!((again.0, &again.1["status"]), (200, &json!("waiting")));
    los.until(4).await;
    let delivery = until(&open, &id, "delivered").await;
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 4);
    for (path, status) in [
        ("/v1/deliveries?status=delivered&limit=1", 200),
        ("/v1/deliveries?status=lost", 400),
        ("/v1/deliveries?after=x", 400),
        ("/v1/deliveries/none", 404),
    ] {
        assert_eq!(
            open.ask_with("GET", path, &[], "").await.0,
            status,
            "{path}"
        );
    }
    for path in [path.as_str(), "/v1/deliveries/none:redeliver"] {
        assert_eq!(open.ask_with("POST", path, &[], "").await.0, 404, "{path}");
    }
    open.close().await;
}

async fn who_says_that_it_is_gone_is_not_asked_again(house: House) {
    let los = Los::start().await;
    los.answer(&[410]);
    let open = house
        .open_working(working("http://127.0.0.1:9", &los))
        .await;
    let id = job(&open).await;
    let delivery = until(&open, &id, "failed").await;
    assert_eq!(los.messages().len(), 1);
    let path = format!("/v1/deliveries/{}:redeliver", text(&delivery, "id"));
    assert_eq!(open.ask_with("POST", &path, &[], "").await.0, 200);
    until(&open, &id, "delivered").await;
    open.close().await;
}

async fn an_endpoint_that_is_away_is_tried_again(house: House) {
    let los = Los::start().await;
    let mut settings = working("http://127.0.0.1:9", &los);
    let mut endpoint = los.endpoint();
    endpoint.url.set_port(Some(9)).unwrap();
    settings.endpoint = Some(endpoint);
    let first = house.open_working(settings).await;
    let id = job(&first).await;
    for _ in 0..500 {
        let path = format!("/v1/deliveries?about={id}");
        let list = first.ask_with("GET", &path, &[], "").await.1;
        let attempts = &list["deliveries"][0]["attempts"];
        if attempts[0]["error"] == "unreachable" {
            let delivery = text(&list["deliveries"][0], "id");
            let path = format!("/v1/deliveries/{delivery}:redeliver");
            let refused = first.ask_with("POST", &path, &[], "").await;
            assert_eq!(
                (refused.0, &refused.1["code"]),
                (409, &json!("delivery-waiting"))
            );
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.close().await;
    // The address is the service's configuration: what waits goes to the new one.
    let mut settings = working("http://127.0.0.1:9", &los);
    settings.hurry = 1000.try_into().unwrap();
    let second = house.open_working(settings).await;
    los.until(1).await;
    until(&second, &id, "delivered").await;
    second.close().await;
}
