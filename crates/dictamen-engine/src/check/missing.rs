//! Values that may be missing where the policy takes no care of it, and what then happens.
//!
//! The system refers what it cannot decide. Where the stage would have declined, that is another
//! answer than the rule was written for, and somebody should know. In a stage that refers it is
//! the same answer, and nothing is said.

use std::collections::BTreeSet;

use dictamen_model::characteristic::{Definition, definitions, presences};

use super::{
    case::Case,
    reason::{Mind, Wanted, World},
    values::{Known, Values},
};
use crate::{
    Diagnostic, Outcome,
    text::Texts,
    tree::{Closure, Node, NodeKind, Place, visit},
};

/// Steps that one look at everything known together counts for.
const LOOK: u32 = 100;

/// What a closure is to the policy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role<'a> {
    Rule { code: &'a str, outcome: Outcome },
    Scored { code: &'a str },
    Offer,
}

/// Notes what may be missing for those who get to a closure.
pub(super) fn check(
    world: &World<'_>,
    closure: &Closure,
    role: Role<'_>,
    reaching: &[Case],
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mind = world.mind(closure);
    let undecided = mind.among(reaching, &closure.body, Wanted::MISSING);
    let lacking = lacking(&mind, &closure.body, &undecided);
    let (Some(place), Some(subject)) = (lacking.place, lacking.subject(closure)) else {
        return;
    };
    let (message, instead) = match role {
        Role::Rule { code, outcome } => (
            format!("{subject} may be missing, and rule `{code}` is then undecided"),
            format!(
                "unless another rule of the stage fires, the application is then referred, not {}",
                passive(outcome)
            ),
        ),
        Role::Scored { code } => (
            format!("{subject} may be missing, and `{code}` then has no points"),
            "the application is then referred without a score; `missing(points)` gives points"
                .to_owned(),
        ),
        Role::Offer => (
            format!("{subject} may be missing, and there is then no offer"),
            "the application is then referred; a rule before the offer can say why".to_owned(),
        ),
    };
    let when = lacking
        .when()
        .map_or_else(String::new, |w| format!("missing when {w}; "));
    diagnostics.push(
        Diagnostic::note("policy::may-be-missing", message)
            .at(texts.span(place))
            .help(format!("{when}{instead}")),
    );
}

fn passive(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approve => "approved",
        Outcome::Counter => "countered",
        Outcome::Refer => "referred",
        Outcome::Decline => "declined",
    }
}

/// What a closure lacks.
#[derive(Default)]
struct Lacking {
    characteristics: BTreeSet<usize>,
    place: Option<Place>,
}

impl Lacking {
    fn definitions(&self) -> impl Iterator<Item = &'static Definition> {
        let all = definitions();
        self.characteristics.iter().filter_map(|i| all.get(*i))
    }

    fn subject(&self, closure: &Closure) -> Option<String> {
        let mut names: Vec<_> = self
            .definitions()
            .map(|d| format!("`a.{}`", d.name))
            .collect();
        if names.is_empty() {
            let mut looked_up = false;
            visit(&closure.body, &mut |node| {
                looked_up |= matches!(node.kind, NodeKind::Lookup { .. });
            });
            return looked_up.then(|| "what is looked up in a table".to_owned());
        }
        let last = names.pop()?;
        Some(if names.is_empty() {
            last
        } else {
            format!("{} or {last}", names.join(", "))
        })
    }

    fn when(&self) -> Option<String> {
        let words: BTreeSet<&str> = self.definitions().filter_map(|d| d.missing).collect();
        let words: Vec<&str> = words.into_iter().collect();
        (!words.is_empty()).then(|| words.join(", or when "))
    }
}

/// The characteristics that are missing in some case that can really come, with the place of the
/// first.
fn lacking(mind: &Mind<'_>, body: &Node, undecided: &[Case]) -> Lacking {
    let mut found = Lacking::default();
    let mut read = Vec::new();
    visit(body, &mut |node| {
        if let NodeKind::Characteristic(index) = node.kind {
            read.push((index, node.place));
        }
    });
    let mut possible = false;
    for case in undecided {
        let Some(case) = settled(mind.world, case) else {
            continue;
        };
        possible = true;
        let surely = |index: &usize| mind.world.values_of(*index, &case).is_surely_missing();
        let missing = read.iter().map(|(index, _)| *index).filter(surely);
        found.characteristics.extend(missing);
    }
    if possible {
        let first = read.iter().find(|(i, _)| found.characteristics.contains(i));
        found.place = Some(first.map_or(body.place, |(_, place)| *place));
    }
    found
}

/// What else is known in a case, by what is known together; nothing when nobody can be in it, or
/// when there is no time left to tell.
fn settled(world: &World<'_>, case: &Case) -> Option<Case> {
    let mut case = case.clone();
    loop {
        world.take(LOOK)?;
        let mut found = Vec::new();
        for presence in presences() {
            let holds = world.look(presence.given, &case).is_some_and(|given| {
                let is_true = matches!(given.known, Known::Truth { no: false, .. });
                !given.missing && (!presence.is_true || is_true)
            });
            if holds {
                let missing = |index: &&usize| {
                    let values = world.look(**index, &case);
                    values.is_some_and(|values| values.missing)
                };
                found.extend(presence.known.iter().filter(missing).copied());
            }
        }
        if found.is_empty() {
            return Some(case);
        }
        for index in found {
            let there = Values {
                missing: false,
                ..world.values_of(index, &case)
            };
            if there.is_impossible() {
                return None;
            }
            case = case.with(index, there);
        }
    }
}
