//! The end of an offer: `grant`, `decline`, `refer`, and `when` for what was reduced.

use std::sync::Arc;

use dictamen_model::characteristic::Kind;
use rhai::Expr;

use super::{Lowering, Meaning};
use crate::{
    Diagnostic, Outcome,
    tree::{GrantTerms, Node, NodeKind, Place, Reduction, Type},
};

const TERMS: [&str; 7] = [
    "amount",
    "term_months",
    "annual_rate",
    "monthly_payment",
    "max_amount",
    "max_payment",
    "limiting_factor",
];

impl Lowering<'_> {
    pub(super) fn settlement(&mut self, name: &str, arguments: &[&Expr], place: Place) -> Meaning {
        if !self.in_offer {
            let message = format!("`{name}` belongs inside the offer");
            let help =
                "a rule says true or false; what follows from it is the outcome of its stage";
            self.advise("script::not-available", place, message, help, None);
            return Self::poison(place);
        }
        match (name, arguments) {
            ("grant", [terms]) => self.grant(terms, None, place),
            ("grant", [terms, reductions]) => self.grant(terms, Some(reductions), place),
            ("decline" | "refer", [Expr::StringConstant(code, position)]) => {
                let outcome = if name == "decline" {
                    Outcome::Decline
                } else {
                    Outcome::Refer
                };
                let code: Arc<str> = code.as_str().into();
                let at = self.place(*position);
                self.offer_codes.push((Arc::clone(&code), at));
                let node = self.node(NodeKind::Settle { outcome, code }, place);
                Meaning::Value(node, Type::Settlement)
            }
            ("when", _) => {
                let message = "`when` belongs into the list of reductions of `grant`";
                self.error("script::not-available", place, message);
                Self::poison(place)
            }
            _ => {
                let usage = if name == "grant" {
                    "write `grant(#{ amount: …, term_months: …, annual_rate: …, monthly_payment: … }, [when(\"CODE\", condition), …])`".to_owned()
                } else {
                    format!("write `{name}(\"CODE\")` with the code as a text")
                };
                let message = format!("`{name}` is called with the wrong arguments");
                self.report(
                    place,
                    Diagnostic::error("script::arguments", message).help(usage),
                );
                Self::poison(place)
            }
        }
    }

    fn grant(&mut self, terms: &Expr, reductions: Option<&Expr>, place: Place) -> Meaning {
        let Expr::Map(map, _) = terms else {
            self.error(
                "script::arguments",
                place,
                "`grant` needs its terms as an object map `#{ … }`",
            );
            return Self::poison(place);
        };
        let mut given: Vec<(usize, Node, Type)> = Vec::new();
        let mut unknown = false;
        for (name, value) in &map.0 {
            let at = self.place(name.pos);
            let (node, found) = self.operand(value);
            if let Some(index) = TERMS.iter().position(|term| *term == name.name.as_str()) {
                self.term_type(index, found, at);
                given.push((index, node, found));
            } else {
                unknown = true;
                let help = Some(format!("the terms are: {}", TERMS.join(", ")));
                let message = format!("an offer has no term `{}`", name.name);
                self.unknown("script::arguments", at, message, &name.name, TERMS, help);
            }
        }
        let lacking = TERMS.iter().take(4).enumerate();
        let lacking = lacking.filter(|(index, _)| given.iter().all(|(i, ..)| i != index));
        let lacking: Vec<String> = lacking.map(|(_, term)| format!("`{term}`")).collect();
        let mut take = |index: usize| {
            let at = given.iter().position(|(i, ..)| *i == index)?;
            Some(given.swap_remove(at).1)
        };
        let taken = [
            take(0),
            take(1),
            take(2),
            take(3),
            take(4),
            take(5),
            take(6),
        ];
        let [
            amount,
            term,
            rate,
            payment,
            max_amount,
            max_payment,
            limiting_factor,
        ] = taken;
        let reductions = reductions.map_or_else(Vec::new, |list| self.reductions(list, place));
        let (Some(amount), Some(term_months), Some(annual_rate), Some(monthly_payment)) =
            (amount, term, rate, payment)
        else {
            // A term with a slip in its name is no term that was forgotten.
            if !unknown {
                let message = format!("the offer does not say {}", lacking.join(", "));
                let help =
                    "an offer needs `amount`, `term_months`, `annual_rate` and `monthly_payment`";
                self.advise("script::arguments", place, message, help, None);
            }
            return Self::poison(place);
        };
        let terms = Box::new(GrantTerms {
            amount,
            term_months,
            annual_rate,
            monthly_payment,
            max_amount,
            max_payment,
            limiting_factor,
        });
        let node = self.node(NodeKind::Grant { terms, reductions }, place);
        Meaning::Value(node, Type::Settlement)
    }

    fn term_type(&mut self, index: usize, found: Type, place: Place) {
        let name = TERMS.get(index).copied().unwrap_or_default();
        let (fits, wanted) = match name {
            "term_months" => (found.is(Kind::Int), "a whole number"),
            "limiting_factor" => (found.is(Kind::Text), "a text"),
            _ => (found.is_number(), "a number"),
        };
        if !fits {
            let message = format!("`{name}` must be {wanted}, this is {}", found.name());
            self.error("script::type", place, message);
        }
    }

    fn reductions(&mut self, list: &Expr, place: Place) -> Vec<Reduction> {
        let Expr::Array(items, _) = list else {
            self.error(
                "script::arguments",
                place,
                "`grant` needs its reductions as a list `[when(…), …]`",
            );
            return Vec::new();
        };
        let mut reductions = Vec::new();
        for item in items {
            let at = self.extent(item);
            let parts = match item {
                Expr::FnCall(call, _) if call.name.as_str() == "when" => match call.args.as_slice()
                {
                    [Expr::StringConstant(code, position), condition] => {
                        Some((code, *position, condition))
                    }
                    _ => None,
                },
                _ => None,
            };
            let Some((code, position, condition)) = parts else {
                let message = "this is no reduction with its reason code and condition";
                let help = "write `when(\"CODE\", condition)`";
                self.advise("script::arguments", at, message, help, None);
                continue;
            };
            let (condition, found) = self.operand(condition);
            if !Type::BOOL.accepts(found) {
                let message = format!("`when` needs true or false, this is {}", found.name());
                self.error("script::type", condition.place, message);
            }
            let code: Arc<str> = code.as_str().into();
            let code_place = self.place(position);
            self.offer_codes.push((Arc::clone(&code), code_place));
            reductions.push(Reduction { code, condition });
        }
        reductions
    }
}
