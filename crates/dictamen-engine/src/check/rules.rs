//! Rules that can never fire, always fire, come too late, or say the same as another.

use std::collections::BTreeSet;

use super::{
    case::Case,
    missing::{self, Role},
    reason::{Wanted, World},
};
use crate::{
    Diagnostic, Outcome,
    declaration::{Declaration, Rule, Stage},
    text::Texts,
    tree::{Node, NodeKind, Place, print, print_value, visit},
};

/// Goes through the stages in the order in which they run.
pub(super) fn check(
    world: &World<'_>,
    declaration: &Declaration,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let told = told_at(diagnostics);
    let mut check = Check {
        world,
        declaration,
        texts,
        diagnostics,
        told,
        earlier: Vec::new(),
        ends_all: false,
    };
    // Everybody; then those whose run no stage has ended.
    let mut reaching = vec![Case::default()];
    for stage in &declaration.stages {
        if reaching.is_empty() {
            check.unreachable(&format!("stage `{}`", stage.name), stage.place);
        }
        check.stage(stage, &reaching);
        reaching = behind(world, stage, reaching);
        check
            .earlier
            .extend(stage.rules.iter().map(|rule| (stage, rule)));
    }
    if reaching.is_empty() {
        if let Some(scorecard) = &declaration.scorecard {
            check.unreachable("the scorecard", scorecard.place);
        } else if let Some(offer) = &declaration.offer {
            check.unreachable("the offer", offer.place);
        } else if let Some(otherwise) = &declaration.otherwise {
            check.unreachable("`otherwise`", otherwise.place);
        }
        return;
    }
    let scored = declaration
        .scorecard
        .iter()
        .flat_map(|s| &s.characteristics);
    for scored in scored.filter(|scored| scored.missing.is_none()) {
        let role = Role::Scored { code: &scored.code };
        missing::check(
            world,
            &scored.input,
            role,
            &reaching,
            texts,
            check.diagnostics,
        );
    }
    for scored in declaration
        .scorecard
        .iter()
        .flat_map(|s| &s.characteristics)
    {
        if scored.missing.is_none() {
            let mind = world.mind(&scored.input);
            reaching = mind.among(&reaching, &scored.input.body, Wanted::KNOWN);
        }
    }
    if let Some(offer) = &declaration.offer {
        missing::check(
            world,
            &offer.closure,
            Role::Offer,
            &reaching,
            texts,
            check.diagnostics,
        );
    }
}

/// Those whose run goes on behind a stage: no rule of it fires, is undecided or fails.
fn behind(world: &World<'_>, stage: &Stage, mut reaching: Vec<Case>) -> Vec<Case> {
    for rule in &stage.rules {
        let mind = world.mind(&rule.condition);
        reaching = mind.among(&reaching, &rule.condition.body, Wanted::FALSE);
    }
    reaching
}

/// Files, lines and columns at which a comparison is already said to have one answer.
fn told_at(diagnostics: &[Diagnostic]) -> BTreeSet<(String, usize, usize)> {
    let told = diagnostics
        .iter()
        .filter(|d| d.code == "script::out-of-range");
    let spans = told.filter_map(|d| d.span.as_ref());
    spans
        .map(|span| (span.file.clone(), span.line, span.column))
        .collect()
}

struct Check<'a> {
    world: &'a World<'a>,
    declaration: &'a Declaration,
    texts: &'a Texts,
    diagnostics: &'a mut Vec<Diagnostic>,
    told: BTreeSet<(String, usize, usize)>,
    /// The rules of the stages before this one.
    earlier: Vec<(&'a Stage, &'a Rule)>,
    /// Whether it was said that nobody passes.
    ends_all: bool,
}

impl<'a> Check<'a> {
    fn warn(&mut self, code: &'static str, rule: &Rule, message: String, help: String) {
        let span = self.texts.span(rule.place);
        self.diagnostics
            .push(Diagnostic::warning(code, message).at(span).help(help));
    }

    /// Nobody gets here. Not said when a rule that always fires was told as the cause.
    fn unreachable(&mut self, what: &str, place: Place) {
        if std::mem::replace(&mut self.ends_all, true) {
            return;
        }
        let message = format!("no application gets to {what}");
        let help = "whoever is not met by one rule of the stages before it is met by another";
        let span = self.texts.span(place);
        self.diagnostics.push(
            Diagnostic::warning("policy::unreachable", message)
                .at(span)
                .help(help),
        );
    }

    fn stage(&mut self, stage: &'a Stage, reaching: &[Case]) {
        for (i, rule) in stage.rules.iter().enumerate() {
            self.alike(rule, stage.rules.iter().take(i));
            let sound = self.fires(rule, reaching);
            if sound && stage.outcome != Outcome::Refer {
                let role = Role::Rule {
                    code: &rule.code,
                    outcome: stage.outcome,
                };
                let closure = &rule.condition;
                missing::check(
                    self.world,
                    closure,
                    role,
                    reaching,
                    self.texts,
                    self.diagnostics,
                );
            }
        }
    }

    fn alike(&mut self, rule: &Rule, mut before: impl Iterator<Item = &'a Rule>) {
        let same = before.find(|other| other.condition.body == rule.condition.body);
        if let Some(other) = same {
            let message = format!(
                "rule `{}` has the same condition as `{}` of the same stage",
                rule.code, other.code
            );
            let help = format!(
                "`{}` is on line {}; both fire or neither, so one of them is probably meant otherwise",
                other.code, other.place.line
            );
            self.warn("policy::duplicate-condition", rule, message, help);
        }
    }

