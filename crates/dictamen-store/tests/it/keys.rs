//! API keys: made once, two of a name at most, ended, and every change told in the chain.

use chrono::{DateTime, TimeDelta, Utc};
use dictamen_store::{
    ApiKey, Clock as _, Filter, KeyChange, KeyChanged, KeyRefusal, NewKey, PresentedKey, Store,
};

use crate::support::{Ground, append, on_both};

on_both! {
    a_key_is_kept_as_a_hash_and_told_in_the_log
    a_name_has_one_key_and_two_while_it_is_rotated
    an_ended_key_can_be_neither_rotated_nor_revoked
    what_cannot_be_made_is_refused_and_leaves_nothing
    changes_at_once_leave_two_keys_at_most
    a_refusal_is_no_failure_of_the_log
}

async fn change(store: &Store, change: KeyChange) -> Result<KeyChanged, KeyRefusal> {
    store.change_keys(change, "key:root").await.unwrap()
}

fn in_days(ground: &Ground, days: i64) -> DateTime<Utc> {
    ground.hands.now() + TimeDelta::days(days)
}

fn create(ground: &Ground, name: &str) -> KeyChange {
    KeyChange::Create {
        name: name.to_owned(),
        roles: vec!["decide".to_owned(), "read".to_owned()],
        expires: in_days(ground, 90),
    }
}

fn rotate(ground: &Ground, id: &str) -> KeyChange {
    KeyChange::Rotate {
        id: id.to_owned(),
        expires: in_days(ground, 90),
        old_until: in_days(ground, 1),
    }
}

fn made(changed: Result<KeyChanged, KeyRefusal>) -> NewKey {
    match changed {
        Ok(KeyChanged::Made(new)) => *new,
        other => panic!("{other:?}"),
    }
}

fn holding(keys: &[ApiKey], at: DateTime<Utc>) -> Vec<&str> {
    let held = keys.iter().filter(|key| key.holds(at));
    held.map(|key| key.id.as_str()).collect()
}

async fn a_key_is_kept_as_a_hash_and_told_in_the_log(ground: Ground) {
    let store = ground.open().await;
    assert!(store.keys().await.unwrap().is_empty());
    let new = made(change(&store, create(&ground, "los")).await);
    let text = new.text.expose().to_owned();
    let keys = store.keys().await.unwrap();
    let [key] = keys.as_slice() else {
        panic!("{keys:?}")
    };
    assert_eq!((key.name.as_str(), &key.id), ("los", &new.key.id));
    assert_eq!(key.roles, ["decide", "read"]);
    assert!(key.digest.proves(&PresentedKey::parse(&text).unwrap()));
    let revoked = change(&store, KeyChange::Revoke { id: key.id.clone() }).await;
    assert!(matches!(revoked, Ok(KeyChanged::Revoked(_))));
    assert!(!store.keys().await.unwrap()[0].holds(ground.hands.now()));
    // Another process reads the same beside it.
    assert_eq!(ground.reading().keys().await.unwrap().len(), 1);
    assert_eq!(
        store
            .list(&Filter::default(), None, 10)
            .await
            .unwrap()
            .entries,
        []
    );
    let facts = ground.configuration().await;
    let facts: Vec<String> = facts
        .iter()
        .map(|facts| facts.replace(&new.key.id, "ID"))
        .collect();
    insta::assert_snapshot!("key_facts", facts.join("\n"));
    let secret = text.rsplit('_').next().unwrap();
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 3);
    let files = ground.files();
    assert!(memchr::memmem::find(&files, new.key.id.as_bytes()).is_some());
    assert!(memchr::memmem::find(&files, secret.as_bytes()).is_none());
}

