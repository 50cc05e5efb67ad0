//! Walks a tree over the characteristics of one applicant.
//!
//! Three-valued: a value that is missing makes what needs it missing, and only that. Every
//! comparison met is recorded with the values of its sides.

use std::{cmp::Ordering, sync::Arc};

use dictamen_model::characteristic::{Characteristics, Kind, Value, definitions};

use super::{
    compute::{self, distance, holds, in_range, negative, order, wrong_type},
    function,
    value::{Result, Settlement, Stop, Terms, number, union},
};
use crate::{
    canonical,
    declaration::Param,
    table::Table,
    trace::Comparison,
    tree::{
        Arm, Closure, Comparator, Function, GrantTerms, Node, NodeKind, Operator, Pattern,
        Reduction, Step,
    },
};

type Walked = std::result::Result<Result, Stop>;

/// What a walk can see.
pub(super) struct Sight<'a> {
    pub(super) characteristics: &'a Characteristics,
    pub(super) params: &'a [Param],
    pub(super) tables: &'a [Table],
    /// Terms of the band the score fell in, by position.
    pub(super) terms: &'a [Option<Value>],
}

/// One walk of one closure.
pub(super) struct Walk<'a> {
    sight: &'a Sight<'a>,
    locals: Vec<Option<Result>>,
    comparisons: Vec<Comparison>,
}

/// Walks a closure; a failure is in plain words. Also gives the comparisons met.
pub(super) fn walk(
    closure: &Closure,
    sight: &Sight<'_>,
) -> (std::result::Result<Result, String>, Vec<Comparison>) {
    let mut walk = Walk {
        sight,
        locals: vec![None; closure.slots],
        comparisons: Vec::new(),
    };
    let result = match walk.node(&closure.body) {
        Ok(result) | Err(Stop::Return(result)) => Ok(result),
        Err(Stop::Failed(why)) => Err(why),
    };
    (result, walk.comparisons)
}

/// Unwraps a known value; hands anything else up.
macro_rules! known {
    ($result:expr) => {
        match $result {
            Result::Known(value) => value,
            other => return Ok(other),
        }
    };
}

