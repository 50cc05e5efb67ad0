//! The ways through code that branches, returns, or takes the first value that is there.

use super::{Leaf, Mind, Wanted};
use crate::{
    check::case::{Case, fewer, too_many},
    tree::{Arm, Node, NodeKind, Step},
};

type Ways<'n> = Vec<(Case, Leaf<'n>)>;

impl<'w> Mind<'w> {
    /// The ways through a node, each with the case that takes it.
    pub(in crate::check) fn ways(&self, node: &'w Node, case: &Case) -> Ways<'w> {
        let found = self.deeper(|| match &node.kind {
            NodeKind::Local(slot) => match self.locals.get(slot) {
                Some(value) => self.ways(value, case),
                None => vec![(case.clone(), Leaf::Unknown)],
            },
            NodeKind::Return(inner) | NodeKind::Inlined { body: inner, .. } => {
                self.ways(inner, case)
            }
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => self.if_else(condition, then, otherwise.as_deref(), case),
            NodeKind::Block { steps, result } => self.block(steps, result.as_deref(), case),
            NodeKind::Coalesce(nodes) => self.coalesce(nodes, case),
            NodeKind::Switch {
                value,
                arms,
                otherwise,
            } => self.switch(value, arms, otherwise.as_deref(), case),
            _ => vec![(case.clone(), Leaf::Of(node))],
        });
        match found {
            Some(ways) if !too_many(ways.len()) => ways,
            _ => vec![(case.clone(), Leaf::Unknown)],
        }
    }

    /// The ways that end because a condition is missing or fails.
    fn stopped(&self, condition: &'w Node, case: &Case) -> Ways<'w> {
        let missing = self.assume(condition, Wanted::MISSING, case);
        let failed = self.assume(condition, Wanted::FAILED, case);
        let missing = missing.into_iter().map(|case| (case, Leaf::Missing));
        let failed = failed.into_iter().map(|case| (case, Leaf::Failed));
        missing.chain(failed).collect()
    }

    fn if_else(
        &self,
        condition: &'w Node,
        then: &'w Node,
        otherwise: Option<&'w Node>,
        case: &Case,
    ) -> Ways<'w> {
        let mut found = self.stopped(condition, case);
        for case in self.assume(condition, Wanted::TRUE, case) {
            found.extend(self.ways(then, &case));
        }
        for case in self.assume(condition, Wanted::FALSE, case) {
            match otherwise {
                Some(otherwise) => found.extend(self.ways(otherwise, &case)),
                None => found.push((case, Leaf::False)),
            }
        }
        found
    }

    fn block(&self, steps: &'w [Step], result: Option<&'w Node>, case: &Case) -> Ways<'w> {
        let (cases, mut found) = self.steps(steps, case);
        for case in cases {
            match result {
                Some(result) => found.extend(self.ways(result, &case)),
                None => found.push((case, Leaf::False)),
            }
        }
        found
    }

    /// The cases that go on behind some steps, and the ways that end in them.
    fn steps(&self, steps: &'w [Step], case: &Case) -> (Vec<Case>, Ways<'w>) {
        let (mut cases, mut ended) = (vec![case.clone()], Vec::new());
        for step in steps {
            let mut next = Vec::new();
            for case in &cases {
                match step {
                    Step::Let { value, .. } => {
                        if self.values(value, case).fails {
                            ended.push((case.clone(), Leaf::Failed));
                        }
                        next.push(case.clone());
                    }
                    Step::Run(node) => {
                        let (goes_on, ends) = self.run(node, case);
                        next.extend(goes_on);
                        ended.extend(ends);
                    }
                }
            }
            cases = fewer(next);
        }
        (cases, ended)
    }

    /// A step that is run for its `return`.
    fn run(&self, node: &'w Node, case: &Case) -> (Vec<Case>, Ways<'w>) {
        let found = self.deeper(|| match &node.kind {
            NodeKind::Return(inner) => (Vec::new(), self.ways(inner, case)),
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => {
                let mut ended = self.stopped(condition, case);
                let mut goes_on = Vec::new();
                for case in self.assume(condition, Wanted::TRUE, case) {
                    let (more, ends) = self.run(then, &case);
                    goes_on.extend(more);
                    ended.extend(ends);
                }
                for case in self.assume(condition, Wanted::FALSE, case) {
                    match otherwise {
                        Some(otherwise) => {
                            let (more, ends) = self.run(otherwise, &case);
                            goes_on.extend(more);
                            ended.extend(ends);
                        }
                        None => goes_on.push(case),
                    }
                }
                (goes_on, ended)
            }
            NodeKind::Block { steps, result } => {
                let (cases, mut ended) = self.steps(steps, case);
                let Some(result) = result else {
                    return (cases, ended);
                };
                let mut goes_on = Vec::new();
                for case in cases {
                    let (more, ends) = self.run(result, &case);
                    goes_on.extend(more);
                    ended.extend(ends);
                }
                (goes_on, ended)
            }
            // Where the arms of a `switch` lead is not followed: it may end here with anything.
            NodeKind::Switch { .. } => (vec![case.clone()], vec![(case.clone(), Leaf::Unknown)]),
            _ => (
                self.assume(node, Wanted::KNOWN, case),
                self.stopped(node, case),
            ),
        });
        found.unwrap_or_else(|| (vec![case.clone()], vec![(case.clone(), Leaf::Unknown)]))
    }

    fn coalesce(&self, nodes: &'w [Node], case: &Case) -> Ways<'w> {
        let mut found = Vec::new();
        let mut cases = vec![case.clone()];
        for node in nodes {
            let mut next = Vec::new();
            for case in &cases {
                for (case, leaf) in self.ways(node, case) {
                    let there = Wanted::KNOWN.or(Wanted::FAILED);
                    let known = self.leaf(&leaf, there, &case);
                    found.extend(known.into_iter().map(|case| (case, leaf)));
                    next.extend(self.leaf(&leaf, Wanted::MISSING, &case));
                }
            }
            cases = fewer(next);
        }
        found.extend(cases.into_iter().map(|case| (case, Leaf::Missing)));
        found
    }

    fn switch(
        &self,
        value: &'w Node,
        arms: &'w [Arm],
        otherwise: Option<&'w Node>,
        case: &Case,
    ) -> Ways<'w> {
        let mut found = Vec::new();
        for (case, leaf) in self.ways(value, case) {
            let Leaf::Of(value) = leaf else {
                found.push((case, leaf));
                continue;
            };
            found.extend(self.stopped(value, &case));
            let mut cases = self.assume(value, Wanted::KNOWN, &case);
            for arm in arms {
                let fitting = self.fitting(value, &arm.pattern, Wanted::TRUE, &cases);
                let mut next = self.fitting(value, &arm.pattern, Wanted::FALSE, &cases);
                for case in fitting {
                    let open = match &arm.guard {
                        Some(guard) => {
                            found.extend(self.stopped(guard, &case));
                            next.extend(self.assume(guard, Wanted::FALSE, &case));
                            self.assume(guard, Wanted::TRUE, &case)
                        }
                        None => vec![case],
                    };
                    for case in open {
                        found.extend(self.ways(&arm.body, &case));
                    }
                }
                cases = fewer(next);
            }
            for case in cases {
                match otherwise {
                    Some(otherwise) => found.extend(self.ways(otherwise, &case)),
                    None => found.push((case, Leaf::False)),
                }
            }
        }
        found
    }
}
