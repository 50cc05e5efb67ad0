//! Several instances on one PostgreSQL database.

use std::time::Duration;

use dictamen_store::{Appended, Begun, Filter, Keys, SigningKey, Store, verify};

use crate::support::{Ground, answer, append, append_with, begin, claim, id};

/// A ground and some stores on it, opened at the same time on an empty database.
async fn instances(count: usize) -> Option<(Ground, Vec<Store>)> {
    let ground = Ground::postgres()?;
    let open = (0..count).map(|_| {
        let (place, keys) = (ground.place.clone(), ground.keys.clone());
        let (hands, settings) = (ground.hands.clone(), ground.settings);
        tokio::spawn(async move { Store::open(&place, keys, hands, settings).await.unwrap() })
    });
    let mut stores = Vec::new();
    for store in open.collect::<Vec<_>>() {
        stores.push(store.await.unwrap());
    }
    Some((ground, stores))
}

async fn close(stores: Vec<Store>) {
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_start_together_and_each_writes_its_chain() {
    let Some((ground, stores)) = instances(4).await else {
        return;
    };
    let mut writing = Vec::new();
    // All of them meet the same questions at the same time.
    for n in 0..60 {
        for store in &stores {
            let store = store.clone();
            writing.push(tokio::spawn(
                async move { append(&store, n).await.unwrap() },
            ));
        }
    }
    let mut written = 0;
    for done in writing {
        written += i32::from(done.await.unwrap() == Appended::Logged(true));
    }
    assert_eq!(written, 60);
    for store in &stores {
        let page = store.list(&Filter::default(), None, 100).await.unwrap();
        assert_eq!(page.entries.len(), 60);
        assert!(store.open_sealed(&id(7)).await.unwrap().is_some());
    }
    close(stores).await;
    let report = ground.holds().await;
    assert_eq!(report.chains.len(), 4);
    assert!(report.chains.iter().all(|chain| chain.unproven == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_answered_once_among_them() {
    let Some((ground, stores)) = instances(2).await else {
        return;
    };
    let (one, two) = (&stores[0], &stores[1]);
    let held = claim(one, "k", "body").await;
    assert!(matches!(begin(two, "k", "body").await, Begun::Running));
    assert!(matches!(begin(two, "k", "other").await, Begun::OtherBody));
    append_with(one, 1, Some(b"own"), Some(held)).await.unwrap();
    assert!(matches!(begin(two, "k", "body").await, Begun::Answered(bytes) if bytes == b"own"));
    assert!(matches!(begin(two, "k", "other").await, Begun::OtherBody));
    close(stores).await;
    ground.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_runs_out_and_who_was_slow_gets_the_other_answer() {
    let Some(mut ground) = Ground::postgres() else {
        return;
    };
    ground.settings.lease = Duration::from_secs(1);
    let (one, two) = (ground.open().await, ground.open().await);
    let slow = claim(&one, "k", "body").await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let quick = claim(&two, "k", "body").await;
    append_with(&two, 2, None, Some(quick)).await.unwrap();
    // What the slow one decided is logged, but what counts is what was answered.
    let late = append_with(&one, 1, None, Some(slow)).await.unwrap();
    assert_eq!(late, Appended::Answered(answer(2)));
    assert!(matches!(begin(&one, "k", "body").await, Begun::Answered(bytes) if bytes == answer(2)));
    close(vec![one, two]).await;
    ground.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_may_sign_with_a_key_of_its_own() {
    let Some(mut ground) = Ground::postgres() else {
        return;
    };
    let one = ground.open().await;
    let first = ground.keys.signing.public();
    ground.keys = Keys {
        signing: SigningKey::random().unwrap(),
        ..ground.keys.clone()
    };
    let two = ground.open().await;
    append(&one, 1).await.unwrap();
    append(&two, 2).await.unwrap();
    close(vec![one, two]).await;
    let reading = ground.reading();
    let both = [first, ground.keys.signing.public()];
    assert!(verify(&reading, &both, &[]).await.unwrap().holds());
    assert!(verify(&reading, &[], &[]).await.unwrap().holds());
    let report = verify(&reading, &[first], &[]).await.unwrap();
    let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["verify::unknown-signer", "verify::signature"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_disappears_as_a_whole_is_missed() {
    let Some(ground) = Ground::postgres() else {
        return;
    };
    let mut names = Vec::new();
    for n in 0..3 {
        let store = ground.open().await;
        append(&store, n).await.unwrap();
        names.push(store.instance().to_owned());
        store.close().await;
    }
    ground.holds().await;
    for table in ["sealed", "data_key", "checkpoint", "entry"] {
        let sql = format!(
            "DELETE FROM {table} WHERE chain = (SELECT id FROM chain WHERE instance = '{}')",
            names[1]
        );
        assert!(ground.tamper(&sql).await > 0, "{table}");
    }
    ground
        .tamper(&format!(
            "DELETE FROM chain WHERE instance = '{}'",
            names[1]
        ))
        .await;
    let report = ground.verify().await;
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|f| (f.code, f.instance.clone()))
        .collect();
    assert_eq!(found, [("verify::head-missing", names[1].clone())]);
}
