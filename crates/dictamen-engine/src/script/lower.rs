//! Turns closures of the script into typed trees.
//!
//! Deciding code is a total language, so all of it can be lowered; what cannot be (loops,
//! recursion, assignment) is refused with a plain explanation. Functions of the script are
//! written out in place. Types are settled on the way, so that a comparison that could never be
//! made is found when the policy is loaded, not when an applicant meets it.
//!
//! Rhai's interpreter is the reference: where a tree and the interpreter both come to something,
//! they come to the same, or both fail (held by `tests/it/equality`). Differences from Rhai on
//! purpose:
//!
//! - What is missing makes unknown what needs it; in Rhai `() < 5` is false and `switch ()` takes
//!   the last resort. `&&` and `||` are Kleene's: one side can settle them whatever is missing on
//!   the other. A step whose value cannot be known ends the closure as unknown, since it might
//!   have returned.
//! - Unlike types, a comparison with `()` and an ordering of texts or truth are load errors; Rhai
//!   answers the first two with false.
//! - Whole numbers divide exactly, and a quotient is always a decimal: `7 / 2` is `3.5`.
//! - Values fit by what they are, not how they are written: a case `1` of a `switch` fits `1.0`,
//!   `'x'` is `"x"`. Ranges after `in` take decimals.
//! - Dictamen's functions stand where Rhai has one of the same name: `round_half_up` takes 0 to
//!   28 places, Rhai's any number.
//! - A captured variable keeps the value it had when the closure was declared; in Rhai it is
//!   shared and may change later.
//! - Entries of a list count from its start; Rhai's `list[-1]`, the last one, is a load error.

mod builtin;
mod call;
mod decision;
mod expression;
mod inline;
mod offer;
mod scope;
mod sense;
mod statement;
mod switch;
mod unlike;

use std::sync::Arc;

use dictamen_model::characteristic::{Kind, Value};
use rhai::{Dynamic, Expr, FnCallExpr, Position};

use super::{
    declare::{ParamTexts, RawClosure},
    failure,
    files::{ScriptFunction, Scripts},
};
use crate::{
    Diagnostic, Edit,
    declaration::{Declaration, Param, Term},
    table::Table,
    text::Texts,
    tree::{Closure, Node, NodeKind, Place, Type},
};
use scope::{Binding, Part, Scope};

/// Nodes all closures of a policy may have together, functions written out in place.
const MAX_NODES: usize = 100_000;
/// Depth of one tree, functions written out in place. Deciding walks a tree on an ordinary thread,
/// with an ordinary stack.
const MAX_DEPTH: usize = 200;
/// Depth of functions calling functions.
const MAX_INLINING: usize = 16;

/// What lowering needs to know and what it finds.
pub(super) struct Lowering<'a> {
    scripts: &'a Scripts,
    texts: &'a Texts,
    params: Vec<Param>,
    param_texts: ParamTexts,
    tables: Vec<Arc<Table>>,
    terms: Vec<Term>,
    diagnostics: Vec<Diagnostic>,
    offer_codes: Vec<(Arc<str>, Place)>,
    nodes: usize,
    depth: usize,
    // Of the closure at hand:
    file: String,
    scope: Scope,
    /// Names of the values bound so far, by slot.
    locals: Vec<String>,
    calls: Vec<(String, String, usize)>,
    returns: Vec<Type>,
    return_allowed: bool,
    in_offer: bool,
    /// Whether closures are asked of a decision and not by it: those of invariants.
    of_decision: bool,
    /// Codes that invariants may name.
    known_codes: Vec<Arc<str>>,
    /// The words that a part of the decision can be, by term; empty where any will do.
    words: Vec<Vec<Arc<str>>>,
}

/// What an expression means.
enum Meaning {
    /// A value to compute.
    Value(Node, Type),
    /// The applicant: the closure's first parameter.
    Applicant,
    /// The band the score fell in: the offer's second parameter.
    Band,
    /// What the policy decided, or its offer: the second parameter of an invariant.
    Decision(Part),
    /// A value of the script that is known when it is loaded and is no plain value: a list, an
    /// object map, a table.
    Static(Dynamic),
    /// `()`.
    Nothing,
}

