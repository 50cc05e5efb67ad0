//! Drift among the metrics: figures that are made in the background and only shown here.

use std::sync::{Arc, atomic::AtomicU64};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::drift::Figures;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct IndexLabels {
    policy: Arc<str>,
    version: Arc<str>,
    subject: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WindowLabels {
    policy: Arc<str>,
    version: Arc<str>,
    window: &'static str,
}

/// The figures of the watched policies.
#[derive(Debug, Default)]
pub(crate) struct Drift {
    psi: Family<IndexLabels, Gauge<f64, AtomicU64>>,
    decisions: Family<WindowLabels, Gauge>,
}

impl Drift {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "drift_psi",
            "Population stability index against the reference window; absent with too few decisions",
            self.psi.clone(),
        );
        registry.register(
            "drift_decisions",
            "Decisions behind the index, in the reference window and lately",
            self.decisions.clone(),
        );
    }

    /// Shows these figures and no others.
    pub(crate) fn show(&self, figures: &[Figures]) {
        self.psi.clear();
        self.decisions.clear();
        for found in figures {
            for (subject, psi) in &found.psi {
                let labels = IndexLabels {
                    policy: Arc::clone(&found.policy),
                    version: Arc::clone(&found.version),
                    subject: Arc::clone(subject),
                };
                self.psi.get_or_create(&labels).set(*psi);
            }
            let (reference, live) = found.decisions;
            for (window, decisions) in [("reference", reference), ("live", live)] {
                let labels = WindowLabels {
                    policy: Arc::clone(&found.policy),
                    version: Arc::clone(&found.version),
                    window,
                };
                let decisions = i64::try_from(decisions).unwrap_or(i64::MAX);
                self.decisions.get_or_create(&labels).set(decisions);
            }
        }
    }
}
