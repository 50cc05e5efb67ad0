//! Checks what a script declared for sense and makes a policy of it.
//!
//! Everything an analyst can get wrong between two correct lines: codes without a text, codes
//! used twice, bins out of order, bands that leave a score without an answer.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_model::{characteristic::Value, suggest::did_you_mean};

use super::{
    Asked, Band, END, Effect, Ending, Names, OFFER, Policy, Rule, SCORE, Scorecard, Scored, Stage,
    SystemReasons,
};
use crate::{
    Diagnostic, PolicySource, PolicyStamp, canonical, check,
    declaration::{self, BandEffect, Declaration},
    evaluate::Bins,
    program::{Cell, Flattener, position},
    reasons::{self, Catalogue},
    syntax::is_name,
    text::Texts,
    tree::Place,
};

/// Makes a policy; `None` only when something essential was not declared, which is reported.
/// `whole` says that the script ran to its end without an error.
pub(super) fn compile(
    declaration: Declaration,
    catalogue: Catalogue,
    source: &PolicySource,
    texts: &Texts,
    whole: bool,
    chains: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Policy> {
    let mut sense = Check { texts, diagnostics };
    let used = sense.codes(&declaration, &catalogue);
    sense.stages(&declaration, whole);
    sense.identity(&declaration);
    sense.scorecard(&declaration);
    if whole {
        sense.complete(&declaration);
    }
    // What looks unused behind an error may only be hidden by it.
    if sense.diagnostics.iter().all(|d| !d.is_error()) {
        sense.unused(&declaration, &catalogue, &used);
        check::check(&declaration, source, texts, diagnostics);
    }
    let identity = declaration.identity.as_ref()?;
    let stamp = PolicyStamp {
        id: Arc::clone(&identity.id),
        version: Arc::clone(&identity.version),
        hash: canonical::policy_hash(source).into(),
    };
    let files = texts.paths().map(str::to_owned).collect();
    assemble(declaration, catalogue, stamp, files, chains)
}

/// Makes a policy of what was found to make sense, or amends one that did.
pub(super) fn assemble(
    declaration: Declaration,
    catalogue: Catalogue,
    stamp: PolicyStamp,
    files: Arc<[String]>,
    chains: bool,
) -> Option<Policy> {
    let whole = declaration.clone();
    let written = |place: Place| {
        let path = files.get(place.file);
        (path.cloned().unwrap_or_default(), place.line)
    };
    let codes: BTreeMap<Arc<str>, u32> = catalogue
        .keys()
        .enumerate()
        .map(|(at, code)| (Arc::clone(code), position(at)))
        .collect();
    let scorecard = declaration.scorecard.as_ref();
    let reach = scorecard.and_then(|scorecard| check::reach(&declaration, scorecard, true));
    let reach = reach.map(|reach| (reach.lowest, reach.highest));
    let mut flat = Flattener::new(&declaration.params, declaration.terms.len(), &codes, chains);
    let stages = declaration.stages.into_iter().map(|stage| Stage {
        name: stage.name,
        outcome: stage.outcome,
        rules: stage
            .rules
            .into_iter()
            .map(|rule| {
                let (file, line) = written(rule.place);
                let reason = flat.code(&rule.code);
                Rule {
                    reason,
                    code: rule.code,
                    entry: flat.rule(&rule.condition, reason),
                    condition: rule.condition,
                    file,
                    line,
                }
            })
            .collect(),
        stretches: flat.stage_end(),
    });
    let stages = stages.collect();
    flat.stages_end();
    let scorecard = declaration.scorecard.map(|scorecard| Scorecard {
        base: scorecard.base,
        reach,
        characteristics: scorecard
            .characteristics
            .into_iter()
            .map(|scored| {
                let (file, line) = written(scored.place);
                let entry = flat.closure(&scored.input);
                Scored {
                    reason: flat.code(&scored.code),
                    code: scored.code,
                    entry,
                    fact: entry.fact(),
                    input: scored.input,
                    bins: Bins::new(scored.bins),
                    missing: scored.missing,
                    file,
                    line,
                }
            })
            .collect(),
    });
    let terms = declaration.terms.into_iter().map(|term| term.name);
    let terms: Vec<_> = terms.collect();
    let bands = declaration.bands.map_or_else(Vec::new, |bands| bands.bands);
    let bands = bands.into_iter().map(|band| Band {
        id: band.id,
        cut_off: band.cut_off,
        effect: effect(band.effect, terms.len(), &mut flat),
    });
    let bands = bands.collect();
    let ending = match (declaration.offer, declaration.otherwise) {
        (Some(offer), _) => {
            let (file, line) = written(offer.place);
            Ending::Offer {
                entry: flat.closure(&offer.closure),
                closure: offer.closure,
                file,
                line,
            }
        }
        (None, Some(otherwise)) => Ending::Otherwise {
            outcome: otherwise.outcome,
            reason: otherwise.code.map(|code| flat.code(&code)),
        },
        (None, None) => return None,
    };
    let system = SystemReasons {
        failed: flat.code(reasons::FAILED),
        undecided: flat.code(reasons::UNDECIDED),
        human_review: flat.code(reasons::HUMAN_REVIEW),
    };
    Some(Policy {
        stamp,
        stages,
        scorecard,
        bands,
        ending,
        program: Arc::new(flat.finish()),
        reasons: catalogue.into_values().collect(),
        names: Names::default(),
        system,
        asked: Asked::default(),
        terms,
        declaration: whole,
        files,
    })
}

/// What falling in a band leads to, with its terms by position.
fn effect(effect: BandEffect, terms: usize, flat: &mut Flattener<'_>) -> Effect {
    match effect {
        BandEffect::Terms(given) => {
            let mut values = vec![None; terms];
            for (index, value) in given {
                if let Some(slot) = values.get_mut(index) {
                    *slot = Some(value);
                }
            }
            let mut cell = |value: &Option<Value>| {
                let value = value.as_ref();
                value.map_or(Cell::NOTHING, |value| flat.cell(value))
            };
            let cells = values.iter().map(&mut cell).collect();
            Effect::Terms { values, cells }
        }
        BandEffect::End {
            outcome,
            code,
            score_reasons,
        } => Effect::End {
            outcome,
            reason: flat.code(&code),
            score_reasons,
        },
    }
}

struct Check<'a> {
    texts: &'a Texts,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Codes with where they are first used.
type Used = BTreeMap<Arc<str>, Place>;

impl Check<'_> {
    /// An argument of the call at a place.
    fn argument(&self, call: Place, index: usize) -> Place {
        self.texts.argument(call, index)
    }

    fn error(&mut self, code: &'static str, place: Place, message: String, help: Option<String>) {
        let span = self.texts.span(place);
        self.diagnostics
            .push(Diagnostic::error(code, message).at(span).help_opt(help));
    }

    fn identity(&mut self, declaration: &Declaration) {
        let Some(identity) = &declaration.identity else {
            return;
        };
        let plain = |text: &str, others: &str| {
            text.len() <= 64
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
                && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        if !plain(&identity.id, "-_") {
            let message = "the policy's id may hold only letters, digits, `-` and `_`".to_owned();
            let at = self.argument(identity.place, 0);
            let help =
                Some("it is also the name of the policy's folder, as in `nomina-mx`".to_owned());
            self.error("policy::identity", at, message, help);
        }
        if !plain(&identity.version, ".-+_") {
            let message = "the policy's version may hold only letters, digits, `.`, `-` and `+`";
            let at = self.argument(identity.place, 1);
            self.error("policy::identity", at, message.to_owned(), None);
        }
    }

    /// Every code has a text and one rule that owns it.
    fn codes(&mut self, declaration: &Declaration, catalogue: &Catalogue) -> Used {
        let mut used = Used::new();
        let rules = declaration.stages.iter().flat_map(|stage| &stage.rules);
        let rules = rules.map(|rule| (&rule.code, rule.place));
        let scored = declaration
            .scorecard
            .iter()
            .flat_map(|s| &s.characteristics);
        let scored = scored.map(|scored| (&scored.code, scored.place));
        for (code, place) in rules.chain(scored) {
            let place = self.argument(place, 0);
            if let Some(first) = used.get(code) {
                let message = format!("code `{code}` is used by two rules");
                let help = format!(
                    "it is first used on line {}; every rule needs a code of its own",
                    first.line
                );
                self.error("policy::duplicate-code", place, message, Some(help));
            } else {
                used.insert(Arc::clone(code), place);
            }
            self.known(code, place, catalogue);
        }
        let bands = declaration.bands.iter().flat_map(|bands| &bands.bands);
        let texts = self.texts;
        let bands = bands.filter_map(|band| match &band.effect {
            BandEffect::End { code, .. } => Some((code, texts.argument(band.place, 3))),
            BandEffect::Terms(_) => None,
        });
        let otherwise = declaration.otherwise.iter();
        let otherwise = otherwise.filter_map(|o| {
            let code = o.code.as_ref()?;
            Some((code, texts.argument(o.place, 1)))
        });
        let offers = declaration
            .offer_codes
            .iter()
            .map(|(code, place)| (code, *place));
        for (code, place) in bands.chain(otherwise).chain(offers) {
            used.entry(Arc::clone(code)).or_insert(place);
            self.known(code, place, catalogue);
        }
        used
    }

    fn known(&mut self, code: &Arc<str>, place: Place, catalogue: &Catalogue) {
        if reasons::is_system(code) {
            let message = format!("code `{code}` belongs to the system");
            self.error(
                "policy::reserved-code",
                place,
                message,
                Some("choose another code".to_owned()),
            );
        } else if !catalogue.contains_key(code) && !self.without_reasons(catalogue) {
            let message = format!("code `{code}` has no reason text");
            // Short codes such as E04 and E05 are all alike.
            let own = catalogue.keys().map(|known| &**known).filter(|known| {
                !reasons::is_system(known) && (code.len() > 4 || code.trim() == *known)
            });
            let meant = did_you_mean(code, own).map_or_else(String::new, |m| format!("; {m}"));
            let help = format!(
                "add `[{code}]` with `es-MX` and `en` to `{}`{meant}",
                reasons::FILE
            );
            self.error("policy::missing-reason", place, message, Some(help));
        }
    }

    /// Whether the catalogue could not be read, which has been said once and for all codes.
    fn without_reasons(&self, catalogue: &Catalogue) -> bool {
        let told = ["reasons::no-file", "reasons::malformed"];
        catalogue.keys().all(|code| reasons::is_system(code))
            && self.diagnostics.iter().any(|d| told.contains(&d.code))
    }

    fn stages(&mut self, declaration: &Declaration, whole: bool) {
        for (i, stage) in declaration.stages.iter().enumerate() {
            let name = self.argument(stage.place, 0);
            if declaration
                .stages
                .iter()
                .take(i)
                .any(|other| other.name == stage.name)
            {
                let message = format!("stage `{}` is declared twice", stage.name);
                let help = "give it another name, or put its rules into the first one";
                self.error(
                    "policy::duplicate-stage",
                    name,
                    message,
                    Some(help.to_owned()),
                );
            }
            if [SCORE, OFFER, END].contains(&&*stage.name) {
                let message = format!("the stage name `{}` belongs to the system", stage.name);
                let help = Some("give it another name".to_owned());
                self.error("policy::duplicate-stage", name, message, help);
            }
            if stage.rules.is_empty() && whole {
                let message = format!("stage `{}` has no rules", stage.name);
                let span = self.texts.span(name);
                self.diagnostics.push(
                    Diagnostic::warning("policy::empty-stage", message)
                        .at(span)
                        .help("it decides nothing: give it rules, or take it out"),
                );
            }
        }
    }

    fn scorecard(&mut self, declaration: &Declaration) {
        let Some(scorecard) = &declaration.scorecard else {
            return;
        };
        for scored in &scorecard.characteristics {
            let bins = self.argument(scored.place, 2);
            if scored.bins.is_empty() && scored.sound {
                let message = format!("characteristic `{}` has no bins", scored.code);
                self.error(
                    "scorecard::no-bins",
                    bins,
                    message,
                    Some(
                        "give each bin its lower bound and its points: `[[0, 0], [52, 30]]`"
                            .to_owned(),
                    ),
                );
            }
            for (i, pair) in scored.bins.windows(2).enumerate() {
                let [(lower, _), (next, _)] = pair else {
                    continue;
                };
                if next <= lower {
                    let message = format!(
                        "the bins of `{}` are out of order: {next} comes after {lower}",
                        scored.code
                    );
                    let help =
                        "each bin starts where the one before it ends, so lower bounds ascend";
                    let at = self.texts.entry(bins, i.saturating_add(1));
                    self.error("scorecard::bins-order", at, message, Some(help.to_owned()));
                }
            }
        }
        if scorecard.characteristics.is_empty() {
            let message = "the scorecard has no characteristics".to_owned();
            let at = self.argument(scorecard.place, 1);
            self.error("scorecard::empty", at, message, None);
        }
        // Without all bins there is no saying what scores there can be.
        let sound = |scored: &declaration::Scored| scored.sound && !scored.bins.is_empty();
        let sound = scorecard.characteristics.iter().all(sound);
        let exact = self.diagnostics.iter().all(|d| !d.is_error());
        let reach = check::reach(declaration, scorecard, exact);
        if sound && reach.is_none() {
            let message = "the points of the scorecard are too large to add up".to_owned();
            let at = self.texts.first(scorecard.place);
            self.error("scorecard::points", at, message, None);
        }
        if let Some(bands) = &declaration.bands {
            self.bands(bands);
            if let Some(reach) = reach.filter(|_| sound) {
                self.reached(bands, reach);
            }
        }
    }

    /// Bands are told apart and stand in order.
    fn bands(&mut self, bands: &declaration::Bands) {
        for (i, band) in bands.bands.iter().enumerate() {
            if bands.bands.iter().take(i).any(|other| other.id == band.id) {
                let message = format!("band `{}` is declared twice", band.id);
                let at = self.argument(band.place, 0);
                let help = Some("give each band an id of its own".to_owned());
                self.error("bands::duplicate", at, message, help);
            }
            let before = i.checked_sub(1).and_then(|i| bands.bands.get(i));
            if before.is_some_and(|before| before.cut_off <= band.cut_off) {
                let message = format!("band `{}` is out of order", band.id);
                let help = "write the bands from the best score to the worst";
                let at = self.argument(band.place, 1);
                self.error("bands::order", at, message, Some(help.to_owned()));
            }
        }
    }

    /// Every score falls in a band, and every band takes some.
    fn reached(&mut self, bands: &declaration::Bands, reach: check::Reach) {
        let check::Reach { lowest, highest } = reach;
        for (i, band) in bands.bands.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| bands.bands.get(i));
            let unreachable =
                band.cut_off > highest || before.is_some_and(|before| before.cut_off <= lowest);
            if unreachable {
                let message = format!("no score reaches band `{}`", band.id);
                let help = format!("scores of this scorecard go from {lowest} to {highest}");
                let span = self.texts.span(self.argument(band.place, 1));
                self.diagnostics.push(
                    Diagnostic::warning("bands::unreachable", message)
                        .at(span)
                        .help(help),
                );
            }
        }
        if bands.bands.last().is_none_or(|last| last.cut_off > lowest) {
            let message = format!("scores can be as low as {lowest}, and no band takes them");
            let help = "let the last band start at or below the lowest possible score";
            let last = bands.bands.last();
            let at = last.map_or(bands.place, |last| self.argument(last.place, 1));
            self.error("bands::gap", at, message, Some(help.to_owned()));
        }
    }

    /// The policy says enough to answer every application, and says it once.
    fn complete(&mut self, declaration: &Declaration) {
        let mut folder = |code: &'static str, message: &str, help: &str| {
            self.diagnostics
                .push(Diagnostic::error(code, message).help(help));
        };
        let empty = declaration.stages.is_empty() && declaration.scorecard.is_none();
        if declaration.identity.is_none() {
            folder(
                "policy::no-identity",
                "the policy has no id and version",
                "write `policy(\"id\", \"1.0.0\");` first",
            );
        }
        if empty {
            folder(
                "policy::empty",
                "the policy has no rules",
                "declare at least one `stage` or a `scorecard`",
            );
        }
        if declaration.offer.is_none() && declaration.otherwise.is_none() && !empty {
            folder(
                "policy::no-ending",
                "the policy does not say what happens when no rule fires",
                "end it with `offer(|a, band| { … })` or `otherwise(APPROVE)`",
            );
        }
        if declaration.scorecard.is_some() && declaration.bands.is_none() {
            folder(
                "policy::no-bands",
                "the policy computes a score and does not use it",
                "declare `bands([ … ])`",
            );
        }
        if declaration.bands.is_some() && declaration.scorecard.is_none() {
            folder(
                "policy::no-scorecard",
                "the policy has bands and no scorecard",
                "declare a `scorecard` before the bands",
            );
        }
        if let (Some(_), Some(otherwise)) = (&declaration.offer, &declaration.otherwise) {
            let message = "the policy has both an offer and `otherwise`".to_owned();
            self.error(
                "policy::two-endings",
                self.texts.first(otherwise.place),
                message,
                Some("keep one of them".to_owned()),
            );
        }
        if let (Some(offer), None) = (&declaration.offer, &declaration.bands)
            && !declaration.terms.is_empty()
        {
            let message = "the offer uses bands that were not declared with `bands`".to_owned();
            let at = self.texts.first(offer.place);
            self.error("policy::no-bands", at, message, None);
        }
    }

    fn unused(&mut self, declaration: &Declaration, catalogue: &Catalogue, used: &Used) {
        for param in declaration.params.iter().filter(|param| !param.used) {
            let message = format!("no rule uses param `{}`", param.name);
            let span = self.texts.span(self.argument(param.place, 0));
            let bound = self.texts.token_before(param.place);
            let bound = bound.is_some_and(|before| self.texts.written(before) == "=");
            let (help, edit) = if bound {
                let help = "name it in a rule, or take it out: changing it would change nothing";
                (help.to_owned(), None)
            } else {
                let begin = format!("let {} = ", param.name);
                let help = format!("bind it to a name that rules can use: `{begin}param(…);`");
                let edit = self.texts.edit(param.place.start(), &begin, false);
                (help, edit.filter(|_| is_name(&param.name)))
            };
            self.diagnostics.push(
                Diagnostic::warning("policy::unused-param", message)
                    .at(span)
                    .help(help)
                    .edits(edit),
            );
        }
        let unused = catalogue.keys().filter(|code| !used.contains_key(*code));
        for code in unused.filter(|code| !reasons::is_system(code)) {
            let message = format!("no rule uses reason `{code}`");
            let span = self.texts.header_span(reasons::FILE, code);
            let edit = span
                .as_ref()
                .and_then(|span| self.texts.entry_of(reasons::FILE, span.line));
            self.diagnostics.push(
                Diagnostic::warning("reasons::unused", message)
                    .at(span)
                    .help("name it in a rule, a band or the offer, or take it out")
                    .edits(edit),
            );
        }
    }
}
