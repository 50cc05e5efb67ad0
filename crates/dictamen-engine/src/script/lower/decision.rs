//! What an invariant can ask of a decision: `d.outcome`, `d.offer.amount`, `d.gives("E05")`.
//!
//! To the tree a part of a decision is a term, as those of a band are to the offer: a value with a
//! name that is put in its place before the closure runs.

use std::sync::Arc;

use dictamen_model::characteristic::Kind;
use rhai::Expr;

use super::{Binding, Lowering, Meaning, Part, RawClosure};
use crate::{
    Diagnostic,
    declaration::Term,
    invariants::{OFFER, PARTS},
    tree::{Closure, NodeKind, Place, Type},
};

impl Lowering<'_> {
    /// Makes closures ask of decisions of a policy with these codes and words.
    pub(in crate::script) fn asking(
        mut self,
        codes: Vec<Arc<str>>,
        words: Vec<Vec<Arc<str>>>,
    ) -> Self {
        self.of_decision = true;
        self.known_codes = codes;
        self.words = words;
        self.terms = PARTS
            .iter()
            .map(|part| Term {
                name: part.name.into(),
                kind: part.kind,
                complete: true,
            })
            .collect();
        self
    }

    /// The codes that were asked for, in the order of the terms behind the parts of a decision.
    pub(in crate::script) fn codes_named(&self) -> Vec<Arc<str>> {
        let named = self.terms.iter().skip(PARTS.len());
        named.map(|term| Arc::clone(&term.name)).collect()
    }

    /// The condition of an assumption.
    pub(in crate::script) fn assumption(
        &mut self,
        raw: &RawClosure,
        place: Place,
    ) -> Option<Closure> {
        self.settled(raw, place, &[Binding::Applicant])
    }

    /// The condition of an invariant.
    pub(in crate::script) fn promise(&mut self, raw: &RawClosure, place: Place) -> Option<Closure> {
        let whole = Binding::Decision(Part::Whole);
        self.settled(raw, place, &[Binding::Applicant, whole])
    }

    fn settled(&mut self, raw: &RawClosure, place: Place, of: &[Binding]) -> Option<Closure> {
        let (closure, found) = self.closure(raw, place, of)?;
        if !Type::BOOL.accepts(found) {
            let message = format!("this must be true or false, it is {}", found.name());
            let help = "compare it, as in `d.outcome == DECLINE`";
            self.advise("script::type", closure.body.place, message, help, None);
        }
        Some(closure)
    }

    /// What an invariant bounds: a number.
    pub(in crate::script) fn bounded(&mut self, raw: &RawClosure, place: Place) -> Option<Closure> {
        let whole = Binding::Decision(Part::Whole);
        let both = raw.captured.len().checked_add(2)?;
        let asks_both = self.scripts.home_of(&raw.name, both, &raw.file).is_some();
        let parameters = if asks_both {
            vec![Binding::Applicant, whole]
        } else {
            vec![whole]
        };
        let (closure, found) = self.closure(raw, place, &parameters)?;
        if !found.is_number() {
            let message = format!("bounds need a number, this is {}", found.name());
            let help = "name a part of the decision that is one, as in `|d| d.offer.amount`";
            self.advise("script::type", closure.body.place, message, help, None);
        }
        Some(closure)
    }

    /// A part of the decision or of its offer.
    pub(super) fn decided(&mut self, of: Part, name: &str, own: Place, whole: Place) -> Meaning {
        if of == Part::Whole && name == "offer" {
            return Meaning::Decision(Part::Offer);
        }
        let full = match of {
            Part::Whole => name.to_owned(),
            Part::Offer => format!("{OFFER}{name}"),
        };
        let found = PARTS.iter().enumerate().find(|(_, part)| part.name == full);
        let Some((index, part)) = found else {
            let names = PARTS.iter().filter_map(|part| match of {
                Part::Whole => Some(part.name).filter(|name| !name.starts_with(OFFER)),
                Part::Offer => part.name.strip_prefix(OFFER),
            });
            let names: Vec<&str> = match of {
                Part::Whole => names.chain(["offer", "gives"]).collect(),
                Part::Offer => names.collect(),
            };
            let subject = match of {
                Part::Whole => "a decision",
                Part::Offer => "an offer",
            };
            let message = format!("{subject} has no `{name}`");
            let help = format!("it has: {}", names.join(", "));
            let known = names.iter().copied();
            self.unknown(
                "script::unknown-name",
                own,
                message,
                name,
                known,
                Some(help),
            );
            return Self::poison(whole);
        };
        Meaning::Value(
            self.node(NodeKind::Term(index), whole),
            Type::Of(part.kind, part.unit),
        )
    }

    /// `d.gives("E05")`: whether the decision gives a reason.
    pub(super) fn gives(&mut self, arguments: &[&Expr], own: Place, place: Place) -> Meaning {
        let [Expr::StringConstant(code, position)] = arguments else {
            let message = "`gives` takes one reason code, as a text";
            let help = "write `d.gives(\"CODE\")`";
            self.advise("script::arguments", own, message, help, None);
            return Self::poison(place);
        };
        let code: Arc<str> = code.as_str().into();
        if !self.known_codes.contains(&code) {
            let at = self.place(*position);
            let message = format!("`reasons.toml` has no code `{code}`");
            let known = self.known_codes.clone();
            let quoted: Vec<String> = known.iter().map(|known| format!("\"{known}\"")).collect();
            let names = quoted.iter().map(String::as_str);
            let (help, edit) = self.texts.meant(at, &format!("\"{code}\""), names);
            let found = Diagnostic::error("policy::missing-reason", message).help_opt(help);
            self.report(at, found.edits(edit));
            return Self::poison(place);
        }
        let behind = self.terms.iter().skip(PARTS.len());
        let at = behind.clone().position(|term| term.name == code);
        let index = at.map(|at| at.saturating_add(PARTS.len()));
        let index = index.unwrap_or_else(|| {
            self.terms.push(Term {
                name: code,
                kind: Kind::Bool,
                complete: true,
            });
            self.terms.len().saturating_sub(1)
        });
        Meaning::Value(self.node(NodeKind::Term(index), place), Type::BOOL)
    }

    /// Reports a word that a part of the decision never is.
    pub(super) fn decided_word(&mut self, term: usize, word: &str, place: Place) {
        let words = self.words.get(term).cloned().unwrap_or_default();
        if words.is_empty() || words.iter().any(|known| &**known == word) {
            return;
        }
        let name = self.terms.get(term).map(|term| Arc::clone(&term.name));
        let message = format!("`d.{}` is never \"{word}\"", name.unwrap_or_default());
        let help = format!("it is one of: {}", words.join(", "));
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let names = quoted.iter().map(String::as_str);
        let (code, word) = ("script::unknown-value", format!("\"{word}\""));
        self.unknown(code, place, message, &word, names, Some(help));
    }
}
