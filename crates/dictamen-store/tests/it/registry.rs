//! Policies in the store: who may do what after whom, what is in force when, and what the log says.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use dictamen_store::{
    Activation, Change, Changed, Clock as _, Content, Expected, Filter, Made, PolicyState, Refusal,
    Split, Store,
};

use crate::support::{Ground, append, decision, on_both};

on_both! {
    a_draft_is_written_by_one_at_a_time
    nobody_approves_what_they_had_a_hand_in
    of_two_approvals_at_once_one_counts
    a_version_stays_what_it_is
    what_is_in_force_follows_the_clock_wherever_it_jumps
    going_back_goes_back_one_by_one
    a_split_ends_with_its_activation
    every_change_is_in_the_log
    files_that_were_changed_behind_its_back_are_found
    silent_decisions_are_in_the_log_and_nowhere_else
}

const P: &str = "nomina";

fn content(text: &str) -> Content {
    let files = BTreeMap::from([("policy.rhai".to_owned(), text.to_owned())]);
    Content::new(files).unwrap()
}

async fn save(store: &Store, text: &str, by: &str, expected: Expected) -> Result<Changed, Refusal> {
    let change = Change::SaveDraft {
        policy: P.into(),
        name: "d".into(),
        content: content(text),
        expected,
        by: by.into(),
    };
    store.change(change).await.unwrap()
}

async fn submit(store: &Store, text: &str, version: &str, by: &str) -> Result<Changed, Refusal> {
    let change = Change::Submit {
        policy: P.into(),
        draft: "d".into(),
        content: content(text).hash(),
        version: version.into(),
        hash: format!("sha256:{text}"),
        by: by.into(),
    };
    store.change(change).await.unwrap()
}

async fn approve(store: &Store, text: &str, by: &str) -> Result<Changed, Refusal> {
    let change = Change::Approve {
        policy: P.into(),
        content: content(text).hash(),
        alone: false,
        by: by.into(),
    };
    store.change(change).await.unwrap()
}

/// Writes, submits and approves a version.
async fn publish(store: &Store, version: &str) {
    let there = store.draft(P, "d").await.unwrap().is_some();
    let expected = if there { Expected::Any } else { Expected::None };
    save(store, version, "ana", expected).await.unwrap();
    submit(store, version, version, "ana").await.unwrap();
    approve(store, version, "bea").await.unwrap();
}

async fn activate(store: &Store, version: &str, from: Option<DateTime<Utc>>) -> Activation {
    let change = Change::Activate {
        policy: P.into(),
        version: version.into(),
        effective_from: from,
        by: "bea".into(),
    };
    match store.change(change).await.unwrap().unwrap().made {
        Made::Activation(activation) => activation,
        other => panic!("{other:?}"),
    }
}

async fn roll_back(store: &Store, from: Option<&str>) -> Result<Changed, Refusal> {
    let change = Change::RollBack {
        policy: P.into(),
        from: from.map(str::to_owned),
        by: "bea".into(),
    };
    store.change(change).await.unwrap()
}

async fn split(store: &Store, split: Option<(&str, u8)>) -> Result<Changed, Refusal> {
    let split = split.map(|(challenger, percent)| Split {
        challenger: challenger.to_owned(),
        percent,
    });
    let change = Change::Split {
        policy: P.into(),
        split,
        by: "bea".into(),
    };
    store.change(change).await.unwrap()
}

async fn state(store: &Store) -> PolicyState {
    store.registry().await.unwrap().policies[P].clone()
}

async fn in_force(store: &Store, now: DateTime<Utc>) -> Option<String> {
    let state = state(store).await;
    state.in_force(now).map(|found| found.version.clone())
}

async fn a_draft_is_written_by_one_at_a_time(ground: Ground) {
    let store = ground.open().await;
    assert_eq!(
        save(&store, "1", "ana", Expected::Any).await,
        Err(Refusal::UnknownDraft)
    );
    save(&store, "1", "ana", Expected::None).await.unwrap();
    let first = content("1").hash();
    assert_eq!(
        save(&store, "2", "bea", Expected::None).await,
        Err(Refusal::OtherDraft(first.clone()))
    );
    let known = Expected::Content(first.clone());
    save(&store, "2", "bea", known.clone()).await.unwrap();
    let second = content("2").hash();
    assert_eq!(
        save(&store, "3", "ana", known).await,
        Err(Refusal::OtherDraft(second.clone()))
    );
    assert_eq!(store.draft(P, "d").await.unwrap().unwrap().content, second);
    // What nobody has any more is not kept.
    assert_eq!(store.policy_content(&first).await.unwrap(), None);
    assert_eq!(
        store.policy_content(&second).await.unwrap(),
        Some(content("2"))
    );
    let delete = |expected| Change::DeleteDraft {
        policy: P.into(),
        name: "d".into(),
        expected,
    };
    let stale = delete(Expected::Content(first));
    assert_eq!(
        store.change(stale).await.unwrap(),
        Err(Refusal::OtherDraft(second.clone()))
    );
    store
        .change(delete(Expected::Content(second.clone())))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.drafts(P).await.unwrap(), []);
    assert_eq!(store.policy_content(&second).await.unwrap(), None);
    store.close().await;
    // A draft is nobody's business yet.
    assert_eq!(ground.holds().await.chains[0].entries, 1);
}

