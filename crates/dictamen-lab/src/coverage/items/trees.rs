//! Conditions and branches of every closure.

use dictamen_engine::{
    Comes,
    tree::{Closure, NodeKind, Place},
    words::Language,
};

use super::{All, Wanted, first};
use crate::{
    coverage::{
        Kind,
        parts::{self, Arm, ArmKind, Atom},
        probe::Came,
    },
    mutate::{At, closure},
    paths::{Called, at},
};

impl All<'_> {
    pub(super) fn trees(&mut self) {
        let parts = parts::all(self.policy.declaration());
        for atom in &parts.atoms {
            self.atom(atom);
        }
        for arm in &parts.arms {
            self.arm(arm);
        }
    }

    fn atom(&mut self, atom: &Atom) {
        let policy = self.policy;
        let place = atom.at;
        let Some(found) = closure(policy.declaration(), place) else {
            return;
        };
        let Some(node) = at(&found.body, &atom.way) else {
            return;
        };
        let met = self.probe.met(place, &atom.root);
        let mut values = self.probe.values(place, &atom.way);
        for (value, met) in values.iter_mut().zip(&met) {
            if !met {
                *value = None;
            }
        }
        let shown = Called::new(policy.declaration(), found).print(node);
        let subject = self.subject(place);
        let written = self.written(atom.place, place);
        let gets_there = self.gets_there(place);
        for (came, comes, holds) in [
            (Came::True, Comes::True, true),
            (Came::False, Comes::False, false),
        ] {
            let wanted = Wanted {
                kind: Kind::Conditions,
                subject: subject.clone(),
                what: format!("has `{shown}` {holds}"),
                needs: format!(
                    "a case that {gets_there} with {}",
                    self.said(found, node, holds)
                ),
                place: written,
            };
            self.push(wanted, &first(&values, came), |all| {
                all.reach.node_comes(place, &atom.way, comes)
            });
        }
        let decides = self.probe.decides(place, &atom.way);
        let effective = |wanted| {
            let both = values.iter().zip(&decides);
            let mut found = both.enumerate();
            found
                .find(|(_, (value, decides))| **value == Some(wanted) && **decides)
                .map(|(case, _)| case)
        };
        let (one, other) = (effective(Came::True), effective(Came::False));
        let lacks = match (one, other) {
            (None, Some(_)) => "true",
            (Some(_), None) => "false",
            _ => "true, and another in which it is false",
        };
        let wanted = Wanted {
            kind: Kind::Effects,
            subject: subject.clone(),
            what: format!("is settled by `{shown}` alone"),
            needs: format!(
                "a case in which `{shown}` is {lacks}, while everything else leaves {subject} open"
            ),
            place: written,
        };
        let pair: Vec<usize> = one.zip(other).map_or_else(Vec::new, |(a, b)| vec![a, b]);
        self.push(wanted, &pair, |all| {
            let decides = |comes| all.reach.decides(place, &atom.way, comes);
            decides(Comes::True) && decides(Comes::False)
        });
    }

    fn arm(&mut self, arm: &Arm) {
        let policy = self.policy;
        let place = arm.at;
        let Some(found) = closure(policy.declaration(), place) else {
            return;
        };
        let called = Called::new(policy.declaration(), found);
        let written = |way: &[usize]| {
            let node = at(&found.body, way);
            node.map_or_else(String::new, |node| called.print(node))
        };
        let gets_there = self.gets_there(place);
        let condition = |way: &[usize], holds| {
            let node = at(&found.body, way);
            let said = node.map(|node| self.said(found, node, holds));
            format!("a case that {gets_there} with {}", said.unwrap_or_default())
        };
        let (what, needs) = match &arm.kind {
            ArmKind::Then(way) => (
                format!("goes on where `{}` holds", written(way)),
                condition(way, true),
            ),
            ArmKind::Else(way) | ArmKind::Skipped(way) => (
                format!("goes on where `{}` does not hold", written(way)),
                condition(way, false),
            ),
            ArmKind::Switch(number) => (
                format!("takes arm {number} of its `switch`"),
                format!("a case that {gets_there} and takes arm {number}"),
            ),
            ArmKind::Fallback(way) => (
                format!(
                    "takes `{}` because `{}` is missing",
                    written(&arm.way),
                    written(way)
                ),
                format!("a case that {gets_there} with `{}` unknown", written(way)),
            ),
            ArmKind::Grant => (
                "grants".to_owned(),
                format!("a case that {gets_there} and is granted something"),
            ),
            ArmKind::Reduction(code) => (format!("reduces with {code}"), condition(&arm.way, true)),
            ArmKind::Settle(code) => (
                format!("ends with {code}"),
                format!("a case that {gets_there} and ends with {code}"),
            ),
        };
        let cases = self.arm_cases(arm);
        let kind = if matches!(arm.kind, ArmKind::Fallback(_)) {
            Kind::Missing
        } else {
            Kind::Branches
        };
        let wanted = Wanted {
            kind,
            subject: self.subject(place),
            what,
            needs,
            place: self.written(arm.place, place),
        };
        self.push(wanted, &cases, |all| {
            let comes = |way: &[usize], comes| all.reach.node_comes(place, way, comes);
            match &arm.kind {
                ArmKind::Then(way) => comes(way, Comes::True),
                ArmKind::Else(way) | ArmKind::Skipped(way) => comes(way, Comes::False),
                ArmKind::Fallback(way) => comes(way, Comes::Missing),
                ArmKind::Reduction(_) => comes(&arm.way, Comes::True),
                ArmKind::Switch(_) | ArmKind::Grant | ArmKind::Settle(_) => true,
            }
        });
    }

    /// The first case that goes there.
    fn arm_cases(&self, arm: &Arm) -> Vec<usize> {
        let met = self.probe.met(arm.at, &arm.way);
        let wanted = match arm.kind {
            ArmKind::Skipped(_) => Some(Came::False),
            ArmKind::Reduction(_) => Some(Came::True),
            _ => None,
        };
        let Some(wanted) = wanted else {
            return met.iter().position(|met| *met).into_iter().collect();
        };
        let values = self.probe.values(arm.at, &arm.way);
        let mut both = met.iter().zip(&values);
        let found = both.position(|(met, value)| *met && *value == Some(wanted));
        found.into_iter().collect()
    }

    /// A condition in words; as written where it stands on values the script has named.
    fn said(&self, found: &Closure, node: &dictamen_engine::tree::Node, holds: bool) -> String {
        let mut named = false;
        dictamen_engine::tree::visit(node, &mut |part| {
            named = named
                || matches!(
                    part.kind,
                    NodeKind::Local(_) | NodeKind::Inlined { .. } | NodeKind::Block { .. }
                );
        });
        if named {
            let shown = Called::new(self.policy.declaration(), found).print(node);
            return format!("`{shown}` {holds}");
        }
        self.policy.say(node, holds, Language::English)
    }

    fn gets_there(&self, place: At) -> String {
        match place {
            At::Rule { stage, .. } => {
                let stage = self.policy.declaration().stages.get(stage);
                let name = stage.map_or("?", |stage| &stage.name);
                format!("gets to stage {name}")
            }
            At::Scored(_) => "is scored".to_owned(),
            At::Offer => "gets to the offer".to_owned(),
        }
    }

    /// Where something is written, or at least what it belongs to.
    fn written(&self, own: Place, place: At) -> Place {
        if own.line > 0 {
            return own;
        }
        let declaration = self.policy.declaration();
        let found = match place {
            At::Rule { stage, rule } => {
                let stage = declaration.stages.get(stage);
                let rule = stage.and_then(|stage| stage.rules.get(rule));
                rule.map(|rule| rule.place)
            }
            At::Scored(scored) => {
                let scorecard = declaration.scorecard.as_ref();
                let scored = scorecard.and_then(|s| s.characteristics.get(scored));
                scored.map(|scored| scored.place)
            }
            At::Offer => declaration.offer.as_ref().map(|offer| offer.place),
        };
        found.unwrap_or_default()
    }
}
