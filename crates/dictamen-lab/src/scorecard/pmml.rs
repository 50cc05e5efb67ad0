//! PMML's `Scorecard`: characteristics with attributes, each a predicate about one field and a score.
//!
//! What is read is what a table of bins can say: predicates that are ranges, values, or missing. Scores that are
//! computed, and predicates about several fields, are refused.

use dictamen_engine::{Diagnostic, Span};
use roxmltree::{Document, Node};
use rust_decimal::Decimal;

use super::{
    bin::{self, Range, Written},
    read::{Class, Place, Raw, RawLine},
};

/// Most nodes of a document: a scorecard has some hundred lines.
const NODES: u32 = 200_000;

pub(super) fn read(place: &Place<'_>, bytes: &[u8]) -> Result<Raw, Vec<Diagnostic>> {
    let one = |finding: Diagnostic| vec![finding];
    let text = std::str::from_utf8(bytes).map_err(|_| {
        one(Diagnostic::error(
            "scorecard::unreadable",
            "the file is not UTF-8",
        ))
    })?;
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let line = place.line(error.pos().row.into());
        one(Diagnostic::error(
            "scorecard::unreadable",
            format!("the file is no XML: {error}"),
        )
        .at(line))
    })?;
    let mut cards = document
        .descendants()
        .filter(|node| node.has_tag_name_local("Scorecard"));
    let (Some(card), None) = (cards.next(), cards.next()) else {
        return Err(one(Diagnostic::error(
            "scorecard::none",
            "the file is no PMML with one `Scorecard`",
        )
        .help("a model of another kind, or several of them, cannot be read")));
    };
    let mut reading = Reading {
        place,
        document: &document,
        problems: Vec::new(),
    };
    let mut raw = Raw {
        base: reading.score(card, "initialScore", true),
        ..Raw::default()
    };
    for node in card
        .descendants()
        .filter(|node| node.has_tag_name_local("Characteristic"))
    {
        raw.lines.extend(reading.line(node));
    }
    if reading.problems.is_empty() {
        Ok(raw)
    } else {
        Err(reading.problems)
    }
}

/// PMML has a namespace for each of its versions.
trait Local {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl Local for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

struct Reading<'d, 'a> {
    place: &'d Place<'a>,
    document: &'d Document<'d>,
    problems: Vec<Diagnostic>,
}

impl Reading<'_, '_> {
    fn at(&self, node: Node<'_, '_>) -> Option<Span> {
        let position = self.document.text_pos_at(node.range().start);
        self.place.line(position.row.into())
    }

    fn problem(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        node: Node<'_, '_>,
        help: &str,
    ) {
        let at = self.at(node);
        let finding = Diagnostic::error(code, message).at(at);
        self.problems.push(finding.help(help));
    }

    /// A number among the attributes of an element.
    fn score(&mut self, node: Node<'_, '_>, name: &str, optional: bool) -> Decimal {
        match node.attribute(name) {
            None if optional => Decimal::ZERO,
            found => {
                let number = found.and_then(bin::number);
                if number.is_none() {
                    let message = format!("`{name}` is no number");
                    self.problem(
                        "scorecard::points",
                        message,
                        node,
                        "scores that are computed cannot be read",
                    );
                }
                number.unwrap_or_default()
            }
        }
    }

    fn line(&mut self, node: Node<'_, '_>) -> Option<RawLine> {
        let mut variable: Option<String> = None;
        let mut code = node.attribute("reasonCode").map(str::to_owned);
        let mut classes: Vec<Class> = Vec::new();
        for attribute in node
            .children()
            .filter(|node| node.has_tag_name_local("Attribute"))
        {
            let points = self.score(attribute, "partialScore", false);
            code = code.or_else(|| attribute.attribute("reasonCode").map(str::to_owned));
            let predicate = attribute.children().find(|node| {
                node.is_element() && node.tag_name().name().ends_with("Predicate")
                    || node.has_tag_name_local("True")
            });
            let Some(predicate) = predicate else {
                self.problem(
                    "scorecard::bin",
                    "an attribute says of nobody that it is for them",
                    attribute,
                    "give it a predicate",
                );
                continue;
            };
            if predicate.has_tag_name_local("True") {
                classes.push(Class {
                    written: vec![Written::Range(EVERYTHING)],
                    points,
                    place: self.at(attribute),
                });
                continue;
            }
            let Some((field, written)) = self.predicate(predicate) else {
                continue;
            };
            match &variable {
                Some(other) if *other != field => {
                    let message =
                        format!("one characteristic asks for `{other}` and for `{field}`");
                    self.problem(
                        "scorecard::bin",
                        message,
                        predicate,
                        "a line of a scorecard is about one field",
                    );
                }
                _ => variable = Some(field),
            }
            classes.push(Class {
                written,
                points,
                place: self.at(attribute),
            });
        }
        let variable = variable.or_else(|| node.attribute("name").map(str::to_owned))?;
        Some(RawLine {
            variable,
            code,
            place: self.at(node),
            classes,
        })
    }

