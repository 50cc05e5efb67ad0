//! The service as a router: no port, no process, so that tests can call it directly.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::Request,
    http::{Method, StatusCode},
    middleware,
    response::{IntoResponse, Response},
};
use dictamen_store::Store;
use tower_http::catch_panic::CatchPanicLayer;

pub use crate::limits::Limits;
use crate::{
    access::{Access, guard},
    clock::Clock,
    lifecycle::{Lifecycle, shadow::Shadows},
    limits::{Load, Rate},
    metrics::Metrics,
    openapi,
    problem::{DEFECT, Kind, Problem},
    reload::SharedRules,
    rules::RuleBook,
    telemetry,
    work::Work,
};

/// What every handler shares.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

#[derive(Debug, Clone)]
struct Shared {
    rules: SharedRules,
    clock: Clock,
    limits: Limits,
    log: Option<Store>,
    access: Access,
    lifecycle: Option<Lifecycle>,
    shadows: Option<Shadows>,
    work: Option<Work>,
    load: Arc<Load>,
    rate: Option<Arc<Rate>>,
    metrics: Arc<Metrics>,
    draining: Arc<AtomicBool>,
}

impl App {
    /// A service deciding by `rules` that keeps no decisions.
    pub fn new(rules: SharedRules, clock: Clock, limits: Limits) -> Self {
        Self::with_log(rules, clock, limits, None)
    }

    /// A service deciding by `rules`. With a log, a decision is answered once it is durable there.
    pub fn with_log(rules: SharedRules, clock: Clock, limits: Limits, log: Option<Store>) -> Self {
        Self::build(rules, clock, limits, log, None)
    }

    /// A service whose policies live in the store; `rules` are kept current by the keeper that
    /// `lifecycle` was made with.
    pub fn with_registry(
        rules: SharedRules,
        clock: Clock,
        limits: Limits,
        store: Store,
        lifecycle: Lifecycle,
    ) -> Self {
        Self::build(rules, clock, limits, Some(store), Some(lifecycle))
    }

    fn build(
        rules: SharedRules,
        clock: Clock,
        limits: Limits,
        log: Option<Store>,
        lifecycle: Option<Lifecycle>,
    ) -> Self {
        let shadows = log.clone().filter(|_| lifecycle.is_some());
        Self(Arc::new(Shared {
            rules,
            clock,
            limits,
            log,
            access: Access::open(),
            load: Arc::new(Load::new(&limits)),
            rate: limits.rate.map(|quota| Arc::new(Rate::new(quota))),
            lifecycle,
            shadows: shadows.and_then(Shadows::start),
            work: None,
            metrics: Arc::new(Metrics::new()),
            draining: Arc::default(),
        }))
    }

    /// The same for those alone whom `access` lets in.
    #[must_use]
    pub fn guarded_by(self, access: Access) -> Self {
        let shared = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Shared { access, ..shared }))
    }

    /// The same, with work going on beside the requests.
    #[must_use]
    pub fn with_work(self, work: Work) -> Self {
        let shared = Arc::unwrap_or_clone(self.0);
        let work = Some(work);
        Self(Arc::new(Shared { work, ..shared }))
    }

    /// The rules in force now; a request takes them once and keeps them.
    pub fn rules(&self) -> Arc<RuleBook> {
        self.0.rules.load_full()
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// The limits of one request.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The decision log, when one is kept.
    pub fn log(&self) -> Option<&Store> {
        self.0.log.as_ref()
    }

    /// The store and what is known of its registry, when policies come from there.
    pub(crate) fn registry(&self) -> Option<(&Store, &Lifecycle)> {
        self.log().zip(self.0.lifecycle.as_ref())
    }

    /// The queue of silent decisions, where there can be any.
    pub(crate) fn shadows(&self) -> Option<&Shadows> {
        self.0.shadows.as_ref()
    }

    /// The work beside the requests, where there is any.
    pub(crate) fn work(&self) -> Option<&Work> {
        self.0.work.as_ref()
    }

    /// Who is let in.
    pub fn access(&self) -> &Access {
        &self.0.access
    }

    /// What there is room for.
    pub(crate) fn load(&self) -> &Load {
        &self.0.load
    }

    /// How often callers may ask, when that is limited.
    pub(crate) fn rate(&self) -> Option<&Rate> {
        self.0.rate.as_deref()
    }

    /// What is counted and timed.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Reports itself as not ready from now on, while running requests finish.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to stop.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    /// The router with every route and layer.
    pub fn router(&self) -> Router {
        self.router_with(Router::new())
    }

    /// The same with further routes under the same layers; for tests of the layers themselves.
    pub fn router_with(&self, more: Router<Self>) -> Router {
        openapi::routes()
            .merge(more)
            .fallback(not_found)
            .method_not_allowed_fallback(method_not_allowed)
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .layer(CatchPanicLayer::custom(|_| {
                // The panic hook has logged where; what was said stays out of answers and logs.
                Problem::new(Kind::Internal, DEFECT).into_response()
            }))
            .layer(middleware::from_fn_with_state(
                self.clone(),
                telemetry::observe,
            ))
            .with_state(self.clone())
    }
}

async fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "`/openapi.json` lists every address")
}

async fn method_not_allowed(request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(
        Kind::MethodNotAllowed,
        "the `Allow` header lists the methods of this address",
    )
    .into_response()
}
