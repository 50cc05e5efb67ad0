//! Writes a tree back as an analyst would have written it, for traces and messages.

use std::fmt::Write;

use dictamen_model::characteristic::{Value, definitions};

use super::{Node, NodeKind};

/// Names the printer cannot know from the tree itself.
pub trait Names {
    /// Name of a threshold.
    fn param(&self, index: usize) -> &str;
    /// Name of a band term.
    fn term(&self, index: usize) -> &str;
    /// Name of a value bound by `let`, or of a parameter that a function of the script took; where
    /// it is not known, `…` is printed.
    fn local(&self, _slot: usize) -> Option<&str> {
        None
    }
}

/// The source form of a node, on one line. Blocks and calls of the script's own functions are
/// abbreviated to `…`.
pub fn print(node: &Node, names: &dyn Names) -> String {
    let mut out = String::new();
    write_node(&mut out, node, names);
    out
}

/// The source form of a value.
pub fn print_value(value: &Value) -> String {
    match value {
        Value::Missing => "()".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Decimal(d) => d.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Date(d) => format!("date(\"{d}\")"),
        Value::Text(t) => format!("\"{t}\""),
    }
}

fn write_node(out: &mut String, node: &Node, names: &dyn Names) {
    match &node.kind {
        NodeKind::Constant(value) => out.push_str(&print_value(value)),
        NodeKind::Param(index) => out.push_str(names.param(*index)),
        NodeKind::Characteristic(index) => {
            out.push_str("a.");
            out.push_str(definitions().get(*index).map_or("?", |d| d.name));
        }
        NodeKind::Term(index) => {
            out.push_str("band.");
            out.push_str(names.term(*index));
        }
        NodeKind::Not(inner) => write_prefixed(out, "!", inner, names),
        NodeKind::Negate(inner) => write_prefixed(out, "-", inner, names),
        NodeKind::And(nodes) => write_joined(out, " && ", nodes, names),
        NodeKind::Or(nodes) => write_joined(out, " || ", nodes, names),
        NodeKind::Coalesce(nodes) => write_joined(out, " ?? ", nodes, names),
        NodeKind::Compare {
            op, left, right, ..
        } => {
            write_operand(out, left, names);
            let _ = write!(out, " {} ", op.symbol());
            write_operand(out, right, names);
        }
        NodeKind::Arithmetic { op, left, right } => {
            write_operand(out, left, names);
            let _ = write!(out, " {} ", op.symbol());
            write_operand(out, right, names);
        }
        NodeKind::IsMissing(inner) => write_call(out, "is_missing", [&**inner], names),
        NodeKind::Call {
            function,
            arguments,
        } => {
            write_call(out, function.name(), arguments, names);
        }
        NodeKind::OneOf { value, options } => {
            write_operand(out, value, names);
            out.push_str(" in [");
            write_list(out, options, names);
            out.push(']');
        }
        NodeKind::Within {
            value,
            low,
            high,
            inclusive,
        } => {
            write_operand(out, value, names);
            out.push_str(" in ");
            write_operand(out, low, names);
            out.push_str(if *inclusive { "..=" } else { ".." });
            write_operand(out, high, names);
        }
        NodeKind::Local(slot) => out.push_str(names.local(*slot).unwrap_or("…")),
        NodeKind::If { .. }
        | NodeKind::Block { .. }
        | NodeKind::Return(_)
        | NodeKind::Inlined { .. }
        | NodeKind::Switch { .. }
        | NodeKind::Lookup { .. }
        | NodeKind::Grant { .. }
        | NodeKind::Settle { .. } => out.push('…'),
    }
}

fn write_prefixed(out: &mut String, prefix: &str, inner: &Node, names: &dyn Names) {
    out.push_str(prefix);
    write_operand(out, inner, names);
}

fn write_operand(out: &mut String, node: &Node, names: &dyn Names) {
    let compound = matches!(
        node.kind,
        NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Coalesce(_)
            | NodeKind::Compare { .. }
            | NodeKind::Arithmetic { .. }
            | NodeKind::OneOf { .. }
            | NodeKind::Within { .. }
    );
    if compound {
        out.push('(');
    }
    write_node(out, node, names);
    if compound {
        out.push(')');
    }
}

fn write_joined(out: &mut String, separator: &str, nodes: &[Node], names: &dyn Names) {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            out.push_str(separator);
        }
        write_operand(out, node, names);
    }
}

fn write_call<'a>(
    out: &mut String,
    name: &str,
    arguments: impl IntoIterator<Item = &'a Node>,
    names: &dyn Names,
) {
    out.push_str(name);
    out.push('(');
    write_list(out, arguments, names);
    out.push(')');
}

fn write_list<'a>(out: &mut String, nodes: impl IntoIterator<Item = &'a Node>, names: &dyn Names) {
    for (i, node) in nodes.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_node(out, node, names);
    }
}
