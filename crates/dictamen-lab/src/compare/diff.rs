//! What was edited between two policies.

use std::sync::Arc;

use dictamen_engine::{
    Policy,
    declaration::{
        Band, BandEffect, Bands, Declaration, Otherwise, Rule, Scorecard, Scored, Stage,
    },
    tree::Closure,
};

use super::{
    edit::{Edit, Site},
    literal::{Difference, alike, difference},
    merge::merge,
    order::{differs, weave},
};

/// The edits between two policies, each of which can be made without the others.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The first declaration, with names and empty stages of the second.
    pub(super) base: Declaration,
    /// What each edit is.
    pub edits: Vec<Edit>,
    /// For each stage, the order its rules have unless it is edited.
    pub(super) orders: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// The order of the scorecard's lines.
    pub(super) lines: Vec<Arc<str>>,
}

impl Diff {
    /// Compares what two policies declare. Ids and versions are no edit, and neither are remarks,
    /// layout, sources of params, and names that nothing reads.
    pub fn of(before: &Policy, after: &Policy) -> Self {
        let (first, second) = merge(before.declaration(), after.declaration());
        let mut diff = Self {
            base: first.clone(),
            edits: Vec::new(),
            orders: Vec::new(),
            lines: Vec::new(),
        };
        diff.params(&first, &second);
        diff.tables(&first, &second);
        diff.stages(&first, &second);
        diff.scoring(&first, &second);
        diff.ending(&first, &second);
        diff
    }

