//! A table of characteristics: what each column is, and rows of it.
//!
//! A column is a characteristic by its name, `application_id`, `as_of` (which says nothing more once
//! characteristics are computed), `label`, or a name that applicants are grouped by. Whatever else
//! there is, or is not, is told all at once, with what was probably meant.

use std::collections::{BTreeMap, BTreeSet};

use dictamen_model::{
    characteristic::{Characteristics, Definition, Kind, Value, definitions, index_of},
    suggest,
};
use rust_decimal::Decimal;

use super::{By, Label, Row, RowProblem, row::wrong_label};

/// One thing wrong with the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProblem {
    /// Stable code: `columns::unknown`, `columns::missing`, `columns::type`, `columns::twice`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// Texts to be read, as in a CSV file.
    Texts,
    /// Values of a type.
    Of(Kind),
    /// Something that no value is of.
    Other,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text to be read; empty when nothing is known.
    Text(&'a str),
    /// A value as it is.
    Value(Value),
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    Id,
    Label,
    Segment(String),
    Characteristic(usize),
    Nothing,
}

/// What somebody said about columns on purpose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// Columns to pass over; `*` stands for all that are unknown.
    pub ignored: &'a [String],
    /// Characteristics that are to be unknown for everybody; `*` for all that are not there.
    pub absent: &'a [String],
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub struct Columns {
    roles: Vec<Role>,
    nobody: Characteristics,
}

const ID: &str = "application_id";
const AS_OF: &str = "as_of";
const LABEL: &str = "label";
/// What is false where there is no column of it, as it is where a request does not say it.
const UNASKED: &str = "human_review_requested";

impl Columns {
    /// Finds out what each column is. `needed` are the table positions of what is read.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn new(
        names: &[(String, Cells)],
        needed: &BTreeSet<usize>,
        by: &[By],
        told: Told<'_>,
    ) -> Result<Self, Vec<ColumnProblem>> {
        let mut problems = Vec::new();
        let mut roles = Vec::new();
        let mut seen = BTreeSet::new();
        for (name, cells) in names {
            let name = name.trim();
            if !seen.insert(name) {
                let message = format!("column `{name}` is there twice");
                problems.push(problem("columns::twice", message, None));
            }
            roles.push(role(name, *cells, by, told, &mut problems));
        }
        let all = |names: &[String]| names.iter().any(|name| name == "*");
        for index in needed {
            let Some(definition) = definitions().get(*index) else {
                continue;
            };
            let (name, known) = (definition.name, seen.contains(definition.name));
            let said = all(told.absent) || told.absent.iter().any(|absent| absent == name);
            // What nobody asked for is asked for by nobody.
            let assumed = name == UNASKED;
            if known || assumed || (said && definition.missing.is_some()) {
                continue;
            }
            let message = format!("there is no column `{name}`, which is read");
            let near = names.iter().map(|(name, _)| name.trim());
            let near = near.filter(|name| index_of(name).is_none());
            let help = match (suggest::nearest(name, near), definition.missing) {
                (Some(near), _) => format!("is it `{near}`?"),
                (None, Some(_)) => {
                    format!("add it; or say `--absent {name}`, and it is unknown for everybody")
                }
                (None, None) => "add it; it is never unknown".to_owned(),
            };
            problems.push(problem("columns::missing", message, Some(help)));
        }
        for name in by.iter().filter(|by| by.is_segment()).map(By::name) {
            if !seen.contains(name) {
                let message = format!("there is no column `{name}` to group by");
                let help = suggest::help(name, names.iter().map(|(name, _)| name.trim()));
                problems.push(problem("columns::missing", message, help));
            }
        }
        if problems.is_empty() {
            let nobody = Characteristics::neutral();
            Ok(Self { roles, nobody })
        } else {
            Err(problems)
        }
    }

    /// Whether the cells of a column are looked at.
    pub fn is_read(&self, column: usize) -> bool {
        self.roles
            .get(column)
            .is_some_and(|role| *role != Role::Nothing)
    }

    /// A row, its cells in the order of the columns.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its cells.
    pub fn row<'a>(
        &self,
        number: u64,
        cells: impl IntoIterator<Item = Cell<'a>>,
    ) -> Result<Row, Vec<RowProblem>> {
        let mut problems = Vec::new();
        let mut row = Row {
            number,
            application_id: String::new(),
            characteristics: self.nobody.clone(),
            label: None,
            segments: BTreeMap::new(),
        };
        let mut cells = cells.into_iter();
        for role in &self.roles {
            let Some(cell) = cells.next() else {
                problems.push(RowProblem::new(
                    number,
                    "row::short",
                    "",
                    "the row is too short",
                ));
                break;
            };
            match role {
                Role::Nothing => {}
                Role::Id => row.application_id = text(&cell),
                Role::Label => {
                    let label = text(&cell);
                    if !label.is_empty() {
                        row.label = Label::parse(&label.to_lowercase());
                        if row.label.is_none() {
                            problems.push(wrong_label(number, LABEL));
                        }
                    }
                }
                Role::Segment(name) => {
                    let value = text(&cell);
                    if !value.is_empty() {
                        row.segments.insert(name.clone(), value);
                    }
                }
                Role::Characteristic(index) => {
                    let Some(definition) = definitions().get(*index) else {
                        continue;
                    };
                    match value(cell, definition) {
                        Ok(value) => {
                            // Its type is that of the definition.
                            let _ = row.characteristics.set_at(*index, value);
                        }
                        Err((message, help)) => {
                            let found =
                                RowProblem::new(number, "row::value", definition.name, message);
                            problems.push(match help {
                                Some(help) => found.help(help),
                                None => found,
                            });
                        }
                    }
                }
            }
        }
        if problems.is_empty() {
            Ok(row)
        } else {
            Err(problems)
        }
    }
}

