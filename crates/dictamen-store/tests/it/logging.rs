//! What is logged is there, once, in a chain that verifies.

use chrono::TimeDelta;
use dictamen_store::{Appended, Cursor, Filter, Folder, Keys, Kind, MasterKeys, Place, verify};

use crate::support::{CURP, Ground, answer, append, append_with, claim, id, on_both, request};

on_both! {
    a_decision_can_be_read_again
    the_same_decision_is_logged_once
    many_at_once_are_all_there_and_share_commits
    decisions_are_listed_newest_first
    a_store_goes_on_where_it_ended
    what_was_handed_over_is_written_though_nobody_waits
    a_clock_that_jumps_breaks_nothing
    the_end_is_signed_in_time
    after_the_end_nothing_is_acknowledged
    another_master_key_is_refused
    an_empty_log_holds
    nothing_personal_is_in_the_files
}

async fn a_decision_can_be_read_again(ground: Ground) {
    let store = ground.open().await;
    assert_eq!(append(&store, 4).await.unwrap(), Appended::Logged(true));
    let entry = store.decision(&id(4)).await.unwrap().unwrap();
    assert_eq!(entry.kind, Kind::Decision);
    assert_eq!(entry.position.instance, store.instance());
    let facts = entry.decision().unwrap();
    assert_eq!(serde_json::to_string(&facts).unwrap(), entry.facts);
    let application = facts.application.clone();
    assert_eq!(application.len(), 64);
    insta::assert_snapshot!("facts", entry.facts.replace(&application, "BLIND"));
    let sealed = store.open_sealed(&id(4)).await.unwrap().unwrap();
    assert_eq!(sealed.application_id, "APPLICATION-4");
    assert_eq!(sealed.answer, answer(4));
    assert_eq!(sealed.request, request(4));
    assert_eq!(store.decision("none").await.unwrap(), None);
    assert_eq!(store.open_sealed("none").await.unwrap(), None);
    // Another process reads the same beside it.
    let reading = ground.reading();
    assert_eq!(reading.decision(&id(4)).await.unwrap(), Some(entry));
    let opened = reading
        .open_sealed(&id(4), &ground.keys.master)
        .await
        .unwrap();
    assert_eq!(opened, Some(sealed));
    store.close().await;
    ground.holds().await;
}

async fn the_same_decision_is_logged_once(ground: Ground) {
    let store = ground.open().await;
    let twice = (0..40).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, n % 20).await.unwrap() })
    });
    let mut written = 0;
    for done in twice.collect::<Vec<_>>() {
        written += i32::from(done.await.unwrap() == Appended::Logged(true));
    }
    assert_eq!(written, 20);
    assert_eq!(append(&store, 3).await.unwrap(), Appended::Logged(false));
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 21);
}

async fn many_at_once_are_all_there_and_share_commits(mut ground: Ground) {
    ground.settings.checkpoint_entries = 50;
    let store = ground.open().await;
    let many = (0..300).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, n).await.unwrap() })
    });
    for done in many.collect::<Vec<_>>() {
        assert_eq!(done.await.unwrap(), Appended::Logged(true));
    }
    let page = store.list(&Filter::default(), None, 1000).await.unwrap();
    assert_eq!(page.entries.len(), 300);
    // One instant is one transaction.
    let mut instants: Vec<_> = page.entries.iter().map(|entry| entry.at).collect();
    instants.dedup();
    assert!(
        instants.len() < 150,
        "{} transactions for 300",
        instants.len()
    );
    store.close().await;
    let report = ground.holds().await;
    assert_eq!(report.chains[0].entries, 301);
    assert_eq!(report.chains[0].unproven, 0);
}