    /// The field that a predicate is about, and what it takes of it.
    fn predicate(&mut self, node: Node<'_, '_>) -> Option<(String, Vec<Written>)> {
        match node.tag_name().name() {
            "SimplePredicate" => self.simple(node),
            "SimpleSetPredicate" => self.set(node),
            "CompoundPredicate" => self.compound(node),
            other => {
                let message = format!("`{other}` cannot be read");
                self.problem(
                    "scorecard::bin",
                    message,
                    node,
                    "ranges, values and missing can",
                );
                None
            }
        }
    }

    fn simple(&mut self, node: Node<'_, '_>) -> Option<(String, Vec<Written>)> {
        let field = node.attribute("field")?.to_owned();
        let operator = node.attribute("operator").unwrap_or_default();
        let value = node.attribute("value").unwrap_or_default();
        let bound = bin::number(value);
        let ranged = |low, high| vec![Written::Range(Range { low, high })];
        let written = match (operator, bound) {
            ("isMissing", _) => vec![Written::Missing],
            ("isNotMissing", _) => vec![Written::Range(EVERYTHING)],
            ("equal", _) => vec![Written::Value(value.to_owned())],
            ("lessThan", Some(bound)) => ranged(None, Some((bound, false))),
            ("lessOrEqual", Some(bound)) => ranged(None, Some((bound, true))),
            ("greaterThan", Some(bound)) => ranged(Some((bound, false)), None),
            ("greaterOrEqual", Some(bound)) => ranged(Some((bound, true)), None),
            _ => {
                let message = format!("`{operator}` of `{value}` is no range of numbers");
                self.problem(
                    "scorecard::bin",
                    message,
                    node,
                    "ranges, values and missing can be read",
                );
                return None;
            }
        };
        Some((field, written))
    }

    fn set(&mut self, node: Node<'_, '_>) -> Option<(String, Vec<Written>)> {
        let field = node.attribute("field")?.to_owned();
        if node.attribute("booleanOperator") != Some("isIn") {
            self.problem(
                "scorecard::bin",
                "only `isIn` can be read",
                node,
                "name the values that it takes",
            );
            return None;
        }
        let list = node
            .children()
            .find(|node| node.has_tag_name_local("Array"));
        let list = list.and_then(|list| list.text()).unwrap_or_default();
        let values = words(list).into_iter().map(Written::Value).collect();
        Some((field, values))
    }

    fn compound(&mut self, node: Node<'_, '_>) -> Option<(String, Vec<Written>)> {
        let operator = node
            .attribute("booleanOperator")
            .unwrap_or_default()
            .to_owned();
        let mut field: Option<String> = None;
        let mut parts = Vec::new();
        for part in node.children().filter(Node::is_element) {
            let (of, written) = self.predicate(part)?;
            if field.as_ref().is_some_and(|field| *field != of) {
                self.problem(
                    "scorecard::bin",
                    "a predicate asks for several fields",
                    node,
                    "a line of a scorecard is about one field",
                );
                return None;
            }
            field = Some(of);
            parts.push(written);
        }
        let written = match operator.as_str() {
            "or" | "surrogate" => parts.concat(),
            "and" => parts.into_iter().reduce(|one, other| both(&one, &other))?,
            _ => {
                let message = format!("`{operator}` cannot be read");
                self.problem("scorecard::bin", message, node, "`and` and `or` can");
                return None;
            }
        };
        Some((field?, written))
    }
}

const EVERYTHING: Range = Range {
    low: None,
    high: None,
};

/// What is in both.
fn both(one: &[Written], other: &[Written]) -> Vec<Written> {
    let mut met = Vec::new();
    for a in one {
        for b in other {
            match (a, b) {
                (Written::Range(a), Written::Range(b)) => met.push(Written::Range(Range {
                    low: tighter(a.low, b.low, true),
                    high: tighter(a.high, b.high, false),
                })),
                (a, b) if a == b => met.push(a.clone()),
                (Written::Value(value), Written::Range(EVERYTHING))
                | (Written::Range(EVERYTHING), Written::Value(value)) => {
                    met.push(Written::Value(value.clone()));
                }
                _ => {}
            }
        }
    }
    met
}

/// The end that leaves less: of lower ends the higher one, of equal ones that which is left out.
fn tighter(
    one: Option<(Decimal, bool)>,
    other: Option<(Decimal, bool)>,
    is_low: bool,
) -> Option<(Decimal, bool)> {
    match (one, other) {
        (None, end) | (end, None) => end,
        (Some(one), Some(other)) if one.0 == other.0 => Some((one.0, one.1 && other.1)),
        (Some(one), Some(other)) if (one.0 > other.0) == is_low => Some(one),
        (_, other) => other,
    }
}

/// The items of a PMML array: words, or texts between quotation marks.
fn words(list: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let (mut quoted, mut escaped) = (false, false);
    for c in list.chars() {
        if escaped {
            word.get_or_insert_default().push(c);
            escaped = false;
        } else if c == '\\' && quoted {
            escaped = true;
        } else if c == '"' {
            quoted = !quoted;
            word.get_or_insert_default();
        } else if c.is_whitespace() && !quoted {
            words.extend(word.take());
        } else {
            word.get_or_insert_default().push(c);
        }
    }
    words.extend(word);
    words
}
