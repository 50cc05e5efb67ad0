//! The applicants of a portfolio as tables of their characteristics.

use std::{fmt::Write as _, fs, sync::Arc};

use dictamen_model::{
    DecisionRequest, Parameters,
    characteristic::{self, Characteristics, Kind, Value as Fact, definitions},
};
use parquet::{
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use serde_json::Value;

use crate::support::Place;

/// Applicants, with the label and the region of each.
pub(crate) struct Table {
    rows: Vec<(Characteristics, String, Option<bool>, Option<String>)>,
}

impl Table {
    /// Of lines, computed with the figures of a place.
    pub(crate) fn new(place: &Place, lines: &str) -> Self {
        let files = fs::read_dir(place.0.path().join("rules/parameters"))
            .unwrap()
            .map(|file| {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            });
        let parameters = Parameters::parse(&files.collect()).unwrap();
        let rows = lines.lines().map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            let members = row.as_object_mut().unwrap();
            let label = members.remove("label").map(|label| label == 1);
            let region = members
                .remove("segments")
                .map(|s| s["region"].as_str().unwrap().to_owned());
            let request = DecisionRequest::parse(row.to_string().as_bytes()).unwrap();
            let day = request.as_of.unwrap();
            let facts = characteristic::compute(&request, day, &parameters).unwrap();
            (facts, request.application.application_id, label, region)
        });
        Self {
            rows: rows.collect(),
        }
    }

    pub(crate) fn csv(&self) -> String {
        let names: Vec<&str> = definitions().iter().map(|d| d.name).collect();
        let mut text = format!("application_id,label,region,{}\n", names.join(","));
        for (facts, id, label, region) in &self.rows {
            let label = label.map_or("", |bad| if bad { "bad" } else { "good" });
            let cells = facts.iter().map(|(_, value)| match value {
                Fact::Missing => String::new(),
                Fact::Int(n) => n.to_string(),
                Fact::Decimal(d) => d.to_string(),
                Fact::Bool(b) => b.to_string(),
                Fact::Date(d) => d.to_string(),
                Fact::Text(text) => format!("\"{text}\""),
            });
            let cells: Vec<String> = cells.collect();
            let _ = writeln!(
                text,
                "{id},{label},{},{}",
                region.clone().unwrap_or_default(),
                cells.join(",")
            );
        }
        text
    }

    /// Every type of column there is: decimals as text, since they are longer than any number.
    pub(crate) fn parquet(&self, group: usize) -> Vec<u8> {
        let mut schema = String::from(
            "message p { REQUIRED BYTE_ARRAY application_id (STRING); OPTIONAL INT32 label; OPTIONAL BYTE_ARRAY region (STRING);",
        );
        for d in definitions() {
            let kind = match d.kind {
                Kind::Int => "INT64",
                Kind::Bool => "BOOLEAN",
                Kind::Date => "INT32",
                Kind::Decimal | Kind::Text => "BYTE_ARRAY",
            };
            let like = match d.kind {
                Kind::Date => " (DATE)",
                Kind::Decimal | Kind::Text => " (STRING)",
                _ => "",
            };
            let _ = write!(schema, "OPTIONAL {kind} {}{like};", d.name);
        }
        schema.push('}');
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut bytes = Vec::new();
        let mut file =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default()))
                .unwrap();
        for rows in self.rows.chunks(group) {
            let mut writer = file.next_row_group().unwrap();
            let mut at = 0;
            while let Some(mut column) = writer.next_column().unwrap() {
                let cells: Vec<Fact> = rows
                    .iter()
                    .map(|(facts, id, label, region)| match at {
                        0 => Fact::from(id.as_str()),
                        1 => label.map_or(Fact::Missing, |bad| Fact::Int(i64::from(bad))),
                        2 => region.as_deref().map_or(Fact::Missing, Fact::from),
                        at => facts.get(at - 3).clone(),
                    })
                    .collect();
                let levels: Vec<i16> = cells
                    .iter()
                    .map(|cell| i16::from(!cell.is_missing()))
                    .collect();
                let known = cells.iter().filter(|cell| !cell.is_missing());
                let levels = (at > 0).then_some(&*levels);
                match column.untyped() {
                    ColumnWriter::BoolColumnWriter(w) => {
                        let values: Vec<bool> = known.map(|v| *v == Fact::Bool(true)).collect();
                        w.write_batch(&values, levels, None).unwrap();
                    }
                    ColumnWriter::Int32ColumnWriter(w) => {
                        let values = known.map(|v| match v {
                            Fact::Date(d) => d
                                .signed_duration_since(chrono::NaiveDate::default())
                                .num_days(),
                            Fact::Int(n) => *n,
                            other => panic!("{other:?}"),
                        });
                        let values: Vec<i32> = values.map(|n| n.try_into().unwrap()).collect();
                        w.write_batch(&values, levels, None).unwrap();
                    }
                    ColumnWriter::Int64ColumnWriter(w) => {
                        let values: Vec<i64> = known
                            .map(|v| match v {
                                Fact::Int(n) => *n,
                                other => panic!("{other:?}"),
                            })
                            .collect();
                        w.write_batch(&values, levels, None).unwrap();
                    }
                    ColumnWriter::ByteArrayColumnWriter(w) => {
                        let values: Vec<ByteArray> = known
                            .map(|v| match v {
                                Fact::Text(text) => ByteArray::from(&**text),
                                Fact::Decimal(d) => ByteArray::from(d.to_string().into_bytes()),
                                other => panic!("{other:?}"),
                            })
                            .collect();
                        w.write_batch(&values, levels, None).unwrap();
                    }
                    _ => panic!("another type"),
                }
                column.close().unwrap();
                at += 1;
            }
            writer.close().unwrap();
        }
        file.close().unwrap();
        bytes
    }
}
