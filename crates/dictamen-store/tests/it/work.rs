//! Work is done once, by one at a time, and none of it is lost.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use dictamen_model::identity::Applicant;
use dictamen_store::{
    Adding, Kind, NewDecision, NewTask, Once, Outcome, Performed, Step, Store, StoreError, Subject,
    Task, TaskFilter, TaskState, Turn,
};
use proptest::prelude::*;

use crate::support::{CURP, Ground, answer, applicant, decision, id, on_both, request};

on_both! {
    what_is_added_is_taken_once_when_it_is_due
    a_turn_that_is_over_writes_nothing
    a_task_is_added_once_under_its_keys
    a_decision_and_the_end_of_its_turn_are_one
    who_is_woken_in_their_turn_is_due_after_it
    an_ended_task_is_done_again_on_request
    what_is_limited_is_counted_by_whose_it_is
    what_is_personal_is_forgotten_and_nowhere_in_the_files
    pages_hold_every_task_once
    a_replaced_master_key_opens_tasks
    what_a_process_held_is_given_to_the_next
}

const LEASE: Duration = Duration::from_secs(30);

fn new<'a>(id: &'a str, content: &'a [u8]) -> NewTask<'a> {
    NewTask {
        id,
        kind: "letter",
        parent: None,
        mark: None,
        stage: "written",
        facts: "{}",
        content,
        application: Some("APPLICATION-1"),
        applicant: None,
        after: Duration::ZERO,
        keep: None,
        once: &[],
    }
}

async fn add(store: &Store, task: NewTask<'_>) -> Adding {
    store.add(store.prepare_task(task).unwrap()).await.unwrap()
}

async fn take(store: &Store) -> Vec<(Task, Turn)> {
    store.take("letter", 10, LEASE).await.unwrap()
}

fn ended(store: &Store, turn: &Turn, state: TaskState, after: i64) -> Step {
    let outcome = Outcome {
        state,
        stage: "sent",
        facts: r#"{"sent":true}"#,
        content: None,
        mark: None,
        applicant: None,
        due: store.now() + TimeDelta::seconds(after),
    };
    Step::End(turn.end(outcome, store).unwrap())
}

async fn end(store: &Store, turn: &Turn, state: TaskState, after: i64) -> bool {
    let steps = vec![ended(store, turn, state, after)];
    store.perform(steps).await.unwrap() != Performed::Lost
}

async fn what_is_added_is_taken_once_when_it_is_due(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"first")).await;
    let later = NewTask {
        after: Duration::from_mins(1),
        ..new("b", b"second")
    };
    add(&store, later).await;
    assert_eq!(store.due().await.unwrap()["letter"], 1);
    let taken = take(&store).await;
    assert_eq!(taken.len(), 1);
    let (task, turn) = &taken[0];
    assert_eq!(
        (&*task.id, task.content.as_ref().unwrap().as_slice()),
        ("a", &b"first"[..])
    );
    assert_eq!((task.attempts, task.crashes), (1, 0));
    assert!(
        take(&store).await.is_empty() && store.take("other", 10, LEASE).await.unwrap().is_empty()
    );
    assert!(end(&store, turn, TaskState::Done, 0).await);
    ground.hands.turn(TimeDelta::minutes(2));
    let taken = take(&store).await;
    assert_eq!(
        taken.iter().map(|(task, _)| &*task.id).collect::<Vec<_>>(),
        ["b"]
    );
    let task = store.task("a").await.unwrap().unwrap();
    assert_eq!(
        (task.state, &*task.stage, &*task.facts),
        (TaskState::Done, "sent", r#"{"sent":true}"#)
    );
    assert!(store.task("c").await.unwrap().is_none());
    store.close().await;
    ground.holds().await;
}

async fn a_turn_that_is_over_writes_nothing(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    let first = take(&store).await.remove(0).1;
    ground.hands.turn(TimeDelta::seconds(20));
    assert!(store.renew(&first, LEASE).await.unwrap());
    ground.hands.turn(TimeDelta::seconds(20));
    assert!(take(&store).await.is_empty());
    ground.hands.turn(TimeDelta::seconds(20));
    let (task, second) = take(&store).await.remove(0);
    assert_eq!((task.attempts, task.crashes), (2, 1));
    assert!(!store.renew(&first, LEASE).await.unwrap());
    // Whatever came with it is not written either.
    let more = store.prepare_task(new("b", b"y")).unwrap();
    let steps = vec![
        ended(&store, &first, TaskState::Failed, 0),
        Step::Add(Box::new(more)),
    ];
    assert_eq!(store.perform(steps).await.unwrap(), Performed::Lost);
    assert!(store.task("b").await.unwrap().is_none());
    assert!(end(&store, &second, TaskState::Waiting, 5).await);
    assert!(!end(&store, &second, TaskState::Done, 0).await);
    ground.hands.turn(TimeDelta::seconds(6));
    let (task, _) = take(&store).await.remove(0);
    assert_eq!((task.crashes, task.state), (0, TaskState::Waiting));
    store.close().await;
}