fn problem(code: &'static str, message: String, help: Option<String>) -> ColumnProblem {
    ColumnProblem {
        code,
        message,
        help,
    }
}

fn role(
    name: &str,
    cells: Cells,
    by: &[By],
    told: Told<'_>,
    problems: &mut Vec<ColumnProblem>,
) -> Role {
    if told.ignored.iter().any(|ignored| ignored == name) {
        return Role::Nothing;
    }
    if by.iter().any(|by| by.is_segment() && by.name() == name) {
        return Role::Segment(name.to_owned());
    }
    match name {
        ID => return Role::Id,
        AS_OF => return Role::Nothing,
        LABEL => return Role::Label,
        _ => {}
    }
    let Some(index) = index_of(name) else {
        if !told.ignored.iter().any(|ignored| ignored == "*") {
            let message = format!("column `{name}` is no characteristic");
            let known = definitions().iter().map(|d| d.name);
            let known = known.chain([ID, LABEL]);
            let help = suggest::did_you_mean(name, known).unwrap_or_else(|| {
                format!("name it in `--by {name}` to group by it, or in `--ignore {name}` to pass it over")
            });
            problems.push(problem("columns::unknown", message, Some(help)));
        }
        return Role::Nothing;
    };
    if let Some(definition) = definitions().get(index) {
        let fits = match cells {
            Cells::Texts | Cells::Of(Kind::Text) => true,
            Cells::Of(kind) => {
                kind == definition.kind
                    || matches!(
                        (kind, definition.kind),
                        (Kind::Int, Kind::Decimal) | (Kind::Decimal, Kind::Int)
                    )
            }
            Cells::Other => false,
        };
        if !fits {
            let expected = definition.kind.name();
            let found = match cells {
                Cells::Of(kind) => kind.name(),
                Cells::Texts | Cells::Other => "of a type that no characteristic has",
            };
            let message =
                format!("column `{name}` is {found}, and the characteristic is {expected}");
            problems.push(problem("columns::type", message, None));
        }
    }
    Role::Characteristic(index)
}

/// A cell as text; a number without trailing zeros.
fn text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Value(Value::Missing) => String::new(),
        Cell::Value(Value::Int(n)) => n.to_string(),
        Cell::Value(Value::Decimal(d)) => d.normalize().to_string(),
        Cell::Value(Value::Bool(b)) => b.to_string(),
        Cell::Value(Value::Date(d)) => d.to_string(),
        Cell::Value(Value::Text(text)) => text.trim().to_owned(),
    }
}

type Wrong = (String, Option<String>);

/// A cell as a value of a characteristic.
fn value(cell: Cell<'_>, definition: &Definition) -> Result<Value, Wrong> {
    let value = match cell {
        Cell::Text(text) => read(text.trim(), definition)?,
        Cell::Value(Value::Text(text)) => read(text.trim(), definition)?,
        Cell::Value(value) => value,
    };
    let value = match (definition.kind, value) {
        (Kind::Decimal, Value::Int(n)) => Value::Decimal(n.into()),
        (Kind::Int, Value::Decimal(d)) => match d.try_into() {
            Ok(n) if d.is_integer() => Value::Int(n),
            _ => return Err(("this is no whole number".to_owned(), None)),
        },
        (_, value) => value,
    };
    match value.kind() {
        None if definition.missing.is_none() => {
            return Err((
                "there is no value, and it is never unknown".to_owned(),
                None,
            ));
        }
        Some(kind) if kind != definition.kind => {
            return Err((
                format!("this is {}, not {}", kind.name(), definition.kind.name()),
                None,
            ));
        }
        _ => {}
    }
    let number = match &value {
        Value::Int(n) => Some(Decimal::from(*n)),
        Value::Decimal(d) => Some(*d),
        _ => None,
    };
    if let (Some(number), Some(range)) = (number, definition.range)
        && (number < range.low || number > range.high)
    {
        let message = format!("the value is not from {} to {}", range.low, range.high);
        return Err((message, None));
    }
    Ok(value)
}

