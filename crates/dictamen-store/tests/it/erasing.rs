//! What is erased is gone for good, and the log still holds.

use chrono::TimeDelta;
use dictamen_model::identity::Applicant;
use dictamen_store::{Begun, Keys, Subject};

use crate::support::{CURP, Ground, append, append_with, applicant, begin, claim, id, on_both};

on_both! {
    an_application_is_erased
    an_applicant_is_erased_with_all_applications
    kept_answers_are_erased_too
    old_personal_parts_go_by_age
    the_master_key_is_replaced
}

async fn an_application_is_erased(ground: Ground) {
    let store = ground.open().await;
    for n in 0..4 {
        append(&store, n).await.unwrap();
    }
    let erased = store
        .erase(Subject::Application("APPLICATION-2"))
        .await
        .unwrap();
    assert_eq!(erased.decisions, [id(2)]);
    let error = store.open_sealed(&id(2)).await.unwrap_err();
    assert_eq!(error.code(), "store::erased");
    // The facts stay, the others can be read, and nothing is left to erase.
    let facts = store
        .decision(&id(2))
        .await
        .unwrap()
        .unwrap()
        .decision()
        .unwrap();
    assert_eq!(facts.outcome, "COUNTER");
    assert!(store.open_sealed(&id(1)).await.unwrap().is_some());
    let again = store
        .erase(Subject::Application("APPLICATION-2"))
        .await
        .unwrap();
    assert!(again.decisions.is_empty());
    // Asked again, the same decision does not bring the person back.
    append(&store, 2).await.unwrap();
    assert!(store.open_sealed(&id(2)).await.is_err());
    store.close().await;
    let report = ground.holds().await;
    assert_eq!(report.chains[0].entries, 6);
}

async fn an_applicant_is_erased_with_all_applications(ground: Ground) {
    let store = ground.open().await;
    for n in 0..3 {
        append(&store, n).await.unwrap();
    }
    let other = Applicant::of_curp("MEAY030314HMCJRHD7");
    assert!(
        store
            .erase(Subject::Applicant(&other))
            .await
            .unwrap()
            .decisions
            .is_empty()
    );
    let erased = store.erase(Subject::Applicant(&applicant())).await.unwrap();
    assert_eq!(erased.decisions, [id(0), id(1), id(2)]);
    for n in 0..3 {
        assert!(store.open_sealed(&id(n)).await.is_err());
    }
    store.close().await;
    ground.holds().await;
}

async fn kept_answers_are_erased_too(ground: Ground) {
    let store = ground.open().await;
    let plain = claim(&store, "plain", "a").await;
    append_with(&store, 1, None, Some(plain)).await.unwrap();
    let own = claim(&store, "own", "b").await;
    append_with(&store, 2, Some(b"with a trace"), Some(own))
        .await
        .unwrap();
    assert!(
        matches!(begin(&store, "own", "b").await, Begun::Answered(bytes) if bytes == b"with a trace")
    );
    store.erase(Subject::Applicant(&applicant())).await.unwrap();
    for (key, request, n) in [("plain", "a", 1), ("own", "b", 2)] {
        let free = claim(&store, key, request).await;
        append_with(&store, n, Some(b"x"), Some(free))
            .await
            .unwrap();
        // There is no key to keep it with.
        drop(claim(&store, key, request).await);
    }
    // Under a new decision the key is of use again.
    let free = claim(&store, "own", "c").await;
    append_with(&store, 3, None, Some(free)).await.unwrap();
    assert!(matches!(
        begin(&store, "own", "c").await,
        Begun::Answered(_)
    ));
    store.close().await;
    ground.holds().await;
}

async fn old_personal_parts_go_by_age(ground: Ground) {
    let store = ground.open().await;
    for n in 0..6 {
        append(&store, n).await.unwrap();
        ground.hands.turn(TimeDelta::days(1));
    }
    let day = store.decision(&id(4)).await.unwrap().unwrap().at;
    assert_eq!(store.retain(day).await.unwrap(), 4);
    assert_eq!(store.retain(day).await.unwrap(), 0);
    for n in 0..6 {
        assert_eq!(store.open_sealed(&id(n)).await.is_ok(), n >= 4, "{n}");
    }
    store.close().await;
    ground.holds().await;
}

async fn the_master_key_is_replaced(mut ground: Ground) {
    let store = ground.open().await;
    for n in 0..4 {
        append(&store, n).await.unwrap();
    }
    let held = claim(&store, "key", "a").await;
    append_with(&store, 4, Some(b"own"), Some(held))
        .await
        .unwrap();
    assert_eq!(store.rotate().await.unwrap(), 0);
    store.close().await;
    drop(store);
    let old = ground.keys.clone();
    ground.keys = Keys {
        master: old.master.with_new().unwrap(),
        ..old.clone()
    };
    let store = ground.open().await;
    assert_eq!(store.rotate().await.unwrap(), 6);
    assert_eq!(store.rotate().await.unwrap(), 0);
    store.close().await;
    drop(store);
    ground.holds().await;
    // The new key alone opens everything, the old one nothing.
    ground.keys.master = ground.keys.master.current_only();
    let store = ground.open().await;
    for n in 0..5 {
        assert!(store.open_sealed(&id(n)).await.unwrap().is_some());
    }
    assert!(matches!(begin(&store, "key", "a").await, Begun::Answered(bytes) if bytes == b"own"));
    let again = store.erase(Subject::Applicant(&applicant())).await.unwrap();
    assert_eq!(again.decisions.len(), 5);
    store.close().await;
    drop(store);
    ground.keys = old;
    assert!(ground.try_to_open().await.is_err());
}

/// The wrapped keys that are in the database now.
async fn wrapped_keys(ground: &Ground) -> Vec<Vec<u8>> {
    let dictamen_store::Place::Sqlite(folder) = &ground.place else {
        panic!("a file is looked into");
    };
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.path().join("dictamen.db"))
        .read_only(true);
    let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let rows: Vec<(Vec<u8>,)> = sqlx::query_as("SELECT wrapped FROM data_key")
        .fetch_all(&mut conn)
        .await
        .unwrap();
    rows.into_iter().map(|(blob,)| blob).collect()
}

#[tokio::test]
async fn an_erased_key_is_in_no_file() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    for n in 0..30 {
        append(&store, n).await.unwrap();
    }
    let keys = wrapped_keys(&ground).await;
    assert_eq!(keys.len(), 30);
    let found = || {
        let mut seen = Vec::new();
        for file in std::fs::read_dir(ground.dir.path().join("data")).unwrap() {
            seen.extend(std::fs::read(file.unwrap().path()).unwrap());
        }
        let held = keys
            .iter()
            .filter(|key| seen.windows(key.len()).any(|part| part == **key));
        held.count()
    };
    assert_eq!(found(), 30);
    store
        .erase(Subject::Application("APPLICATION-7"))
        .await
        .unwrap();
    assert_eq!(found(), 29);
    store
        .erase(Subject::Applicant(&Applicant::of_curp(CURP)))
        .await
        .unwrap();
    assert_eq!(found(), 0);
    store.close().await;
    ground.holds().await;
}