async fn a_task_is_added_once_under_its_keys(ground: Ground) {
    let store = ground.open().await;
    let once =
        |keys: &'static [&'static str], request: &'static [&'static [u8]]| -> Vec<Once<'static>> {
            let one = |key| Once {
                scope: "s",
                key,
                request,
                lasts: Duration::from_hours(1),
            };
            keys.iter().copied().map(one).collect()
        };
    let same: &[&[u8]] = &[b"asked"];
    let task = |id: &'static str, once: &'static [Once<'static>]| NewTask {
        once,
        ..new(id, b"x")
    };
    let leak = |keys| -> &'static [Once<'static>] { Vec::leak(keys) };
    let (one, two) = (leak(once(&["1", "2"], same)), leak(once(&["2", "3"], same)));
    let before = |same| Adding::Before {
        id: "a".to_owned(),
        same,
    };
    assert_eq!(add(&store, task("a", one)).await, Adding::New);
    assert_eq!(add(&store, task("a2", one)).await, before(true));
    assert_eq!(add(&store, task("b", two)).await, before(true));
    // What a repetition was known by besides is known from then on.
    assert_eq!(
        add(&store, task("c", leak(once(&["1"], &[b"other"])))).await,
        before(false)
    );
    assert_eq!(take(&store).await.len(), 1);
    ground.hands.turn(TimeDelta::hours(2));
    assert_eq!(add(&store, task("d", one)).await, Adding::New);
    // Many at once, one is added.
    let store = Arc::new(store);
    let adding = (0..8).map(|n: u8| {
        let store = Arc::clone(&store);
        let keys = leak(once(&["many"], same));
        let id: &'static str = String::leak(format!("m{n}"));
        tokio::spawn(async move {
            add(
                &store,
                NewTask {
                    once: keys,
                    ..new(id, b"x")
                },
            )
            .await
        })
    });
    let mut fresh = 0;
    for one in adding.collect::<Vec<_>>() {
        fresh += usize::from(one.await.unwrap() == Adding::New);
    }
    assert_eq!(fresh, 1);
    store.close().await;
}

async fn logged(store: &Store, n: u32, steps: Vec<Step>) -> Option<bool> {
    let (decision, plain, request) = (decision(n), answer(n), request(n));
    let new = NewDecision {
        decision: &decision,
        arm: None,
        applicant: Some(&applicant()),
        plain: &plain,
        answer: None,
        request: &request,
    };
    store
        .log_with(store.prepare(new).unwrap(), steps)
        .await
        .unwrap()
}

async fn a_decision_and_the_end_of_its_turn_are_one(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    let slow = take(&store).await.remove(0).1;
    ground.hands.turn(TimeDelta::minutes(1));
    let fast = take(&store).await.remove(0).1;
    let letter = |id| {
        Step::Add(Box::new(
            store
                .prepare_task(NewTask {
                    kind: "reply",
                    ..new(id, b"y")
                })
                .unwrap(),
        ))
    };
    let steps = vec![ended(&store, &fast, TaskState::Done, 0), letter("b")];
    assert_eq!(logged(&store, 1, steps).await, Some(true));
    let steps = vec![ended(&store, &slow, TaskState::Done, 0), letter("c")];
    assert_eq!(logged(&store, 2, steps).await, None);
    assert!(store.decision(&id(1)).await.unwrap().is_some());
    assert!(store.decision(&id(2)).await.unwrap().is_none());
    assert!(store.task("b").await.unwrap().is_some() && store.task("c").await.unwrap().is_none());
    // The same decision made before is no obstacle.
    add(&store, new("d", b"x")).await;
    let turn = take(&store).await.remove(0).1;
    let note = Step::Note(Kind::Monitoring, "{}".to_owned());
    let steps = vec![ended(&store, &turn, TaskState::Done, 0), note];
    assert_eq!(logged(&store, 1, steps).await, Some(false));
    assert_eq!(
        store.task("d").await.unwrap().unwrap().state,
        TaskState::Done
    );
    store.close().await;
    assert_eq!(ground.facts("monitoring").await, ["{}"]);
    ground.holds().await;
}