fn read(text: &str, definition: &Definition) -> Result<Value, Wrong> {
    if text.is_empty() {
        return Ok(Value::Missing);
    }
    let kind = definition.kind;
    let read = match kind {
        Kind::Int => text.parse().ok().map(Value::Int),
        Kind::Decimal => text.parse().ok().map(Value::Decimal),
        Kind::Bool => match text {
            "true" | "1" | "TRUE" | "True" => Some(Value::Bool(true)),
            "false" | "0" | "FALSE" | "False" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Date => text.parse().ok().map(Value::Date),
        Kind::Text if definition.values.is_empty() || definition.values.contains(&text) => {
            Some(Value::Text(text.into()))
        }
        Kind::Text => {
            let help = suggest::help(text, definition.values.iter().copied());
            return Err(("this is none of its values".to_owned(), help));
        }
    };
    read.ok_or_else(|| {
        let help = match kind {
            Kind::Int => "a whole number, without a sign between thousands",
            Kind::Decimal => "a number with a point, without a sign between thousands",
            Kind::Bool => "true or false",
            Kind::Date => "a day as 2026-01-31",
            Kind::Text => "a code",
        };
        (
            format!("this is not {}", kind.name()),
            Some(help.to_owned()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str], by: &[By], told: Told<'_>) -> Result<Columns, Vec<ColumnProblem>> {
        let names: Vec<_> = names
            .iter()
            .map(|n| ((*n).to_owned(), Cells::Texts))
            .collect();
        let needed = ["weeks_total", "employed_now", "human_review_requested"];
        let needed = needed.iter().filter_map(|n| index_of(n)).collect();
        Columns::new(&names, &needed, by, told)
    }

    fn codes(found: Result<Columns, Vec<ColumnProblem>>) -> Vec<(&'static str, Option<String>)> {
        found
            .unwrap_err()
            .into_iter()
            .map(|p| (p.code, p.help))
            .collect()
    }

    #[test]
    fn columns_that_are_not_right_are_named_with_what_was_meant() {
        let found = codes(columns(
            &["week_total", "employed_now", "region"],
            &[],
            Told::default(),
        ));
        assert_eq!(found[0].0, "columns::unknown");
        assert_eq!(found[0].1.as_deref(), Some("did you mean `weeks_total`?"));
        assert_eq!(found[1].0, "columns::unknown");
        assert!(found[1].1.as_ref().unwrap().contains("--by region"));
        assert_eq!(
            found[2],
            ("columns::missing", Some("is it `week_total`?".to_owned()))
        );
        assert_eq!(found.len(), 3);

        let twice = codes(columns(
            &["weeks_total", "employed_now", "employed_now"],
            &[],
            Told::default(),
        ));
        assert_eq!(twice, [("columns::twice", None)]);
        let by = [By::Segment("sex".to_owned())];
        let absent = codes(columns(
            &["weeks_total", "employed_now"],
            &by,
            Told::default(),
        ));
        assert_eq!(absent[0].0, "columns::missing");

        let names = [("weeks_total".to_owned(), Cells::Of(Kind::Bool))];
        let needed = index_of("weeks_total").into_iter().collect();
        let found = Columns::new(&names, &needed, &[], Told::default()).unwrap_err();
        assert_eq!(found[0].code, "columns::type");
    }

    #[test]
    fn what_was_said_on_purpose_is_right() {
        let all = ["*".to_owned()];
        let told = Told {
            ignored: &all,
            absent: &all,
        };
        assert!(columns(&["region"], &[], told).is_ok());
    }

    #[test]
    fn rows_and_what_is_wrong_with_them() {
        let by = [By::Segment("region".to_owned())];
        let names = [
            "application_id",
            "label",
            "weeks_total",
            "employed_now",
            "region",
            "density_24m",
        ];
        let columns = columns(&names, &by, Told::default()).unwrap();
        let row = |cells: [&'static str; 6]| columns.row(1, cells.map(Cell::Text));
        let found = row(["A", "BAD", "12", "true", " norte ", "0.5"]).unwrap();
        assert_eq!(
            (&*found.application_id, found.label),
            ("A", Some(Label::Bad))
        );
        assert_eq!(found.segments["region"], "norte");
        let value = |row: &Row, name| row.characteristics.by_name(name).unwrap().clone();
        assert_eq!(value(&found, "weeks_total"), Value::Int(12));
        assert_eq!(
            value(&found, "density_24m"),
            Value::Decimal("0.5".parse().unwrap())
        );
        let unknown = row(["", "", "", "", "", ""]).unwrap();
        assert!(value(&unknown, "weeks_total").is_missing() && unknown.label.is_none());

        let wrong = row(["A", "2", "1,000", "yes", "", "7"]).unwrap_err();
        let at: Vec<_> = wrong.iter().map(|p| &*p.at).collect();
        assert_eq!(at, ["label", "weeks_total", "employed_now", "density_24m"]);
        let short = columns.row(9, [Cell::Text("A")]).unwrap_err();
        assert_eq!((short[0].row, &*short[0].code), (9, "row::short"));
    }
}