/// How an invariant's closure must begin.
fn parameters_of(parameters: &[Binding]) -> &'static str {
    match parameters {
        [Binding::Applicant] => "this must begin with `|a|`",
        [Binding::Decision(_)] => "this must begin with `|d|` or `|a, d|`",
        _ => "this must begin with `|a, d|` or `|a|`",
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        scripts: &'a Scripts,
        texts: &'a Texts,
        params: Vec<Param>,
        param_texts: ParamTexts,
        tables: Vec<Arc<Table>>,
        terms: Vec<Term>,
    ) -> Self {
        Self {
            scripts,
            texts,
            params,
            param_texts,
            tables,
            terms,
            diagnostics: Vec::new(),
            offer_codes: Vec::new(),
            nodes: 0,
            depth: 0,
            file: String::new(),
            scope: Scope::default(),
            locals: Vec::new(),
            calls: Vec::new(),
            returns: Vec::new(),
            return_allowed: true,
            in_offer: false,
            of_decision: false,
            known_codes: Vec::new(),
            words: Vec::new(),
        }
    }

    /// Hands over what was found and what the closures used.
    pub(super) fn finish(self, declaration: &mut Declaration, diagnostics: &mut Vec<Diagnostic>) {
        declaration.params = self.params;
        declaration.tables = self
            .tables
            .iter()
            .map(|table| Table::clone(table))
            .collect();
        declaration.terms = self.terms;
        declaration.offer_codes = self.offer_codes;
        diagnostics.extend(self.diagnostics);
    }

    /// The condition of a rule: true or false.
    pub(super) fn condition(&mut self, raw: &RawClosure, place: Place) -> Option<Closure> {
        let (closure, found) = self.closure(raw, place, &[Binding::Applicant])?;
        if !Type::BOOL.accepts(found) {
            let message = format!(
                "a rule's condition must be true or false, this gives {}",
                found.name()
            );
            let help = "compare it, as in `a.weeks_total < 26`";
            self.advise("script::type", closure.body.place, message, help, None);
        }
        Some(closure)
    }

    /// The input of a scorecard characteristic: a number.
    pub(super) fn input(&mut self, raw: &RawClosure, place: Place) -> Option<Closure> {
        let (closure, found) = self.closure(raw, place, &[Binding::Applicant])?;
        if !found.is_number() {
            let message = format!("bins need a number, this gives {}", found.name());
            let help = if found.is(Kind::Bool) {
                "give it a number of its own: `if a.employed_now { 1 } else { 0 }`"
            } else {
                "name a characteristic that is a number, as in `|a| a.weeks_total`"
            };
            self.advise("script::type", closure.body.place, message, help, None);
        }
        Some(closure)
    }

    /// The offer: a settlement.
    pub(super) fn offer(&mut self, raw: &RawClosure, place: Place) -> Option<Closure> {
        self.in_offer = true;
        let lowered = self.closure(raw, place, &[Binding::Applicant, Binding::Band]);
        self.in_offer = false;
        let (closure, found) = lowered?;
        if !Type::Settlement.accepts(found) {
            let message = format!(
                "an offer must end in `grant`, `decline` or `refer`, this ends in {}",
                found.name()
            );
            let help = "write what is offered: `grant(#{ amount: …, term_months: …, annual_rate: …, monthly_payment: … })`";
            self.advise("script::type", closure.body.place, message, help, None);
        }
        Some(closure)
    }

    /// Lowers one closure; its last parameters get the given bindings, those before them the
    /// captured values.
    fn closure(
        &mut self,
        raw: &RawClosure,
        place: Place,
        parameters: &[Binding],
    ) -> Option<(Closure, Type)> {
        let name = raw.name.as_str();
        let captured = raw.captured.clone();
        // The offer may leave out its second parameter.
        let definition = (1..=parameters.len()).rev().find_map(|count| {
            let arity = captured.len().checked_add(count)?;
            let home = self.scripts.home_of(name, arity, &raw.file)?;
            Some((self.scripts.function(&home, name, arity)?, home, count))
        });
        let Some((definition, home, count)) = definition else {
            let (wanted, argument) = if self.of_decision {
                (parameters_of(parameters), 0)
            } else if parameters.len() == 1 {
                ("this must begin with `|a|`", 1)
            } else {
                ("this must begin with `|a, band|` or `|a|`", 0)
            };
            let help = if self.of_decision {
                "`a` is the applicant, `d` what the policy decides"
            } else if parameters.len() == 1 {
                "it takes the applicant and nothing else: `|a| a.weeks_total < 26`"
            } else {
                "it takes the applicant and, if it likes, the band the score fell in"
            };
            self.advise(
                "script::closure",
                self.texts.argument(place, argument),
                wanted,
                help,
                None,
            );
            return None;
        };
        self.file = home;
        self.scope = Scope::default();
        self.locals.clear();
        self.calls.clear();
        self.returns.clear();
        self.return_allowed = true;
        let bindings = captured
            .into_iter()
            .map(Binding::Static)
            .chain(parameters.iter().take(count).cloned());
        for (parameter, binding) in definition.parameters.iter().zip(bindings) {
            self.scope.bind(parameter, binding);
        }
        let (body, found) = self.function_body(&definition, place);
        Some((
            Closure {
                body,
                slots: self.locals.len(),
            },
            found,
        ))
    }

    /// Lowers the body of a closure or function and settles what it gives.
    fn function_body(&mut self, definition: &ScriptFunction, place: Place) -> (Node, Type) {
        let outer = std::mem::take(&mut self.returns);
        let allowed = std::mem::replace(&mut self.return_allowed, true);
        let (body, mut found) = self.block(&definition.body, place);
        self.return_allowed = allowed;
        let returns = std::mem::replace(&mut self.returns, outer);
        for returned in returns {
            found = self.join(found, returned, body.place);
        }
        if found == Type::Nothing {
            self.advise(
                "script::no-value",
                body.place,
                "not every way through this ends in a value",
                "an `if` needs an `else`, a `switch` a case `_`, and a block ends with the value itself",
                None,
            );
            found = Type::Unknown;
        }
        (body, found)
    }

    /// The common type of two ways through the same code.
    fn join(&mut self, one: Type, other: Type, place: Place) -> Type {
        if let Some(joined) = one.join(other) {
            self.same_unit(one, other, "an alternative to", place);
            return joined;
        }
        if one == Type::Nothing || other == Type::Nothing {
            return Type::Nothing;
        }
        let message = format!("one way gives {}, another {}", one.name(), other.name());
        self.error("script::type", place, message);
        Type::Unknown
    }

    /// The place of the simplest expression that begins at a position.
    fn place(&self, position: Position) -> Place {
        failure::place(self.texts, &self.file, position)
    }

    /// The place of a whole expression, from its first character to its last.
    fn extent(&self, expression: &Expr) -> Place {
        match expression {
            Expr::FnCall(call, position) => self.call_extent(call, *position),
            Expr::And(operands, _) | Expr::Or(operands, _) | Expr::Coalesce(operands, _) => {
                self.around(Place::default(), operands)
            }
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                let whole = self.extent(&parts.lhs).to(self.extent(&parts.rhs));
                self.texts.balanced(whole)
            }
            Expr::Property(_, position) | Expr::MethodCall(_, position) => self.place(*position),
            other => self.place(other.start_position()),
        }
    }

    /// The place of a call; of an operator with all it stands between.
    fn call_extent(&self, call: &FnCallExpr, position: Position) -> Place {
        let own = self.place(position);
        if self.texts.is_name(own) {
            // The position of a namespace of no parts is none at all.
            return if call.namespace.is_empty() {
                own
            } else {
                self.place(call.namespace.position()).to(own)
            };
        }
        self.around(self.texts.first(own), &call.args)
    }

    /// A place, some expressions and all between them.
    fn around(&self, place: Place, expressions: &[Expr]) -> Place {
        let extents = expressions.iter().map(|e| self.extent(e));
        self.texts.balanced(extents.fold(place, Place::to))
    }

    /// An error with its help and the change that settles it.
    fn advise(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
        edits: impl IntoIterator<Item = Edit>,
    ) {
        let found = Diagnostic::error(code, message).help(help);
        self.report(place, found.edits(edits));
    }

    fn error(&mut self, code: &'static str, place: Place, message: impl Into<String>) {
        self.report(place, Diagnostic::error(code, message));
    }

    fn report(&mut self, place: Place, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.at(self.texts.span(place));
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports an unknown name with the nearest known one, or else with what `otherwise` says.
    fn unknown<'n>(
        &mut self,
        code: &'static str,
        place: Place,
        message: String,
        name: &str,
        known: impl IntoIterator<Item = &'n str> + Clone,
        otherwise: Option<String>,
    ) {
        let (help, edit) = self.texts.meant(place, name, known);
        let found = Diagnostic::error(code, message).help_opt(help.or(otherwise));
        self.report(place, found.edits(edit));
    }

    /// A slot for a value with a name.
    fn slot(&mut self, name: &str) -> usize {
        self.locals.push(name.to_owned());
        self.locals.len().saturating_sub(1)
    }

    /// A node, counted.
    fn node(&mut self, kind: NodeKind, place: Place) -> Node {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes == MAX_NODES {
            self.error(
                "script::limit",
                place,
                "the policy's conditions are too large once its functions are written out",
            );
        }
        Node { kind, place }
    }

    fn exhausted(&self) -> bool {
        self.nodes >= MAX_NODES
    }

    /// Stands for what was already reported as wrong.
    fn wrong(place: Place) -> (Node, Type) {
        (
            Node {
                kind: NodeKind::Constant(Value::Missing),
                place,
            },
            Type::Unknown,
        )
    }
}