async fn who_is_woken_in_their_turn_is_due_after_it(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    let turn = take(&store).await.remove(0).1;
    let wake = || vec![Step::Wake("a".to_owned())];
    store.perform(wake()).await.unwrap();
    assert!(take(&store).await.is_empty());
    assert!(end(&store, &turn, TaskState::Waiting, 3600).await);
    let turn = take(&store).await.remove(0).1;
    assert!(end(&store, &turn, TaskState::Waiting, 3600).await);
    assert!(take(&store).await.is_empty());
    store.perform(wake()).await.unwrap();
    assert_eq!(take(&store).await.len(), 1);
    store
        .perform(vec![Step::Wake("nobody".to_owned())])
        .await
        .unwrap();
    store.close().await;
}

async fn an_ended_task_is_done_again_on_request(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    let again = || vec![Step::Reopen("a".to_owned(), "written".to_owned())];
    assert_eq!(store.perform(again()).await.unwrap(), Performed::Lost);
    let turn = take(&store).await.remove(0).1;
    assert!(end(&store, &turn, TaskState::Failed, 0).await);
    let backlog = store.backlog().await.unwrap();
    assert_eq!(backlog, [("letter".to_owned(), TaskState::Failed, 1)]);
    assert_eq!(
        store.perform(again()).await.unwrap(),
        Performed::Done(Vec::new())
    );
    assert_eq!(take(&store).await[0].0.stage, "written");
    store.close().await;
}

async fn what_is_limited_is_counted_by_whose_it_is(ground: Ground) {
    let store = ground.open().await;
    let day = TimeDelta::days(1);
    let one = async |whose: &[u8]| store.spend("login", whose, 3, day).await.unwrap();
    for _ in 0..3 {
        assert!(one(b"ana").await.is_ok());
        ground.hands.turn(TimeDelta::hours(2));
    }
    let free = one(b"ana").await.unwrap_err();
    let wait = free - store.now();
    assert!(
        wait > TimeDelta::hours(17) && wait <= TimeDelta::hours(18),
        "{wait}"
    );
    assert!(one(b"eva").await.is_ok());
    store.give_back("login", b"ana").await.unwrap();
    store.give_back("login", b"nobody").await.unwrap();
    assert!(one(b"ana").await.is_ok() && one(b"ana").await.is_err());
    ground.hands.turn(wait + TimeDelta::seconds(1));
    assert!(one(b"ana").await.is_ok() && one(b"ana").await.is_err());
    store.close().await;
}

async fn what_is_personal_is_forgotten_and_nowhere_in_the_files(ground: Ground) {
    let store = ground.open().await;
    let text = format!("registers {CURP}");
    let who = applicant();
    let asked: &[&[u8]] = &[CURP.as_bytes()];
    let once = [Once {
        scope: "s",
        key: "KEY-OF-ANA",
        request: asked,
        lasts: LEASE,
    }];
    let personal = NewTask {
        mark: Some("MARK-OF-ANA"),
        applicant: Some(&who),
        application: Some("APPLICATION-OF-ANA"),
        once: &once,
        ..new("a", text.as_bytes())
    };
    add(&store, personal).await;
    let turn = take(&store).await.remove(0).1;
    assert_eq!(store.marked("MARK-OF-ANA").await.unwrap().len(), 1);
    store
        .spend("login", CURP.as_bytes(), 3, TimeDelta::days(1))
        .await
        .unwrap()
        .unwrap();
    let other = NewTask {
        application: Some("OTHER"),
        ..new("b", b"x")
    };
    add(&store, other).await;
    store
        .erase(Subject::Applicant(&Applicant::of_curp(CURP)))
        .await
        .unwrap();
    // Whoever works on it cannot bring it back.
    assert!(!end(&store, &turn, TaskState::Done, 0).await);
    let task = store.task("a").await.unwrap().unwrap();
    assert_eq!((task.state, task.content), (TaskState::Failed, None));
    assert_eq!(take(&store).await[0].0.id, "b");
    store.erase(Subject::Application("OTHER")).await.unwrap();
    assert!(store.task("b").await.unwrap().unwrap().content.is_none());
    store.close().await;
    let files = ground.files();
    assert!(memchr::memmem::find(&files, b"letter").is_some());
    for secret in [CURP, "OF-ANA"] {
        assert!(
            memchr::memmem::find(&files, secret.as_bytes()).is_none(),
            "{secret}"
        );
    }
    assert_eq!(ground.facts("erasure").await.len(), 2);
    ground.holds().await;
}

