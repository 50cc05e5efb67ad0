//! Runs `invariants.rhai` once, under the limits of a policy's script, and lowers its closures.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::Scope;

use super::{
    INVARIANTS, declare,
    declare::Declared,
    failure,
    files::{Resolver, Scripts},
    lower::Lowering,
    on_large_stack, sandbox,
};
use crate::{Diagnostic, Policy, PolicySource, text::Texts};

/// What the folder of a policy promises, and everything that is wrong with it. `words` is what the
/// parts of a decision can be, where that is a list of words.
pub(crate) fn run(
    source: &PolicySource,
    policy: &Policy,
    words: Vec<Vec<Arc<str>>>,
    texts: &Texts,
) -> (Declared, Vec<Diagnostic>) {
    on_large_stack(|| run_here(source, policy, words, texts)).unwrap_or_else(|message| {
        let found = Diagnostic::error("script::not-run", message);
        (Declared::default(), vec![found])
    })
}

fn run_here(
    source: &PolicySource,
    policy: &Policy,
    words: Vec<Vec<Arc<str>>>,
    texts: &Texts,
) -> (Declared, Vec<Diagnostic>) {
    let shared = Arc::new(Mutex::new(declare::Collector::new(source, INVARIANTS)));
    let scripts = Scripts::new(source, INVARIANTS, texts);
    let mut engine = sandbox::engine();
    declare::register_invariants(&mut engine, &shared);
    engine.set_module_resolver(Resolver::new(scripts.clone()));
    let mut scope = Scope::new();
    declare::invariant_constants(&mut scope, policy.declaration());
    let mut diagnostics = scripts.compile_all(&engine, &scope, texts);
    if diagnostics.iter().all(|found| !found.is_error())
        && let Some(main) = scripts.get(INVARIANTS)
        && let Err(error) = engine.run_ast_with_scope(&mut scope, &main)
    {
        diagnostics.push(failure::running(&error, INVARIANTS, texts));
    }
    let mut collector = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let collector = std::mem::take(&mut *collector);
    let params = policy.declaration().params.clone();
    let lowering = Lowering::new(&scripts, texts, params, Vec::new(), Vec::new(), Vec::new());
    let codes = policy
        .catalogue()
        .iter()
        .map(|reason| Arc::clone(&reason.code));
    let lowering = lowering.asking(codes.collect(), words);
    let declared = collector.promises(lowering, &mut diagnostics);
    (declared, diagnostics)
}
