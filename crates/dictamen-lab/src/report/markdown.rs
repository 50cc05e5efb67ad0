//! A report as Markdown, for a pull request: charts become tables.

use super::{Block, Column, Report, Table, Tone};

/// Rows of a chart's table; more are left out evenly.
const MOST_ROWS: usize = 27;

/// Writes a report.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# {}\n\n{}\n", report.title, report.subtitle);
    if !report.figures.is_empty() {
        let figures = report.figures.iter();
        let mut table = Table {
            columns: Vec::new(),
            rows: vec![Vec::new()],
        };
        for figure in figures {
            table.columns.push(Column {
                name: figure.label.clone(),
                number: false,
            });
            if let Some(row) = table.rows.first_mut() {
                row.push(format!("**{}**<br>{}", figure.value, figure.note));
            }
        }
        write_table(&mut out, &table);
    }
    for section in &report.sections {
        put!(out, "\n## {}\n", section.title);
        blocks(&mut out, &section.blocks);
    }
    out
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Text(text) => put!(out, "\n{text}\n"),
            Block::Note(tone, text) => {
                let mark = match tone {
                    Tone::Plain => "",
                    Tone::Good => "✅ ",
                    Tone::Look => "⚠️ ",
                    Tone::Bad => "❌ ",
                };
                put!(out, "\n> {mark}{text}\n");
            }
            Block::Table(table) => write_table(out, table),
            Block::Bars(bars) => write_table(out, &as_table(block, &bars.title)),
            Block::Curves(curves) => write_table(out, &as_table(block, &curves.title)),
            Block::Folded(heading, inner) => {
                put!(out, "\n<details><summary>{heading}</summary>\n");
                self::blocks(out, inner);
                out.push_str("\n</details>\n");
            }
        }
    }
}

/// A chart as a table; of anything else an empty one.
pub(super) fn as_table(block: &Block, title: &str) -> Table {
    let column = |name: &str, number| Column {
        name: name.to_owned(),
        number,
    };
    match block {
        Block::Bars(bars) => Table {
            columns: [column(title, false)]
                .into_iter()
                .chain(bars.names.iter().map(|name| column(name, true)))
                .collect(),
            rows: bars
                .bars
                .iter()
                .map(|bar| {
                    let values = bar.values.iter().map(|(_, text)| text.clone());
                    [bar.label.clone()].into_iter().chain(values).collect()
                })
                .collect(),
        },
        Block::Curves(curves) => {
            let first = curves.curves.first().map_or(&[][..], |curve| &curve.points);
            let step = first.len().div_ceil(MOST_ROWS).max(1);
            let kept = |at: usize| at.is_multiple_of(step) || at.saturating_add(1) == first.len();
            let rows = first.iter().enumerate().filter(|(at, _)| kept(*at));
            Table {
                columns: [column(&curves.across, true)]
                    .into_iter()
                    .chain(curves.curves.iter().map(|curve| column(&curve.name, true)))
                    .collect(),
                rows: rows
                    .map(|(at, (value, _))| {
                        let shares = curves
                            .curves
                            .iter()
                            .filter_map(|curve| curve.points.get(at));
                        let shares = shares.map(|(_, share)| super::numbers::percent(Some(*share)));
                        let mark = if curves.in_force == Some(*value) {
                            " ←"
                        } else {
                            ""
                        };
                        [format!("{value}{mark}")]
                            .into_iter()
                            .chain(shares)
                            .collect()
                    })
                    .collect(),
            }
        }
        Block::Text(_) | Block::Note(..) | Block::Table(_) | Block::Folded(..) => Table {
            columns: Vec::new(),
            rows: Vec::new(),
        },
    }
}

fn write_table(out: &mut String, table: &Table) {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells
            .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    out.push('\n');
    out.push_str(&line(
        &mut table.columns.iter().map(|column| column.name.clone()),
    ));
    let rules = table
        .columns
        .iter()
        .map(|column| if column.number { "---:" } else { "---" }.to_owned());
    out.push_str(&line(&mut rules.into_iter()));
    for row in &table.rows {
        out.push_str(&line(&mut row.iter().cloned()));
    }
}
