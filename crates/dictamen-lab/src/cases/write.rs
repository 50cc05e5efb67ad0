//! Writing a case: the input of another one with some values replaced, and what is then decided.
//!
//! In the form of the case it comes from, so that it stands beside it as if somebody had written it.

use std::{collections::BTreeMap, fmt::Write as _};

use dictamen_engine::Answer;
use dictamen_model::characteristic::{Value, definitions, index_of};

use super::{
    extension,
    format::Body,
    node::{Data, Entry, Node},
    prepared::Prepared,
};

impl Prepared {
    /// The extension of the file that [`neighbour`](Self::neighbour) writes: that of this case.
    pub fn extension(&self) -> &str {
        extension(&self.path)
    }

    /// A case of the same applicant with other values of some characteristics, by table position,
    /// that expects an answer: what people write of it, or `all` of it.
    pub fn neighbour(
        &self,
        title: &str,
        changed: &[(usize, Value)],
        expected: &Answer,
        all: bool,
    ) -> String {
        let root = self.tree(title, changed, expected, all);
        let mut out = String::new();
        if self.extension() == "json" {
            pretty(&root, 0, &mut out);
            out.push('\n');
        } else {
            toml(&root, "", &mut out);
        }
        out
    }

    fn tree(&self, title: &str, changed: &[(usize, Value)], expected: &Answer, all: bool) -> Node {
        let mut root = vec![entry("title", text(title))];
        match &self.file.body {
            Body::Base(path, _) => root.push(entry("base", text(path))),
            Body::Inline(request) => root.push(entry("request", request.data.clone())),
        }
        if let Some(day) = self.file.as_of {
            root.push(entry("as_of", text(&day.to_string())));
        }
        let mut values: BTreeMap<usize, Value> = BTreeMap::new();
        for (name, value, _) in &self.file.overrides {
            values.extend(index_of(name).map(|index| (index, value.clone())));
        }
        values.extend(changed.iter().cloned());
        let name = |index: &usize| definitions().get(*index).map_or("", |d| d.name);
        let (missing, known): (Vec<_>, Vec<_>) =
            values.iter().partition(|(_, value)| value.is_missing());
        if !missing.is_empty() {
            let missing = missing.iter().map(|(index, _)| node(text(name(index))));
            root.push(entry("missing", Data::List(missing.collect())));
        }
        if !self.file.application.is_empty() {
            let fields = self.file.application.clone();
            root.push(entry("application", Data::Table(fields)));
        }
        if !known.is_empty() {
            let known = known.iter();
            let known = known.filter_map(|(index, value)| Some(entry(name(index), data(value)?)));
            root.push(entry("characteristics", Data::Table(known.collect())));
        }
        root.push(entry("expect", Data::Table(expectation(expected, all))));
        node(Data::Table(root))
    }
}

fn expectation(answer: &Answer, all: bool) -> Vec<Entry> {
    let list = |texts: &mut dyn Iterator<Item = &str>| {
        Data::List(texts.map(|one| node(text(one))).collect())
    };
    let mut expect = vec![
        entry("outcome", text(answer.outcome.name())),
        entry("stage", text(&answer.stage)),
        entry("reasons", list(&mut answer.reasons.iter().map(|r| &**r))),
    ];
    if let Some(score) = answer.score {
        expect.push(entry("score", Data::Number(score.to_string())));
    }
    if let Some(band) = &answer.band {
        expect.push(entry("band", text(band)));
    }
    if all || !answer.missing.is_empty() {
        let missing = list(&mut answer.missing.iter().map(|name| &**name));
        expect.push(entry("missing", missing));
    }
    if let Some(points) = answer.points.as_ref().filter(|_| all) {
        let points = points.iter();
        let points = points.map(|(code, given)| entry(code, Data::Number(given.to_string())));
        expect.push(entry("points", Data::Table(points.collect())));
    }
    if let Some(offer) = &answer.offer {
        let mut fields = vec![
            entry("amount", text(&offer.amount)),
            entry("term_months", Data::Number(offer.term_months.to_string())),
            entry("annual_rate", text(&offer.annual_rate)),
            entry("monthly_payment", text(&offer.monthly_payment)),
        ];
        let optional = [
            ("max_amount", offer.max_amount.as_deref()),
            ("max_payment", offer.max_payment.as_deref()),
            ("limiting_factor", offer.limiting_factor.as_deref()),
        ];
        let told = optional.into_iter();
        fields.extend(told.filter_map(|(key, value)| Some(entry(key, text(value?)))));
        expect.push(entry("offer", Data::Table(fields)));
    }
    expect
}

