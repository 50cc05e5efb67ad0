//! A table of the folder as a value of the script.

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rhai::{Dynamic, Map};

use crate::table::Table;

/// A table as a script value; `for row in table` gives object maps.
#[derive(Debug, Clone)]
pub(in crate::script) struct TableValue {
    pub(in crate::script) index: usize,
    pub(super) table: Arc<Table>,
}

impl IntoIterator for TableValue {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        let row = |row: &Vec<Value>| {
            let cells = self.table.columns.iter().zip(row);
            let map: Map = cells
                .map(|(column, cell)| ((&*column.name).into(), dynamic(cell)))
                .collect();
            Dynamic::from_map(map)
        };
        self.table
            .rows
            .iter()
            .map(row)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

fn dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Missing => Dynamic::UNIT,
        Value::Int(n) => (*n).into(),
        Value::Decimal(d) => Dynamic::from_decimal(*d),
        Value::Bool(b) => (*b).into(),
        Value::Date(d) => d.to_string().into(),
        Value::Text(t) => t.to_string().into(),
    }
}
