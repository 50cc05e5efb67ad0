//! From what a table says to a [`Card`]: whose variables are these, and do their bins make sense?

use std::collections::{BTreeMap, BTreeSet};

use dictamen_engine::{Diagnostic, Span};
use dictamen_model::{
    characteristic::{Definition, Kind, definitions, index_of},
    suggest,
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::{
    Card, Classes, Layout, Line,
    bin::{self, Range, Written},
    csv, pmml,
    scale::Scaling,
};

/// Where bins without a lower end begin when the characteristic has no smallest value.
const BOTTOM: i64 = -1_000_000_000;

/// Most points of one class, either way.
const MOST: i64 = 1_000_000;

/// What a table's own words mean here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Characteristics by the names that the table has for them; those of the same name need none.
    pub names: BTreeMap<String, String>,
    /// How weights of evidence become points.
    pub scaling: Option<Scaling>,
}

/// What a table says, before it is understood.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) base: Decimal,
    pub(super) lines: Vec<RawLine>,
    /// Variables with points for codes that nobody has here.
    pub(super) left_out: Vec<(String, Option<Span>)>,
}

#[derive(Debug)]
pub(super) struct RawLine {
    pub(super) variable: String,
    pub(super) code: Option<String>,
    pub(super) place: Option<Span>,
    pub(super) classes: Vec<Class>,
}

#[derive(Debug)]
pub(super) struct Class {
    pub(super) written: Vec<Written>,
    pub(super) points: Decimal,
    pub(super) place: Option<Span>,
}

/// The file that is read, for what is said of it.
pub(super) struct Place<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Place<'a> {
    fn new(file: &'a str, bytes: &'a [u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        Self {
            file,
            lines: text.lines().collect(),
        }
    }

    /// A whole line, from 1.
    pub(super) fn line(&self, number: u64) -> Option<Span> {
        let line = usize::try_from(number).ok()?;
        let source = *self.lines.get(line.checked_sub(1)?)?;
        Some(Span {
            file: self.file.to_owned(),
            line,
            column: 1,
            end_line: line,
            end_column: source.chars().count().saturating_add(1),
            source: source.to_owned(),
        })
    }
}

/// Reads a scorecard from a file's bytes; `file` is what findings call it.
///
/// # Errors
///
/// Everything that keeps it from being a scorecard of this engine's characteristics; at least one of
/// them is an error. What it can be read in spite of comes with the card.
pub fn read(
    layout: Layout,
    file: &str,
    bytes: &[u8],
    mapping: &Mapping,
) -> Result<(Card, Vec<Diagnostic>), Vec<Diagnostic>> {
    let place = Place::new(file, bytes);
    let raw = match layout {
        Layout::Csv => csv::read(&place, bytes, mapping.scaling)?,
        Layout::Pmml => pmml::read(&place, bytes)?,
    };
    let mut reading = Reading {
        names: &mapping.names,
        found: Vec::new(),
        rounded: Decimal::ZERO,
    };
    let base = reading.whole(raw.base, None);
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    if raw.lines.is_empty() {
        let message = "the table has no line that gives points";
        reading
            .found
            .push(Diagnostic::error("scorecard::empty", message).at(place.line(1)));
    }
    for raw in &raw.lines {
        let Some(line) = reading.line(raw) else {
            continue;
        };
        if !seen.insert(line.characteristic) {
            let message = format!("`{}` is scored twice", name(line.characteristic));
            reading
                .found
                .push(Diagnostic::error("scorecard::twice", message).at(raw.place.clone()));
        }
        lines.push(line);
    }
    for (variable, place) in &raw.left_out {
        let message = format!("points of `{variable}` for special codes are left out");
        let help = "a characteristic has a value or is missing; give such applicants a bin";
        reading.warning("scorecard::special", message, place.as_ref(), help);
    }
    reading.tell_rounding();
    let mut found = reading.found;
    if found.iter().any(Diagnostic::is_error) {
        found.sort_by(|a, b| (a.severity, &a.span).cmp(&(b.severity, &b.span)));
        return Err(found);
    }
    let card = Card { base, lines };
    found.extend(super::check(&card));
    Ok((card, found))
}

