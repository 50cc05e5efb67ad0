//! The same policy with something changed: what coverage, mutants, sweeps and attribution decide with.

use std::sync::Arc;

use super::{Policy, compile};
use crate::{CatalogueReason, PolicyStamp, declaration::Declaration, tree::Place};

impl Policy {
    /// What the policy's script declared: parameters, rules, bins, bands and the trees of its closures.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// The reasons it can give, by code, the engine's own among them.
    pub fn catalogue(&self) -> &[CatalogueReason] {
        &self.reasons
    }

    /// Path of the file that a place is in, within the policy's folder.
    pub fn path_of(&self, place: Place) -> Option<&str> {
        self.files.get(place.file).map(String::as_str)
    }

    /// The policy that `declaration` makes, usually a changed copy of [`declaration`](Self::declaration):
    /// decided by the ordinary engine, under the reasons of this one, without running a script.
    ///
    /// The declaration is not checked for sense. What makes none refers when it is met, as whatever
    /// cannot be computed does; a code that the catalogue does not have is not told. Its stamp says that it was
    /// amended, since no folder has it: what it decides is an experiment and not for the log.
    ///
    /// `None` when it has no identity, or neither an offer nor an `otherwise`.
    pub fn amended(&self, declaration: Declaration) -> Option<Self> {
        let identity = declaration.identity.as_ref()?;
        let stamp = PolicyStamp {
            id: Arc::clone(&identity.id),
            version: Arc::clone(&identity.version),
            hash: format!("amended:{}", self.stamp.hash).into(),
        };
        let reasons = self.reasons.iter();
        let catalogue = reasons.map(|reason| (Arc::clone(&reason.code), reason.clone()));
        let files = Arc::clone(&self.files);
        compile::assemble(declaration, catalogue.collect(), stamp, files, true)
    }
}

#[cfg(test)]
mod tests {
    use dictamen_model::characteristic::{Characteristics, Value};

    use crate::{Outcome, Policy, PolicySource, Scratch};

    fn policy() -> Policy {
        let script = r#"policy("t", "1");
let least = param("least", 26, "weeks", "manual");
stage("K", DECLINE, [rule("K01", |a| a.weeks_total < least), rule("K02", |a| a.jobs_listed > 3)]);
otherwise(APPROVE);"#;
        let reasons =
            "[K01]\nes-MX = \"Uno\"\nen = \"One\"\n[K02]\nes-MX = \"Dos\"\nen = \"Two\"\n";
        let mut source = PolicySource::new();
        source.insert("policy.rhai", script.as_bytes());
        source.insert("reasons.toml", reasons.as_bytes());
        Policy::load(&source).unwrap().policy
    }

    fn outcome(policy: &Policy, weeks: i64) -> Outcome {
        let mut facts = Characteristics::neutral();
        facts.set("weeks_total", Value::Int(weeks)).unwrap();
        facts.set("jobs_listed", Value::Int(1)).unwrap();
        policy.evaluate(&facts, &mut Scratch::new()).outcome()
    }

    #[test]
    fn a_changed_threshold_decides_and_the_policy_stays_as_it_was() {
        let policy = policy();
        let mut changed = policy.declaration().clone();
        changed.params[0].value = Value::Int(30);
        let amended = policy.amended(changed).unwrap();
        for (weeks, before, after) in [
            (25, Outcome::Decline, Outcome::Decline),
            (26, Outcome::Approve, Outcome::Decline),
            (30, Outcome::Approve, Outcome::Approve),
        ] {
            assert_eq!(outcome(&policy, weeks), before, "{weeks}");
            assert_eq!(outcome(&amended, weeks), after, "{weeks}");
        }
        assert_ne!(policy.stamp().hash, amended.stamp().hash);
    }

    #[test]
    fn what_is_not_changed_decides_as_before_under_another_hash() {
        let policy = policy();
        let same = policy.amended(policy.declaration().clone()).unwrap();
        assert_eq!(outcome(&same, 25), outcome(&policy, 25));
        assert!(same.stamp().hash.starts_with("amended:sha256:"));
        let rule = &policy.declaration().stages[0].rules[1];
        assert_eq!(policy.path_of(rule.place), Some("policy.rhai"));
        assert_eq!(rule.place.line, 3);
    }
}
