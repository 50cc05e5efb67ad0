//! Taking what is due, a few of each kind at a time, and writing what came of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use dictamen_store::{Outcome, Performed, Step, Task, TaskState, Turn};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{Came, KINDS, Trouble, Work, application, delivery, job, monitoring, notice};
use crate::app::App;

/// How long the store is left alone when nobody rings.
const EVERY: Duration = Duration::from_secs(1);
/// How long a turn lasts before it has to be renewed; a process that is gone is missed for so long.
const LEASE: Duration = Duration::from_secs(30);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(8);
/// How often a turn may end with nothing said before the task is given up.
const CRASHES: i64 = 12;
/// The wait after a turn that came to nothing.
const PAUSE: Duration = Duration::from_secs(5);

/// How many of a kind are worked on at a time. Those that wait for somebody else are many.
fn at_a_time(kind: &str) -> usize {
    match kind {
        application::KIND => 64,
        delivery::KIND => 32,
        _ => 8,
    }
}

impl Work {
    /// Works until the service is about to stop, and lets what runs come to an end.
    pub(crate) async fn run(self, app: App) {
        let rooms: BTreeMap<&str, Arc<Semaphore>> = KINDS
            .iter()
            .map(|kind| (*kind, Arc::new(Semaphore::new(at_a_time(kind)))))
            .collect();
        let mut running = JoinSet::new();
        while !app.is_draining() {
            self.take_due(&app, &rooms, &mut running).await;
            tokio::select! {
                () = self.0.bell.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
            while running.try_join_next().is_some() {}
        }
        while running.join_next().await.is_some() {}
    }

    async fn take_due(
        &self,
        app: &App,
        rooms: &BTreeMap<&str, Arc<Semaphore>>,
        running: &mut JoinSet<()>,
    ) {
        // While the database is away there is nothing to do but to look again.
        let due = self.store().due().await.unwrap_or_default();
        for (kind, room) in rooms {
            let free = room.available_permits();
            if free == 0 || !due.contains_key(*kind) {
                continue;
            }
            let Ok(taken) = self.store().take(kind, free, LEASE).await else {
                return;
            };
            for (task, turn) in taken {
                let Ok(permit) = Arc::clone(room).try_acquire_owned() else {
                    break;
                };
                let (work, app) = (self.clone(), app.clone());
                running.spawn(async move {
                    work.have_turn(&app, &task, &turn).await;
                    drop(permit);
                    // There may be more than there was room for.
                    work.ring();
                });
            }
        }
    }

    /// Works on a task and writes what came of it, as long as it is our turn.
    async fn have_turn(&self, app: &App, task: &Task, turn: &Turn) {
        let working = self.work_on(app, task);
        tokio::pin!(working);
        let came = loop {
            tokio::select! {
                came = &mut working => break came,
                () = tokio::time::sleep(RENEW) => {
                    if let Ok(false) = self.store().renew(turn, LEASE).await {
                        tracing::warn!(kind = task.kind, task = task.id, "a turn was over too early");
                        return;
                    }
                }
            }
        };
        let came = came.unwrap_or_else(|trouble| {
            tracing::warn!(
                kind = task.kind,
                task = task.id,
                "a turn came to nothing: {trouble}"
            );
            Came::again(&task.stage, task.facts.clone(), self.wait(PAUSE))
        });
        // What cannot be written is done anew once the turn is over.
        if let Err(trouble) = self.write(app, turn, came).await {
            tracing::warn!(kind = task.kind, task = task.id, "not written: {trouble}");
        }
    }

    async fn work_on(&self, app: &App, task: &Task) -> Result<Came, Trouble> {
        let gives_up = task.crashes > CRASHES;
        match task.kind.as_str() {
            delivery::KIND => delivery::work(self, task).await,
            job::KIND => job::work(self, app, task, gives_up).await,
            application::KIND => application::work(self, app, task, gives_up).await,
            monitoring::KIND => monitoring::work(self, app, task, gives_up).await,
            notice::KIND => notice::work(self, task).await,
            _ => Err(Trouble::Unreadable),
        }
    }

    async fn write(&self, app: &App, turn: &Turn, came: Came) -> Result<(), Trouble> {
        let store = self.store();
        let wait = TimeDelta::from_std(came.wait).unwrap_or(TimeDelta::MAX);
        let now = store.now();
        let ended = turn.end(
            Outcome {
                state: came.state,
                stage: &came.stage,
                facts: &came.facts,
                content: came.content.as_deref(),
                mark: came.mark.as_deref(),
                applicant: came.applicant.as_ref(),
                due: now.checked_add_signed(wait).unwrap_or(now),
            },
            store,
        )?;
        let mut steps = vec![Step::End(ended)];
        steps.extend(came.with);
        let is_written = match came.made {
            Some(made) => made.log(self, app, steps).await?,
            None => store.perform(steps).await? != Performed::Lost,
        };
        if is_written {
            if came.state == TaskState::Waiting && !came.wait.is_zero() {
                self.ring_after(came.wait);
            }
        } else {
            tracing::warn!("what came of a turn was not written: the turn was over");
        }
        Ok(())
    }

    /// Short waits are kept to more exactly than by looking once a second.
    fn ring_after(&self, wait: Duration) {
        if wait < EVERY {
            let work = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                work.ring();
            });
        }
    }
}