async fn nobody_approves_what_they_had_a_hand_in(ground: Ground) {
    let store = ground.open().await;
    save(&store, "0", "ana", Expected::None).await.unwrap();
    save(&store, "1", "bea", Expected::Any).await.unwrap();
    assert_eq!(
        submit(&store, "0", "1.0.0", "cora").await,
        Err(Refusal::OtherDraft(content("1").hash()))
    );
    assert_eq!(
        approve(&store, "1", "dora").await,
        Err(Refusal::UnknownCandidate)
    );
    submit(&store, "1", "1.0.0", "cora").await.unwrap();
    for hand in ["ana", "bea", "cora"] {
        assert_eq!(
            approve(&store, "1", hand).await,
            Err(Refusal::SamePerson),
            "{hand}"
        );
    }
    assert_eq!(store.registry().await.unwrap().policies.len(), 0);
    approve(&store, "1", "dora").await.unwrap();
    assert_eq!(
        approve(&store, "1", "eva").await,
        Err(Refusal::AlreadyApproved)
    );
    assert_eq!(
        submit(&store, "1", "1.0.0", "ana").await,
        Err(Refusal::AlreadyApproved)
    );
    let candidate = store.candidates(P).await.unwrap().remove(0);
    assert_eq!(candidate.approver.as_deref(), Some("dora"));
    // Who is alone may be allowed to.
    save(&store, "2", "ana", Expected::Any).await.unwrap();
    submit(&store, "2", "2.0.0", "ana").await.unwrap();
    let alone = Change::Approve {
        policy: P.into(),
        content: content("2").hash(),
        alone: true,
        by: "ana".into(),
    };
    store.change(alone).await.unwrap().unwrap();
    store.close().await;
    ground.holds().await;
}

async fn of_two_approvals_at_once_one_counts(ground: Ground) {
    let mut stores = vec![ground.open().await];
    if !ground.is_sqlite() {
        stores.push(ground.open().await);
    }
    for round in 0..10 {
        let version = format!("{round}.0.0");
        let expected = if round == 0 {
            Expected::None
        } else {
            Expected::Any
        };
        save(&stores[0], &version, "ana", expected).await.unwrap();
        submit(&stores[0], &version, &version, "ana").await.unwrap();
        let mut asked = Vec::new();
        for n in 0..6 {
            let (store, version) = (stores[n % stores.len()].clone(), version.clone());
            asked.push(tokio::spawn(async move {
                approve(&store, &version, &format!("approver {n}")).await
            }));
        }
        let mut done = Vec::new();
        for asked in asked {
            done.push(asked.await.unwrap());
        }
        let (made, refused): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1, "{made:?}");
        assert!(
            refused
                .iter()
                .all(|refused| *refused == Err(Refusal::AlreadyApproved)),
            "{refused:?}"
        );
    }
    for store in &stores {
        assert_eq!(state(store).await.versions.len(), 10);
    }
    for store in stores {
        store.close().await;
    }
    ground.holds().await;
}

async fn a_version_stays_what_it_is(ground: Ground) {
    let store = ground.open().await;
    publish(&store, "1.0.0").await;
    save(&store, "other", "ana", Expected::Any).await.unwrap();
    assert_eq!(
        submit(&store, "other", "1.0.0", "ana").await,
        Err(Refusal::VersionTaken)
    );
    // Two candidates of one version: the first to be approved is the version.
    for text in ["a", "b"] {
        save(&store, text, "ana", Expected::Any).await.unwrap();
        submit(&store, text, "1.1.0", "ana").await.unwrap();
    }
    approve(&store, "a", "bea").await.unwrap();
    assert_eq!(
        approve(&store, "b", "bea").await,
        Err(Refusal::VersionTaken)
    );
    // A refusal leaves nothing behind.
    let waiting = store.candidates(P).await.unwrap();
    let waiting = waiting.iter().find(|c| c.content == content("b").hash());
    assert_eq!(waiting.unwrap().approver, None);
    let version = state(&store).await.version("1.1.0").unwrap().clone();
    assert_eq!(
        (version.author.as_str(), version.approver.as_str()),
        ("ana", "bea")
    );
    assert_eq!(version.content, content("a").hash());
    store.close().await;
    ground.holds().await;
}

