//! Deciding silently: what other versions would have decided, logged beside what was answered.
//!
//! One thread does it, after the answer, from a queue with an end: a shadow that is slower than
//! the applications come in is left out of some of them and never makes anybody wait.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
};

use axum::body::Bytes;
use chrono::NaiveDate;
use dictamen_lab::pipeline;
use dictamen_model::DecisionRequest;
use dictamen_store::Store;

use crate::rules::{LoadedPolicy, ParameterSet};

/// How many applications may wait.
const QUEUE: usize = 1024;
/// How many bytes they may be together.
const BYTES: u64 = 64 * 1024 * 1024;

/// An application to be decided silently.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) shadows: Vec<Arc<LoadedPolicy>>,
    pub(crate) parameters: Arc<ParameterSet>,
    pub(crate) body: Bytes,
    pub(crate) as_of: NaiveDate,
    /// Id of the decision that was answered.
    pub(crate) answered: String,
}

/// The queue to the thread that decides silently.
#[derive(Debug, Clone)]
pub(crate) struct Shadows {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicU64>,
    left_out: Arc<AtomicU64>,
}

impl Shadows {
    /// Starts the thread. It ends with the last handle.
    pub(crate) fn start(log: Store) -> Option<Self> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE);
        let waiting = Arc::new(AtomicU64::new(0));
        let held = Arc::clone(&waiting);
        let work = move || {
            for job in queue {
                let size = size(&job);
                // A defect in here is nobody's business who was answered already.
                if catch_unwind(AssertUnwindSafe(|| decide(&log, &job))).is_err() {
                    tracing::error!("a silent decision failed");
                }
                held.fetch_sub(size, Ordering::Relaxed);
            }
        };
        let thread = std::thread::Builder::new().name("shadows".to_owned());
        if thread.spawn(work).is_err() {
            tracing::error!("silent decisions are off: no thread can be started");
            return None;
        }
        Some(Self {
            jobs,
            waiting,
            left_out: Arc::default(),
        })
    }

    /// Hands over an application; returns at once, whatever becomes of it.
    pub(crate) fn hand_over(&self, job: Job) {
        let size = size(&job);
        let fits = self.waiting.fetch_add(size, Ordering::Relaxed) <= BYTES;
        let sent = if fits {
            self.jobs.try_send(job)
        } else {
            Err(TrySendError::Full(job))
        };
        if sent.is_err() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            let before = self.left_out.fetch_add(1, Ordering::Relaxed);
            if before.checked_rem(1000) == Some(0) {
                let left_out = before.saturating_add(1);
                tracing::warn!(left_out, "applications come faster than shadows decide");
            }
        }
    }
}

fn size(job: &Job) -> u64 {
    u64::try_from(job.body.len()).unwrap_or(u64::MAX)
}

fn decide(log: &Store, job: &Job) {
    let Ok(request) = DecisionRequest::parse(&job.body) else {
        return;
    };
    let parameters = &job.parameters.parameters;
    // As the live version did, it computed before.
    let Ok(characteristics) = pipeline::compute(&request, job.as_of, parameters) else {
        return;
    };
    for shadow in &job.shadows {
        let decided = pipeline::decide_on(
            &shadow.policy,
            &request,
            job.as_of,
            &characteristics,
            parameters,
        );
        if !log.log_shadow(&job.answered, &decided.decision) {
            tracing::warn!("a silent decision was left out: the log has too much to do");
        }
    }
}
