//! Whether a changed tree comes to the same as before.

use dictamen_engine::{
    Applicants, Comes, Reasoning,
    declaration::Declaration,
    tree::{Closure, Node, NodeKind},
};
use dictamen_model::characteristic::{Value, definitions};

use super::{Prover, Same, lattice};
use crate::{
    mutate::change::{At, Change, closure, closures},
    paths::{Way, at, characteristics, is_condition, of_node, walk},
};

/// One closure that is changed, before and after.
pub(super) struct Pair<'a> {
    pub(super) before: &'a Closure,
    pub(super) after: &'a Closure,
    pub(super) place: At,
    /// The ways to the innermost conditions that are changed; `None` when the change is outside of
    /// every condition.
    sites: Option<Vec<Way>>,
}

/// Reasoning about a policy before and after.
pub(super) struct Both<'a> {
    pub(super) before: &'a Reasoning<'a>,
    pub(super) after: Reasoning<'a>,
}

const COMES: [Comes; 4] = [Comes::True, Comes::False, Comes::Missing, Comes::Failed];

pub(super) fn prove(
    prover: &Prover<'_>,
    reasoning: &Reasoning<'_>,
    change: &Change,
    changed: &Declaration,
) -> Result<Same, Applicants> {
    let both = Both {
        before: reasoning,
        after: Reasoning::new(changed),
    };
    let (mut why, mut left) = (None, Applicants::nobody());
    for pair in pairs(prover.original, changed, change) {
        match pair.prove(prover, &both, change, changed) {
            Ok(Same(because)) => why = why.or(Some(because)),
            Err(others) => left = left.and(others),
        }
    }
    if left.is_empty() {
        let nowhere = || "nothing that is decided reads it".to_owned();
        return Ok(Same(why.unwrap_or_else(nowhere)));
    }
    Err(left)
}

/// Every closure that a change changes.
fn pairs<'a>(
    original: &'a Declaration,
    changed: &'a Declaration,
    change: &Change,
) -> Vec<Pair<'a>> {
    let mut found = Vec::new();
    let mut push = |place, ways: Vec<Way>| {
        let (Some(before), Some(after)) = (closure(original, place), closure(changed, place))
        else {
            return;
        };
        let sites = ways.iter().map(|way| condition_around(before, after, way));
        let sites = sites.collect::<Option<Vec<Way>>>().map(|mut sites| {
            sites.sort_unstable();
            sites.dedup();
            sites
        });
        found.push(Pair {
            before,
            after,
            place,
            sites,
        });
    };
    match change {
        Change::Tree { at, way, .. } => push(*at, vec![way.clone()]),
        Change::Param { index, .. } => {
            for (place, closure) in closures(original) {
                let mut ways = Vec::new();
                walk(&closure.body, &mut |way, node| {
                    if matches!(node.kind, NodeKind::Param(found) if found == *index) {
                        ways.push(way.to_vec());
                    }
                });
                if !ways.is_empty() {
                    push(place, ways);
                }
            }
        }
        _ => {}
    }
    found
}

/// The way to the innermost condition around a node that is one before and after.
fn condition_around(before: &Closure, after: &Closure, way: &[usize]) -> Option<Way> {
    let condition = |closure: &Closure, way: &[usize]| {
        at(&closure.body, way).is_some_and(|node| {
            is_condition(node) || matches!(node.kind, NodeKind::Constant(Value::Bool(_)))
        })
    };
    let mut ways = (0..=way.len()).rev().filter_map(|length| way.get(..length));
    let found = ways.find(|way| condition(before, way) && condition(after, way))?;
    Some(found.to_vec())
}

