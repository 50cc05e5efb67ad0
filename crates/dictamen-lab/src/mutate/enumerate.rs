//! Every mutant of a policy, in the order of its script.

use std::sync::Arc;

use dictamen_engine::{
    Outcome,
    declaration::{BandEffect, Bands, Declaration, Scorecard, Scored},
    tree::{Closure, Node, NodeKind, Place, print_value},
};

use super::{
    change::{At, Change, Mutant, closures},
    step::{around, beside, step},
    trees::{self, TreeChange},
};
use crate::paths::{Called, at, replaced};

/// All mutants.
pub(super) fn mutants(declaration: &Declaration) -> Vec<Mutant> {
    let mut all = All {
        declaration,
        found: Vec::new(),
    };
    all.params();
    all.stages();
    all.trees();
    if let Some(scorecard) = &declaration.scorecard {
        all.scorecard(scorecard);
    }
    if let Some(bands) = &declaration.bands {
        all.bands(bands);
    }
    if let Some(otherwise) = &declaration.otherwise {
        let outcome = other(otherwise.outcome);
        let what = format!("`otherwise` {} → {outcome}", otherwise.outcome);
        let change = Change::Otherwise(outcome);
        all.push("outcome", otherwise.place, "otherwise", what, change);
    }
    all.found
}

struct All<'d> {
    declaration: &'d Declaration,
    found: Vec<Mutant>,
}