/// A value as a case gives it.
fn data(value: &Value) -> Option<Data> {
    Some(match value {
        Value::Missing => return None,
        Value::Int(n) => Data::Number(n.to_string()),
        Value::Decimal(d) => text(&d.normalize().to_string()),
        Value::Bool(b) => Data::Bool(*b),
        Value::Date(day) => text(&day.to_string()),
        Value::Text(word) => text(word),
    })
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

fn node(data: Data) -> Node {
    Node { data, at: 0..0 }
}

fn entry(key: &str, data: Data) -> Entry {
    Entry {
        key: key.to_owned(),
        key_at: 0..0,
        node: node(data),
    }
}

/// Writes a table as TOML: what is no table first, then each table under its name.
fn toml(root: &Node, name: &str, out: &mut String) {
    let Data::Table(entries) = &root.data else {
        return;
    };
    let is_table = |entry: &&Entry| matches!(entry.node.data, Data::Table(_));
    for entry in entries.iter().filter(|entry| !is_table(entry)) {
        if let Some(value) = inline(&entry.node) {
            let _ = writeln!(out, "{} = {value}", key(&entry.key));
        }
    }
    for entry in entries.iter().filter(is_table) {
        let name = match name {
            "" => key(&entry.key),
            name => format!("{name}.{}", key(&entry.key)),
        };
        let _ = writeln!(out, "\n[{name}]");
        toml(&entry.node, &name, out);
    }
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value on one line; TOML has no null, so that one is left out.
fn inline(node: &Node) -> Option<String> {
    Some(match &node.data {
        Data::Null => return None,
        Data::Bool(b) => b.to_string(),
        Data::Number(n) | Data::Date(n) => n.clone(),
        Data::Text(t) => quoted(t),
        Data::List(items) => {
            let items: Vec<String> = items.iter().filter_map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Table(entries) => {
            let fields = entries.iter();
            let fields = fields.filter_map(|field| {
                Some(format!("{} = {}", key(&field.key), inline(&field.node)?))
            });
            let fields: Vec<String> = fields.collect();
            format!("{{ {} }}", fields.join(", "))
        }
    })
}

/// Writes JSON with two spaces for each level, numbers as they were written.
fn pretty(node: &Node, depth: usize, out: &mut String) {
    let inner = depth.saturating_add(1);
    let indent = |depth: usize| "  ".repeat(depth);
    match &node.data {
        Data::Table(entries) if !entries.is_empty() => {
            out.push_str("{\n");
            for (i, entry) in entries.iter().enumerate() {
                out.push_str(if i > 0 { ",\n" } else { "" });
                let _ = write!(out, "{}{}: ", indent(inner), quoted(&entry.key));
                pretty(&entry.node, inner, out);
            }
            let _ = write!(out, "\n{}}}", indent(depth));
        }
        Data::List(items) if items.iter().any(|i| matches!(i.data, Data::Table(_))) => {
            out.push_str("[\n");
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ",\n" } else { "" });
                out.push_str(&indent(inner));
                pretty(item, inner, out);
            }
            let _ = write!(out, "\n{}]", indent(depth));
        }
        _ => node.write_json(out),
    }
}