async fn pages_hold_every_task_once(ground: Ground) {
    let store = ground.open().await;
    for n in 0..7 {
        let id = format!("t{n}");
        let parent = (n % 2 == 0).then_some("even");
        add(
            &store,
            NewTask {
                parent,
                ..new(&id, b"x")
            },
        )
        .await;
    }
    let filter = TaskFilter {
        kind: "letter",
        ..TaskFilter::default()
    };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let (tasks, next) = store.tasks(filter, after, 3).await.unwrap();
        seen.extend(tasks.into_iter().map(|task| task.id));
        after = next;
        let Some(cursor) = &after else { break };
        assert_eq!(
            dictamen_store::TaskCursor::parse(&cursor.to_string()).as_ref(),
            Some(cursor)
        );
    }
    assert_eq!(seen, ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]);
    let even = TaskFilter {
        parent: Some("even"),
        state: Some(TaskState::Waiting),
        ..filter
    };
    assert_eq!(store.tasks(even, None, 10).await.unwrap().0.len(), 4);
    // What is old and has ended disappears; what waits stays.
    for (task, turn) in take(&store).await.into_iter().take(3) {
        assert!(end(&store, &turn, TaskState::Done, 0).await, "{}", task.id);
    }
    store.retain(store.now()).await.unwrap();
    assert_eq!(store.tasks(filter, None, 10).await.unwrap().0.len(), 4);
    store.close().await;
}

async fn a_replaced_master_key_opens_tasks(ground: Ground) {
    let mut ground = ground;
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    store.close().await;
    ground.keys.master = ground.keys.master.with_new().unwrap();
    let store = ground.open().await;
    assert!(store.rotate().await.unwrap() >= 2);
    store.close().await;
    ground.keys.master = ground.keys.master.current_only();
    let store = ground.open().await;
    assert_eq!(&**take(&store).await[0].0.content.as_ref().unwrap(), b"x");
    store.close().await;
}

async fn what_a_process_held_is_given_to_the_next(ground: Ground) {
    let store = ground.open().await;
    add(&store, new("a", b"x")).await;
    let held = take(&store).await.remove(0).1;
    store.close().await;
    assert!(matches!(
        store.perform(Vec::new()).await,
        Err(StoreError::Unavailable(_))
    ));
    let store = ground.open().await;
    if ground.is_sqlite() {
        // One process uses the file: whoever held it is gone.
        let (task, _) = take(&store).await.remove(0);
        assert_eq!(task.crashes, 1);
        assert!(!end(&store, &held, TaskState::Done, 0).await);
    } else {
        assert!(take(&store).await.is_empty());
        assert!(end(&store, &held, TaskState::Done, 0).await);
    }
    store.close().await;
}

/// Several instances take from one database at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_share_work() {
    let Some(ground) = Ground::postgres() else {
        return;
    };
    let stores = [
        ground.open().await,
        ground.open().await,
        ground.open().await,
    ];
    for n in 0..60 {
        let id = format!("t{n}");
        add(&stores[0], new(&id, b"x")).await;
    }
    let workers = stores.clone().map(|store| {
        tokio::spawn(async move {
            let mut done = Vec::new();
            loop {
                let taken = store.take("letter", 4, LEASE).await.unwrap();
                if taken.is_empty() {
                    return done;
                }
                for (task, turn) in taken {
                    assert!(end(&store, &turn, TaskState::Done, 0).await);
                    done.push(task.id);
                }
            }
        })
    });
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60);
    for store in &stores {
        store.close().await;
    }
    ground.holds().await;
}

proptest! {
    #[test]
    fn no_text_but_a_cursor_is_a_cursor(text in "[0-9a-f-]{0,40}") {
        if let Some(cursor) = dictamen_store::TaskCursor::parse(&text) {
            let again = dictamen_store::TaskCursor::parse(&cursor.to_string());
            prop_assert_eq!(again, Some(cursor));
        }
    }
}