impl All<'_> {
    fn push(
        &mut self,
        operator: &'static str,
        place: Place,
        subject: &str,
        what: String,
        change: Change,
    ) {
        self.found.push(Mutant {
            operator,
            place,
            subject: subject.to_owned(),
            what,
            change,
        });
    }

    fn params(&mut self) {
        for (index, param) in self.declaration.params.iter().enumerate() {
            let read = closures(self.declaration);
            let read = read.filter(|(_, closure)| crate::paths::reads_param(&closure.body, index));
            if read.count() == 0 {
                continue;
            }
            for value in beside(&param.value) {
                let what = format!(
                    "`{}` {} → {}",
                    param.name,
                    print_value(&param.value),
                    print_value(&value)
                );
                let change = Change::Param { index, value };
                self.push("threshold", param.place, &param.name, what, change);
            }
        }
    }

    fn stages(&mut self) {
        for (at, stage) in self.declaration.stages.iter().enumerate() {
            let name = &stage.name;
            let outcome = other(stage.outcome);
            let what = format!("stage {name} {} → {outcome}", stage.outcome);
            let change = Change::StageOutcome { stage: at, outcome };
            self.push("outcome", stage.place, name, what, change);
            let next = self.declaration.stages.get(at.saturating_add(1));
            if let Some(next) = next {
                let what = format!("stages {name} and {} change places", next.name);
                let change = Change::SwapStages { stage: at };
                self.push("order", stage.place, name, what, change);
            }
            for (rule, found) in stage.rules.iter().enumerate() {
                let code = &found.code;
                let what = format!("rule {code} is dropped");
                let change = Change::DropRule { stage: at, rule };
                self.push("rule", found.place, code, what, change);
                if let Some(behind) = stage.rules.get(rule.saturating_add(1)) {
                    let what = format!("rules {code} and {} change places", behind.code);
                    let change = Change::SwapRules { stage: at, rule };
                    self.push("order", found.place, code, what, change);
                }
                if let Some(next) = next {
                    let what = format!("rule {code} moves to stage {}", next.name);
                    let change = Change::MoveRule { stage: at, rule };
                    self.push("order", found.place, code, what, change);
                }
            }
        }
    }

    fn trees(&mut self) {
        for (place, closure) in closures(self.declaration) {
            let called = Called::new(self.declaration, closure);
            let mut seen: Vec<Closure> = vec![closure.clone()];
            for change in trees::changes(&closure.body) {
                let changed = replaced(closure, &change.way, change.node.clone());
                if seen.iter().any(|other| other.body == changed.body) {
                    continue;
                }
                seen.push(changed.clone());
                let subject = self.subject(place);
                let said = said(&called, closure, &changed, &change);
                let what = format!("{}: {said}", title(place, &subject));
                let written = if change.node.place.line > 0 {
                    change.node.place
                } else {
                    self.place(place)
                };
                let change_of = Change::Tree {
                    at: place,
                    way: change.way,
                    closure: changed,
                };
                self.push(change.operator, written, &subject, what, change_of);
            }
        }
    }

    /// Where a closure's rule, characteristic or offer is declared.
    fn place(&self, place: At) -> Place {
        let found = match place {
            At::Rule { stage, rule } => {
                let stage = self.declaration.stages.get(stage);
                let rule = stage.and_then(|stage| stage.rules.get(rule));
                rule.map(|rule| rule.place)
            }
            At::Scored(scored) => {
                let scorecard = self.declaration.scorecard.as_ref();
                let scored = scorecard.and_then(|s| s.characteristics.get(scored));
                scored.map(|scored| scored.place)
            }
            At::Offer => self.declaration.offer.as_ref().map(|offer| offer.place),
        };
        found.unwrap_or_default()
    }

    fn subject(&self, place: At) -> Arc<str> {
        let code = match place {
            At::Rule { stage, rule } => {
                let stage = self.declaration.stages.get(stage);
                let rule = stage.and_then(|stage| stage.rules.get(rule));
                rule.map(|rule| &rule.code)
            }
            At::Scored(scored) => {
                let scorecard = self.declaration.scorecard.as_ref();
                let scored = scorecard.and_then(|s| s.characteristics.get(scored));
                scored.map(|scored| &scored.code)
            }
            At::Offer => None,
        };
        code.map_or_else(|| "offer".into(), Arc::clone)
    }

    fn scorecard(&mut self, scorecard: &Scorecard) {
        for base in around_whole(scorecard.base) {
            let what = format!("base points {} → {base}", scorecard.base);
            let change = Change::Base(base);
            self.push("points", scorecard.place, "scorecard", what, change);
        }
        for (at, scored) in scorecard.characteristics.iter().enumerate() {
            self.scored(at, scored);
        }
    }

    fn scored(&mut self, at: usize, scored: &Scored) {
        let code = &scored.code;
        let scales = scored.bins.iter().map(|(bound, _)| bound.scale());
        let step = step(scales.max().unwrap_or_default());
        for (bin, (bound, points)) in scored.bins.iter().enumerate() {
            let before = bin.checked_sub(1).and_then(|bin| scored.bins.get(bin));
            let behind = scored.bins.get(bin.saturating_add(1));
            for moved in around(*bound, step) {
                // Bins stay in order, or they are no bins.
                let in_order = before.is_none_or(|(before, _)| *before < moved)
                    && behind.is_none_or(|(behind, _)| moved < *behind);
                if in_order {
                    let what = format!("{code}: the bin from {bound} begins at {moved}");
                    let change = Change::Bound {
                        scored: at,
                        bin,
                        bound: moved,
                    };
                    self.push("bin", scored.place, code, what, change);
                }
            }
            for moved in around_whole(*points) {
                let what = format!("{code}: the bin from {bound} gives {points} → {moved} points");
                let change = Change::Points {
                    scored: at,
                    bin,
                    points: moved,
                };
                self.push("points", scored.place, code, what, change);
            }
        }
        if let Some(points) = scored.missing {
            let moved = around_whole(points).into_iter().map(Some).chain([None]);
            for moved in moved {
                let what = match moved {
                    Some(moved) => format!("{code}: missing gives {points} → {moved} points"),
                    None => format!("{code}: missing gives no points any more and refers"),
                };
                let change = Change::Missing {
                    scored: at,
                    points: moved,
                };
                self.push("missing", scored.place, code, what, change);
            }
        }
    }

    fn bands(&mut self, bands: &Bands) {
        for (at, band) in bands.bands.iter().enumerate() {
            let id = &band.id;
            let before = at.checked_sub(1).and_then(|at| bands.bands.get(at));
            let behind = bands.bands.get(at.saturating_add(1));
            for cut_off in around_whole(band.cut_off) {
                let in_order = before.is_none_or(|before| cut_off < before.cut_off)
                    && behind.is_none_or(|behind| behind.cut_off < cut_off);
                if in_order {
                    let what = format!("band {id} begins at {} → {cut_off}", band.cut_off);
                    let change = Change::CutOff { band: at, cut_off };
                    self.push("cut-off", band.place, id, what, change);
                }
            }
            for (what, effect) in self.effects(id, &band.effect) {
                let change = Change::Effect { band: at, effect };
                self.push("band", band.place, id, what, change);
            }
        }
    }

    fn effects(&self, id: &str, effect: &BandEffect) -> Vec<(String, BandEffect)> {
        let mut found = Vec::new();
        match effect {
            BandEffect::Terms(terms) => {
                for (at, (term, value)) in terms.iter().enumerate() {
                    let name = self.declaration.terms.get(*term);
                    let name = name.map_or("?", |term| &term.name);
                    for moved in beside(value) {
                        let (from, to) = (print_value(value), print_value(&moved));
                        let mut terms = terms.clone();
                        if let Some(term) = terms.get_mut(at) {
                            term.1 = moved;
                        }
                        let what = format!("band {id}: `{name}` {from} → {to}");
                        found.push((what, BandEffect::Terms(terms)));
                    }
                }
            }
            BandEffect::End {
                outcome,
                code,
                score_reasons,
            } => {
                let turned = other(*outcome);
                let effect = BandEffect::End {
                    outcome: turned,
                    code: Arc::clone(code),
                    score_reasons: *score_reasons,
                };
                found.push((format!("band {id} {outcome} → {turned}"), effect));
                let fewer = score_reasons.checked_sub(1);
                for other in [fewer, score_reasons.checked_add(1)].into_iter().flatten() {
                    let effect = BandEffect::End {
                        outcome: *outcome,
                        code: Arc::clone(code),
                        score_reasons: other,
                    };
                    let what = format!("band {id} tells {score_reasons} → {other} score reasons");
                    found.push((what, effect));
                }
            }
        }
        found
    }
}

