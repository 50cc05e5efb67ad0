//! Checks what a script declared for sense and makes a policy of it.
//!
//! Everything an analyst can get wrong between two correct lines: codes without a text, codes
//! used twice, bins out of order, bands that leave a score without an answer.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_model::suggest::did_you_mean;

use super::{
    Band, END, Effect, Ending, Names, OFFER, Policy, Rule, SCORE, Scorecard, Scored, Stage,
};
use crate::{
    Diagnostic, PolicySource, PolicyStamp, check,
    declaration::{self, BandEffect, Declaration},
    reasons::{self, Catalogue},
    text::Texts,
    tree::Place,
};

/// Makes a policy; `None` only when something essential was not declared, which is reported.
/// `whole` says that the script ran to its end without an error.
pub(super) fn compile(
    declaration: Declaration,
    catalogue: Catalogue,
    source: &PolicySource,
    hash: &str,
    texts: &Texts,
    whole: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Policy> {
    let mut sense = Check { texts, diagnostics };
    let used = sense.codes(&declaration, &catalogue);
    sense.stages(&declaration);
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
        hash: hash.into(),
    };
    let written = |place: Place| (texts.path(place.file).to_owned(), place.line);
    let ending = match (declaration.offer, declaration.otherwise) {
        (Some(offer), _) => {
            let (file, line) = written(offer.place);
            Ending::Offer {
                closure: offer.closure,
                file,
                line,
            }
        }
        (None, Some(otherwise)) => Ending::Otherwise {
            outcome: otherwise.outcome,
            code: otherwise.code,
        },
        (None, None) => return None,
    };
    let stage = |stage: declaration::Stage| Stage {
        name: stage.name,
        outcome: stage.outcome,
        rules: stage
            .rules
            .into_iter()
            .map(|rule| {
                let (file, line) = written(rule.place);
                Rule {
                    code: rule.code,
                    condition: rule.condition,
                    file,
                    line,
                }
            })
            .collect(),
    };
    let scorecard = declaration.scorecard.map(|scorecard| Scorecard {
        base: scorecard.base,
        characteristics: scorecard
            .characteristics
            .into_iter()
            .map(|scored| {
                let (file, line) = written(scored.place);
                let declaration::Scored {
                    code,
                    input,
                    bins,
                    missing,
                    ..
                } = scored;
                Scored {
                    code,
                    input,
                    bins,
                    missing,
                    file,
                    line,
                }
            })
            .collect(),
    });
    let terms = declaration.terms.len();
    let bands = declaration.bands.map_or_else(Vec::new, |bands| bands.bands);
    let bands = bands
        .into_iter()
        .map(|band| Band {
            id: band.id,
            cut_off: band.cut_off,
            effect: Effect::new(band.effect, terms),
        })
        .collect();
    Some(Policy {
        stamp,
        params: declaration.params,
        tables: declaration.tables,
        stages: declaration.stages.into_iter().map(stage).collect(),
        scorecard,
        bands,
        ending,
        reasons: catalogue,
        names: Names::default(),
    })
}

struct Check<'a> {
    texts: &'a Texts,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Codes with where they are first used.
type Used = BTreeMap<Arc<str>, Place>;