    /// Whether there is someone for whom a rule fires, someone for whom it does not, and someone of
    /// the first who gets to it.
    fn fires(&mut self, rule: &Rule, reaching: &[Case]) -> bool {
        let mind = self.world.mind(&rule.condition);
        let body = &rule.condition.body;
        let fires = mind.assume(body, Wanted::TRUE, &Case::default());
        if fires.is_empty() {
            if !self.is_told(body) {
                let (message, help) = self.never(rule);
                self.warn("policy::never-fires", rule, message, help);
            }
            return false;
        }
        let not = |wanted| mind.assume(body, wanted, &Case::default()).is_empty();
        if not(Wanted::FALSE) {
            if !self.is_told(body) {
                let always = not(Wanted::MISSING.or(Wanted::FAILED));
                let message = if always {
                    format!("rule `{}` fires for every application", rule.code)
                } else {
                    format!("rule `{}` fires whenever it can be decided", rule.code)
                };
                let holds = self.given(body);
                let help = format!("{holds}for every value it holds; check numbers and signs");
                self.warn("policy::always-fires", rule, message, help);
            }
            self.ends_all = true;
            return false;
        }
        let reached = !mind.among(reaching, body, Wanted::TRUE).is_empty();
        // Where nobody gets to a stage, that was said of the stage.
        if !reached && !reaching.is_empty() {
            self.shadowed(rule, &fires);
        }
        reached
    }

    /// Whether something more exact was already said about a part of a condition.
    fn is_told(&self, body: &Node) -> bool {
        let mut told = false;
        visit(body, &mut |node| {
            let Place {
                file, line, column, ..
            } = node.place;
            told = told
                || self.told.iter().any(|(path, l, c)| {
                    (*l, *c) == (line, column) && path == self.texts.path(file)
                });
        });
        told
    }

    /// The thresholds that a condition reads, as the beginning of a sentence.
    fn given(&self, body: &Node) -> String {
        let mut read = BTreeSet::new();
        visit(body, &mut |node| {
            if let NodeKind::Param(index) = node.kind {
                read.insert(index);
            }
        });
        let params = read.iter().filter_map(|i| self.declaration.params.get(*i));
        let given: Vec<String> = params
            .map(|param| format!("`{}` at {}", param.name, print_value(&param.value)))
            .collect();
        if given.is_empty() {
            return String::new();
        }
        format!("with {}, ", given.join(" and "))
    }

    /// Why a rule can never fire, as closely as it can be said.
    fn never(&self, rule: &Rule) -> (String, String) {
        let code = &rule.code;
        let NodeKind::And(parts) = &rule.condition.body.kind else {
            return (
                format!("rule `{code}` can never fire"),
                format!(
                    "{}for no value does it hold; check numbers and signs",
                    self.given(&rule.condition.body)
                ),
            );
        };
        let mind = self.world.mind(&rule.condition);
        let holds = |case: &Case, node| mind.assume(node, Wanted::TRUE, case);
        let shown = |node| print(node, self.declaration);
        for (i, later) in parts.iter().enumerate() {
            if holds(&Case::default(), later).is_empty() {
                return (
                    format!(
                        "rule `{code}` can never fire: `{}` never holds",
                        shown(later)
                    ),
                    "check the number and its sign".to_owned(),
                );
            }
            for sooner in parts.iter().take(i) {
                let both = holds(&Case::default(), sooner);
                if both.iter().all(|case| holds(case, later).is_empty()) {
                    return (
                        format!(
                            "rule `{code}` can never fire: `{}` and `{}` never hold together",
                            shown(sooner),
                            shown(later)
                        ),
                        "was `||` meant, or the other comparison?".to_owned(),
                    );
                }
            }
        }
        (
            format!("rule `{code}` can never fire: its parts never hold together"),
            "was `||` meant somewhere, or another comparison?".to_owned(),
        )
    }

    /// A rule of which the run has always ended before.
    fn shadowed(&mut self, rule: &Rule, fires: &[Case]) {
        let among = |(_, earlier): &(&Stage, &Rule), wanted| {
            let mind = self.world.mind(&earlier.condition);
            !mind
                .among(fires, &earlier.condition.body, wanted)
                .is_empty()
        };
        let alone = self
            .earlier
            .iter()
            .find(|before| !among(before, Wanted::FALSE));
        let (message, help) = if let Some(found) = alone {
            let (stage, earlier) = found;
            let does = match (among(found, Wanted::TRUE), among(found, Wanted::MISSING)) {
                (true, true) => "fires or, undecided, refers first",
                (false, _) => "is undecided and refers first",
                (true, false) => "fires first",
            };
            (
                format!(
                    "rule `{}` can never fire: `{}` of the earlier stage `{}` has always ended the run",
                    rule.code, earlier.code, stage.name
                ),
                format!(
                    "`{}` is on line {}; whenever this rule would fire, that one {does}",
                    earlier.code, earlier.place.line
                ),
            )
        } else {
            (
                format!(
                    "rule `{}` can never fire: the stages before it have always ended the run",
                    rule.code
                ),
                "whoever this rule would meet is met by one of the earlier rules".to_owned(),
            )
        };
        let help = format!("{help}; change the order of the stages, or leave the rule out");
        self.warn("policy::shadowed", rule, message, help);
    }
}