fn title(place: At, subject: &str) -> String {
    match place {
        At::Rule { .. } => format!("rule {subject}"),
        At::Scored(_) => format!("the input of {subject}"),
        At::Offer => "the offer".to_owned(),
    }
}

/// The outcome a stage, a band or an ending can have instead.
fn other(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Refer => Outcome::Decline,
        Outcome::Approve | Outcome::Counter | Outcome::Decline => Outcome::Refer,
    }
}

fn around_whole(number: i64) -> Vec<i64> {
    let moved = [number.checked_sub(1), number.checked_add(1)];
    moved.into_iter().flatten().collect()
}

/// What a change of a tree is, with as much around it as makes it plain.
fn said(called: &Called<'_>, before: &Closure, after: &Closure, change: &TreeChange) -> String {
    let mut way = change.way.as_slice();
    while let Some((_, above)) = way.split_last() {
        match at(&before.body, above) {
            Some(node) if tells(node) => way = above,
            _ => break,
        }
    }
    let text = |body: &Node, way: &[usize]| at(body, way).map(|node| called.print(node));
    let (from, to) = (text(&before.body, way), text(&after.body, way));
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    match change.said {
        Some(said) if from == "…" => format!("a choice {said}"),
        Some(said) => format!("`{from}` {said}"),
        None if from == to => format!("`{from}` is another"),
        None => format!("`{from}` → `{to}`"),
    }
}

/// Whether a node says in print what its parts are for.
fn tells(node: &Node) -> bool {
    matches!(
        node.kind,
        NodeKind::Compare { .. }
            | NodeKind::Arithmetic { .. }
            | NodeKind::Call { .. }
            | NodeKind::OneOf { .. }
            | NodeKind::Within { .. }
            | NodeKind::Coalesce(_)
            | NodeKind::Not(_)
            | NodeKind::Negate(_)
            | NodeKind::IsMissing(_)
    )
}