async fn what_is_in_force_follows_the_clock_wherever_it_jumps(ground: Ground) {
    let store = ground.open().await;
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        publish(&store, version).await;
    }
    let now = ground.hands.now();
    assert_eq!(in_force(&store, now).await, None);
    activate(&store, "1.0.0", None).await;
    let (soon, late) = (now + TimeDelta::hours(1), now + TimeDelta::days(30));
    let second = activate(&store, "1.1.0", Some(soon)).await;
    let third = activate(&store, "1.2.0", Some(late)).await;
    assert!(!second.at_once && second.effective_from == soon);
    let instant = TimeDelta::microseconds(1);
    for (at, version) in [
        (now - TimeDelta::days(3), "1.0.0"),
        (now, "1.0.0"),
        (soon - instant, "1.0.0"),
        (soon, "1.1.0"),
        (soon - instant, "1.0.0"),
        (late - instant, "1.1.0"),
        (late, "1.2.0"),
        (soon, "1.1.0"),
    ] {
        assert_eq!(in_force(&store, at).await.as_deref(), Some(version), "{at}");
    }
    let cancel = |activation: i64| Change::Cancel {
        policy: P.into(),
        activation,
        by: "bea".into(),
    };
    store.change(cancel(third.id)).await.unwrap().unwrap();
    assert_eq!(in_force(&store, late).await.as_deref(), Some("1.1.0"));
    // The clock goes on, then the second is in force and cannot be taken back any more.
    ground.hands.turn(TimeDelta::hours(2));
    assert_eq!(
        store.change(cancel(second.id)).await.unwrap(),
        Err(Refusal::UnknownActivation)
    );
    // A clock that went back changes nothing about what is done at once: it counts.
    ground.hands.turn(-TimeDelta::days(2));
    let again = activate(&store, "1.0.0", None).await;
    assert!(again.at_once);
    assert_eq!(
        in_force(&store, ground.hands.now()).await.as_deref(),
        Some("1.0.0")
    );
    store.close().await;
    ground.holds().await;
}

async fn going_back_goes_back_one_by_one(ground: Ground) {
    let store = ground.open().await;
    for version in ["1", "2", "3"] {
        publish(&store, version).await;
        activate(&store, version, None).await;
    }
    // Again what is in force: nothing that going back has to pass.
    activate(&store, "3", None).await;
    assert_eq!(
        roll_back(&store, Some("2")).await,
        Err(Refusal::OtherInForce(Some("3".into())))
    );
    let now = ground.hands.now();
    roll_back(&store, Some("3")).await.unwrap();
    assert_eq!(in_force(&store, now).await.as_deref(), Some("2"));
    // Who presses the same button at the same time is told.
    assert_eq!(
        roll_back(&store, Some("3")).await,
        Err(Refusal::OtherInForce(Some("2".into())))
    );
    roll_back(&store, None).await.unwrap();
    assert_eq!(in_force(&store, now).await.as_deref(), Some("1"));
    assert_eq!(roll_back(&store, None).await, Err(Refusal::NothingBefore));
    activate(&store, "3", None).await;
    roll_back(&store, None).await.unwrap();
    assert_eq!(in_force(&store, now).await.as_deref(), Some("1"));
    store.close().await;
    ground.holds().await;
}

async fn a_split_ends_with_its_activation(ground: Ground) {
    let store = ground.open().await;
    for version in ["1", "2"] {
        publish(&store, version).await;
    }
    assert_eq!(
        split(&store, Some(("2", 10))).await,
        Err(Refusal::NothingInForce)
    );
    activate(&store, "1", None).await;
    assert_eq!(
        split(&store, Some(("1", 10))).await,
        Err(Refusal::SameVersion)
    );
    assert_eq!(
        split(&store, Some(("9", 10))).await,
        Err(Refusal::UnknownVersion("9".into()))
    );
    split(&store, Some(("2", 10))).await.unwrap();
    let now = ground.hands.now();
    let of = async |store: &Store| state(store).await.in_force(now).unwrap().split.clone();
    assert_eq!(of(&store).await.unwrap().percent, 10);
    activate(&store, "2", None).await;
    assert_eq!(of(&store).await, None);
    // Going back does not bring it back.
    roll_back(&store, None).await.unwrap();
    assert_eq!(of(&store).await, None);
    split(&store, Some(("2", 20))).await.unwrap();
    split(&store, None).await.unwrap();
    assert_eq!(of(&store).await, None);
    store.close().await;
    ground.holds().await;
}

