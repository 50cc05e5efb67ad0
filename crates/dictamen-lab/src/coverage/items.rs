//! Everything there is to be covered in a policy, and whether its cases cover it.

mod score;
mod trees;

use dictamen_engine::{
    Comes, Locator, Policy, PolicySource,
    declaration::{BandEffect, Declaration},
    tree::Place,
    words::Language,
};

use super::{
    Item, Kind, State,
    probe::{Came, Probe},
    reach::Reach,
};
use crate::{
    cases::Prepared,
    mutate::{At, closure},
    paths::characteristics,
};

pub(super) fn all(policy: &Policy, source: &PolicySource, cases: &[Prepared]) -> Vec<Item> {
    let mut all = All {
        policy,
        probe: Probe::new(policy, cases),
        reach: Reach::new(policy.declaration()),
        locator: Locator::new(source),
        found: Vec::new(),
    };
    all.rules();
    all.trees();
    all.scorecard();
    all.bands();
    all.reasons();
    let mut found = all.found;
    found.sort_by(|a, b| {
        let key = |item: &Item| {
            let span = item.span.as_ref();
            span.map(|span| (span.file.clone(), span.line, span.column))
        };
        (key(a), a.kind).cmp(&(key(b), b.kind))
    });
    found
}

struct All<'a> {
    policy: &'a Policy,
    probe: Probe<'a>,
    reach: Reach<'a>,
    locator: Locator,
    found: Vec<Item>,
}

/// One thing, before it is known whether somebody can get there.
struct Wanted {
    kind: Kind,
    subject: String,
    what: String,
    needs: String,
    place: Place,
}

impl All<'_> {
    fn declaration(&self) -> &Declaration {
        self.policy.declaration()
    }

    /// `shown` are the cases that show it; `reachable` is asked only when there is none.
    fn push(&mut self, wanted: Wanted, shown: &[usize], reachable: impl FnOnce(&Self) -> bool) {
        let state = if !shown.is_empty() {
            State::Covered
        } else if reachable(self) {
            State::Uncovered
        } else {
            State::Unreachable
        };
        let paths = shown.iter().filter_map(|at| self.probe.cases.get(*at));
        self.found.push(Item {
            kind: wanted.kind,
            subject: wanted.subject,
            what: wanted.what,
            state,
            shown_by: paths.map(|case| case.path.clone()).collect(),
            needs: (state == State::Uncovered).then_some(wanted.needs),
            span: self.locator.span(wanted.place),
        });
    }

    fn rules(&mut self) {
        let policy = self.policy;
        for (stage, declared) in policy.declaration().stages.iter().enumerate() {
            for (rule, found) in declared.rules.iter().enumerate() {
                let at = At::Rule { stage, rule };
                let verdicts = self.probe.verdicts(at);
                let condition = &found.condition.body;
                let say = |holds| policy.say(condition, holds, Language::English);
                let unknown = unknown(&characteristics(condition));
                let ways = [
                    (Came::True, Comes::True, "fires", say(true)),
                    (Came::False, Comes::False, "passes", say(false)),
                    (Came::Missing, Comes::Missing, "is undecided", unknown),
                ];
                for (came, comes, what, needs) in ways {
                    let wanted = Wanted {
                        kind: Kind::Rules,
                        subject: format!("rule {}", found.code),
                        what: what.to_owned(),
                        needs: format!("a case that gets to stage {} with {needs}", declared.name),
                        place: found.place,
                    };
                    let shown = first(&verdicts, came);
                    self.push(wanted, &shown, |all| {
                        all.reach.comes(at, &found.condition, comes)
                    });
                }
            }
        }
    }

    fn reasons(&mut self) {
        let policy = self.policy;
        let declaration = policy.declaration();
        let mut codes: Vec<(String, Place, Option<At>)> = Vec::new();
        for (stage, declared) in declaration.stages.iter().enumerate() {
            for (rule, found) in declared.rules.iter().enumerate() {
                let at = At::Rule { stage, rule };
                codes.push((found.code.to_string(), found.place, Some(at)));
            }
        }
        if self.tells_score_reasons() {
            for scored in declaration
                .scorecard
                .iter()
                .flat_map(|s| &s.characteristics)
            {
                codes.push((scored.code.to_string(), scored.place, None));
            }
        }
        for band in declaration.bands.iter().flat_map(|bands| &bands.bands) {
            if let BandEffect::End { code, .. } = &band.effect {
                codes.push((code.to_string(), band.place, None));
            }
        }
        for (code, place) in &declaration.offer_codes {
            codes.push((code.to_string(), *place, None));
        }
        if let Some(otherwise) = &declaration.otherwise {
            let code = otherwise.code.iter();
            codes.extend(code.map(|code| (code.to_string(), otherwise.place, None)));
        }
        let mut seen: Vec<String> = Vec::new();
        for (code, place, rule) in codes {
            if seen.contains(&code) {
                continue;
            }
            seen.push(code.clone());
            let given = self.probe.answers.iter();
            let shown = given
                .clone()
                .position(|answer| answer.reasons.iter().any(|reason| **reason == *code));
            let shown: Vec<usize> = shown.into_iter().collect();
            let wanted = Wanted {
                kind: Kind::Reasons,
                subject: format!("reason {code}"),
                what: "is given".to_owned(),
                needs: format!("a case in which the applicant is told {code}"),
                place,
            };
            self.push(wanted, &shown, |all| {
                rule.is_none_or(|at| {
                    closure(all.declaration(), at)
                        .is_none_or(|closure| all.reach.comes(at, closure, Comes::True))
                })
            });
        }
    }

    fn tells_score_reasons(&self) -> bool {
        let bands = self.declaration().bands.iter();
        bands.flat_map(|bands| &bands.bands).any(|band| {
            matches!(band.effect, BandEffect::End { score_reasons, .. } if score_reasons > 0)
        })
    }

    /// What the closure at a place belongs to.
    fn subject(&self, at: At) -> String {
        let declaration = self.declaration();
        match at {
            At::Rule { stage, rule } => {
                let stage = declaration.stages.get(stage);
                let rule = stage.and_then(|stage| stage.rules.get(rule));
                rule.map_or_else(String::new, |rule| format!("rule {}", rule.code))
            }
            At::Scored(scored) => {
                let scorecard = declaration.scorecard.as_ref();
                let scored = scorecard.and_then(|s| s.characteristics.get(scored));
                scored.map_or_else(String::new, |scored| scored.code.to_string())
            }
            At::Offer => "the offer".to_owned(),
        }
    }
}

/// The first case that came to something.
fn first(came: &[Option<Came>], wanted: Came) -> Vec<usize> {
    let found = came.iter().position(|came| *came == Some(wanted));
    found.into_iter().collect()
}

/// That one of some characteristics is unknown.
fn unknown(read: &[usize]) -> String {
    let definitions = dictamen_model::characteristic::definitions();
    let read = read.iter().filter_map(|index| definitions.get(*index));
    let may = read.filter(|definition| definition.missing.is_some());
    let names: Vec<String> = may.map(|d| format!("`{}`", d.name)).collect();
    match names.as_slice() {
        [] => "something it needs unknown".to_owned(),
        [only] => format!("{only} unknown"),
        several => format!("one of {} unknown", several.join(", ")),
    }
}
