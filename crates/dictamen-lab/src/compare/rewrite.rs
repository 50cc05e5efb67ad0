//! Changes nodes of a tree in place.

use dictamen_engine::tree::{Closure, Node, NodeKind, Step, parts_mut};

/// Shows a node and all below it, each before what it is made of, in the order of
/// [`visit`](dictamen_engine::tree::visit).
pub(super) fn each(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    see(node);
    parts_mut(node, &mut |part| each(part, see));
}

/// The closure without what does not decide: how comparisons were written, and names.
pub(super) fn plain(closure: &Closure) -> Node {
    let mut body = closure.body.clone();
    each(&mut body, &mut |node| match &mut node.kind {
        NodeKind::Compare { text, .. } => *text = "".into(),
        NodeKind::Inlined { name, .. } => *name = "".into(),
        NodeKind::Block { steps, .. } => {
            for step in steps {
                if let Step::Let { name, .. } = step {
                    *name = "".into();
                }
            }
        }
        _ => {}
    });
    body
}
