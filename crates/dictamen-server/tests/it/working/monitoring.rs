//! Recurrent links: what changed after the decision, and whether it would be decided otherwise.

use std::time::Duration;

use dictamen_store::{Reading, verify};
use serde_json::{Value, json};

use super::{
    on_both,
    world::{World, curp, text},
};
use crate::{house::House, openapi::check};

on_both! {
    what_changes_is_looked_at_and_told
    a_single_link_is_not_looked_at_again
}

async fn happens(world: &World, person: &str, event: Value) {
    world
        .at_belvo("POST", &format!("/sandbox/people/{person}/events/"), event)
        .await;
    world
        .at_belvo("POST", "/sandbox/time/", json!({ "days": 8 }))
        .await;
}

/// A person of the local Belvo who is employed and approved.
async fn approved(world: &World) -> (String, String, Value) {
    for letters in [
        "QXWA", "QXWB", "QXWC", "QXWD", "QXWE", "QXWF", "QXWG", "QXWH",
    ] {
        let person = curp(letters);
        let asked = json!({ "curp": person, "access_mode": "recurrent" });
        let id = text(&world.apply(asked).await, "id");
        let record = world.ended(&id).await;
        assert_eq!(record["status"], "decided", "{record:#}");
        if record["decision"]["characteristics"]["employed_now"] == true {
            return (person, id, record);
        }
    }
    panic!("nobody is employed");
}

async fn what_changes_is_looked_at_and_told(house: House) {
    let world = World::begin(house).await;
    let (person, id, before) = approved(&world).await;
    let told = world.los.until(1).await.len();
    happens(&world, &person, json!({ "event": "raise", "percent": 25 })).await;
    let is_seen = |count: usize| {
        move |record: &Value| {
            let list = record["monitoring"].as_array().unwrap();
            list.iter().filter(|one| one["status"] == "seen").count() >= count
        }
    };
    let record = world.until(&id, is_seen(1)).await;
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    check(&document, "ApplicationRecord", &record);
    let one = &record["monitoring"][0];
    assert_eq!(one["changes"][0]["code"], "salary_up", "{one:#}");
    assert_eq!(one["outcome_before"], before["decision"]["outcome"]);
    // The decision is what it was.
    assert_eq!(record["decision"], before["decision"]);
    let message = world.los.until(told + 1).await[told].json();
    assert_eq!(message["type"], "application.monitored");
    assert_eq!(message["data"]["application"], *id);
    assert_eq!(message["data"]["changes"], one["changes"]);
    happens(&world, &person, json!({ "event": "job_loss" })).await;
    let record = world.until(&id, is_seen(2)).await;
    let one = &record["monitoring"][0];
    assert_eq!(one["changes"][0]["code"], "job_lost", "{one:#}");
    assert_eq!(one["outcome_now"], "DECLINE");
    assert_eq!(
        one["would_change"],
        before["decision"]["outcome"] != "DECLINE"
    );
    // Two notices of one retrieval are one look.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let record = world.get(&format!("/v1/applications/{id}")).await;
    let list = record["monitoring"].as_array().unwrap();
    assert_eq!(list.len(), 2, "{list:#?}");
    let decisions = world.get("/v1/decisions").await;
    let same = decisions["decisions"].as_array().unwrap();
    let own = same
        .iter()
        .filter(|d| d["decision_id"] == before["decision_id"]);
    assert_eq!(own.count(), 1);
    world.open.close().await;
    let reading = Reading::open(&world.house.place).unwrap();
    let signer = world.house.keys.signing.public();
    let report = verify(&reading, &[signer], &[]).await.unwrap();
    assert!(report.holds(), "{report:#?}");
}

async fn a_single_link_is_not_looked_at_again(house: House) {
    let world = World::begin(house).await;
    let person = curp("QXWA");
    let id = text(&world.apply(json!({ "curp": person })).await, "id");
    world.ended(&id).await;
    let link = world.at_belvo("GET", "/api/links/", json!({})).await;
    let notice = json!({
        "webhook_id": "n", "webhook_type": "EMPLOYMENT_RECORDS", "webhook_code": "employment_changes",
        "link_id": link["results"][0]["id"], "request_id": "r", "data": { "employment_changes": ["UNEMPLOYED"] }
    });
    let said = world
        .notify(super::world::AUTHORIZATION, &notice.to_string())
        .await;
    assert_eq!(said.0, 200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let record = world.get(&format!("/v1/applications/{id}")).await;
    assert_eq!(record["monitoring"], json!([]));
    world.open.close().await;
}