impl Check<'_> {
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
            self.error("policy::identity", identity.place, message, None);
        }
        if !plain(&identity.version, ".-+_") {
            let message = "the policy's version may hold only letters, digits, `.`, `-` and `+`";
            self.error("policy::identity", identity.place, message.to_owned(), None);
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
        let bands = bands.filter_map(|band| match &band.effect {
            BandEffect::End { code, .. } => Some((code, band.place)),
            BandEffect::Terms(_) => None,
        });
        let otherwise = declaration.otherwise.iter();
        let otherwise = otherwise.filter_map(|o| o.code.as_ref().map(|code| (code, o.place)));
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

    fn stages(&mut self, declaration: &Declaration) {
        for (i, stage) in declaration.stages.iter().enumerate() {
            if declaration
                .stages
                .iter()
                .take(i)
                .any(|other| other.name == stage.name)
            {
                let message = format!("stage `{}` is declared twice", stage.name);
                self.error("policy::duplicate-stage", stage.place, message, None);
            }
            if [SCORE, OFFER, END].contains(&&*stage.name) {
                let message = format!("the stage name `{}` belongs to the system", stage.name);
                self.error("policy::duplicate-stage", stage.place, message, None);
            }
            if stage.rules.is_empty() {
                let message = format!("stage `{}` has no rules", stage.name);
                let span = self.texts.span(stage.place);
                self.diagnostics
                    .push(Diagnostic::warning("policy::empty-stage", message).at(span));
            }
        }
    }

    fn scorecard(&mut self, declaration: &Declaration) {
        let Some(scorecard) = &declaration.scorecard else {
            return;
        };
        for scored in &scorecard.characteristics {
            if scored.bins.is_empty() {
                let message = format!("characteristic `{}` has no bins", scored.code);
                self.error("scorecard::no-bins", scored.place, message, None);
            }
            for pair in scored.bins.windows(2) {
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
                    self.error(
                        "scorecard::bins-order",
                        scored.place,
                        message,
                        Some(help.to_owned()),
                    );
                }
            }
        }
        if scorecard.characteristics.is_empty() {
            let message = "the scorecard has no characteristics".to_owned();
            self.error("scorecard::empty", scorecard.place, message, None);
        }
        let exact = self.diagnostics.iter().all(|d| !d.is_error());
        match (
            &declaration.bands,
            check::reach(declaration, scorecard, exact),
        ) {
            (Some(bands), Some(reach)) => self.bands(bands, reach),
            (Some(_), None) => {
                let message = "the points of the scorecard are too large to add up".to_owned();
                self.error("scorecard::points", scorecard.place, message, None);
            }
            (None, _) => {}
        }
    }

    fn bands(&mut self, bands: &declaration::Bands, reach: check::Reach) {
        let check::Reach { lowest, highest } = reach;
        for (i, band) in bands.bands.iter().enumerate() {
            if bands.bands.iter().take(i).any(|other| other.id == band.id) {
                let message = format!("band `{}` is declared twice", band.id);
                self.error("bands::duplicate", band.place, message, None);
            }
            let before = i.checked_sub(1).and_then(|i| bands.bands.get(i));
            if before.is_some_and(|before| before.cut_off <= band.cut_off) {
                let message = format!("band `{}` is out of order", band.id);
                let help = "write the bands from the best score to the worst";
                self.error("bands::order", band.place, message, Some(help.to_owned()));
            }
            let unreachable =
                band.cut_off > highest || before.is_some_and(|before| before.cut_off <= lowest);
            if unreachable {
                let message = format!("no score reaches band `{}`", band.id);
                let help = format!("scores of this scorecard go from {lowest} to {highest}");
                let span = self.texts.span(band.place);
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
            self.error("bands::gap", bands.place, message, Some(help.to_owned()));
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
        if let (Some(offer), Some(_)) = (&declaration.offer, &declaration.otherwise) {
            let message = "the policy has both an offer and `otherwise`".to_owned();
            self.error(
                "policy::two-endings",
                offer.place,
                message,
                Some("keep one of them".to_owned()),
            );
        }
        if let (Some(offer), None) = (&declaration.offer, &declaration.bands)
            && !declaration.terms.is_empty()
        {
            let message = "the offer uses bands that were not declared with `bands`".to_owned();
            self.error("policy::no-bands", offer.place, message, None);
        }
    }

    fn unused(&mut self, declaration: &Declaration, catalogue: &Catalogue, used: &Used) {
        for param in declaration.params.iter().filter(|param| !param.used) {
            let message = format!("no rule uses param `{}`", param.name);
            let span = self.texts.span(param.place);
            self.diagnostics.push(
                Diagnostic::warning("policy::unused-param", message)
                    .at(span)
                    .help("a threshold nobody reads changes nothing when it is changed"),
            );
        }
        let unused = catalogue.keys().filter(|code| !used.contains_key(*code));
        for code in unused.filter(|code| !reasons::is_system(code)) {
            let message = format!("no rule uses reason `{code}`");
            let span = self.texts.header_span(reasons::FILE, code);
            self.diagnostics
                .push(Diagnostic::warning("reasons::unused", message).at(span));
        }
    }
}
