//! The script files of a policy folder: compiled once, imported only from within the folder.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use rhai::{
    AST, ASTNode, Engine, EvalAltResult, Expr, Module, ModuleResolver, Position, Scope, Shared,
    Stmt, StmtBlock,
};

use super::{INVARIANTS, MAIN, failure, layout};
use crate::{
    Diagnostic, PolicySource,
    text::{Texts, without_mark},
};

/// Bytes of one script.
const MAX_SCRIPT_BYTES: usize = 256 * 1024;

/// A function or closure of a script.
pub(super) struct ScriptFunction {
    /// Names of the parameters, captured values first.
    pub(super) parameters: Vec<String>,
    pub(super) body: StmtBlock,
}

/// The scripts of a folder by path. Cheap to clone: all clones share one set.
#[derive(Clone, Default)]
pub(super) struct Scripts {
    texts: Arc<BTreeMap<String, String>>,
    unreadable: Arc<Vec<Diagnostic>>,
    compiled: Arc<Mutex<BTreeMap<String, AST>>>,
    /// The script that is run.
    main: &'static str,
}

impl Scripts {
    /// The scripts that deciding starts from `main`; those of invariants and those of a policy are
    /// not of each other's world.
    pub(super) fn new(source: &PolicySource, main: &'static str, texts: &Texts) -> Self {
        let mut readable = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (path, content) in source.iter().filter(|(path, _)| is_script(path, main)) {
            match std::str::from_utf8(content) {
                Ok(_) if content.len() > MAX_SCRIPT_BYTES => unreadable.push(
                    Diagnostic::error(
                        "script::too-large",
                        format!("`{path}` is larger than 256 KiB"),
                    )
                    .at(texts.line_span(path, 1))
                    .help("split it, or keep the table it holds in a CSV file"),
                ),
                Ok(text) => {
                    readable.insert(path.to_owned(), without_mark(text).to_owned());
                }
                Err(_) => unreadable.push(
                    Diagnostic::error(
                        "script::not-utf8",
                        format!("`{path}` is not valid UTF-8 text"),
                    )
                    .help("save the file with encoding UTF-8"),
                ),
            }
        }
        Self {
            texts: Arc::new(readable),
            unreadable: Arc::new(unreadable),
            main,
            ..Self::default()
        }
    }

    /// Compiles every script of the folder, so that the errors of all files show at once.
    pub(super) fn compile_all(
        &self,
        engine: &Engine,
        scope: &Scope<'_>,
        texts: &Texts,
    ) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<_> = self.unreadable.to_vec();
        if !self.texts.contains_key(self.main) && diagnostics.is_empty() {
            diagnostics.push(
                Diagnostic::error("policy::no-script", format!("the folder has no `{MAIN}`"))
                    .help("every policy starts from a file of that name"),
            );
        }
        for (path, text) in &*self.texts {
            if let Some(position) = layout::open_comment(engine, text) {
                diagnostics.push(failure::open_comment(path, position, texts));
                continue;
            }
            match engine.compile_with_scope(scope, text) {
                Ok(mut ast) => {
                    ast.set_source(path.as_str());
                    self.lock().insert(path.clone(), ast);
                }
                Err(error) => diagnostics.push(failure::parsing(path, &error, texts)),
            }
        }
        diagnostics
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, AST>> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The compiled script at `path`.
    pub(super) fn get(&self, path: &str) -> Option<AST> {
        self.lock().get(path).cloned()
    }

