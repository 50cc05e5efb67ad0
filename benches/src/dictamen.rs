//! The bench policy decided by Dictamen itself.
//!
//! [`evaluate`] is the one place that knows how the engine is called on the hot path.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use dictamen_engine::{Application, ParametersStamp, Policy, PolicySource};
use dictamen_model::characteristic::Characteristics;

use crate::{
    answer::{Answer, Codes},
    applicant::Applicant,
    record,
    ways::Way,
};

/// What a thread keeps from decision to decision, to be used again.
#[derive(Debug, Default)]
pub struct Scratch(dictamen_engine::Scratch);

/// Evaluates a policy with its trace, and leaves both in the scratch.
pub fn evaluate(policy: &Policy, ready: &Ready, at: usize, scratch: &mut Scratch) {
    black_box(policy.evaluate(&ready.facts[at], &mut scratch.0));
}

/// Applicants in the form the engine takes.
#[derive(Debug)]
pub struct Ready {
    facts: Vec<Characteristics>,
    parameters: ParametersStamp,
    as_of: NaiveDate,
}

impl Ready {
    /// Fills in the characteristics of each applicant.
    pub fn new(applicants: &[Applicant]) -> Self {
        Self {
            facts: applicants.iter().map(Applicant::facts).collect(),
            parameters: ParametersStamp {
                hash: "sha256:none".into(),
            },
            as_of: record::AS_OF.parse().unwrap(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    fn application(&self, at: usize) -> Application<'_> {
        Application {
            application_id: "APP-0001",
            as_of: self.as_of,
            characteristics: &self.facts[at],
            parameters: &self.parameters,
        }
    }
}

/// The bench policy.
pub fn policy() -> Policy {
    load(&source(&folder()))
}

/// Its knock-outs alone: what stands before the scorecard.
pub fn knock_outs() -> Policy {
    let mut source = PolicySource::new();
    let script = fs::read_to_string(folder().join("policy.rhai")).unwrap();
    let (stages, _) = script.split_once("scorecard(").unwrap();
    let reasons = fs::read(folder().join("reasons.toml")).unwrap();
    source
        .insert(
            "policy.rhai",
            format!("{stages}otherwise(APPROVE);\n").into_bytes(),
        )
        .insert("reasons.toml", reasons);
    load(&source)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/bench")
}

fn load(source: &PolicySource) -> Policy {
    Policy::load(source).unwrap().policy
}

/// The policy's files in a folder.
pub fn source(folder: &Path) -> PolicySource {
    let mut source = PolicySource::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if ["rhai", "toml", "csv"].contains(&extension) {
            let name = path.file_name().unwrap().to_str().unwrap();
            source.insert(name, fs::read(&path).unwrap());
        }
    }
    source
}

/// Evaluation with trace, as a way.
#[derive(Debug)]
pub struct Evaluated {
    policy: Policy,
    ready: Ready,
    scratch: Scratch,
}

impl Evaluated {
    /// The whole policy.
    pub fn policy(applicants: &[Applicant]) -> Self {
        Self::of(policy(), applicants)
    }

    /// The knock-outs.
    pub fn knock_outs(applicants: &[Applicant]) -> Self {
        Self::of(knock_outs(), applicants)
    }

    fn of(policy: Policy, applicants: &[Applicant]) -> Self {
        Self {
            policy,
            ready: Ready::new(applicants),
            scratch: Scratch::default(),
        }
    }
}

impl Way for Evaluated {
    fn run(&mut self, at: usize) {
        evaluate(&self.policy, &self.ready, at, &mut self.scratch);
        black_box(&mut self.scratch);
    }

    fn answer(&mut self, at: usize) -> Answer {
        let evaluated = self
            .policy
            .evaluate(&self.ready.facts[at], &mut self.scratch.0);
        answer(&evaluated.decision("APP-0001", self.ready.as_of, &self.ready.parameters))
    }
}

/// Evaluation and everything that makes it a decision: texts, hashes, printed values.
#[derive(Debug)]
pub struct Decided {
    policy: Policy,
    ready: Ready,
}

impl Decided {
    /// The whole policy.
    pub fn policy(applicants: &[Applicant]) -> Self {
        Self {
            policy: policy(),
            ready: Ready::new(applicants),
        }
    }
}

impl Way for Decided {
    fn run(&mut self, at: usize) {
        black_box(self.policy.decide(&self.ready.application(at)));
    }

    fn answer(&mut self, at: usize) -> Answer {
        answer(&self.policy.decide(&self.ready.application(at)).decision)
    }
}

fn answer(decision: &dictamen_engine::Decision) -> Answer {
    let offer = decision.offer.as_ref();
    Answer {
        outcome: decision.outcome,
        codes: Codes::named(decision.reasons.iter().map(|reason| &*reason.code)).unwrap(),
        score: decision.score,
        band: decision.band.as_ref().and_then(|band| band.chars().next()),
        amount: offer.map(|offer| offer.amount.parse().unwrap()),
        payment: offer.map(|offer| offer.monthly_payment.parse().unwrap()),
    }
}
