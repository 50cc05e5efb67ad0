//! Coverage as one HTML page: the scripts with marks, styles inside, no scripts of its own, nothing from
//! elsewhere.
//!
//! Every line of a script stands there with how much of it is covered; a gap is marked in the line, and
//! what a case would need stands under it.

use std::{collections::BTreeSet, fmt::Write as _};

use dictamen_engine::PolicySource;

use super::{Coverage, Figures, Item, Kind, State};

const STYLE: &str = include_str!("style.css");

/// Writes a page about the coverage of some policies, each with the files it was loaded from.
pub fn html(policies: &[(&Coverage, &PolicySource)]) -> String {
    let mut body = String::new();
    for (coverage, source) in policies {
        policy(&mut body, coverage, source);
    }
    let names = policies
        .iter()
        .map(|(coverage, _)| coverage.policy.as_str());
    let names: Vec<&str> = names.collect();
    let title = escaped(&format!("Coverage of {}", names.join(", ")));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn policy(out: &mut String, coverage: &Coverage, source: &PolicySource) {
    let Coverage {
        policy,
        version,
        cases,
        ..
    } = coverage;
    let (policy, version) = (escaped(policy), escaped(version));
    let _ = writeln!(out, "<h1>{policy} <small>{version}</small></h1>");
    let gaps = coverage.items.iter();
    let gaps = gaps.filter(|item| item.state == State::Uncovered).count();
    let verdict = match gaps {
        0 => "nothing that can be reached is left untried".to_owned(),
        1 => "1 gap".to_owned(),
        gaps => format!("{gaps} gaps"),
    };
    let _ = writeln!(out, "<p>{cases} cases: {verdict}.</p>");
    summary(out, coverage);
    let files = coverage.items.iter();
    let files = files.filter_map(|item| Some(item.span.as_ref()?.file.as_str()));
    for file in files.collect::<BTreeSet<_>>() {
        let text = source.get(file).and_then(|text| str::from_utf8(text).ok());
        let _ = writeln!(out, "<h2>{}</h2>", escaped(file));
        script(out, coverage, file, text.unwrap_or_default());
    }
}

fn summary(out: &mut String, coverage: &Coverage) {
    out.push_str("<table>\n<thead><tr><th scope=\"col\">what</th><th scope=\"col\">covered</th>");
    out.push_str("<th scope=\"col\" class=\"bar\"></th><th scope=\"col\">not reachable</th></tr></thead>\n<tbody>\n");
    for kind in Kind::ALL {
        let Some(figures) = coverage.summary.get(&kind) else {
            continue;
        };
        let Figures {
            total,
            covered,
            unreachable,
        } = figures;
        let class = if covered == total { "full" } else { "part" };
        let _ = writeln!(
            out,
            "<tr class=\"{class}\"><th scope=\"row\">{}</th><td>{covered} of {total}</td>\
             <td class=\"bar\"><meter min=\"0\" max=\"{total}\" value=\"{covered}\"></meter></td>\
             <td>{unreachable}</td></tr>",
            kind.title(),
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn script(out: &mut String, coverage: &Coverage, file: &str, text: &str) {
    out.push_str("<div class=\"script\">\n");
    for (line, number) in text.lines().zip(1_usize..) {
        let here = coverage.items.iter().filter(|item| {
            let span = item.span.as_ref();
            span.is_some_and(|span| span.file == file && span.line == number)
        });
        let here: Vec<&Item> = here.collect();
        let count = |state| here.iter().filter(|item| item.state == state).count();
        let (covered, gaps) = (count(State::Covered), count(State::Uncovered));
        let total = covered.saturating_add(gaps);
        let (class, share) = match (total, gaps) {
            (0, _) if here.is_empty() => ("", String::new()),
            (0, _) => ("unreachable", "–".to_owned()),
            (_, 0) => ("covered", format!("{covered}/{total}")),
            _ => ("gap", format!("{covered}/{total}")),
        };
        let _ = writeln!(
            out,
            "<div class=\"line {class}\"><span class=\"number\">{number}</span>\
             <span class=\"share\">{share}</span><code>{}</code></div>",
            marked(line, &here)
        );
        notes(out, &here);
    }
    out.push_str("</div>\n");
}

/// A line with its gaps marked.
fn marked(line: &str, here: &[&Item]) -> String {
    let gaps = here.iter().filter(|item| item.state == State::Uncovered);
    let spans = gaps.filter_map(|item| item.span.as_ref());
    let mut columns: BTreeSet<usize> = BTreeSet::new();
    for span in spans {
        let last = if span.end_line > span.line {
            line.chars().count().saturating_add(1)
        } else {
            span.end_column
        };
        columns.extend(span.column..last);
    }
    let (mut out, mut open) = (String::new(), false);
    for (c, column) in line.chars().zip(1_usize..) {
        let inside = columns.contains(&column);
        if inside != open {
            out.push_str(if inside { "<mark>" } else { "</mark>" });
            open = inside;
        }
        push_escaped(&mut out, c);
    }
    if open {
        out.push_str("</mark>");
    }
    out
}

fn notes(out: &mut String, here: &[&Item]) {
    for item in here {
        let (subject, what) = (escaped(&item.subject), coded(&item.what));
        match item.state {
            State::Covered => {}
            State::Uncovered => {
                let needs = item.needs.as_deref().unwrap_or_default();
                let _ = writeln!(
                    out,
                    "<p class=\"note\">No case in which {subject} {what}. It needs {}.</p>",
                    coded(needs)
                );
            }
            State::Unreachable => {
                let _ = writeln!(
                    out,
                    "<p class=\"note never\">Nobody can get where {subject} {what}.</p>"
                );
            }
        }
    }
}

/// Text in which what stands between backticks is code.
fn coded(text: &str) -> String {
    let mut out = String::new();
    for (i, piece) in text.split('`').enumerate() {
        let is_code = i.checked_rem(2) == Some(1);
        let piece = escaped(piece);
        if is_code {
            let _ = write!(out, "<code>{piece}</code>");
        } else {
            out.push_str(&piece);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}
