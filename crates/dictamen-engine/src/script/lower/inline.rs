//! Functions of the script, written out where they are called.
//!
//! Recursion is refused here: a function that is being written out cannot be called again.

use rhai::FnCallExpr;

use super::{Binding, Lowering, MAX_INLINING, Meaning};
use crate::{
    Diagnostic,
    tree::{NodeKind, Place, Step},
};

impl Lowering<'_> {
    /// `alias::function(…)`.
    pub(super) fn imported_call(&mut self, call: &FnCallExpr, place: Place) -> Meaning {
        let alias = call.namespace.root().to_owned();
        let Some(file) = self.scripts.imported(&self.file, &alias) else {
            let message = format!("nothing is imported as `{alias}` in this file");
            self.error("script::unknown-name", place, message);
            return Self::poison(place);
        };
        let name = call.name.as_str();
        let arguments = call.args.iter().map(|a| (self.extent(a), self.meaning(a)));
        let arguments: Vec<_> = arguments.collect();
        if !self.scripts.has_function(&file, name, arguments.len()) {
            let names = self.scripts.function_names(&file);
            let message = format!(
                "`{file}` has no function `{name}` with {} arguments",
                arguments.len()
            );
            let names = names.iter().map(String::as_str).filter(|n| *n != name);
            self.unknown("script::unknown-name", place, message, name, names, None);
            return Self::poison(place);
        }
        self.inline(&file, name, arguments, place)
    }

    /// Writes a function of the script out in place.
    pub(super) fn inline(
        &mut self,
        file: &str,
        name: &str,
        arguments: Vec<(Place, Meaning)>,
        place: Place,
    ) -> Meaning {
        let this = (file.to_owned(), name.to_owned(), arguments.len());
        if self.calls.contains(&this) {
            let message = format!("`{name}` calls itself, directly or in a circle");
            self.report(
                place,
                Diagnostic::error("script::recursion", message)
                    .help("deciding always ends, so deciding code has no recursion"),
            );
            return Self::poison(place);
        }
        let Some(definition) = self.scripts.function(file, name, arguments.len()) else {
            return Self::poison(place);
        };
        if self.calls.len() >= MAX_INLINING || self.exhausted() {
            self.error(
                "script::limit",
                place,
                "functions call functions too deeply here",
            );
            return Self::poison(place);
        }
        let mut steps = Vec::new();
        let mut inner = super::Scope::default();
        for (parameter, (at, meaning)) in definition.parameters.iter().zip(arguments) {
            let binding = match meaning {
                Meaning::Applicant => Binding::Applicant,
                Meaning::Band => Binding::Band,
                Meaning::Decision(part) => Binding::Decision(part),
                Meaning::Static(value) => Binding::Static(value),
                other => {
                    let (value, found) = self.demand(other, at);
                    let slot = self.slot(parameter);
                    steps.push(Step::Let {
                        slot,
                        name: parameter.as_str().into(),
                        value,
                    });
                    Binding::Local(slot, found)
                }
            };
            inner.bind(parameter, binding);
        }
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_file = std::mem::replace(&mut self.file, file.to_owned());
        self.calls.push(this);
        let (body, found) = self.function_body(&definition, place);
        self.calls.pop();
        self.file = outer_file;
        self.scope = outer;
        let inlined = NodeKind::Inlined {
            name: name.into(),
            body: Box::new(body),
        };
        let inlined = self.node(inlined, place);
        if steps.is_empty() {
            return Meaning::Value(inlined, found);
        }
        let block = NodeKind::Block {
            steps,
            result: Some(Box::new(inlined)),
        };
        Meaning::Value(self.node(block, place), found)
    }
}
