//! One closure alone, asked of an applicant and of what was decided on them.

use std::{mem, sync::Arc};

use dictamen_model::characteristic::{Characteristics, Value};

use super::{
    machine::{Machine, Sight},
    scratch::Scratch,
};
use crate::program::{Cell, Entry, Gap, Program, TextAt, position};

/// Whether a condition holds; `None` when that cannot be known or computed. `terms` are in the order
/// of the program's.
pub(crate) fn ask(
    program: &Arc<Program>,
    entry: Entry,
    facts: &Characteristics,
    terms: &[Value],
    scratch: &mut Scratch,
) -> Option<bool> {
    scratch.clear(program, || 1);
    let mut frame = mem::take(&mut scratch.frame);
    let sight = Sight {
        program,
        facts,
        tables: &[],
    };
    let mut machine = Machine::new(sight, &mut frame, scratch);
    let cells: Vec<Cell> = terms.iter().map(|value| cell(program, value)).collect();
    machine.look_at(&program.facts);
    machine.set_terms(&cells);
    let found = machine.value(entry);
    scratch.frame = frame;
    match found {
        Ok(Cell::Bool(holds)) => Some(holds),
        _ => None,
    }
}

/// A word that the program does not know is like none of those it knows.
fn cell(program: &Program, value: &Value) -> Cell {
    let at = match value {
        Value::Text(text) => program.texts.iter().position(|known| known == text),
        _ => None,
    };
    Cell::of(
        value,
        Gap::None,
        TextAt::Program(at.map_or(u32::MAX, position)),
    )
}
