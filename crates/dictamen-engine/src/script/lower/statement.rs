//! Statements: `let`, blocks, `if`, `return`, and the refusal of everything that could loop or
//! change a value.

use rhai::{ASTFlags, BinaryExpr, Expr, FlowControl, Stmt, StmtBlock};

use super::{Binding, Lowering, Meaning};
use crate::tree::{Node, NodeKind, Place, Step, Type};

impl Lowering<'_> {
    /// A block. Its last statement gives its value, as in Rhai, with or without a semicolon.
    pub(super) fn block(&mut self, block: &StmtBlock, place: Place) -> (Node, Type) {
        let own = self.place(block.position());
        let place = if own.line == 0 { place } else { own };
        let mark = self.scope.enter();
        let mut steps = Vec::new();
        let mut last = None;
        let mut statements = block
            .statements()
            .iter()
            .filter(|s| !is_silent(s))
            .peekable();
        while let Some(statement) = statements.next() {
            if statements.peek().is_some() {
                self.step(statement, &mut steps);
            } else {
                last = self.tail(statement, &mut steps);
            }
        }
        self.scope.leave(mark);
        match (steps.is_empty(), last) {
            (true, Some((node, found))) => (node, found),
            (_, last) => {
                let (result, found) =
                    last.map_or((None, Type::Nothing), |(n, t)| (Some(Box::new(n)), t));
                (self.node(NodeKind::Block { steps, result }, place), found)
            }
        }
    }

    /// A statement that is not the last of its block.
    fn step(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Var(..) => self.bind(statement, steps),
            Stmt::If(..) | Stmt::Switch(..) | Stmt::Block(..) | Stmt::Return(..) => {
                if let Some((node, _)) = self.tail(statement, steps) {
                    steps.push(Step::Run(node));
                }
            }
            Stmt::Expr(_) | Stmt::FnCall(..) => {
                let place = self.written(statement);
                self.advise(
                    "script::no-effect",
                    place,
                    "this value is computed and then not used",
                    "join it to what follows with `&&` or `||`, or bind it with `let`",
                    None,
                );
            }
            other => self.refuse(other),
        }
    }

    /// The last statement of a block: what it gives.
    fn tail(&mut self, statement: &Stmt, steps: &mut Vec<Step>) -> Option<(Node, Type)> {
        let place = self.written(statement);
        match statement {
            Stmt::Var(..) => {
                self.bind(statement, steps);
                None
            }
            Stmt::Expr(expression) => Some(self.value_in_tail(expression)),
            Stmt::FnCall(call, _) => {
                let meaning = self.call(call, place);
                Some(self.demand(meaning, place))
            }
            Stmt::If(flow, _) => Some(self.nested(place, |this| this.if_else(flow, place))),
            Stmt::Switch(switch, _) => Some(self.nested(place, |this| this.switch(switch, place))),
            Stmt::Block(block) => Some(self.nested(place, |this| this.block(block, place))),
            Stmt::Return(value, flags, _) => {
                Some(self.return_value(value.as_deref(), *flags, place))
            }
            other => {
                self.refuse(other);
                Some(Self::wrong(place))
            }
        }
    }

    /// A statement that holds others, one level down.
    fn nested(
        &mut self,
        place: Place,
        lower: impl FnOnce(&mut Self) -> (Node, Type),
    ) -> (Node, Type) {
        let meaning = self.deeper(place, |this| {
            let (node, found) = lower(this);
            Meaning::Value(node, found)
        });
        match meaning {
            Meaning::Value(node, found) => (node, found),
            _ => Self::wrong(place),
        }
    }

    fn bind(&mut self, statement: &Stmt, steps: &mut Vec<Step>) {
        let Stmt::Var(binding, ..) = statement else {
            return;
        };
        let (name, value, _) = &**binding;
        let place = self.place(name.pos);
        match self.meaning(value) {
            Meaning::Value(node, found) => {
                let slot = self.slot(&name.name);
                steps.push(Step::Let {
                    slot,
                    name: name.name.as_str().into(),
                    value: node,
                });
                self.scope.bind(&name.name, Binding::Local(slot, found));
            }
            Meaning::Applicant => self.scope.bind(&name.name, Binding::Applicant),
            Meaning::Band => self.scope.bind(&name.name, Binding::Band),
            Meaning::Decision(part) => self.scope.bind(&name.name, Binding::Decision(part)),
            Meaning::Static(value) => self.scope.bind(&name.name, Binding::Static(value)),
            Meaning::Nothing => {
                let message = format!("`{}` gets no value", name.name);
                self.error("script::no-value", place, message);
            }
        }
    }

    pub(super) fn if_else(&mut self, flow: &FlowControl, place: Place) -> (Node, Type) {
        let (condition, found) = self.operand(&flow.expr);
        if !Type::BOOL.accepts(found) {
            let message = format!("`if` needs true or false, this is {}", found.name());
            self.error("script::type", condition.place, message);
        }
        let (then, one) = self.block(&flow.body, place);
        let (otherwise, joined) = if flow.branch.is_empty() {
            (None, Type::Nothing)
        } else {
            let (otherwise, other) = self.block(&flow.branch, place);
            (Some(Box::new(otherwise)), self.join(one, other, place))
        };
        let kind = NodeKind::If {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise,
        };
        (self.node(kind, place), joined)
    }

    fn return_value(
        &mut self,
        value: Option<&Expr>,
        flags: ASTFlags,
        place: Place,
    ) -> (Node, Type) {
        if flags.contains(ASTFlags::BREAK) {
            self.error(
                "script::not-available",
                place,
                "`throw` is not available in deciding code",
            );
            return Self::wrong(place);
        }
        let Some(value) = value else {
            let help = "say what it gives: `return true;`";
            self.advise(
                "script::no-value",
                place,
                "`return` needs a value",
                help,
                None,
            );
            return Self::wrong(place);
        };
        if !self.return_allowed {
            self.error(
                "script::return",
                place,
                "`return` cannot stand inside a value",
            );
        }
        let (node, found) = self.operand(value);
        self.returns.push(found);
        (
            self.node(NodeKind::Return(Box::new(node)), place),
            Type::Never,
        )
    }

    /// The place of a whole statement.
    fn written(&self, statement: &Stmt) -> Place {
        match statement {
            Stmt::Expr(expression) => self.extent(expression),
            Stmt::FnCall(call, position) => self.call_extent(call, *position),
            Stmt::Assignment(parts) => {
                let (left, right) = (&parts.1.lhs, &parts.1.rhs);
                let whole = self.extent(left).to(self.extent(right));
                self.texts.balanced(whole)
            }
            other => {
                let position = other.position();
                let line = position.line().unwrap_or(0);
                let column = position.position().unwrap_or(0);
                self.texts.statement(&self.file, line, column)
            }
        }
    }

    /// Whether `=` stands where only a comparison can be meant, and reports it.
    fn compares(&mut self, parts: &BinaryExpr) -> bool {
        if !matches!(parts.lhs, Expr::Dot(..) | Expr::Index(..)) {
            return false;
        }
        let right = self.extent(&parts.rhs);
        let Some(sign) = self.texts.token_before(right) else {
            return false;
        };
        if self.texts.written(sign) != "=" {
            return false;
        }
        let message = "`=` gives a value; it does not compare";
        let edit = self.texts.edit(sign, "==", true);
        self.advise("script::assignment", sign, message, "write `==`", edit);
        true
    }

    fn refuse(&mut self, statement: &Stmt) {
        if let Stmt::Assignment(parts) = statement
            && self.compares(&parts.1)
        {
            return;
        }
        let place = self.written(statement);
        let (code, message, help) = match statement {
            Stmt::While(..) | Stmt::Do(..) | Stmt::For(..) | Stmt::BreakLoop(..) => (
                "script::loop",
                "deciding code has no loops",
                "loop while the policy is declared, for instance to build rules from a table",
            ),
            Stmt::Assignment(..) => (
                "script::assignment",
                "deciding code cannot change a value",
                "bind the new value to a new name with `let`, or use `if … { … } else { … }` as a value",
            ),
            Stmt::TryCatch(..) => (
                "script::not-available",
                "`try` is not available in deciding code",
                "a rule that cannot be computed refers by itself",
            ),
            _ => (
                "script::not-available",
                "this cannot stand in deciding code",
                "use `let`, `if`, `switch`, `return` and values",
            ),
        };
        let diagnostic = crate::Diagnostic::error(code, message).help(help);
        self.report(place, diagnostic);
    }
}

/// Statements that only tell the interpreter something.
fn is_silent(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Noop(_) | Stmt::Share(_))
}
