//! A request under an idempotency key is answered once.

use chrono::TimeDelta;
use dictamen_store::{Appended, Begun, Filter};

use crate::support::{Ground, answer, append, append_with, begin, claim, on_both};

on_both! {
    a_retry_gets_the_first_answer_byte_for_byte
    a_key_is_for_one_request
    who_asks_while_it_is_answered_is_told_so
    a_claim_that_is_dropped_is_free_again
    an_answer_survives_a_restart
    keys_expire
    keys_of_different_scopes_are_different
    a_decision_of_before_is_answered_under_a_new_key
    of_many_at_once_one_answers
}

fn answered(begun: Begun) -> Vec<u8> {
    match begun {
        Begun::Answered(bytes) => bytes,
        other => panic!("{other:?}"),
    }
}

async fn a_retry_gets_the_first_answer_byte_for_byte(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k1", "body").await;
    assert_eq!(
        append_with(&store, 1, None, Some(held)).await.unwrap(),
        Appended::Logged(true)
    );
    let held = claim(&store, "k2", "body").await;
    append_with(&store, 2, Some(b"with its trace"), Some(held))
        .await
        .unwrap();
    for _ in 0..3 {
        assert_eq!(answered(begin(&store, "k1", "body").await), answer(1));
        assert_eq!(
            answered(begin(&store, "k2", "body").await),
            b"with its trace"
        );
    }
    store.close().await;
    ground.holds().await;
}

async fn a_key_is_for_one_request(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k", "body").await;
    assert!(matches!(
        begin(&store, "k", "other").await,
        Begun::OtherBody
    ));
    append_with(&store, 1, None, Some(held)).await.unwrap();
    assert!(matches!(
        begin(&store, "k", "other").await,
        Begun::OtherBody
    ));
    assert_eq!(answered(begin(&store, "k", "body").await), answer(1));
    store.close().await;
}

async fn who_asks_while_it_is_answered_is_told_so(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k", "body").await;
    assert!(matches!(begin(&store, "k", "body").await, Begun::Running));
    drop(claim(&store, "another", "body").await);
    append_with(&store, 1, None, Some(held)).await.unwrap();
    assert_eq!(answered(begin(&store, "k", "body").await), answer(1));
    store.close().await;
}

async fn a_claim_that_is_dropped_is_free_again(ground: Ground) {
    let store = ground.open().await;
    drop(claim(&store, "k", "body").await);
    let held = claim(&store, "k", "another").await;
    append_with(&store, 1, None, Some(held)).await.unwrap();
    store.close().await;
}

async fn an_answer_survives_a_restart(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k", "body").await;
    append_with(&store, 1, Some(b"own"), Some(held))
        .await
        .unwrap();
    store.close().await;
    drop(store);
    let store = ground.open().await;
    assert_eq!(answered(begin(&store, "k", "body").await), b"own");
    assert!(matches!(
        begin(&store, "k", "other").await,
        Begun::OtherBody
    ));
    store.close().await;
}

async fn keys_expire(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k", "body").await;
    append_with(&store, 1, None, Some(held)).await.unwrap();
    ground.hands.turn(TimeDelta::hours(23));
    assert!(matches!(
        begin(&store, "k", "body").await,
        Begun::Answered(_)
    ));
    ground.hands.turn(TimeDelta::hours(2));
    let held = claim(&store, "k", "other").await;
    append_with(&store, 2, None, Some(held)).await.unwrap();
    assert_eq!(answered(begin(&store, "k", "other").await), answer(2));
    store.close().await;
}

async fn keys_of_different_scopes_are_different(ground: Ground) {
    let store = ground.open().await;
    let held = claim(&store, "k", "body").await;
    let other = store.begin("another lender", "k", &[b"x"]).await.unwrap();
    assert!(matches!(other, Begun::Claimed(_)));
    drop(held);
    store.close().await;
}

async fn a_decision_of_before_is_answered_under_a_new_key(ground: Ground) {
    let store = ground.open().await;
    append(&store, 1).await.unwrap();
    let held = claim(&store, "plain", "a").await;
    assert_eq!(
        append_with(&store, 1, None, Some(held)).await.unwrap(),
        Appended::Logged(false)
    );
    let held = claim(&store, "own", "b").await;
    append_with(&store, 1, Some(b"own"), Some(held))
        .await
        .unwrap();
    assert_eq!(answered(begin(&store, "plain", "a").await), answer(1));
    assert_eq!(answered(begin(&store, "own", "b").await), b"own");
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 2);
}

async fn of_many_at_once_one_answers(ground: Ground) {
    let store = ground.open().await;
    let many = (0..30).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                match begin(&store, "k", "body").await {
                    Begun::Claimed(claim) => {
                        append_with(&store, 1, None, Some(claim)).await.unwrap();
                        return (true, answer(1));
                    }
                    Begun::Answered(bytes) => return (false, bytes),
                    Begun::Running => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                    Begun::OtherBody => panic!("the body is the same"),
                }
            }
        })
    });
    let mut first = 0;
    for done in many.collect::<Vec<_>>() {
        let (was_first, bytes) = done.await.unwrap();
        assert_eq!(bytes, answer(1));
        first += i32::from(was_first);
    }
    assert_eq!(first, 1);
    let page = store.list(&Filter::default(), None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    store.close().await;
}