impl Pair<'_> {
    fn prove(
        &self,
        prover: &Prover<'_>,
        both: &Both<'_>,
        change: &Change,
        changed: &Declaration,
    ) -> Result<Same, Applicants> {
        let (mut why, mut told) = (None, Applicants::nobody());
        match &self.sites {
            None => told = Applicants::everybody(),
            Some(sites) => {
                for way in sites {
                    match self.site(prover, both, change, changed, way) {
                        Ok(Same(because)) => why = why.or(Some(because)),
                        Err(others) => told = told.and(others),
                    }
                }
            }
        }
        if told.is_empty() {
            let why = why.unwrap_or_else(|| "nothing reads it".to_owned());
            return Ok(Same(why));
        }
        let rest = "the rest of the condition settles it for whoever could tell the two apart";
        match self.place {
            At::Rule { stage, .. } => {
                let mut told_so = differ(both, self.before, self.after, &told);
                // Undecided either way, and perhaps for want of something else.
                told_so = told_so.and(lack(both, self.before, self.after, &told));
                prover.reaching(both.before, told_so, stage, rest)
            }
            At::Scored(_) => {
                let stages = prover.original.stages.len();
                prover.reaching(both.before, told, stages, rest)
            }
            At::Offer => prover.scored(both.before, told, rest),
        }
    }

    /// Whether one condition comes to the same.
    fn site(
        &self,
        prover: &Prover<'_>,
        both: &Both<'_>,
        change: &Change,
        changed: &Declaration,
        way: &[usize],
    ) -> Result<Same, Applicants> {
        let (Some(before), Some(after)) = (at(&self.before.body, way), at(&self.after.body, way))
        else {
            return Err(Applicants::everybody());
        };
        let sides = lattice::Sides {
            before: (prover.original, self.before, before),
            after: (changed, self.after, after),
        };
        if let Some(same) = lattice::prove(&sides, change) {
            return Ok(same);
        }
        let alone = (of_node(self.before, before), of_node(self.after, after));
        let mut told = differ(both, &alone.0, &alone.1, &Applicants::everybody());
        if !lack_alike(before, after) {
            let mut undecided = lack(both, &alone.0, &alone.1, &Applicants::everybody());
            if let Some(dropped) = dropped(before, after) {
                let dropped = of_node(self.before, dropped);
                undecided = both.before.among(&undecided, &dropped, Comes::Missing);
            }
            told = told.and(undecided);
        }
        if told.is_empty() {
            return Ok(Same(unlike(&alone.0.body)));
        }
        Err(told)
    }
}

/// Those for whom two closures come to different things.
fn differ(both: &Both<'_>, before: &Closure, after: &Closure, among: &Applicants) -> Applicants {
    let mut found = Applicants::nobody();
    for comes in COMES {
        let one = both.before.among(among, before, comes);
        if one.is_empty() {
            continue;
        }
        for other in COMES.into_iter().filter(|other| *other != comes) {
            found = found.and(both.after.among(&one, after, other));
        }
    }
    found
}

/// Those for whom two closures are both undecided.
fn lack(both: &Both<'_>, before: &Closure, after: &Closure, among: &Applicants) -> Applicants {
    let missing = both.before.among(among, before, Comes::Missing);
    both.after.among(&missing, after, Comes::Missing)
}

/// Whether two conditions, where both are undecided, are so for want of the same values.
fn lack_alike(before: &Node, after: &Node) -> bool {
    match (&before.kind, &after.kind) {
        (NodeKind::Not(inner), _) if **inner == *after => true,
        (_, NodeKind::Not(inner)) if **inner == *before => true,
        (NodeKind::And(one) | NodeKind::Or(one), NodeKind::And(other) | NodeKind::Or(other)) => {
            one == other
        }
        (NodeKind::Compare { .. }, NodeKind::Compare { .. })
        | (NodeKind::Within { .. }, NodeKind::Within { .. })
        | (NodeKind::OneOf { .. }, NodeKind::OneOf { .. }) => {
            characteristics(before) == characteristics(after)
        }
        _ => false,
    }
}

/// The one part of `&&` or `||` that is not there any more, when nothing else is another.
fn dropped<'n>(before: &'n Node, after: &Node) -> Option<&'n Node> {
    let (NodeKind::And(nodes) | NodeKind::Or(nodes)) = &before.kind else {
        return None;
    };
    let kept = match (&before.kind, &after.kind) {
        (NodeKind::And(_), NodeKind::And(kept)) | (NodeKind::Or(_), NodeKind::Or(kept)) => {
            kept.as_slice()
        }
        _ => std::slice::from_ref(after),
    };
    let alike = |at: usize| {
        let others = nodes.iter().enumerate().filter(|(i, _)| *i != at);
        others.map(|(_, node)| node).eq(kept)
    };
    let at = (0..nodes.len()).find(|at| alike(*at))?;
    nodes.get(at)
}

/// That no value tells two conditions apart, with the ranges that make it so.
fn unlike(node: &Node) -> String {
    let ranges = characteristics(node).into_iter().filter_map(|index| {
        let definition = definitions().get(index)?;
        let range = definition.range?;
        Some(format!(
            "`{}` goes from {} to {}",
            definition.name,
            range.low.normalize(),
            range.high.normalize()
        ))
    });
    let ranges: Vec<String> = ranges.collect();
    if ranges.is_empty() {
        return "no possible value tells the two apart".to_owned();
    }
    format!(
        "no possible value tells the two apart: {}",
        ranges.join(", ")
    )
}