pub(super) fn name(characteristic: usize) -> &'static str {
    definitions().get(characteristic).map_or("?", |d| d.name)
}

struct Reading<'m> {
    names: &'m BTreeMap<String, String>,
    found: Vec<Diagnostic>,
    /// What rounding of points came to, at most, over all lines.
    rounded: Decimal,
}

impl Reading<'_> {
    fn error(&mut self, code: &'static str, message: String, place: Option<&Span>, help: &str) {
        let finding = Diagnostic::error(code, message).at(place.cloned());
        self.found.push(finding.help(help));
    }

    fn warning(&mut self, code: &'static str, message: String, place: Option<&Span>, help: &str) {
        let finding = Diagnostic::warning(code, message).at(place.cloned());
        self.found.push(finding.help(help));
    }

    /// Points as policies have them.
    fn whole(&mut self, points: Decimal, place: Option<&Span>) -> i64 {
        let whole = points.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let number = whole.to_i64().filter(|number| number.abs() <= MOST);
        let Some(number) = number else {
            let message = format!("{points} points are too many");
            let help = format!("points of a class go up to {MOST}");
            self.error("scorecard::points", message, place, &help);
            return 0;
        };
        let left = points.checked_sub(whole).unwrap_or_default();
        self.rounded = self.rounded.max(left.abs());
        number
    }

    fn tell_rounding(&mut self) {
        if !self.rounded.is_zero() {
            let message = format!(
                "points are rounded to whole ones, by up to {} each",
                self.rounded.round_dp(3).normalize()
            );
            let note = Diagnostic::note("scorecard::rounded", message);
            self.found
                .push(note.help("a score can differ by the sum over its lines"));
        }
    }

    fn line(&mut self, raw: &RawLine) -> Option<Line> {
        let place = raw.place.as_ref();
        let wanted = self.names.get(&raw.variable).unwrap_or(&raw.variable);
        let Some((at, definition)) =
            index_of(wanted).and_then(|at| Some((at, definitions().get(at)?)))
        else {
            let help = suggest::help(wanted, definitions().iter().map(|d| d.name));
            let help = help.unwrap_or_else(|| {
                format!("say what it is here: --map {}=CHARACTERISTIC", raw.variable)
            });
            let message = format!("no characteristic is called `{wanted}`");
            self.error("scorecard::unknown-characteristic", message, place, &help);
            return None;
        };
        let mut missing = None;
        for class in &raw.classes {
            if class.written.contains(&Written::Missing) {
                let points = self.whole(class.points, class.place.as_ref());
                if missing.replace(points).is_some() {
                    let message =
                        format!("`{}` has points for a missing value twice", raw.variable);
                    self.error(
                        "scorecard::twice",
                        message,
                        class.place.as_ref(),
                        "leave one",
                    );
                }
            }
        }
        let classes = match definition.kind {
            Kind::Int | Kind::Decimal => self.ranges(definition, raw)?,
            Kind::Bool => self.statement(raw)?,
            Kind::Text => self.values(definition, raw)?,
            Kind::Date => {
                let message = format!("`{}` is a day, and days are not binned", definition.name);
                let help =
                    "score how long ago it is: `dictamen characteristics` lists what there is";
                self.error("scorecard::day", message, place, help);
                return None;
            }
        };
        Some(Line {
            code: raw.code.clone(),
            characteristic: at,
            classes,
            missing,
        })
    }

    fn ranges(&mut self, definition: &Definition, raw: &RawLine) -> Option<Classes> {
        let before = self.found.len();
        let is_whole = definition.kind == Kind::Int;
        let mut ranges: Vec<(Range, i64)> = Vec::new();
        for class in &raw.classes {
            let points = self.whole(class.points, class.place.as_ref());
            for written in &class.written {
                let range = match written {
                    Written::Missing | Written::Nothing => continue,
                    Written::Range(range) if is_whole => range.whole(),
                    Written::Range(range) if range.is_left_closed() => *range,
                    Written::Range(_) => {
                        let message = format!("bins of `{}` take their upper end", definition.name);
                        let help = "bins of a policy go up to just below the next; bin it anew with left-closed bins";
                        self.error(
                            "scorecard::right-closed",
                            message,
                            class.place.as_ref(),
                            help,
                        );
                        continue;
                    }
                    Written::Value(text) => {
                        let Some(one) = bin::number(text).filter(|_| is_whole) else {
                            let message = format!(
                                "`{text}` is no range of numbers, and `{}` is a number",
                                definition.name
                            );
                            let help = "write it as `[26,52)`";
                            self.error("scorecard::bin", message, class.place.as_ref(), help);
                            continue;
                        };
                        let (low, high) = (Some((one, true)), Some((one, true)));
                        Range { low, high }.whole()
                    }
                };
                ranges.push((range, points));
            }
        }
        ranges.sort_by_key(|(range, _)| range.low.map(|(low, _)| low));
        ranges.retain(|(range, _)| match (range.low, range.high) {
            (Some((low, _)), Some((high, _))) => low < high,
            _ => true,
        });
        for pair in ranges.windows(2) {
            let [(one, _), (other, _)] = pair else {
                continue;
            };
            let (end, begin) = (
                one.high.map(|(high, _)| high),
                other.low.map(|(low, _)| low),
            );
            let (code, what) = match (end, begin) {
                (Some(end), Some(begin)) if end == begin => continue,
                (Some(end), Some(begin)) if end < begin => (
                    "scorecard::gap",
                    format!("nothing takes values from {end} up to {begin}"),
                ),
                (_, begin) => (
                    "scorecard::overlap",
                    format!(
                        "two bins take {}",
                        begin.map_or_else(|| "the lowest values".to_owned(), |b| b.to_string())
                    ),
                ),
            };
            let message = format!("`{}`: {what}", definition.name);
            self.error(
                code,
                message,
                raw.place.as_ref(),
                "every value belongs to one bin",
            );
        }
        if self.found.iter().skip(before).any(Diagnostic::is_error) {
            return None;
        }
        self.ends(definition, raw, &ranges)
    }

    /// Where the first range begins and whether the last one ends.
    fn ends(
        &mut self,
        definition: &Definition,
        raw: &RawLine,
        ranges: &[(Range, i64)],
    ) -> Option<Classes> {
        let place = raw.place.as_ref();
        let lowest = definition
            .range
            .map_or_else(|| BOTTOM.into(), |range| range.low);
        let mut lowers: Vec<(Decimal, i64)> = Vec::new();
        for (range, points) in ranges {
            let low = range.low.map_or(lowest, |(low, _)| low.max(lowest));
            if range.high.is_some_and(|(high, _)| high <= lowest) {
                continue;
            }
            lowers.push((low, *points));
        }
        let Some((first, _)) = lowers.first() else {
            let message = format!("`{}` has no bin that a value can be in", definition.name);
            self.error(
                "scorecard::bin",
                message,
                place,
                "give it at least one range of numbers",
            );
            return None;
        };
        if *first > lowest {
            let message = format!("`{}`: nothing takes values below {first}", definition.name);
            let help = "who has one is referred; begin the first bin at the lowest value";
            self.warning("scorecard::gap", message, place, help);
        }
        let end = ranges.last().and_then(|(range, _)| range.high);
        if let Some((high, _)) = end
            && definition.range.is_none_or(|range| high <= range.high)
        {
            let message = format!(
                "`{}`: values from {high} get the points of the last bin",
                definition.name
            );
            let help = "the last bin of a policy has no end; write `inf` when that is meant";
            self.warning("scorecard::end", message, place, help);
        }
        Some(Classes::Ranges(lowers))
    }

    fn statement(&mut self, raw: &RawLine) -> Option<Classes> {
        let mut points: [Option<i64>; 2] = [None, None];
        for class in &raw.classes {
            let given = self.whole(class.points, class.place.as_ref());
            for written in &class.written {
                let takes = |value: Decimal| match written {
                    Written::Missing | Written::Nothing => false,
                    Written::Range(range) => {
                        let range = range.whole();
                        range.low.is_none_or(|(low, _)| low <= value)
                            && range.high.is_none_or(|(high, _)| value < high)
                    }
                    Written::Value(text) => statement(text) == Some(!value.is_zero()),
                };
                for (value, place) in [Decimal::ZERO, Decimal::ONE].into_iter().zip(&mut points) {
                    if takes(value) && place.replace(given).is_some() {
                        let message = format!("two bins of `{}` take the same", raw.variable);
                        self.error(
                            "scorecard::overlap",
                            message,
                            class.place.as_ref(),
                            "leave one",
                        );
                    }
                }
            }
        }
        let [Some(no), Some(yes)] = points else {
            let message = format!(
                "`{}` is true or false, and its bins do not take both",
                raw.variable
            );
            self.error(
                "scorecard::gap",
                message,
                raw.place.as_ref(),
                "give it a bin `true` and a bin `false`",
            );
            return None;
        };
        Some(Classes::Values(vec![
            ("true".to_owned(), yes),
            ("false".to_owned(), no),
        ]))
    }

    fn values(&mut self, definition: &Definition, raw: &RawLine) -> Option<Classes> {
        let before = self.found.len();
        let mut values: Vec<(String, i64)> = Vec::new();
        for class in &raw.classes {
            let points = self.whole(class.points, class.place.as_ref());
            for written in &class.written {
                let text = match written {
                    Written::Missing | Written::Nothing => continue,
                    Written::Value(text) => text,
                    Written::Range(_) => {
                        let message = format!(
                            "`{}` is no number, and a bin is a range of numbers",
                            definition.name
                        );
                        self.error(
                            "scorecard::bin",
                            message,
                            class.place.as_ref(),
                            "name its values",
                        );
                        continue;
                    }
                };
                let known = definition.values;
                if !known.is_empty() && !known.contains(&text.as_str()) {
                    let message = format!("`{}` is never `{text}`", definition.name);
                    let help = suggest::help(text, known.iter().copied())
                        .unwrap_or_else(|| format!("its values are {}", known.join(", ")));
                    self.error("scorecard::value", message, class.place.as_ref(), &help);
                } else if values.iter().any(|(value, _)| value == text) {
                    let message = format!("two bins of `{}` take `{text}`", definition.name);
                    self.error(
                        "scorecard::overlap",
                        message,
                        class.place.as_ref(),
                        "leave one",
                    );
                } else {
                    values.push((text.clone(), points));
                }
            }
        }
        let is_faulty = |found: &[Diagnostic]| found.iter().skip(before).any(Diagnostic::is_error);
        if values.is_empty() && !is_faulty(&self.found) {
            let message = format!("`{}` has no bin that a value can be in", definition.name);
            self.error(
                "scorecard::bin",
                message,
                raw.place.as_ref(),
                "name its values",
            );
        }
        if is_faulty(&self.found) {
            return None;
        }
        let listed = |value: &&&str| values.iter().any(|(listed, _)| listed == **value);
        let left: Vec<&str> = definition
            .values
            .iter()
            .filter(|v| !listed(v))
            .copied()
            .collect();
        if !left.is_empty() || definition.values.is_empty() {
            let which = if left.is_empty() {
                "values that are not listed".to_owned()
            } else {
                format!("`{}`", left.join("`, `"))
            };
            let message = format!("`{}`: no bin takes {which}", definition.name);
            let help = "who has one gets the fewest points of the line; list it to say otherwise";
            self.warning("scorecard::unlisted", message, raw.place.as_ref(), help);
        }
        Some(Classes::Values(values))
    }
}

fn statement(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "1" | "1.0" | "sí" | "si" => Some(true),
        "false" | "no" | "n" | "f" | "0" | "0.0" => Some(false),
        _ => None,
    }
}