async fn every_change_is_in_the_log(ground: Ground) {
    let store = ground.open().await;
    let before = store.registry_revision().await.unwrap();
    publish(&store, "1").await;
    publish(&store, "2").await;
    activate(&store, "1", None).await;
    activate(&store, "2", None).await;
    roll_back(&store, None).await.unwrap();
    split(&store, Some(("2", 5))).await.unwrap();
    let shadow = |versions: &[&str]| Change::Shadow {
        policy: P.into(),
        versions: versions.iter().map(|v| (*v).to_owned()).collect(),
        by: "bea".into(),
    };
    store.change(shadow(&["2", "2"])).await.unwrap().unwrap();
    assert_eq!(state(&store).await.shadows, ["2"]);
    assert_eq!(
        store.change(shadow(&["7"])).await.unwrap(),
        Err(Refusal::UnknownVersion("7".into()))
    );
    let later = Some(ground.hands.now() + TimeDelta::days(1));
    let planned = activate(&store, "2", later).await;
    let cancel = Change::Cancel {
        policy: P.into(),
        activation: planned.id,
        by: "bea".into(),
    };
    store.change(cancel).await.unwrap().unwrap();
    // Drafts were written twice; everything else has an entry. Refusals have none.
    let revision = store.registry_revision().await.unwrap();
    store.close().await;
    let entries = ground.holds().await.chains[0].entries;
    assert_eq!(entries - 1, revision - before - 2);
    let changes = ground.configuration().await;
    let told: Vec<String> = changes
        .iter()
        .map(|facts| {
            let facts: serde_json::Value = serde_json::from_str(facts).unwrap();
            let version = facts["versions"][0]["version"].as_str().unwrap_or("-");
            format!(
                "{} {version} by {}",
                facts["change"].as_str().unwrap(),
                facts["by"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "policy-submitted 1 by ana",
            "policy-approved 1 by bea",
            "policy-submitted 2 by ana",
            "policy-approved 2 by bea",
            "policy-activated 1 by bea",
            "policy-activated 2 by bea",
            "policy-rolled-back 1 by bea",
            "policy-split 2 by bea",
            "policy-shadows-set 2 by bea",
            "policy-activated 2 by bea",
            "policy-activation-cancelled 2 by bea",
        ]
    );
    assert!(
        changes[1].contains("\"authors\":[\"ana\"]"),
        "{}",
        changes[1]
    );
}

async fn files_that_were_changed_behind_its_back_are_found(ground: Ground) {
    let store = ground.open().await;
    publish(&store, "1").await;
    let hash = content("1").hash();
    let sql = if ground.is_sqlite() {
        "DROP TRIGGER policy_content_stays; UPDATE policy_content SET files = '{\"policy.rhai\":\"2\"}'"
    } else {
        "ALTER TABLE policy_content DISABLE TRIGGER ALL; \
         UPDATE policy_content SET files = '{\"policy.rhai\":\"2\"}'"
    };
    ground.tamper(sql).await;
    let error = store.policy_content(&hash).await.unwrap_err();
    assert_eq!(error.code(), "store::damaged");
    store.close().await;
}

async fn silent_decisions_are_in_the_log_and_nowhere_else(ground: Ground) {
    let store = ground.open().await;
    append(&store, 1).await.unwrap();
    for n in 2..40 {
        assert!(store.log_shadow(&decision(1).decision_id, &decision(n)));
    }
    // The same decision may be made for real later.
    append(&store, 2).await.unwrap();
    let page = store.list(&Filter::default(), None, 100).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    store.close().await;
    assert_eq!(ground.holds().await.chains[0].entries, 1 + 2 + 38);
    let facts = ground.facts("shadow").await;
    assert_eq!(facts.len(), 38);
    assert!(!facts.concat().contains("APPLICATION-"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_instances_hear_of_it() {
    let Some(ground) = Ground::postgres() else {
        return;
    };
    let (one, two) = (ground.open().await, ground.open().await);
    let mut hints = two.registry_hints();
    // Listening begins with a hint: something may have happened before.
    let soon = Duration::from_secs(5);
    tokio::time::timeout(soon, hints.next()).await.unwrap();
    for version in ["1", "2"] {
        publish(&one, version).await;
        activate(&one, version, None).await;
        let revision = one.registry_revision().await.unwrap();
        let heard = async {
            while two.registry_revision().await.unwrap() < revision {
                hints.next().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(1), heard)
            .await
            .unwrap();
        assert_eq!(
            in_force(&two, ground.hands.now()).await.as_deref(),
            Some(version)
        );
    }
    one.close().await;
    two.close().await;
    ground.holds().await;
}
