//! A report for a terminal: no colours, columns lined up.

use super::{Block, Report, Table, markdown::as_table};

/// Writes a report.
pub fn text(report: &Report) -> String {
    let mut out = format!("{}\n{}\n", report.title, bare(&report.subtitle));
    if !report.figures.is_empty() {
        out.push('\n');
        let mut table = Table::new(["", "#", ""]);
        for figure in &report.figures {
            table.row([
                figure.label.clone(),
                figure.value.clone(),
                figure.note.clone(),
            ]);
        }
        lines(&mut out, &table, "  ");
    }
    for section in &report.sections {
        out.push('\n');
        out.push_str(&bare(&section.title));
        out.push('\n');
        blocks(&mut out, &section.blocks);
    }
    out
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Text(text) | Block::Note(_, text) => {
                out.push_str("  ");
                out.push_str(&bare(text));
                out.push('\n');
            }
            Block::Table(table) => lines(out, table, "  "),
            Block::Bars(bars) => lines(out, &as_table(block, &bars.title), "  "),
            Block::Curves(curves) => lines(out, &as_table(block, &curves.title), "  "),
            Block::Folded(heading, inner) => {
                // Curves have been told by their table already.
                if !matches!(blocks.first(), Some(Block::Curves(_))) {
                    out.push_str("  ");
                    out.push_str(heading);
                    out.push_str(":\n");
                    self::blocks(out, inner);
                }
            }
        }
    }
}

fn bare(text: &str) -> String {
    text.replace('`', "")
}

/// Cells wider than this are cut: a terminal is not wide.
const WIDEST: usize = 60;

fn lines(out: &mut String, table: &Table, indent: &str) {
    let cell = |text: &str| -> String {
        let text = bare(text);
        if text.chars().count() <= WIDEST {
            return text;
        }
        let cut = text.chars().take(WIDEST.saturating_sub(1));
        cut.chain(['…']).collect()
    };
    let head: Vec<String> = table
        .columns
        .iter()
        .map(|column| cell(&column.name))
        .collect();
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|text| cell(text)).collect())
        .collect();
    let shown = head.iter().any(|name| !name.is_empty());
    let all = || shown.then_some(&head).into_iter().chain(&rows);
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            all()
                .filter_map(|row| row.get(at))
                .map(|text| text.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in all() {
        let mut line = indent.to_owned();
        for ((text, column), width) in row.iter().zip(&table.columns).zip(&widths) {
            let space = " ".repeat(width.saturating_sub(text.chars().count()));
            if column.number {
                line.push_str(&space);
                line.push_str(text);
            } else {
                line.push_str(text);
                line.push_str(&space);
            }
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
