//! Steps in words: what is computed under which name, the ways a choice goes, and how an offer
//! ends.

use dictamen_model::characteristic::Unit;

use super::{Phrase, speaker::Saying, value::is_simple};
use crate::{
    Outcome,
    tree::{Arm, GrantTerms, Node, NodeKind, Pattern, Place, Reduction, Step},
};

impl Saying<'_, '_> {
    /// What a node comes to, step by step.
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Phrase> {
        match &node.kind {
            NodeKind::Block { steps, result } => {
                let mut phrases = Vec::new();
                for step in steps {
                    self.step(step, &mut phrases);
                }
                if let Some(result) = result {
                    let steps = self.steps(result);
                    phrases.extend(self.remarked(result.place, steps));
                }
                phrases
            }
            NodeKind::If { .. } => self.choice(node),
            NodeKind::Switch {
                value,
                arms,
                otherwise,
            } => vec![self.switch(value, arms, otherwise.as_deref())],
            NodeKind::Return(inner) => match &inner.kind {
                NodeKind::Settle { .. } | NodeKind::Grant { .. } => self.steps(inner),
                _ => {
                    let value = self.value(inner, None);
                    vec![Phrase::plain(self.pick(
                        format!("el resultado es {value}"),
                        format!("the result is {value}"),
                    ))]
                }
            },
            NodeKind::Grant { terms, reductions } => self.grant(terms, reductions),
            NodeKind::Settle { outcome, code } => {
                let how = match outcome {
                    Outcome::Decline => self.pick("se declina con", "declined with"),
                    _ => self.pick("se refiere a una persona con", "referred to a person with"),
                };
                vec![Phrase::plain(format!("{how} {}", self.speaker.code(code)))]
            }
            NodeKind::Constant(_)
            | NodeKind::Param(_)
            | NodeKind::Characteristic(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_)
            | NodeKind::Not(_)
            | NodeKind::Negate(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Compare { .. }
            | NodeKind::Arithmetic { .. }
            | NodeKind::Inlined { .. }
            | NodeKind::Coalesce(_)
            | NodeKind::IsMissing(_)
            | NodeKind::OneOf { .. }
            | NodeKind::Within { .. }
            | NodeKind::Call { .. }
            | NodeKind::Lookup { .. } => vec![Phrase::plain(self.value(node, None))],
        }
    }

    /// A value under a name, on one line where it fits.
    pub(super) fn named_value(&mut self, name: Option<&str>, node: &Node) -> Phrase {
        let name = name.map(|name| format!("`{name}`: ")).unwrap_or_default();
        let inline = is_simple(node)
            || matches!(&node.kind, NodeKind::Inlined { .. })
            || matches!(&node.kind, NodeKind::Block { result: Some(result), .. }
                if matches!(result.kind, NodeKind::Inlined { .. }));
        if inline {
            return Phrase::plain(format!("{name}{}", self.value(node, None)));
        }
        let mut steps = self.steps(node);
        match (name.is_empty(), steps.len()) {
            (true, 1) => steps.pop().unwrap_or_else(|| Phrase::plain("")),
            (true, _) => Phrase::with(self.pick("se calcula así:", "computed so:"), steps),
            _ => Phrase::with(name.trim_end(), steps),
        }
    }

    fn step(&mut self, step: &Step, phrases: &mut Vec<Phrase>) {
        match step {
            Step::Let { slot, name, value } => {
                let phrase = self.named_value(Some(name), value);
                self.locals.insert(*slot, format!("`{name}`"));
                phrases.extend(self.remarked(value.place, vec![phrase]));
            }
            Step::Run(node) => {
                let steps = self.steps(node);
                phrases.extend(self.remarked(node.place, steps));
            }
        }
    }

    /// Steps, the first with what is written above it in the script.
    fn remarked(&self, place: Place, mut steps: Vec<Phrase>) -> Vec<Phrase> {
        if let Some(first) = steps.first_mut() {
            let mut parts = self.notes(self.speaker.remarks.above_step(place));
            parts.append(&mut first.parts);
            first.parts = parts;
        }
        steps
    }

    /// The analyst's words, told apart from those of the tree.
    pub(super) fn notes(&self, remark: Vec<Phrase>) -> Vec<Phrase> {
        let word = self.pick("nota", "note");
        let note = |phrase: Phrase| Phrase::with(format!("{word}: {}", phrase.text), phrase.parts);
        remark.into_iter().map(note).collect()
    }

    /// `if`, `else if` and `else` as one list of ways.
    fn choice(&mut self, node: &Node) -> Vec<Phrase> {
        let mut phrases = Vec::new();
        let mut rest = Some(node);
        while let Some(node) = rest {
            let NodeKind::If {
                condition,
                then,
                otherwise,
            } = &node.kind
            else {
                let steps = self.steps(node);
                phrases.push(under(self.pick("en otro caso", "otherwise"), steps));
                break;
            };
            let condition = self.condition(condition, true);
            let steps = self.steps(then);
            let word = match (phrases.is_empty(), self.pick(true, false)) {
                (true, true) => "si",
                (false, true) => "si no, y si",
                (true, false) => "if",
                (false, false) => "else, if",
            };
            phrases.push(under(&format!("{word} {}", condition.flat()), steps));
            rest = otherwise.as_deref();
        }
        phrases
    }

    fn switch(&mut self, value: &Node, arms: &[Arm], otherwise: Option<&Node>) -> Phrase {
        let unit = self.unit_of(value);
        let value = self.value(value, None);
        let mut parts = Vec::new();
        for arm in arms {
            let mut case = self.pattern(&arm.pattern, unit);
            if let Some(guard) = &arm.guard {
                let guard = self.condition(guard, true).flat();
                case = self.pick(
                    format!("{case}, y si {guard}"),
                    format!("{case}, and if {guard}"),
                );
            }
            let steps = self.steps(&arm.body);
            parts.push(under(&case, steps));
        }
        if let Some(otherwise) = otherwise {
            let steps = self.steps(otherwise);
            parts.push(under(self.pick("en otro caso", "otherwise"), steps));
        }
        Phrase::with(
            self.pick(
                format!("según {value}, el primer caso que corresponda:"),
                format!("by {value}, the first case that fits:"),
            ),
            parts,
        )
    }

    fn pattern(&self, pattern: &Pattern, unit: Option<Unit>) -> String {
        match pattern {
            Pattern::Exactly(value) => self.speaker.value(value, unit),
            Pattern::Between {
                low,
                high,
                inclusive,
            } => {
                let (low, high) = (
                    self.speaker.number(*low, None),
                    self.speaker.number(*high, unit),
                );
                if *inclusive {
                    self.pick(
                        format!("de {low} a {high}"),
                        format!("from {low} to {high}"),
                    )
                } else {
                    self.pick(
                        format!("de {low} a menos de {high}"),
                        format!("from {low} to below {high}"),
                    )
                }
            }
        }
    }

    fn grant(&mut self, terms: &GrantTerms, reductions: &[Reduction]) -> Vec<Phrase> {
        let named = [
            (self.pick("monto", "amount"), Some(&terms.amount)),
            (
                self.pick("plazo en meses", "term in months"),
                Some(&terms.term_months),
            ),
            (
                self.pick("tasa anual", "annual rate"),
                Some(&terms.annual_rate),
            ),
            (
                self.pick("pago mensual", "monthly payment"),
                Some(&terms.monthly_payment),
            ),
            (
                self.pick("monto máximo", "largest amount"),
                terms.max_amount.as_ref(),
            ),
            (
                self.pick("pago mensual máximo", "largest monthly payment"),
                terms.max_payment.as_ref(),
            ),
            (
                self.pick("factor limitante", "limiting factor"),
                terms.limiting_factor.as_ref(),
            ),
        ];
        let mut parts = Vec::new();
        for (name, node) in named {
            if let Some(node) = node {
                let value = self.value(node, None);
                parts.push(Phrase::plain(format!("{name}: {value}")));
            }
        }
        let text = self.pick("se otorga:", "granted:");
        let mut phrases = vec![Phrase::with(text, parts)];
        let mut codes = Vec::new();
        for reduction in reductions {
            let condition = self.condition(&reduction.condition, true).flat();
            let code = self.speaker.code(&reduction.code);
            codes.push(Phrase::plain(self.pick(
                format!("{code} si {condition}"),
                format!("{code} if {condition}"),
            )));
        }
        if !codes.is_empty() {
            let text = self.pick(
                "es contraoferta, con cada motivo que corresponda; si no corresponde ninguno, es aprobación:",
                "a counter-offer with each reason that applies, an approval if none does:",
            );
            phrases.push(Phrase::with(text, codes));
        }
        phrases
    }
}

/// Steps under what leads to them, on one line where there is only one.
fn under(text: &str, mut steps: Vec<Phrase>) -> Phrase {
    match steps.as_slice() {
        [only] if only.parts.is_empty() => {
            let only = steps.pop().map(|only| only.text).unwrap_or_default();
            Phrase::plain(format!("{text} → {only}"))
        }
        _ => Phrase::with(format!("{text}:"), steps),
    }
}