    /// Whether no applicant can be decided differently: both declare the same.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    fn params(&mut self, first: &Declaration, second: &Declaration) {
        for param in &second.params {
            let at = first
                .params
                .iter()
                .position(|known| known.name == param.name);
            let known = at.and_then(|at| Some((at, first.params.get(at)?)));
            if let Some((at, known)) = known
                && !alike(&known.value, &param.value)
                && (known.used || param.used)
            {
                self.edits.push(Edit::Param {
                    at,
                    name: Arc::clone(&param.name),
                    to: param.value.clone(),
                });
            }
        }
    }

    fn tables(&mut self, first: &Declaration, second: &Declaration) {
        for table in &second.tables {
            let mut known = first.tables.iter().enumerate();
            let like = known.find(|(_, t)| t.file == table.file && t.columns == table.columns);
            if let Some((at, known)) = like
                && known.rows != table.rows
            {
                let to = table.clone();
                self.edits.push(Edit::Table { at, to });
            }
        }
    }

    fn stages(&mut self, first: &Declaration, second: &Declaration) {
        let names = |stages: &[Stage]| -> Vec<Arc<str>> {
            stages.iter().map(|stage| Arc::clone(&stage.name)).collect()
        };
        let (before, after) = (names(&first.stages), names(&second.stages));
        let woven = weave(&before, &after);
        // Stages that only the second has begin without rules, which is nothing.
        self.base.stages = woven
            .iter()
            .filter_map(|name| {
                let known = first.stages.iter().find(|stage| stage.name == *name);
                known.cloned().or_else(|| {
                    let new = second.stages.iter().find(|stage| stage.name == *name)?;
                    Some(Stage {
                        rules: Vec::new(),
                        ..new.clone()
                    })
                })
            })
            .collect();
        for stage in &second.stages {
            let known = first.stages.iter().find(|known| known.name == stage.name);
            if let Some(known) = known
                && known.outcome != stage.outcome
            {
                self.edits.push(Edit::StageOutcome {
                    stage: Arc::clone(&stage.name),
                    to: stage.outcome,
                });
            }
        }
        if differs(&before, &after) {
            let order = weave(&after, &before);
            self.edits.push(Edit::StageOrder { order });
        }
        for (stage, rule) in rules(first) {
            match rules(second).find(|(_, other)| other.code == rule.code) {
                None => self.edits.push(Edit::RuleRemoved {
                    code: Arc::clone(&rule.code),
                }),
                Some((now, other)) => {
                    let site = Site::Rule(Arc::clone(&rule.code));
                    self.closure(&site, &rule.condition, &other.condition);
                    if now != stage {
                        self.edits.push(Edit::RuleMoved {
                            code: Arc::clone(&rule.code),
                            to: Arc::clone(now),
                        });
                    }
                }
            }
        }
        for (stage, rule) in rules(second) {
            if !rules(first).any(|(_, known)| known.code == rule.code) {
                self.edits.push(Edit::RuleAdded {
                    stage: Arc::clone(stage),
                    rule: rule.clone(),
                });
            }
        }
        for name in woven {
            let (before, after) = (codes(first, &name), codes(second, &name));
            if differs(&before, &after) {
                self.edits.push(Edit::RuleOrder {
                    stage: Arc::clone(&name),
                    order: weave(&after, &before),
                });
            }
            self.orders.push((name, weave(&before, &after)));
        }
    }

    fn closure(&mut self, site: &Site, before: &Closure, after: &Closure) {
        match difference(before, after) {
            Difference::None => {}
            Difference::Literals(changed) => {
                let edits = changed.into_iter().map(|(at, from, to)| Edit::Literal {
                    site: site.clone(),
                    at,
                    from,
                    to,
                });
                self.edits.extend(edits);
            }
            Difference::Whole => self.edits.push(Edit::Closure {
                site: site.clone(),
                to: after.clone(),
            }),
        }
    }

    fn scoring(&mut self, first: &Declaration, second: &Declaration) {
        match (&first.scorecard, &second.scorecard) {
            (Some(before), Some(after)) => {
                self.card(before, after);
                self.bands(first, second);
            }
            (None, None) => {}
            _ => self.edits.push(Edit::Scoring {
                scorecard: second.scorecard.clone(),
                bands: second.bands.clone(),
            }),
        }
    }

    fn card(&mut self, before: &Scorecard, after: &Scorecard) {
        if before.base != after.base {
            self.edits.push(Edit::Base { to: after.base });
        }
        let lines = |card: &Scorecard| -> Vec<Arc<str>> {
            let lines = card.characteristics.iter();
            lines.map(|line| Arc::clone(&line.code)).collect()
        };
        self.lines = weave(&lines(before), &lines(after));
        for line in &before.characteristics {
            let mut others = after.characteristics.iter();
            match others.find(|other| other.code == line.code) {
                Some(other) => self.line(line, other),
                None => self.edits.push(Edit::LineRemoved {
                    code: Arc::clone(&line.code),
                }),
            }
        }
        for line in &after.characteristics {
            if !before
                .characteristics
                .iter()
                .any(|known| known.code == line.code)
            {
                self.edits.push(Edit::LineAdded { line: line.clone() });
            }
        }
    }

    fn line(&mut self, before: &Scored, after: &Scored) {
        let code = &before.code;
        self.closure(&Site::Line(Arc::clone(code)), &before.input, &after.input);
        if before.bins != after.bins {
            let bounds = before.bins.iter().zip(&after.bins);
            let bounds: Vec<_> = bounds
                .map(|((one, _), (other, _))| (*one, *other))
                .collect();
            if before.bins.len() == after.bins.len() && apart(&bounds) {
                let pairs = before.bins.iter().zip(&after.bins).enumerate();
                let changed = pairs.filter(|(_, (one, other))| one != other);
                self.edits.extend(changed.map(|(at, (_, to))| Edit::Bin {
                    code: Arc::clone(code),
                    at,
                    to: *to,
                }));
            } else {
                self.edits.push(Edit::Bins {
                    code: Arc::clone(code),
                    to: after.bins.clone(),
                });
            }
        }
        if before.missing != after.missing {
            self.edits.push(Edit::MissingPoints {
                code: Arc::clone(code),
                to: after.missing,
            });
        }
    }

    fn bands(&mut self, first: &Declaration, second: &Declaration) {
        let list = |bands: &Option<Bands>| bands.as_ref().map_or(Vec::new(), |b| b.bands.clone());
        let (before, after) = (list(&first.bands), list(&second.bands));
        let ids = before.iter().map(|band| &band.id);
        // Cut-offs from the lowest up.
        let bounds = before.iter().zip(&after).rev();
        let bounds: Vec<_> = bounds
            .map(|(one, other)| (one.cut_off, other.cut_off))
            .collect();
        if !ids.eq(after.iter().map(|band| &band.id)) || !apart(&bounds) {
            let same = before
                .iter()
                .zip(&after)
                .all(|(one, other)| same_band(one, other));
            if before.len() != after.len() || !same {
                let to = second.bands.clone();
                self.edits.push(Edit::Bands { to });
            }
            return;
        }
        for (one, other) in before.iter().zip(&after) {
            let band = || Arc::clone(&one.id);
            if one.cut_off != other.cut_off {
                let to = other.cut_off;
                self.edits.push(Edit::CutOff { band: band(), to });
            }
            self.effect(one, other, first);
        }
    }

    fn effect(&mut self, one: &Band, other: &Band, first: &Declaration) {
        if same_effect(&one.effect, &other.effect) {
            return;
        }
        if let (BandEffect::Terms(before), BandEffect::Terms(after)) = (&one.effect, &other.effect)
            && before
                .iter()
                .map(|(at, _)| at)
                .eq(after.iter().map(|(at, _)| at))
        {
            for ((at, from), (_, to)) in before.iter().zip(after) {
                let name = first.terms.get(*at).map(|term| Arc::clone(&term.name));
                if !alike(from, to) {
                    self.edits.push(Edit::Term {
                        band: Arc::clone(&one.id),
                        at: *at,
                        name: name.unwrap_or_else(|| "?".into()),
                        to: to.clone(),
                    });
                }
            }
            return;
        }
        self.edits.push(Edit::BandEffect {
            band: Arc::clone(&one.id),
            to: other.effect.clone(),
        });
    }

    fn ending(&mut self, first: &Declaration, second: &Declaration) {
        match (&first.offer, &second.offer) {
            (Some(before), Some(after)) => {
                self.closure(&Site::Offer, &before.closure, &after.closure);
            }
            (None, None) if same_end(first.otherwise.as_ref(), second.otherwise.as_ref()) => {}
            _ => self.edits.push(Edit::Ending {
                offer: second.offer.clone(),
                otherwise: second.otherwise.clone(),
            }),
        }
    }
}

