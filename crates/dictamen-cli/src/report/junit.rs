//! What became of the cases, as build servers read it: XML of the `JUnit` kind.

use std::io::{self, Write};

use dictamen_engine::Diagnostic;
use dictamen_lab::cases::{Case, Counts, Suite, Verdict};

/// Writes one `testsuite` for each policy and one `testcase` for each case. A problem of a folder as a
/// whole is a case of its own that cannot be run.
pub(crate) fn write(out: &mut dyn Write, suites: &[Suite], counts: Counts) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"dictamen\"{}>", figures(counts))?;
    for suite in suites {
        let name = escaped(&format!("{} {}", suite.policy, suite.version));
        let figures = figures(suite.counts());
        writeln!(out, "  <testsuite name=\"{name}\"{figures}>")?;
        for case in &suite.cases {
            write_case(out, &suite.policy, case)?;
        }
        for problem in &suite.problems {
            let class = escaped(&suite.policy);
            writeln!(out, "    <testcase classname=\"{class}\" name=\"cases\">")?;
            write_problem(out, problem)?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn figures(counts: Counts) -> String {
    let Counts {
        passed,
        failed,
        errors,
    } = counts;
    let tests = passed.saturating_add(failed).saturating_add(errors);
    format!(" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\"")
}

fn write_case(out: &mut dyn Write, policy: &str, case: &Case) -> io::Result<()> {
    let title = case.title.as_deref().unwrap_or(&case.path);
    let (class, name, file) = (escaped(policy), escaped(title), escaped(&case.path));
    let head = format!("    <testcase classname=\"{class}\" name=\"{name}\" file=\"{file}\"");
    match &case.verdict {
        Verdict::Pass => return writeln!(out, "{head}/>"),
        Verdict::Fail { differences } => {
            writeln!(out, "{head}>")?;
            let lines = differences
                .iter()
                .map(|d| format!("{}: expected {}, found {}", d.what, d.expected, d.found));
            let lines: Vec<String> = lines.collect();
            let message = escaped(lines.first().map_or("", String::as_str));
            let text = escaped(&lines.join("\n"));
            writeln!(out, "      <failure message=\"{message}\">{text}</failure>")?;
        }
        Verdict::Error { problems } => {
            writeln!(out, "{head}>")?;
            for problem in problems {
                write_problem(out, problem)?;
            }
        }
    }
    writeln!(out, "    </testcase>")
}

fn write_problem(out: &mut dyn Write, problem: &Diagnostic) -> io::Result<()> {
    let (code, message) = (escaped(problem.code), escaped(&problem.message));
    let help = escaped(problem.help.as_deref().unwrap_or_default());
    writeln!(
        out,
        "      <error type=\"{code}\" message=\"{message}\">{help}</error>"
    )
}

/// Text as XML takes it; characters XML has no way to write are left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