impl Walk<'_> {
    /// One node. Deep trees come back here once a level, so what a kind of node needs of the stack
    /// is taken in a function of its own.
    fn node(&mut self, node: &Node) -> Walked {
        match &node.kind {
            NodeKind::Constant(value) => Ok(Result::Known(value.clone())),
            NodeKind::Param(_)
            | NodeKind::Characteristic(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_) => self.named(&node.kind),
            NodeKind::Not(inner) => self.not(inner),
            NodeKind::Negate(inner) => self.negate(inner),
            NodeKind::And(nodes) => self.logic(nodes, false),
            NodeKind::Or(nodes) => self.logic(nodes, true),
            NodeKind::Compare {
                op,
                left,
                right,
                text,
            } => self.comparison(*op, left, right, text),
            NodeKind::Arithmetic { op, left, right } => self.arithmetic(*op, left, right),
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => self.if_else(condition, then, otherwise.as_deref()),
            NodeKind::Block { steps, result } => self.block(steps, result.as_deref()),
            NodeKind::Return(value) => Err(Stop::Return(self.node(value)?)),
            NodeKind::Inlined { body, .. } => self.inlined(body),
            NodeKind::Coalesce(nodes) => self.coalesce(nodes),
            NodeKind::IsMissing(inner) => self.is_missing(inner),
            NodeKind::OneOf { value, options } => self.one_of(value, options),
            NodeKind::Within {
                value,
                low,
                high,
                inclusive,
            } => self.within(value, low, high, *inclusive),
            NodeKind::Switch {
                value,
                arms,
                otherwise,
            } => self.switch(value, arms, otherwise.as_deref()),
            NodeKind::Call {
                function,
                arguments,
            } => self.call(*function, arguments),
            NodeKind::Lookup {
                table,
                column,
                key,
                ranged,
            } => self.lookup(*table, *column, key, *ranged),
            NodeKind::Grant { terms, reductions } => self.grant(terms, reductions),
            NodeKind::Settle { outcome, code } => Ok(Result::Settled(Settlement::Ended {
                outcome: *outcome,
                code: code.clone(),
            })),
        }
    }

    /// What a name stands for.
    fn named(&mut self, kind: &NodeKind) -> Walked {
        match kind {
            NodeKind::Characteristic(index) => Ok(self.characteristic(*index)),
            NodeKind::Param(index) => match self.sight.params.get(*index) {
                Some(param) => Ok(Result::Known(param.value.clone())),
                None => Stop::failed("a threshold is unknown"),
            },
            NodeKind::Term(index) => match self.sight.terms.get(*index) {
                Some(Some(value)) => Ok(Result::Known(value.clone())),
                _ => Stop::failed("the band lacks a term"),
            },
            NodeKind::Local(slot) => match self.locals.get(*slot) {
                Some(Some(result)) => Ok(result.clone()),
                _ => Stop::failed("a name has no value yet"),
            },
            _ => wrong_type(),
        }
    }

    /// A characteristic. One that is true or false is a condition by itself, and is recorded.
    fn characteristic(&mut self, index: usize) -> Result {
        let value = self.sight.characteristics.get(index);
        let definition = definitions().get(index);
        let result = match value {
            Value::Missing => Result::Missing(vec![index]),
            value => Result::Known(value.clone()),
        };
        if let Some(definition) = definition.filter(|d| d.kind == Kind::Bool) {
            self.comparisons.push(Comparison {
                text: format!("a.{}", definition.name).into(),
                left: canonical::json(value),
                operator: "is",
                right: true.into(),
                holds: match value {
                    Value::Bool(holds) => Some(*holds),
                    _ => None,
                },
                distance: None,
            });
        }
        result
    }

    fn not(&mut self, inner: &Node) -> Walked {
        match known!(self.node(inner)?) {
            Value::Bool(value) => Ok(Result::bool(!value)),
            _ => wrong_type(),
        }
    }

    fn negate(&mut self, inner: &Node) -> Walked {
        match known!(self.node(inner)?) {
            Value::Int(n) => {
                let negated = n.checked_neg().ok_or_else(function::overflow)?;
                Ok(Result::Known(Value::Int(negated)))
            }
            Value::Decimal(d) => Ok(Result::Known(Value::Decimal(negative(d)))),
            _ => wrong_type(),
        }
    }

    fn comparison(&mut self, op: Comparator, left: &Node, right: &Node, text: &Arc<str>) -> Walked {
        let left = self.node(left)?;
        let right = self.node(right)?;
        self.compare(op, &left, &right, text)
    }

    fn arithmetic(&mut self, op: Operator, left: &Node, right: &Node) -> Walked {
        let left = self.node(left)?;
        let right = self.node(right)?;
        match (left, right) {
            (Result::Known(left), Result::Known(right)) => {
                compute::arithmetic(op, &left, &right).map(Result::Known)
            }
            (left, right) => Ok(missing_of(&left, &right)),
        }
    }

    fn if_else(&mut self, condition: &Node, then: &Node, otherwise: Option<&Node>) -> Walked {
        match (known!(self.node(condition)?), otherwise) {
            (Value::Bool(true), _) => self.node(then),
            (Value::Bool(false), Some(otherwise)) => self.node(otherwise),
            (Value::Bool(false), None) => Ok(Result::bool(false)),
            _ => wrong_type(),
        }
    }

    fn block(&mut self, steps: &[Step], result: Option<&Node>) -> Walked {
        for step in steps {
            self.step(step)?;
        }
        match result {
            Some(result) => self.node(result),
            None => Ok(Result::bool(false)),
        }
    }

    fn inlined(&mut self, body: &Node) -> Walked {
        match self.node(body) {
            Err(Stop::Return(result)) => Ok(result),
            other => other,
        }
    }

    fn is_missing(&mut self, inner: &Node) -> Walked {
        let result = self.node(inner)?;
        let missing = matches!(result, Result::Missing(_));
        if let NodeKind::Characteristic(index) = inner.kind
            && let Some(definition) = definitions().get(index)
        {
            self.comparisons.push(Comparison {
                text: format!("is_missing(a.{})", definition.name).into(),
                left: shown(&result),
                operator: "is",
                right: serde_json::Value::Null,
                holds: Some(missing),
                distance: None,
            });
        }
        Ok(Result::bool(missing))
    }

    fn switch(&mut self, value: &Node, arms: &[Arm], otherwise: Option<&Node>) -> Walked {
        let value = known!(self.node(value)?);
        for arm in arms.iter().filter(|arm| fits(&arm.pattern, &value)) {
            let open = match &arm.guard {
                Some(guard) => known!(self.node(guard)?) == Value::Bool(true),
                None => true,
            };
            if open {
                return self.node(&arm.body);
            }
        }
        match otherwise {
            Some(otherwise) => self.node(otherwise),
            None => Ok(Result::bool(false)),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Node]) -> Walked {
        let mut values = Vec::with_capacity(arguments.len());
        let mut missing: Option<Vec<usize>> = None;
        for argument in arguments {
            match self.node(argument)? {
                Result::Known(value) => values.push(value),
                Result::Missing(names) => {
                    missing = Some(union(names, &missing.unwrap_or_default()));
                }
                Result::Settled(_) => return wrong_type(),
            }
        }
        match missing {
            Some(names) => Ok(Result::Missing(names)),
            None => function::call(function, &values).map(Result::Known),
        }
    }

    fn step(&mut self, step: &Step) -> std::result::Result<(), Stop> {
        match step {
            Step::Let { slot, value, .. } => {
                let value = self.node(value)?;
                if let Some(local) = self.locals.get_mut(*slot) {
                    *local = Some(value);
                }
                Ok(())
            }
            // A step is run for its `return`. If it cannot be known whether it returns, nothing
            // behind it can be known.
            Step::Run(node) => match self.node(node)? {
                missing @ Result::Missing(_) => Err(Stop::Return(missing)),
                _ => Ok(()),
            },
        }
    }

    /// `&&` and `||`: one operand equal to `settles` settles it, whatever is missing.
    fn logic(&mut self, nodes: &[Node], settles: bool) -> Walked {
        let mut missing: Option<Vec<usize>> = None;
        for node in nodes {
            match self.node(node)? {
                Result::Known(Value::Bool(value)) if value == settles => {
                    return Ok(Result::bool(settles));
                }
                Result::Known(Value::Bool(_)) => {}
                Result::Missing(names) => {
                    missing = Some(union(names, &missing.unwrap_or_default()));
                }
                Result::Known(_) | Result::Settled(_) => return wrong_type(),
            }
        }
        Ok(missing.map_or(Result::bool(!settles), Result::Missing))
    }

    fn coalesce(&mut self, nodes: &[Node]) -> Walked {
        let mut missing = Vec::new();
        for node in nodes {
            match self.node(node)? {
                Result::Missing(names) => missing = union(missing, &names),
                known => return Ok(known),
            }
        }
        Ok(Result::Missing(missing))
    }

    fn compare(
        &mut self,
        op: Comparator,
        left: &Result,
        right: &Result,
        text: &Arc<str>,
    ) -> Walked {
        let (holds, distance) = match (left, right) {
            (Result::Known(left), Result::Known(right)) => {
                let Some(ordering) = order(left, right) else {
                    return wrong_type();
                };
                (Some(holds(op, ordering)), distance(left, right))
            }
            _ => (None, None),
        };
        self.comparisons.push(Comparison {
            text: text.clone(),
            left: shown(left),
            operator: op.symbol(),
            right: shown(right),
            holds,
            distance,
        });
        Ok(holds.map_or_else(|| missing_of(left, right), Result::bool))
    }

    /// Found among the known options it is in, whatever is missing. Every option is computed
    /// first: one that fails fails the search, wherever it stands.
    fn one_of(&mut self, value: &Node, options: &[Node]) -> Walked {
        let value = self.node(value)?;
        let mut found = false;
        let mut missing: Option<Vec<usize>> = None;
        for option in options {
            match (&value, self.node(option)?) {
                (Result::Known(value), Result::Known(option)) => {
                    found = found || order(value, &option) == Some(Ordering::Equal);
                }
                (_, Result::Missing(names)) => {
                    missing = Some(union(names, &missing.unwrap_or_default()));
                }
                _ => {}
            }
        }
        known!(value);
        Ok(match missing {
            Some(names) if !found => Result::Missing(names),
            _ => Result::bool(found),
        })
    }

    fn within(&mut self, value: &Node, low: &Node, high: &Node, inclusive: bool) -> Walked {
        let (value, low, high) = (self.node(value)?, self.node(low)?, self.node(high)?);
        let value = known!(value);
        let (low, high) = (known!(low), known!(high));
        let (Some(value), Some(low), Some(high)) = (number(&value), number(&low), number(&high))
        else {
            return wrong_type();
        };
        Ok(Result::bool(in_range(value, low, high, inclusive)))
    }

    fn lookup(&mut self, table: usize, column: usize, key: &Node, ranged: bool) -> Walked {
        let key = known!(self.node(key)?);
        let row = self.sight.tables.get(table).and_then(|table| {
            if ranged {
                table.find_range(number(&key)?)
            } else {
                table.find(&key)
            }
        });
        match row.and_then(|row| row.get(column)) {
            Some(Value::Missing) | None => Ok(Result::Missing(Vec::new())),
            Some(value) => Ok(Result::Known(value.clone())),
        }
    }

    fn grant(&mut self, terms: &GrantTerms, reductions: &[Reduction]) -> Walked {
        let mut numbers = Vec::new();
        for term in [
            &terms.amount,
            &terms.term_months,
            &terms.annual_rate,
            &terms.monthly_payment,
        ] {
            numbers.push(known!(self.node(term)?));
        }
        let mut optional = Vec::new();
        for term in [
            &terms.max_amount,
            &terms.max_payment,
            &terms.limiting_factor,
        ] {
            optional.push(match term {
                Some(term) => Some(known!(self.node(term)?)),
                None => None,
            });
        }
        let mut codes = Vec::new();
        for reduction in reductions {
            if known!(self.node(&reduction.condition)?) == Value::Bool(true) {
                codes.push(reduction.code.clone());
            }
        }
        let [amount, Value::Int(term_months), rate, payment] = numbers.as_slice() else {
            return wrong_type();
        };
        let [max_amount, max_payment, limiting_factor] = optional.as_slice() else {
            return wrong_type();
        };
        let (Some(amount), Some(annual_rate), Some(monthly_payment)) =
            (number(amount), number(rate), number(payment))
        else {
            return wrong_type();
        };
        let terms = Terms {
            amount,
            term_months: *term_months,
            annual_rate,
            monthly_payment,
            max_amount: max_amount.as_ref().and_then(number),
            max_payment: max_payment.as_ref().and_then(number),
            limiting_factor: match limiting_factor {
                Some(Value::Text(text)) => Some(text.clone()),
                _ => None,
            },
        };
        Ok(Result::Settled(Settlement::Granted {
            terms: Box::new(terms),
            reductions: codes,
        }))
    }
}

fn missing_of(left: &Result, right: &Result) -> Result {
    let names = |result: &Result| match result {
        Result::Missing(names) => names.clone(),
        _ => Vec::new(),
    };
    Result::Missing(union(names(left), &names(right)))
}

fn shown(result: &Result) -> serde_json::Value {
    match result {
        Result::Known(value) => canonical::json(value),
        _ => serde_json::Value::Null,
    }
}

fn fits(pattern: &Pattern, value: &Value) -> bool {
    match pattern {
        Pattern::Exactly(constant) => order(constant, value) == Some(Ordering::Equal),
        Pattern::Between {
            low,
            high,
            inclusive,
        } => number(value).is_some_and(|value| in_range(value, *low, *high, *inclusive)),
    }
}
