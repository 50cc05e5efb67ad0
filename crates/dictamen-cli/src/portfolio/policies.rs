//! The policies that a portfolio is taken through, by id, by version, or by folder, and the public
//! figures they are decided with.

use std::{io::Write, path::Path, sync::Arc};

use dictamen_engine::Policy;
use dictamen_server::rules::{LoadedPolicy, ParameterSet, RuleBook};

use crate::{
    exit::{Exit, Failure},
    report, rules,
};

/// The policy called so in the rules folder at `dir`, or the one in a folder of its own, whatever
/// that is called.
pub(crate) fn policy(
    dir: &Path,
    name: &str,
    err: &mut dyn Write,
) -> Result<Arc<LoadedPolicy>, Failure> {
    let folder = Path::new(name);
    if !folder.join("policy.rhai").is_file() {
        return rules::policy(dir, name, err).map(|(_, loaded)| loaded);
    }
    let read = rules::read_folder(folder)?.folders.into_values().next();
    let loaded = match read {
        Some(Ok(source)) => Policy::load(&source).map(|loaded| LoadedPolicy {
            folder: name.to_owned(),
            policy: loaded.policy,
            warnings: loaded.warnings,
            source,
        }),
        Some(Err(findings)) => Err(findings),
        None => Err(Vec::new()),
    };
    match loaded {
        Ok(loaded) => Ok(Arc::new(loaded)),
        Err(findings) => {
            for finding in &findings {
                report::diagnostic::draw(err, finding, folder)?;
            }
            Err(Failure::new(
                Exit::Invalid,
                format!("the policy in `{name}` does not load"),
            ))
        }
    }
}

/// The public figures of the rules folder at `dir`.
pub(crate) fn parameters(dir: &Path, err: &mut dyn Write) -> Result<Arc<ParameterSet>, Failure> {
    let mut source = rules::read(dir)?;
    source.folders.clear();
    source.loose.clear();
    rules::parameters(&RuleBook::build(&RuleBook::default(), &source), dir, err)
}
