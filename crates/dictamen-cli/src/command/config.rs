//! `dictamen config`: what is in force and where it comes from, as a file that could be used.

use std::io::Write;

use crate::{
    configuration::{self, InForce, Origin},
    exit::{Exit, Failure},
};

pub(crate) fn run(in_force: &InForce, out: &mut dyn Write) -> Result<Exit, Failure> {
    writeln!(
        out,
        "# What `dictamen serve` would use. Flags come before the environment, that before the"
    )?;
    writeln!(
        out,
        "# file, and that before what is built in. Secrets are not shown."
    )?;
    for (key, values, origin) in &in_force.keys {
        let from = match origin {
            Origin::Flag => "flag".to_owned(),
            Origin::Environment(variable) => format!("environment {variable}"),
            Origin::File(path, line) => format!("{}:{line}", path.display()),
            Origin::Default => "default".to_owned(),
        };
        match (values.as_slice(), key.secret) {
            ([], _) => writeln!(out, "# {} is not set ({})", key.name, key.variable)?,
            (_, true) => writeln!(out, "# {} is set and not shown: {from}", key.name)?,
            ([value], false) => writeln!(out, "{} = {}  # {from}", key.name, toml(value))?,
            (values, false) => {
                let list: Vec<String> = values.iter().map(|value| toml(value)).collect();
                writeln!(out, "{} = [{}]  # {from}", key.name, list.join(", "))?;
            }
        }
    }
    for (name, near) in configuration::misspelt() {
        writeln!(
            out,
            "# `{name}` is in the environment and nothing reads it; did you mean `{near}`?"
        )?;
    }
    Ok(Exit::Done)
}

/// A value as the file has it.
fn toml(value: &str) -> String {
    let bare = matches!(value, "true" | "false")
        || (value.parse::<i64>().is_ok() && !value.starts_with('+') && value.len() < 16);
    if bare {
        value.to_owned()
    } else {
        toml::Value::from(value).to_string()
    }
}