async fn a_name_has_one_key_and_two_while_it_is_rotated(ground: Ground) {
    let store = ground.open().await;
    let old = made(change(&store, create(&ground, "los")).await).key;
    let again = change(&store, create(&ground, "los")).await;
    assert_eq!(again.unwrap_err(), KeyRefusal::Taken);
    let new = made(change(&store, rotate(&ground, &old.id)).await).key;
    assert_eq!((&new.name, &new.roles), (&old.name, &old.roles));
    let third = change(&store, rotate(&ground, &new.id)).await;
    assert_eq!(third.unwrap_err(), KeyRefusal::TwoHold);
    let keys = store.keys().await.unwrap();
    assert_eq!(
        holding(&keys, in_days(&ground, 0)),
        [old.id.as_str(), &new.id]
    );
    // The old one ends by itself.
    assert_eq!(holding(&keys, in_days(&ground, 1)), [new.id.as_str()]);
    ground.hands.turn(TimeDelta::days(1));
    made(change(&store, rotate(&ground, &new.id)).await);
    // Rotating never makes a key last longer.
    ground
        .hands
        .turn(TimeDelta::days(88) + TimeDelta::hours(23));
    let keys = store.keys().await.unwrap();
    let ends = keys.iter().find(|key| key.id == new.id).unwrap().expires;
    assert!(ends < in_days(&ground, 0));
    store.close().await;
    ground.holds().await;
}

async fn an_ended_key_can_be_neither_rotated_nor_revoked(ground: Ground) {
    let store = ground.open().await;
    let key = made(change(&store, create(&ground, "los")).await).key;
    ground.hands.turn(TimeDelta::days(91));
    let rotated = change(&store, rotate(&ground, &key.id)).await;
    assert_eq!(rotated.unwrap_err(), KeyRefusal::NotHeld);
    let revoked = change(&store, KeyChange::Revoke { id: key.id }).await;
    assert_eq!(revoked.unwrap_err(), KeyRefusal::NotHeld);
    // Its name is free.
    made(change(&store, create(&ground, "los")).await);
    store.close().await;
}

async fn what_cannot_be_made_is_refused_and_leaves_nothing(ground: Ground) {
    let store = ground.open().await;
    let with = |name: &str, roles: &[&str], days| KeyChange::Create {
        name: name.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        expires: in_days(&ground, days),
    };
    for (asked, refusal) in [
        (with("", &["read"], 1), KeyRefusal::Name),
        (with("a b", &["read"], 1), KeyRefusal::Name),
        (with("ana@example.mx", &["read"], 1), KeyRefusal::Name),
        (with("ñ", &["read"], 1), KeyRefusal::Name),
        (with(&"a".repeat(65), &["read"], 1), KeyRefusal::Name),
        (with("los", &[], 1), KeyRefusal::NoRole),
        (with("los", &["read"], 0), KeyRefusal::Ended),
        (rotate(&ground, "0000000000000000"), KeyRefusal::Unknown),
        (
            KeyChange::Revoke {
                id: "' OR 1=1".into(),
            },
            KeyRefusal::Unknown,
        ),
    ] {
        let refused = change(&store, asked.clone()).await;
        assert_eq!(refused.unwrap_err(), refusal, "{asked:?}");
    }
    assert!(store.keys().await.unwrap().is_empty());
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 1);
}

async fn changes_at_once_leave_two_keys_at_most(ground: Ground) {
    let store = ground.open().await;
    // On PostgreSQL, from two instances.
    let other = if ground.is_sqlite() {
        store.clone()
    } else {
        ground.open().await
    };
    let old = made(change(&store, create(&ground, "los")).await).key;
    let asked = (0..8).map(|n| {
        let store = if n % 2 == 0 { &store } else { &other }.clone();
        let change = rotate(&ground, &old.id);
        tokio::spawn(async move { store.change_keys(change, "key:root").await.unwrap() })
    });
    let mut done = 0;
    for asked in asked.collect::<Vec<_>>() {
        match asked.await.unwrap() {
            Ok(_) => done += 1,
            Err(refusal) => assert_eq!(refusal, KeyRefusal::TwoHold),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(store.keys().await.unwrap().len(), 2);
    other.close().await;
    store.close().await;
    ground.holds().await;
}

async fn a_refusal_is_no_failure_of_the_log(ground: Ground) {
    let store = ground.open().await;
    let refused = change(&store, rotate(&ground, "none")).await;
    assert_eq!(refused.unwrap_err(), KeyRefusal::Unknown);
    assert!(store.is_available().await);
    append(&store, 1).await.unwrap();
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 2);
}
