//! Blocks as Markdown.

use dictamen_engine::words::Phrase;

use super::block::{Block, Column, Fact, pieces};

/// Writes a document.
pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading(level, text) => {
                out.push_str(&"#".repeat(*level));
                line(&mut out, &format!(" {}", inline(text)));
            }
            Block::Paragraph(text) => line(&mut out, &inline(text)),
            Block::Remark(phrases) => remark(&mut out, phrases),
            Block::Facts(facts) => {
                for (name, fact) in facts {
                    let name = inline(name);
                    match fact {
                        Fact::Text(text) => {
                            line(&mut out, &format!("- **{name}:** {}", inline(text)));
                        }
                        Fact::Phrase(phrase) => {
                            let text = format!("- **{name}:** {}", inline(&phrase.text));
                            line(&mut out, text.trim_end());
                            list(&mut out, &phrase.parts, false, 1);
                        }
                    }
                }
            }
            Block::List(numbered, items) => list(&mut out, items, *numbered, 0),
            Block::Table(columns, rows) => table(&mut out, columns, rows),
            Block::Signatures(names) => {
                for name in names {
                    line(
                        &mut out,
                        &format!("{}: ______________________________\n", inline(name)),
                    );
                }
                out.truncate(out.trim_end().len());
                out.push('\n');
            }
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn remark(out: &mut String, phrases: &[Phrase]) {
    for (position, phrase) in phrases.iter().enumerate() {
        if position > 0 {
            line(out, ">");
        }
        line(out, &format!("> {}", inline(&phrase.text)));
        if !phrase.parts.is_empty() {
            line(out, ">");
        }
        for part in &phrase.parts {
            line(out, &format!("> - {}", inline(&part.text)));
        }
    }
}

fn list(out: &mut String, items: &[Phrase], numbered: bool, depth: usize) {
    let indent = "  ".repeat(depth);
    for (position, item) in items.iter().enumerate() {
        if item.text.is_empty() {
            list(out, &item.parts, false, depth);
            continue;
        }
        let text = inline(&item.text);
        if numbered {
            let number = position.saturating_add(1);
            line(out, &format!("{indent}{number}. {text}"));
            // What belongs to an item begins where its text does.
            list(out, &item.parts, false, depth.saturating_add(2));
        } else {
            line(out, &format!("{indent}- {text}"));
            list(out, &item.parts, false, depth.saturating_add(1));
        }
    }
}

fn table(out: &mut String, columns: &[Column], rows: &[Vec<String>]) {
    let names = columns.iter().map(|column| cell(&column.name));
    row(out, names);
    let rules = columns.iter().map(|column| {
        let rule = if column.number { "---:" } else { "---" };
        rule.to_owned()
    });
    row(out, rules);
    for cells in rows {
        row(out, cells.iter().map(|text| cell(text)));
    }
}

fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    line(out, &format!("| {} |", cells.join(" | ")));
}

/// A bar ends a cell, even inside a name.
fn cell(text: &str) -> String {
    inline(text).replace('|', "\\|")
}

/// A text on one line, with what Markdown would read as its own signs marked.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (name, piece) in pieces(text) {
        if name {
            out.push('`');
            out.push_str(&piece.replace(['\n', '\r'], " "));
            out.push('`');
            continue;
        }
        for sign in piece.chars() {
            match sign {
                '\n' | '\r' => out.push(' '),
                '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '`' | '#' | '~' => {
                    out.push('\\');
                    out.push(sign);
                }
                _ => out.push(sign),
            }
        }
    }
    out
}
