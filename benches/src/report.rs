//! Puts figures into `README.md` when asked to: ratios and counts, nothing of the machine.
//!
//! Each bench has a section there, between two comments that name it.

use std::{fs, path::Path};

/// Whether `--write` was given.
fn asked() -> bool {
    std::env::args().any(|argument| argument == "--write")
}

/// Replaces the section's table, when that was asked for.
///
/// # Panics
///
/// When the file has no such section, or cannot be written.
pub fn tell(section: &str, head: &[&str], rows: Vec<Vec<String>>) {
    if !asked() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, replaced(&text, section, &table(head, rows)).unwrap()).unwrap();
}

fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = (0..head.len()).map(|i| if i == 0 { "---" } else { "---:" });
    let mut table = line(head.iter().map(|cell| (*cell).to_owned()).collect());
    table.push_str(&line(rule.map(str::to_owned).collect()));
    table.extend(rows.into_iter().map(line));
    table
}

fn replaced(text: &str, section: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {section} -->\n"), "<!-- end -->");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_section_changes() {
        let text = "a\n<!-- one -->\nold\n<!-- end -->\nb\n<!-- two -->\nold\n<!-- end -->\nc\n";
        let table = table(&["way", "ratio"], vec![vec!["x".into(), "1.00".into()]]);
        assert_eq!(
            replaced(text, "two", &table).unwrap(),
            "a\n<!-- one -->\nold\n<!-- end -->\nb\n<!-- two -->\n| way | ratio |\n| --- | ---: |\n| x | 1.00 |\n<!-- end -->\nc\n"
        );
        assert_eq!(replaced(text, "three", &table), None);
    }
}
