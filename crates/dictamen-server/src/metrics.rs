//! What dashboards and alarms are fed with: counts and durations, in Prometheus' text format.
//!
//! Labels are names of policies, versions, reasons and characteristics, and routes as they are
//! written in the documentation. Nothing of an application or an applicant is ever a label.

mod drift;
mod process;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use dictamen_store::TaskState;

use crate::{rules::RuleBook, telemetry::Facts};

/// The media type of what [`Metrics::text`] writes.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: Arc<str>,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabels {
    policy: Arc<str>,
    version: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    policy: Arc<str>,
    version: Arc<str>,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    policy: Arc<str>,
    version: Arc<str>,
    code: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MissingLabels {
    policy: Arc<str>,
    version: Arc<str>,
    characteristic: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PolicyLabels {
    policy: Arc<str>,
    version: Arc<str>,
    hash: Arc<str>,
    live: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkLabels {
    kind: String,
    state: &'static str,
}

type Timed<L> = Family<L, Histogram, fn() -> Histogram>;

/// All figures of one service.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RouteLabels, Counter>,
    running: Gauge,
    decisions: Timed<OutcomeLabels>,
    undecided: Family<VersionLabels, Counter>,
    reasons: Family<ReasonLabels, Counter>,
    missing: Family<MissingLabels, Counter>,
    policies: Family<PolicyLabels, Gauge>,
    refused: Gauge,
    log_seconds: Histogram,
    log_waiting: Gauge,
    log_available: Gauge,
    memory: Gauge,
    work: Family<WorkLabels, Gauge>,
    drift: drift::Drift,
}

/// From a tenth of a millisecond to three seconds.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 16))
}

impl Metrics {
    /// All at zero.
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("dictamen"),
            requests: Family::default(),
            running: Gauge::default(),
            decisions: Family::new_with_constructor(durations),
            undecided: Family::default(),
            reasons: Family::default(),
            missing: Family::default(),
            policies: Family::default(),
            refused: Gauge::default(),
            log_seconds: durations(),
            log_waiting: Gauge::default(),
            log_available: Gauge::default(),
            memory: Gauge::default(),
            work: Family::default(),
            drift: drift::Drift::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "requests",
            "Requests answered, by route and status",
            self.requests.clone(),
        );
        registry.register(
            "requests_running",
            "Requests being answered now",
            self.running.clone(),
        );
        registry.register_with_unit(
            "decision",
            "Time from a request to its decision, the log included",
            Unit::Seconds,
            self.decisions.clone(),
        );
        registry.register(
            "undecided",
            "Decisions that were referred because a rule lacked a value",
            self.undecided.clone(),
        );
        registry.register(
            "reasons",
            "Reason codes given with decisions",
            self.reasons.clone(),
        );
        registry.register(
            "missing",
            "Characteristics a rule needed and that were missing",
            self.missing.clone(),
        );
        registry.register(
            "policy",
            "Policy versions in force; always 1",
            self.policies.clone(),
        );
        registry.register(
            "rules_refused",
            "Folders whose present content was refused",
            self.refused.clone(),
        );
        registry.register_with_unit(
            "log",
            "Time until a decision was durable in the log",
            Unit::Seconds,
            self.log_seconds.clone(),
        );
        registry.register(
            "log_waiting",
            "Decisions that wait to be written to the log",
            self.log_waiting.clone(),
        );
        registry.register(
            "log_available",
            "Whether the log can be written: 1, 0, or -1 when none is kept",
            self.log_available.clone(),
        );
        registry.register_with_unit(
            "memory",
            "Memory the process holds; 0 where the system does not say",
            Unit::Bytes,
            self.memory.clone(),
        );
        registry.register(
            "work",
            "Applications, jobs, deliveries and notices that wait or have failed, by kind and state",
            self.work.clone(),
        );
        self.drift.register(registry);
    }

    /// What is shown of drift.
    pub(crate) fn drift(&self) -> &drift::Drift {
        &self.drift
    }

    /// A request begins; it ends when what is given back is dropped, whatever becomes of it.
    pub(crate) fn begin(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    /// A request was answered, perhaps with a decision.
    pub(crate) fn answered(
        &self,
        method: &Method,
        route: &Arc<str>,
        status: StatusCode,
        took: Duration,
        facts: Option<&Facts>,
    ) {
        let labels = RouteLabels {
            method: known(method),
            route: Arc::clone(route),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        if let Some(facts) = facts {
            self.decided(facts, took);
        }
    }

    /// A decision was made.
    pub(crate) fn decided(&self, facts: &Facts, took: Duration) {
        let Facts {
            policy, version, ..
        } = facts;
        let (policy, version) = (|| Arc::clone(policy), || Arc::clone(version));
        let labels = OutcomeLabels {
            policy: policy(),
            version: version(),
            outcome: facts.outcome,
        };
        self.decisions
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
        if !facts.missing.is_empty() {
            let labels = VersionLabels {
                policy: policy(),
                version: version(),
            };
            self.undecided.get_or_create(&labels).inc();
        }
        for code in &facts.reasons {
            let labels = ReasonLabels {
                policy: policy(),
                version: version(),
                code: Arc::clone(code),
            };
            self.reasons.get_or_create(&labels).inc();
        }
        for characteristic in &facts.missing {
            let labels = MissingLabels {
                policy: policy(),
                version: version(),
                characteristic: Arc::clone(characteristic),
            };
            self.missing.get_or_create(&labels).inc();
        }
    }

    /// A decision became durable, `since` it was handed over.
    pub(crate) fn logged(&self, since: Instant) {
        self.log_seconds.observe(since.elapsed().as_secs_f64());
    }

    /// Everything as text. What is true of now and not of what has happened is looked up here;
    /// `log` tells whether the log is available and how much waits for it, `backlog` what is to be done
    /// beside the requests.
    pub(crate) fn text(
        &self,
        rules: &RuleBook,
        log: Option<(bool, usize)>,
        backlog: Vec<(String, TaskState, i64)>,
    ) -> String {
        self.work.clear();
        for (kind, state, count) in backlog {
            let state = state.name();
            self.work
                .get_or_create(&WorkLabels { kind, state })
                .set(count);
        }
        self.policies.clear();
        for (_, loaded) in rules.folders() {
            let stamp = loaded.policy.stamp();
            let labels = PolicyLabels {
                policy: Arc::clone(&stamp.id),
                version: Arc::clone(&stamp.version),
                hash: Arc::clone(&stamp.hash),
                live: if rules.is_live(loaded) {
                    "true"
                } else {
                    "false"
                },
            };
            self.policies.get_or_create(&labels).set(1);
        }
        let refused = rules.failures().iter().filter(|f| f.is_error()).count();
        self.refused.set(figure(refused));
        self.log_available
            .set(log.map_or(-1, |(available, _)| i64::from(available)));
        self.log_waiting
            .set(log.map_or(0, |(_, waiting)| figure(waiting)));
        self.memory.set(process::memory().map_or(0, figure));
        let mut written = String::new();
        // Writing to a text cannot fail.
        let _ = text::encode(&mut written, &self.registry);
        written
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn figure(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Methods are words of the caller's choice; as a label only known ones are kept.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
