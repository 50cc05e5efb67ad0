//! The Rhai front end: runs a policy's script once, under limits, and turns every closure it
//! declared into a typed tree.
//!
//! The only module that knows Rhai. Nothing of Rhai leaves it: not a value, not an error, not a
//! type. Running the script declares; nothing here decides.

mod argument;
mod declare;
mod failure;
mod files;
mod invariants;
mod layout;
mod lower;
mod sandbox;
mod slip;
pub(crate) mod tokens;

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{AST, Engine, Scope};

use crate::{Diagnostic, PolicySource, declaration::Declaration, text::Texts};

/// The script a policy starts from.
pub(crate) const MAIN: &str = "policy.rhai";

/// The script of what the policy promises, which decides nothing.
pub(crate) const INVARIANTS: &str = "invariants.rhai";

/// A hostile script can build values so deep that taking them apart needs much stack.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// The declaring functions with the ways to call them.
pub(crate) fn declaring() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    declare::names().map(|name| {
        let usage = declare::usage(name).unwrap_or_default();
        // Written to stand between backticks, with words between several ways.
        let ways = usage.split('`').step_by(2);
        (name, ways.filter(|way| way.starts_with(name)).collect())
    })
}

/// Names of the functions that only make sense in deciding code and are no plain functions.
#[cfg(test)]
pub(crate) fn offer_only() -> [&'static str; 7] {
    declare::OFFER_ONLY
}

/// What running the scripts of a folder gave.
#[derive(Debug)]
pub(crate) struct Ran {
    /// What was declared; complete only when no diagnostic is an error.
    pub(crate) declaration: Declaration,
    /// Everything that was found on the way.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Runs the policy's script and lowers its closures, on a thread of its own: every script value
/// lives and dies there.
pub(crate) fn run(source: &PolicySource, texts: &Texts) -> Ran {
    on_large_stack(|| run_here(source, texts)).unwrap_or_else(|message| Ran {
        declaration: Declaration::default(),
        diagnostics: vec![Diagnostic::error("script::not-run", message)],
    })
}

pub(crate) use declare::Declared as Promises;
pub(crate) use invariants::run as run_invariants;

/// Does something on a thread with a large stack, or says why it could not.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, &'static str> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("policy-load".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work);
        match worker.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err("the script could not be run to its end"),
            Err(_) => Err("there is no memory to run the script in"),
        }
    })
}

fn run_here(source: &PolicySource, texts: &Texts) -> Ran {
    let shared = Arc::new(Mutex::new(declare::Collector::new(source, MAIN)));
    let scripts = files::Scripts::new(source, MAIN, texts);
    let mut engine = sandbox::engine();
    declare::register(&mut engine, &shared);
    engine.set_module_resolver(files::Resolver::new(scripts.clone()));
    let mut scope = Scope::new();
    declare::constants(&mut scope);

    let mut diagnostics = scripts.compile_all(&engine, &scope, texts);
    let finished = diagnostics.iter().all(|d| !d.is_error())
        && scripts
            .get(MAIN)
            .is_some_and(|main| run_main(&engine, &mut scope, &main, texts, &mut diagnostics));

    let mut collector = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let collector = std::mem::take(&mut *collector);
    let declaration = collector.finish(&scripts, texts, finished, &mut diagnostics);
    Ran {
        declaration,
        diagnostics,
    }
}

fn run_main(
    engine: &Engine,
    scope: &mut Scope<'_>,
    main: &AST,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    match engine.run_ast_with_scope(scope, main) {
        Ok(()) => true,
        Err(error) => {
            diagnostics.push(failure::running(&error, MAIN, texts));
            false
        }
    }
}
