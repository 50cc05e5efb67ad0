//! Requests on lines (standard input) as a Parquet table of their characteristics (the file named),
//! for `benches/simulate`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program of the bench ends when it cannot"
)]

use std::{collections::BTreeMap, fs::File, io::BufRead as _, path::Path, sync::Arc};

use dictamen_benches::dictamen::source;
use dictamen_lab::pipeline;
use dictamen_model::{
    DecisionRequest, Parameters,
    characteristic::{Characteristics, Kind, Value, definitions},
};
use parquet::{
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

/// Rows of a row group.
const GROUP: usize = 10_000;

fn main() {
    let path = std::env::args_os().nth(1).unwrap();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/parameters");
    let mut files = BTreeMap::new();
    for (name, text) in source(&rules).iter() {
        files.insert(name.to_owned(), String::from_utf8(text.to_vec()).unwrap());
    }
    let parameters = Parameters::parse(&files).unwrap();
    let mut schema = String::from("message characteristics {");
    for d in definitions() {
        let (kind, like) = match d.kind {
            Kind::Int => ("INT64", ""),
            Kind::Bool => ("BOOLEAN", ""),
            Kind::Date => ("INT32", "(DATE)"),
            Kind::Decimal => ("DOUBLE", ""),
            Kind::Text => ("BYTE_ARRAY", "(STRING)"),
        };
        schema.push_str(&["OPTIONAL", kind, d.name, like, ";"].join(" "));
    }
    schema.push('}');
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let file = File::create(path).unwrap();
    let properties = Arc::new(WriterProperties::default());
    let mut file = SerializedFileWriter::new(file, schema, properties).unwrap();
    let mut rows = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let request = DecisionRequest::parse(line.unwrap().as_bytes()).unwrap();
        rows.push(pipeline::compute(&request, request.as_of.unwrap(), &parameters).unwrap());
        if rows.len() == GROUP {
            write(&mut file, &rows);
            rows.clear();
        }
    }
    write(&mut file, &rows);
    file.close().unwrap();
}

fn write(file: &mut SerializedFileWriter<File>, rows: &[Characteristics]) {
    let mut group = file.next_row_group().unwrap();
    let mut at = 0_usize;
    while let Some(mut column) = group.next_column().unwrap() {
        let cells: Vec<&Value> = rows.iter().map(|row| row.get(at)).collect();
        let levels: Vec<i16> = cells
            .iter()
            .map(|cell| i16::from(!cell.is_missing()))
            .collect();
        let levels = Some(levels.as_slice());
        let known = cells.into_iter().filter(|cell| !cell.is_missing());
        match column.untyped() {
            ColumnWriter::BoolColumnWriter(writer) => {
                let values: Vec<bool> = known.map(|v| *v == Value::Bool(true)).collect();
                writer.write_batch(&values, levels, None).unwrap();
            }
            ColumnWriter::Int32ColumnWriter(writer) => {
                let days = known.map(|v| match v {
                    Value::Date(d) => d
                        .signed_duration_since(chrono::NaiveDate::default())
                        .num_days(),
                    other => panic!("{other:?}"),
                });
                let values: Vec<i32> = days.map(|days| days.try_into().unwrap()).collect();
                writer.write_batch(&values, levels, None).unwrap();
            }
            ColumnWriter::Int64ColumnWriter(writer) => {
                let numbers = known.map(|v| match v {
                    Value::Int(n) => *n,
                    other => panic!("{other:?}"),
                });
                writer
                    .write_batch(&numbers.collect::<Vec<_>>(), levels, None)
                    .unwrap();
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                let numbers = known.map(|v| match v {
                    Value::Decimal(d) => d.to_string().parse::<f64>().unwrap(),
                    other => panic!("{other:?}"),
                });
                writer
                    .write_batch(&numbers.collect::<Vec<_>>(), levels, None)
                    .unwrap();
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let texts = known.map(|v| match v {
                    Value::Text(text) => ByteArray::from(&**text),
                    other => panic!("{other:?}"),
                });
                writer
                    .write_batch(&texts.collect::<Vec<_>>(), levels, None)
                    .unwrap();
            }
            _ => panic!("a column of another type"),
        }
        column.close().unwrap();
        at = at.saturating_add(1);
    }
    group.close().unwrap();
}
