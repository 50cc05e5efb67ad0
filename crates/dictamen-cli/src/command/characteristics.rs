//! `dictamen characteristics`.

use std::io::Write;

use dictamen_lab::pipeline;
use dictamen_model::characteristic::{self, Definition};
use dictamen_model::suggest;
use dictamen_server::{
    answer::{self, Characteristic, CharacteristicList, Computed},
    rules::RuleBook,
};

use super::input;
use crate::{
    args::{CharacteristicsArgs, Format},
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    args: &CharacteristicsArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let only = args.name.as_deref().map(find).transpose()?;
    if input::is_given(&args.input) {
        compute(args, only, out, err)?;
        return Ok(Exit::Done);
    }
    match (args.format, only) {
        (Format::Json, Some(definition)) => json(out, &Characteristic::from(definition))?,
        (Format::Json, None) => json(out, &CharacteristicList::all())?,
        (Format::Human, Some(definition)) => report::table::definition(out, definition)?,
        (Format::Human, None) => {
            report::table::definitions(out, characteristic::definitions())?;
        }
    }
    Ok(Exit::Done)
}

fn find(name: &str) -> Result<&'static Definition, Failure> {
    let definitions = characteristic::definitions();
    definitions.iter().find(|d| d.name == name).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("no characteristic is called `{name}`")).help_opt(
            suggest::help(name, definitions.iter().map(|d| d.name))
                .or_else(|| Some("`dictamen characteristics` lists them all".to_owned())),
        )
    })
}

fn compute(
    args: &CharacteristicsArgs,
    only: Option<&Definition>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let mut source = rules::read(&args.rules.rules)?;
    source.folders.clear();
    let book = RuleBook::build(&RuleBook::default(), &source);
    let set = rules::parameters(&book, &args.rules.rules, err)?;
    let (request, as_of) = input::read(&args.input, err)?;
    let values = pipeline::compute(&request, as_of, &set.parameters)
        .map_err(|error| Failure::new(Exit::Invalid, error.to_string()).help(error.help()))?;
    match args.format {
        Format::Json => json(out, &Computed::new(as_of, &values, &set.parameters)),
        Format::Human => {
            report::table::values(out, as_of, &values, only.map(|d| d.name))?;
            Ok(())
        }
    }
}

fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> Result<(), Failure> {
    let bytes =
        answer::line(value).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    out.write_all(&bytes)?;
    Ok(())
}
