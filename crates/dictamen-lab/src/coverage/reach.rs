//! Whether anybody can get to a part of a policy, by the engine's reasoning.

use dictamen_engine::{
    Applicants, Comes, Reasoning,
    declaration::Declaration,
    tree::{Closure, Node, NodeKind, Place},
};
use dictamen_model::characteristic::Value;

use crate::{
    mutate::{At, closure},
    paths::{Way, at, of_node, replaced},
};

pub(super) struct Reach<'d> {
    declaration: &'d Declaration,
}

impl<'d> Reach<'d> {
    pub(super) fn new(declaration: &'d Declaration) -> Self {
        Self { declaration }
    }

    /// Whether there may be somebody among some applicants who gets to a closure.
    fn gets_to(&self, reasoning: &Reasoning<'_>, applicants: Applicants, place: At) -> bool {
        let stages = match place {
            At::Rule { stage, .. } => stage,
            At::Scored(_) | At::Offer => self.declaration.stages.len(),
        };
        let left = (0..stages).fold(applicants, |left, stage| reasoning.behind(&left, stage));
        let left = if place == At::Offer {
            reasoning.scored(&left)
        } else {
            left
        };
        !left.is_empty()
    }

    /// Whether a closure, or one made of it, may come to something for somebody who gets to it.
    pub(super) fn comes(&self, place: At, made: &Closure, comes: Comes) -> bool {
        let reasoning = Reasoning::new(self.declaration);
        let found = reasoning.among(&Applicants::everybody(), made, comes);
        self.gets_to(&reasoning, found, place)
    }

    /// Whether a node of a closure may come to something.
    pub(super) fn node_comes(&self, place: At, way: &[usize], comes: Comes) -> bool {
        let Some(found) = closure(self.declaration, place) else {
            return true;
        };
        let node = at(&found.body, way);
        node.is_none_or(|node| self.comes(place, &of_node(found, node), comes))
    }

    /// Whether a condition of a rule may decide it while the condition itself comes to something.
    pub(super) fn decides(&self, place: At, way: &Way, comes: Comes) -> bool {
        let Some(found) = closure(self.declaration, place) else {
            return true;
        };
        let (At::Rule { .. }, Some(node)) = (place, at(&found.body, way)) else {
            return true;
        };
        let reasoning = Reasoning::new(self.declaration);
        let among = reasoning.among(&Applicants::everybody(), &of_node(found, node), comes);
        let settled = |to| {
            let node = Node {
                kind: NodeKind::Constant(Value::Bool(to)),
                place: Place::default(),
            };
            replaced(found, way, node)
        };
        let (one, other) = (settled(true), settled(false));
        let all = [Comes::True, Comes::False, Comes::Missing];
        all.into_iter().any(|comes| {
            let first = reasoning.among(&among, &one, comes);
            let others = all.into_iter().filter(|other| *other != comes);
            others.into_iter().any(|different| {
                let both = reasoning.among(&first, &other, different);
                self.gets_to(&reasoning, both, place)
            })
        })
    }
}
