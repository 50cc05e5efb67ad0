//! Blocks as one HTML page: styles inside, no scripts, nothing from elsewhere.
//!
//! Written by hand and not by a template: the page has no form of its own, it is the blocks one
//! after the other.

use dictamen_engine::words::Phrase;

use super::block::{Block, Column, Fact, pieces};

const STYLE: &str = include_str!("style.css");

/// Writes a document.
pub(super) fn write(blocks: &[Block], title: &str, language: &str) -> String {
    let mut page = Page::default();
    for block in blocks {
        page.block(block);
    }
    let (title, body) = (escaped(title), page.out);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text) => {
                let text = inline(text);
                self.line(&format!("<h{level}>{text}</h{level}>"));
            }
            Block::Paragraph(text) => self.line(&format!("<p>{}</p>", inline(text))),
            Block::Remark(phrases) => {
                self.line("<blockquote>");
                for phrase in phrases {
                    self.line(&format!("<p>{}</p>", inline(&phrase.text)));
                    self.list("ul", &phrase.parts);
                }
                self.line("</blockquote>");
            }
            Block::Facts(facts) => {
                self.line("<dl>");
                for (name, fact) in facts {
                    self.line(&format!("<dt>{}</dt>", inline(name)));
                    match fact {
                        Fact::Text(text) => self.line(&format!("<dd>{}</dd>", inline(text))),
                        Fact::Phrase(phrase) => {
                            self.line(&format!("<dd>{}", inline(&phrase.text)));
                            self.list("ul", &phrase.parts);
                            self.line("</dd>");
                        }
                    }
                }
                self.line("</dl>");
            }
            Block::List(numbered, items) => self.list(if *numbered { "ol" } else { "ul" }, items),
            Block::Table(columns, rows) => self.table(columns, rows),
            Block::Signatures(names) => {
                self.line("<div class=\"signatures\">");
                for name in names {
                    self.line(&format!("<p>{}</p>", inline(name)));
                }
                self.line("</div>");
            }
        }
    }

    fn list(&mut self, kind: &str, items: &[Phrase]) {
        if items.is_empty() {
            return;
        }
        self.line(&format!("<{kind}>"));
        for item in items {
            // Parts without a sentence above them are items themselves.
            let (parts, text) = (item.parts.as_slice(), inline(&item.text));
            if text.is_empty() {
                for part in parts {
                    self.item(part);
                }
            } else {
                self.item(item);
            }
        }
        self.line(&format!("</{kind}>"));
    }

    fn item(&mut self, item: &Phrase) {
        self.line(&format!("<li>{}", inline(&item.text)));
        self.list("ul", &item.parts);
        self.line("</li>");
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        // On a phone, rows of many columns are told one cell below the other, each with its name.
        let class = if columns.len() > 3 {
            " class=\"wide\""
        } else {
            ""
        };
        self.line(&format!(
            "<div class=\"table\">\n<table{class}>\n<thead>\n<tr>"
        ));
        for column in columns {
            let class = number(column);
            let name = inline(&column.name);
            self.line(&format!("<th scope=\"col\"{class}>{name}</th>"));
        }
        self.line("</tr>\n</thead>\n<tbody>");
        for cells in rows {
            self.line("<tr>");
            for (column, text) in columns.iter().zip(cells) {
                let class = number(column);
                let label = escaped(&column.name.replace('`', ""));
                let text = inline(text);
                self.line(&format!("<td{class} data-label=\"{label}\">{text}</td>"));
            }
            self.line("</tr>");
        }
        self.line("</tbody>\n</table>\n</div>");
    }
}

fn number(column: &Column) -> &'static str {
    if column.number {
        " class=\"number\""
    } else {
        ""
    }
}

fn inline(text: &str) -> String {
    let mut out = String::new();
    for (name, piece) in pieces(text) {
        let piece = escaped(&piece);
        if name {
            out.push_str("<code>");
            out.push_str(&piece);
            out.push_str("</code>");
        } else {
            out.push_str(&piece);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What no page may hold.
            control if control.is_control() && !control.is_whitespace() => out.push('\u{fffd}'),
            _ => out.push(sign),
        }
    }
    out
}
