//! A report as one HTML page: styles and charts inside, no scripts, nothing from elsewhere. Light and
//! dark as the reader's system is, and fit for a phone.

use super::{Block, Column, Report, Table, chart};

const STYLE: &str = include_str!("style.css");

/// Writes a report. `foot` says what made it.
pub fn html(report: &Report, foot: &str) -> String {
    let mut body = format!(
        "<header>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n",
        escaped(&report.title),
        inline(&report.subtitle)
    );
    if !report.figures.is_empty() {
        body.push_str("<div class=\"figures\">\n");
        for figure in &report.figures {
            put!(
                body,
                "<div class=\"figure {}\"><p class=\"label\">{}</p><p class=\"value\">{}</p><p class=\"note\">{}</p></div>\n",
                figure.tone.name(),
                inline(&figure.label),
                inline(&figure.value),
                inline(&figure.note)
            );
        }
        body.push_str("</div>\n");
    }
    if report.sections.len() > 2 {
        body.push_str("<nav>\n");
        for section in &report.sections {
            let (id, title) = (escaped(&section.id), inline(&section.title));
            put!(body, "<a href=\"#{id}\">{title}</a>\n");
        }
        body.push_str("</nav>\n");
    }
    for section in &report.sections {
        let (id, title) = (escaped(&section.id), inline(&section.title));
        put!(body, "<section id=\"{id}\">\n<h2>{title}</h2>\n");
        blocks(&mut body, &section.blocks);
        body.push_str("</section>\n");
    }
    let (language, title, foot) = (report.language.tag(), escaped(&report.title), inline(foot));
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}<footer>{foot}</footer>\n</main>\n</body>\n</html>\n"
    )
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Text(text) => put!(out, "<p>{}</p>\n", inline(text)),
            Block::Note(tone, text) => {
                put!(
                    out,
                    "<p class=\"remark {}\">{}</p>\n",
                    tone.name(),
                    inline(text)
                );
            }
            Block::Table(table) => write_table(out, table),
            Block::Bars(bars) => chart::bars(out, bars),
            Block::Curves(curves) => chart::curves(out, curves),
            Block::Folded(heading, inner) => {
                put!(out, "<details><summary>{}</summary>\n", inline(heading));
                self::blocks(out, inner);
                out.push_str("</details>\n");
            }
        }
    }
}

fn write_table(out: &mut String, table: &Table) {
    // On a phone, rows of many columns are told one cell below the other, each with its name.
    let class = if table.columns.len() > 4 {
        " class=\"wide\""
    } else {
        ""
    };
    put!(out, "<div class=\"table\">\n<table{class}>\n<thead>\n<tr>");
    for column in &table.columns {
        put!(
            out,
            "<th scope=\"col\"{}>{}</th>",
            number(column),
            inline(&column.name)
        );
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for cells in &table.rows {
        out.push_str("<tr>");
        for (column, text) in table.columns.iter().zip(cells) {
            let label = escaped(&column.name.replace('`', ""));
            put!(
                out,
                "<td{} data-label=\"{label}\">{}</td>",
                number(column),
                inline(text)
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn number(column: &Column) -> &'static str {
    if column.number {
        " class=\"number\""
    } else {
        ""
    }
}

/// A text with its names set apart; a backtick without a partner stays.
pub(super) fn inline(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let mut out = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at.is_multiple_of(2) {
            out.push_str(&escaped(part));
        } else {
            put!(out, "<code>{}</code>", escaped(part));
        }
    }
    out
}

pub(super) fn escaped(text: &str) -> String {
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