    /// A function or closure defined in the script at `path`.
    pub(super) fn function(
        &self,
        path: &str,
        name: &str,
        parameters: usize,
    ) -> Option<ScriptFunction> {
        let compiled = self.lock();
        let ast = compiled.get(path)?;
        let module: &Module = ast.as_ref();
        let definition = module.get_script_fn(name, parameters)?;
        // The type of a function's body cannot be named outside Rhai, but a tree reduced to this
        // one function can be walked. (`clone_functions_only_filtered` would say it better; it
        // ignores its filter.)
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, other, count| other == name && count == parameters);
        let mut statements: Vec<Stmt> = Vec::new();
        alone.walk(&mut |path: &[ASTNode<'_>]| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            true
        });
        let (start, end) = (
            definition.body.start_position(),
            definition.body.end_position(),
        );
        Some(ScriptFunction {
            parameters: definition.params.iter().map(ToString::to_string).collect(),
            body: StmtBlock::new(statements, start, end),
        })
    }

    /// Whether the script at `path` defines the function.
    pub(super) fn has_function(&self, path: &str, name: &str, parameters: usize) -> bool {
        let compiled = self.lock();
        let module: Option<&Module> = compiled.get(path).map(AsRef::as_ref);
        module.is_some_and(|module| module.get_script_fn(name, parameters).is_some())
    }

    /// The script that defines a closure, looking first where it was declared.
    pub(super) fn home_of(&self, name: &str, parameters: usize, first: &str) -> Option<String> {
        if self.has_function(first, name, parameters) {
            return Some(first.to_owned());
        }
        let paths: Vec<String> = self.lock().keys().cloned().collect();
        paths
            .into_iter()
            .find(|path| self.has_function(path, name, parameters))
    }

    /// Names of the functions a script defines, for suggestions.
    pub(super) fn function_names(&self, path: &str) -> Vec<String> {
        let compiled = self.lock();
        let names = compiled
            .get(path)
            .map(|ast| ast.iter_functions().map(|f| f.name.to_owned()));
        names.map(Iterator::collect).unwrap_or_default()
    }

    /// The script that a file imports under a name.
    pub(super) fn imported(&self, path: &str, alias: &str) -> Option<String> {
        let compiled = self.lock();
        let statements: &[Stmt] = compiled.get(path)?.as_ref();
        statements.iter().find_map(|statement| match statement {
            Stmt::Import(import, _) if import.1.name.as_str() == alias => match &import.0 {
                Expr::StringConstant(target, _) => resolve(path, target).ok(),
                _ => None,
            },
            _ => None,
        })
    }
}

fn is_script(path: &str, main: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|e| e == "rhai")
        && (path == main || ![MAIN, INVARIANTS].contains(&path))
}

/// The path within the folder that an `import` in the file `from` means.
fn resolve(from: &str, target: &str) -> Result<String, String> {
    let outside = || format!("`import \"{target}\"` leaves the policy's folder");
    if target.starts_with('/') || target.contains('\\') || target.contains(':') {
        return Err(outside());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(outside)?;
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Ok(if path.to_ascii_lowercase().ends_with(".rhai") {
        path
    } else {
        format!("{path}.rhai")
    })
}

/// Gives `import` the folder's own files and nothing else.
pub(super) struct Resolver {
    scripts: Scripts,
    loading: Mutex<Vec<String>>,
}

impl Resolver {
    pub(super) fn new(scripts: Scripts) -> Self {
        Self {
            scripts,
            loading: Mutex::new(Vec::new()),
        }
    }
}

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let refuse =
            |message: String| Box::new(EvalAltResult::ErrorRuntime(message.into(), position));
        let target = resolve(source.unwrap_or(self.scripts.main), path).map_err(refuse)?;
        let Some(ast) = self.scripts.get(&target) else {
            return Err(refuse(format!(
                "`import \"{path}\"`: the folder has no file `{target}`"
            )));
        };
        {
            let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
            if loading.contains(&target) || target == self.scripts.main {
                return Err(refuse(format!(
                    "`{target}` imports itself, directly or in a circle"
                )));
            }
            loading.push(target.clone());
        }
        let mut scope = Scope::new();
        super::declare::constants(&mut scope);
        let module = Module::eval_ast_as_new(scope, &ast, engine);
        self.loading
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|p| *p != target);
        module.map(Into::into)
    }
}
