//! A card written as a table.

use std::fmt::Write as _;

use dictamen_model::characteristic::{Definition, Kind, definitions};
use rust_decimal::Decimal;

use super::{Card, Classes, Layout, Line};

/// Writes a card; `name` is what PMML calls it.
pub fn write(card: &Card, layout: Layout, name: &str) -> String {
    match layout {
        Layout::Csv => csv(card),
        Layout::Pmml => pmml(card, name),
    }
}

fn definition(line: &Line) -> Option<&'static Definition> {
    definitions().get(line.characteristic)
}

/// Where the first range begins counts as open when no value is below it.
fn low(line: &Line, low: Decimal) -> Option<Decimal> {
    let lowest = definition(line).and_then(|definition| definition.range);
    let open = lowest.is_some_and(|range| low <= range.low);
    (!open).then_some(low)
}

/// Ranges with both ends; no end where there is none.
fn ranges<'l>(
    line: &'l Line,
    lowers: &'l [(Decimal, i64)],
) -> impl Iterator<Item = (Option<Decimal>, Option<Decimal>, i64)> + 'l {
    let highs = lowers
        .iter()
        .skip(1)
        .map(|(low, _)| Some(*low))
        .chain([None]);
    lowers
        .iter()
        .zip(highs)
        .map(|((begin, points), high)| (low(line, *begin), high, *points))
}

fn csv(card: &Card) -> String {
    let mut rows = vec![[
        "basepoints".to_owned(),
        String::new(),
        card.base.to_string(),
    ]];
    for line in &card.lines {
        let mut row = |bin: String, points: i64| {
            rows.push([
                super::read::name(line.characteristic).to_owned(),
                bin,
                points.to_string(),
            ]);
        };
        match &line.classes {
            Classes::Ranges(lowers) => {
                for (low, high, points) in ranges(line, lowers) {
                    let end = |end: Option<Decimal>, none: &str| {
                        end.map_or_else(|| none.to_owned(), |end| end.normalize().to_string())
                    };
                    row(
                        format!("[{},{})", end(low, "-inf"), end(high, "inf")),
                        points,
                    );
                }
            }
            Classes::Values(values) => {
                for (value, points) in values {
                    row(value.clone(), *points);
                }
            }
        }
        if let Some(points) = line.missing {
            row("missing".to_owned(), points);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(["variable", "bin", "points"]);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn pmml(card: &Card, name: &str) -> String {
    let mut fields = String::new();
    let mut mining = String::new();
    let mut characteristics = String::new();
    for line in &card.lines {
        let field = super::read::name(line.characteristic);
        let kind = definition(line).map_or(Kind::Decimal, |definition| definition.kind);
        let (measure, data) = match kind {
            Kind::Int => ("continuous", "integer"),
            Kind::Bool => ("categorical", "boolean"),
            Kind::Text | Kind::Date => ("categorical", "string"),
            Kind::Decimal => ("continuous", "double"),
        };
        let _ = writeln!(
            fields,
            "    <DataField name=\"{field}\" optype=\"{measure}\" dataType=\"{data}\"/>"
        );
        let _ = writeln!(
            mining,
            "      <MiningField name=\"{field}\" usageType=\"active\"/>"
        );
        characteristics.push_str(&characteristic(line, field));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n  \
           <Header>\n    <Application name=\"Dictamen\"/>\n  </Header>\n  \
           <DataDictionary>\n{fields}    <DataField name=\"score\" optype=\"continuous\" dataType=\"double\"/>\n  </DataDictionary>\n  \
           <Scorecard modelName=\"{}\" functionName=\"regression\" initialScore=\"{}\" useReasonCodes=\"true\" \
         reasonCodeAlgorithm=\"pointsBelow\" baselineMethod=\"max\">\n    \
             <MiningSchema>\n{mining}      <MiningField name=\"score\" usageType=\"target\"/>\n    </MiningSchema>\n    \
             <Characteristics>\n{characteristics}    </Characteristics>\n  \
           </Scorecard>\n</PMML>\n",
        escaped(name),
        card.base
    )
}

fn characteristic(line: &Line, field: &str) -> String {
    let code = line.code.as_deref().unwrap_or(field);
    let best = line.classes.points().into_iter().max().unwrap_or_default();
    let mut text = format!(
        "      <Characteristic name=\"{field}\" reasonCode=\"{}\" baselineScore=\"{best}\">\n",
        escaped(code)
    );
    let mut attribute = |points: i64, predicate: &str| {
        let _ = writeln!(
            text,
            "        <Attribute partialScore=\"{points}\">{predicate}</Attribute>"
        );
    };
    if let Some(points) = line.missing {
        attribute(
            points,
            &format!("<SimplePredicate field=\"{field}\" operator=\"isMissing\"/>"),
        );
    }
    match &line.classes {
        Classes::Ranges(lowers) => {
            for (low, high, points) in ranges(line, lowers) {
                attribute(points, &range(field, low, high));
            }
        }
        Classes::Values(values) => {
            for (value, points) in values {
                let value = escaped(value);
                attribute(
                    *points,
                    &format!(
                        "<SimplePredicate field=\"{field}\" operator=\"equal\" value=\"{value}\"/>"
                    ),
                );
            }
        }
    }
    text.push_str("      </Characteristic>\n");
    text
}

fn range(field: &str, low: Option<Decimal>, high: Option<Decimal>) -> String {
    let simple = |operator: &str, value: Decimal| {
        let value = value.normalize();
        format!("<SimplePredicate field=\"{field}\" operator=\"{operator}\" value=\"{value}\"/>")
    };
    match (low, high) {
        // Whoever has a value; a missing one was taken before.
        (None, None) => {
            format!("<SimplePredicate field=\"{field}\" operator=\"isNotMissing\"/>")
        }
        (Some(low), None) => simple("greaterOrEqual", low),
        (None, Some(high)) => simple("lessThan", high),
        (Some(low), Some(high)) => format!(
            "<CompoundPredicate booleanOperator=\"and\">{}{}</CompoundPredicate>",
            simple("greaterOrEqual", low),
            simple("lessThan", high)
        ),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