/// Every rule with its stage.
fn rules(declaration: &Declaration) -> impl Iterator<Item = (&Arc<str>, &Rule)> {
    let stages = declaration.stages.iter();
    stages.flat_map(|stage| stage.rules.iter().map(move |rule| (&stage.name, rule)))
}

/// Codes of a stage's rules.
fn codes(declaration: &Declaration, stage: &Arc<str>) -> Vec<Arc<str>> {
    let rules = rules(declaration).filter(|(of, _)| *of == stage);
    rules.map(|(_, rule)| Arc::clone(&rule.code)).collect()
}

/// Whether limits that ascend in both columns still ascend when some are taken from one column and
/// some from the other.
fn apart<T: Ord + Copy>(bounds: &[(T, T)]) -> bool {
    let pairs = bounds.iter().zip(bounds.iter().skip(1));
    pairs
        .into_iter()
        .all(|(low, high)| low.0.max(low.1) < high.0.min(high.1))
}

fn same_band(one: &Band, other: &Band) -> bool {
    one.id == other.id && one.cut_off == other.cut_off && same_effect(&one.effect, &other.effect)
}

fn same_effect(one: &BandEffect, other: &BandEffect) -> bool {
    match (one, other) {
        (BandEffect::Terms(before), BandEffect::Terms(after)) => {
            let pairs = before.iter().zip(after);
            before.len() == after.len()
                && pairs
                    .into_iter()
                    .all(|((at, from), (other, to))| at == other && alike(from, to))
        }
        (
            BandEffect::End {
                outcome,
                code,
                score_reasons,
            },
            BandEffect::End {
                outcome: other_outcome,
                code: other_code,
                score_reasons: other_reasons,
            },
        ) => outcome == other_outcome && code == other_code && score_reasons == other_reasons,
        _ => false,
    }
}

fn same_end(one: Option<&Otherwise>, other: Option<&Otherwise>) -> bool {
    let told = |end: Option<&Otherwise>| end.map(|end| (end.outcome, end.code.clone()));
    told(one) == told(other)
}