async fn decisions_are_listed_newest_first(ground: Ground) {
    let store = ground.open().await;
    let mut times = Vec::new();
    for n in 0..10 {
        append(&store, n).await.unwrap();
        times.push(store.decision(&id(n)).await.unwrap().unwrap().at);
        ground.hands.turn(TimeDelta::hours(1));
    }
    let ids = async |filter: &Filter, limit: usize| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.list(filter, after, limit).await.unwrap();
            assert!(page.entries.len() <= limit);
            found.extend(
                page.entries
                    .iter()
                    .map(|e| e.decision().unwrap().decision_id),
            );
            let Some(next) = page.next else {
                return found;
            };
            assert_eq!(Cursor::parse(&next.to_string()), Some(next));
            after = Some(next);
        }
    };
    let of = |ns: &[u32]| ns.iter().map(|n| id(*n)).collect::<Vec<_>>();
    let all = Filter::default();
    for limit in [1, 3, 10, 100] {
        assert_eq!(ids(&all, limit).await, of(&[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
    }
    let odd = Filter {
        policy: Some("odd".into()),
        ..all.clone()
    };
    assert_eq!(ids(&odd, 2).await, of(&[9, 7, 5, 3, 1]));
    let declined = Filter {
        outcome: Some("DECLINE".into()),
        ..all.clone()
    };
    assert_eq!(ids(&declined, 2).await, of(&[7, 4, 1]));
    let some = Filter {
        from: Some(times[3]),
        to: Some(times[6]),
        ..all.clone()
    };
    assert_eq!(ids(&some, 2).await, of(&[5, 4, 3]));
    let none = Filter {
        policy: Some("' OR 1=1 --".into()),
        ..all
    };
    assert!(ids(&none, 5).await.is_empty());
    store.close().await;
}

async fn a_store_goes_on_where_it_ended(ground: Ground) {
    let mut instances = Vec::new();
    for n in 0..3 {
        let store = ground.open().await;
        append(&store, n).await.unwrap();
        assert_eq!(append(&store, 0).await.unwrap(), Appended::Logged(false));
        instances.push(store.instance().to_owned());
        store.close().await;
    }
    let report = ground.holds().await;
    if ground.is_sqlite() {
        // The file has one chain for ever.
        assert_eq!(report.chains.len(), 1);
        assert_eq!(report.chains[0].entries, 4);
        instances.dedup();
        assert_eq!(instances.len(), 1);
    } else {
        assert_eq!(report.chains.len(), 3);
        assert!(report.chains.iter().all(|chain| chain.entries == 2));
    }
}

async fn what_was_handed_over_is_written_though_nobody_waits(ground: Ground) {
    let store = ground.open().await;
    for n in 0..20 {
        let waiting = append(&store, n);
        // Polled once, which hands it over, and dropped.
        let gone = tokio::time::timeout(std::time::Duration::ZERO, waiting).await;
        drop(gone);
    }
    store.close().await;
    let report = ground.holds().await;
    assert_eq!(report.chains[0].entries, 21);
}

async fn a_clock_that_jumps_breaks_nothing(ground: Ground) {
    let store = ground.open().await;
    for (n, hours) in [0, 48, -96, 10_000, -20_000].into_iter().enumerate() {
        ground.hands.turn(TimeDelta::hours(hours));
        append(&store, u32::try_from(n).unwrap()).await.unwrap();
    }
    let page = store.list(&Filter::default(), None, 10).await.unwrap();
    let seqs: Vec<i64> = page
        .entries
        .iter()
        .map(|entry| entry.position.seq)
        .collect();
    assert_eq!(seqs, [5, 3, 2, 4, 6]);
    store.close().await;
    ground.holds().await;
}

async fn the_end_is_signed_in_time(mut ground: Ground) {
    ground.settings.checkpoint_time = std::time::Duration::from_millis(100);
    let store = ground.open().await;
    append(&store, 1).await.unwrap();
    let mut tries = 0;
    while ground.holds().await.chains[0].unproven > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        tries += 1;
        assert!(tries < 50);
    }
    store.close().await;
    // The checkpoint proves, to whoever kept it, that this entry is there.
    let report = ground.holds().await;
    let proven = report.chains[0].proven.clone().unwrap();
    let keys = [ground.keys.signing.public()];
    let again = verify(&ground.reading(), &keys, std::slice::from_ref(&proven)).await;
    assert!(again.unwrap().holds());
    let text = serde_json::to_string(&proven).unwrap();
    assert_eq!(
        serde_json::from_str::<dictamen_store::Checkpoint>(&text).unwrap(),
        proven
    );
}

async fn after_the_end_nothing_is_acknowledged(ground: Ground) {
    let store = ground.open().await;
    append(&store, 1).await.unwrap();
    assert!(store.is_available().await);
    let other = store.clone();
    store.close().await;
    store.close().await;
    let error = append(&other, 2).await.unwrap_err();
    assert_eq!(error.code(), "store::unavailable");
    assert!(!other.is_available().await);
    assert_eq!(ground.holds().await.chains[0].entries, 2);
}

async fn another_master_key_is_refused(mut ground: Ground) {
    ground.open().await.close().await;
    let own = ground.keys.clone();
    ground.keys = Keys {
        master: MasterKeys::random().unwrap(),
        ..own.clone()
    };
    let error = ground.try_to_open().await.unwrap_err();
    assert_eq!(error.code(), "store::wrong-master-key");
    ground.keys = own;
    ground.open().await.close().await;
}

async fn an_empty_log_holds(ground: Ground) {
    ground.open().await.close().await;
    let report = ground.holds().await;
    assert_eq!(
        (report.chains[0].entries, report.chains[0].unproven),
        (1, 0)
    );
}

#[tokio::test]
async fn a_folder_is_used_by_one_store_and_read_by_others() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    let error = ground.try_to_open().await.unwrap_err();
    assert_eq!(error.code(), "store::locked");
    append(&store, 1).await.unwrap();
    assert_eq!(ground.holds().await.chains[0].entries, 2);
    store.close().await;
    drop(store);
    ground.open().await.close().await;
}

async fn nothing_personal_is_in_the_files(ground: Ground) {
    let store = ground.open().await;
    for n in 0..5 {
        append(&store, n).await.unwrap();
    }
    let held = claim(&store, "a key with APPLICATION-9 in it", "body").await;
    append_with(&store, 9, Some(b"the answer to somebody"), Some(held))
        .await
        .unwrap();
    let look = || {
        let seen = ground.files();
        assert!(seen.len() > 50_000);
        for text in [CURP, "APPLICATION-", "the answer", "with a long history"] {
            assert!(
                memchr::memmem::find(&seen, text.as_bytes()).is_none(),
                "{text}"
            );
        }
        assert!(memchr::memmem::find(&seen, b"even").is_some());
    };
    look();
    store.close().await;
    look();
}

#[test]
fn a_reading_of_nothing_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(Folder::new(dir.path().join("none")));
    let error = dictamen_store::Reading::open(&place).unwrap_err();
    assert_eq!(error.code(), "store::folder");
    assert!(!dir.path().join("none").exists());
}
