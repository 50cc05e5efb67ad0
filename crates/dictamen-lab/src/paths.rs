//! Finding, reading and replacing one node of a tree by the way that leads to it.
//!
//! A way is the position of each part among the parts of the one above, in the order of
//! [`parts`](dictamen_engine::tree::parts). It means the same in any tree of the same shape.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_engine::{
    declaration::Declaration,
    tree::{Closure, Names, Node, NodeKind, Step, parts, parts_mut, print, visit},
};
use dictamen_model::characteristic::{Kind, definitions};

/// The way to a node.
pub(crate) type Way = Vec<usize>;

/// Shows every node with the way to it, each before its parts.
pub(crate) fn walk<'n>(root: &'n Node, see: &mut dyn FnMut(&[usize], &'n Node)) {
    walk_from(root, &mut Vec::new(), see);
}

fn walk_from<'n>(node: &'n Node, way: &mut Way, see: &mut dyn FnMut(&[usize], &'n Node)) {
    see(way, node);
    let mut at = 0_usize;
    parts(node, &mut |part| {
        way.push(at);
        walk_from(part, way, see);
        way.pop();
        at = at.saturating_add(1);
    });
}

/// The node at the end of a way.
pub(crate) fn at<'n>(root: &'n Node, way: &[usize]) -> Option<&'n Node> {
    let Some((first, rest)) = way.split_first() else {
        return Some(root);
    };
    let mut all = Vec::new();
    parts(root, &mut |part| all.push(part));
    at(all.get(*first)?, rest)
}

/// The same closure with another node at the end of a way.
pub(crate) fn replaced(closure: &Closure, way: &[usize], node: Node) -> Closure {
    let mut closure = closure.clone();
    put(&mut closure.body, way, &mut Some(node));
    closure
}

fn put(root: &mut Node, way: &[usize], node: &mut Option<Node>) {
    let Some((first, rest)) = way.split_first() else {
        if let Some(node) = node.take() {
            *root = node;
        }
        return;
    };
    let mut at = 0_usize;
    parts_mut(root, &mut |part| {
        if at == *first {
            put(part, rest, node);
        }
        at = at.saturating_add(1);
    });
}

/// Whether a node is a condition: true, false or undecided.
pub(crate) fn is_condition(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Compare { .. }
        | NodeKind::And(_)
        | NodeKind::Or(_)
        | NodeKind::Not(_)
        | NodeKind::OneOf { .. }
        | NodeKind::Within { .. }
        | NodeKind::IsMissing(_) => true,
        NodeKind::Characteristic(index) => {
            definitions().get(*index).map(|d| d.kind) == Some(Kind::Bool)
        }
        _ => false,
    }
}

/// A closure that comes to one node of another, with everything bound that the other binds.
pub(crate) fn of_node(closure: &Closure, node: &Node) -> Closure {
    let mut steps = Vec::new();
    visit(&closure.body, &mut |found| {
        if let NodeKind::Block { steps: all, .. } = &found.kind {
            let lets = all.iter().filter(|step| matches!(step, Step::Let { .. }));
            steps.extend(lets.cloned());
        }
    });
    let place = node.place;
    let body = if steps.is_empty() {
        node.clone()
    } else {
        Node {
            kind: NodeKind::Block {
                steps,
                result: Some(Box::new(node.clone())),
            },
            place,
        }
    };
    Closure {
        body,
        slots: closure.slots,
    }
}

/// The characteristics that a tree reads, by table position.
pub(crate) fn characteristics(root: &Node) -> Vec<usize> {
    let mut read = Vec::new();
    visit(root, &mut |node| {
        if let NodeKind::Characteristic(index) = node.kind {
            read.push(index);
        }
    });
    read.sort_unstable();
    read.dedup();
    read
}

/// Whether a tree reads a threshold.
pub(crate) fn reads_param(root: &Node, param: usize) -> bool {
    let mut reads = false;
    visit(root, &mut |node| {
        reads = reads || matches!(node.kind, NodeKind::Param(index) if index == param);
    });
    reads
}

/// The names a closure's values have in the script.
pub(crate) struct Called<'d> {
    declaration: &'d Declaration,
    locals: BTreeMap<usize, Arc<str>>,
}

impl<'d> Called<'d> {
    pub(crate) fn new(declaration: &'d Declaration, closure: &Closure) -> Self {
        let mut locals = BTreeMap::new();
        visit(&closure.body, &mut |node| {
            if let NodeKind::Block { steps, .. } = &node.kind {
                for step in steps {
                    if let Step::Let { slot, name, .. } = step {
                        locals.insert(*slot, Arc::clone(name));
                    }
                }
            }
        });
        Self {
            declaration,
            locals,
        }
    }

    /// A node as an analyst would have written it, calls of the script's own functions by name.
    pub(crate) fn print(&self, node: &Node) -> String {
        let mut node = node.clone();
        let mut functions = Vec::new();
        abbreviate(&mut node, &mut functions);
        let called = WithFunctions {
            called: self,
            functions,
        };
        print(&node, &called)
    }
}

/// Puts a name in the place of every call of a function of the script.
fn abbreviate(node: &mut Node, functions: &mut Vec<String>) {
    if let NodeKind::Inlined { name, .. } = &node.kind {
        let slot = usize::MAX.saturating_sub(functions.len());
        functions.push(format!("{name}(…)"));
        node.kind = NodeKind::Local(slot);
        return;
    }
    parts_mut(node, &mut |part| abbreviate(part, functions));
}

/// Names of values, and of functions in slots counted from the last one down.
struct WithFunctions<'c, 'd> {
    called: &'c Called<'d>,
    functions: Vec<String>,
}

impl Names for WithFunctions<'_, '_> {
    fn param(&self, index: usize) -> &str {
        self.called.declaration.param(index)
    }

    fn term(&self, index: usize) -> &str {
        self.called.declaration.term(index)
    }

    fn local(&self, slot: usize) -> Option<&str> {
        let function = self.functions.get(usize::MAX.saturating_sub(slot));
        let local = || self.called.locals.get(&slot).map(|name| &**name);
        function.map(String::as_str).or_else(local)
    }
}
