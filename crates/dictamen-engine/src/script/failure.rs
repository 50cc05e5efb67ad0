//! What Rhai reports, said in the words of a credit analyst.

use dictamen_model::characteristic::index_of;
use dictamen_model::suggest::did_you_mean;
use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::{declare, layout::Unpaired, sandbox, slip};
use crate::{
    Diagnostic,
    text::Texts,
    tree::{Function, Place},
};

/// The place of the expression that begins where Rhai says, in the file called `path`.
pub(super) fn place(texts: &Texts, path: &str, position: Position) -> Place {
    let (line, column) = at(position);
    texts.leaf(path, line, column)
}

/// The place of the one token that stands where Rhai says.
fn word(texts: &Texts, path: &str, position: Position) -> Place {
    let (line, column) = at(position);
    texts.word(path, line, column)
}

fn at(position: Position) -> (usize, usize) {
    let column = position.position().unwrap_or(0);
    (position.line().unwrap_or(0), column)
}

/// A comment that hides everything after it.
pub(super) fn open_comment(path: &str, position: Position, texts: &Texts) -> Diagnostic {
    // Its beginning; all the rest of the script is in it.
    let (line, column) = at(position);
    let begin = texts.word(path, line, column);
    let place = Place {
        end_line: line,
        end_column: column.saturating_add(2),
        ..begin
    };
    Diagnostic::error("script::syntax", "this comment never ends")
        .at(texts.span(place))
        .help("nothing after it would be read; close it with `*/`, or begin each line with `//`")
}

/// A script that does not parse.
pub(super) fn parsing(
    path: &str,
    error: &ParseError,
    unpaired: Option<&Unpaired>,
    texts: &Texts,
) -> Diagnostic {
    let place = word(texts, path, error.position());
    let (code, message, help) = parse_text(error.err_type(), place, texts);
    let span = texts.span(place).or_else(|| last_line(texts, path));
    let word = span.as_ref().map(crate::Span::text).unwrap_or_default();
    let (code, message, help) = if let Some(operator) = spelled_out(&word) {
        let message = format!("`{word}` is no operator");
        (
            "script::syntax",
            message,
            Some(format!("write `{operator}`")),
        )
    } else if span.as_ref().is_some_and(is_exponent) {
        let help = "write numbers as 26, 1000 or 0.28, without exponents";
        (
            "script::syntax",
            "this is not a number".to_owned(),
            Some(help.to_owned()),
        )
    } else {
        (code, message, help)
    };
    let slip = span.as_ref().and_then(slip::help);
    let help = slip.or(help).or_else(|| unpaired.map(Unpaired::explain));
    Diagnostic::error(code, message).at(span).help_opt(help)
}

/// The operator that other languages write as a word.
fn spelled_out(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "and" | "y" => Some("&&"),
        "or" | "o" => Some("||"),
        "not" | "no" => Some("!"),
        _ => None,
    }
}

/// Whether a number with an exponent such as `1e3` stands at the place; Rhai without binary floats
/// takes it for a number and a name.
fn is_exponent(span: &crate::Span) -> bool {
    let before = span
        .column
        .checked_sub(2)
        .and_then(|i| span.source.chars().nth(i));
    let mut here = span.source.chars().skip(span.column.saturating_sub(1));
    before.is_some_and(|c| c.is_ascii_digit())
        && here.next().is_some_and(|c| c.eq_ignore_ascii_case(&'e'))
        && here
            .next()
            .is_some_and(|c| c.is_ascii_digit() || c == '-' || c == '+')
}

/// The end of the file is where something is missing that was never closed.
fn last_line(texts: &Texts, path: &str) -> Option<crate::Span> {
    let count = texts.line_count(path);
    (1..=count).rev().find_map(|line| {
        texts
            .line_span(path, line)
            .filter(|span| !span.source.trim().is_empty())
    })
}

fn parse_text(
    error: &ParseErrorType,
    place: Place,
    texts: &Texts,
) -> (&'static str, String, Option<String>) {
    let syntax =
        |message: String, help: Option<&str>| ("script::syntax", message, help.map(str::to_owned));
    match error {
        ParseErrorType::VariableUndefined(name) => unknown_name(name, place, texts),
        ParseErrorType::ModuleUndefined(name) => (
            "script::unknown-name",
            format!("nothing is imported as `{name}`"),
            Some(format!(
                "write `import \"file\" as {name};` at the top of the script"
            )),
        ),
        ParseErrorType::UnexpectedEOF => syntax(
            "the script ends in the middle of something".to_owned(),
            Some("a bracket, a brace or a text is not closed"),
        ),
        ParseErrorType::MissingToken(token, _) if token == ";" => syntax(
            "`;` is missing before this".to_owned(),
            Some("end the statement before it with `;`"),
        ),
        ParseErrorType::MissingToken(token, wanted) => {
            syntax(format!("`{token}` is missing {wanted}"), None)
        }
        ParseErrorType::MissingSymbol(what) => syntax(what.clone(), None),
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            syntax("the text is not closed by `\"`".to_owned(), None)
        }
        ParseErrorType::BadInput(LexError::MalformedNumber(_)) => syntax(
            "this is not a number".to_owned(),
            Some("write numbers as 26 or 0.28, without exponents"),
        ),
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => {
            syntax("this is no text".to_owned(), None)
        }
        ParseErrorType::BadInput(LexError::StringTooLong(limit)) => (
            "script::limit",
            format!("the text is longer than {limit} characters"),
            None,
        ),
        ParseErrorType::BadInput(
            LexError::ImproperSymbol(symbol, _) | LexError::UnexpectedInput(symbol),
        )
        | ParseErrorType::UnknownOperator(symbol)
        | ParseErrorType::Reserved(symbol) => refused_symbol(symbol),
        ParseErrorType::ExprTooDeep => (
            "script::limit",
            "this is nested too deeply".to_owned(),
            Some("take parts of it out into `let` or a helper function, or use a table".to_owned()),
        ),
        ParseErrorType::TooManyFunctions => (
            "script::limit",
            "the script defines too many functions and closures".to_owned(),
            None,
        ),
        ParseErrorType::AssignmentToConstant(name) => syntax(
            format!("`{name}` is a constant and cannot be changed"),
            None,
        ),
        ParseErrorType::DuplicatedProperty(name) => {
            syntax(format!("`{name}` is given twice"), None)
        }
        other => syntax(
            format!(
                "the script cannot be read: {}",
                lower_first(&other.to_string())
            ),
            None,
        ),
    }
}

/// A name nobody declared: what may have been meant, by what the name looks like.
fn unknown_name(name: &str, place: Place, texts: &Texts) -> (&'static str, String, Option<String>) {
    let declared = texts.declares(place.file, name);
    let help = if declared {
        Some("a function of the script sees only its own arguments; hand the value over".to_owned())
    } else if index_of(name).is_some() {
        Some(format!(
            "a characteristic is read from the applicant: write `a.{name}`"
        ))
    } else if name == "a" {
        Some("the applicant is known inside a closure only: write `|a| a.…`".to_owned())
    } else if let Some(spelling) = other_case(name) {
        Some(format!("write `{spelling}`"))
    } else {
        did_you_mean(name, known_names(texts, place).filter(|word| *word != name)).or_else(|| {
            let capitals = name.chars().all(|c| c.is_ascii_uppercase());
            capitals.then(|| "the outcomes are APPROVE, COUNTER, REFER and DECLINE".to_owned())
        })
    };
    (
        "script::unknown-name",
        format!("nothing is called `{name}` here"),
        help,
    )
}

/// The word of the language that a name is in other letters: `decline`, `True`.
fn other_case(name: &str) -> Option<&'static str> {
    let outcomes = declare::CONSTANTS.iter().map(|(outcome, _)| *outcome);
    outcomes
        .chain(["true", "false"])
        .find(|word| word.eq_ignore_ascii_case(name))
}

fn refused_symbol(symbol: &str) -> (&'static str, String, Option<String>) {
    if matches!(
        symbol,
        "eval" | "print" | "debug" | "sleep" | "exit" | "timestamp"
    ) {
        (
            "script::not-available",
            format!("`{symbol}` is not available in a policy"),
            Some(
                "a policy only declares; it reads no clock, prints nothing and runs no text"
                    .to_owned(),
            ),
        )
    } else if symbol
        .chars()
        .all(|c| c.is_whitespace() || "\u{200b}\u{feff}".contains(c))
    {
        ("script::syntax", "this is no space".to_owned(), None)
    } else {
        (
            "script::syntax",
            format!("`{symbol}` does not belong here"),
            None,
        )
    }
}

/// A script that stopped while it ran.
pub(super) fn running(error: &EvalAltResult, texts: &Texts) -> Diagnostic {
    let mut file = super::MAIN.to_owned();
    let mut position = error.position();
    let mut inner = error;
    loop {
        match inner {
            EvalAltResult::ErrorInFunctionCall(_, source, cause, _) => {
                if !source.is_empty() {
                    file.clone_from(source);
                }
                inner = cause;
            }
            EvalAltResult::ErrorInModule(_, cause, _) => inner = cause,
            _ => break,
        }
        if !inner.position().is_none() {
            position = inner.position();
        }
    }
    let place = place(texts, &file, position);
    let (code, message, help) = run_text(inner, place, texts);
    let place = match code {
        "script::unknown-name" => texts.first(place),
        _ => place,
    };
    Diagnostic::error(code, message)
        .at(texts.span(place))
        .help_opt(help)
}

fn run_text(
    error: &EvalAltResult,
    place: Place,
    texts: &Texts,
) -> (&'static str, String, Option<String>) {
    let limit =
        |message: &str, help: &str| ("script::limit", message.to_owned(), Some(help.to_owned()));
    match error {
        EvalAltResult::ErrorVariableNotFound(name, _) => unknown_name(name, place, texts),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            unknown_function(signature, place, texts)
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => (
            "script::unknown-name",
            format!("there is no property `{name}`"),
            None,
        ),
        EvalAltResult::ErrorModuleNotFound(path, _) => (
            "script::import",
            format!("`import \"{path}\"` finds no file in the policy's folder"),
            None,
        ),
        EvalAltResult::ErrorTooManyOperations(_) => limit(
            &format!(
                "the script takes more than {} steps to declare its rules",
                sandbox::MAX_OPERATIONS
            ),
            "a loop probably never ends",
        ),
        EvalAltResult::ErrorStackOverflow(_) => limit(
            "functions call each other too deeply",
            "a function probably calls itself without end",
        ),
        EvalAltResult::ErrorDataTooLarge(what, _) => limit(
            &format!("a value grows too large ({})", lower_first(what)),
            "keep long lists in a CSV file and read them with `table(\"file.csv\")`",
        ),
        EvalAltResult::ErrorTooManyVariables(_) => {
            limit("there are too many variables", "use fewer")
        }
        EvalAltResult::ErrorTooManyModules(_) => {
            limit("there are too many imports", "use fewer files")
        }
        EvalAltResult::ErrorArithmetic(what, _) => (
            "script::arithmetic",
            format!("the number cannot be computed: {}", lower_first(what)),
            None,
        ),
        EvalAltResult::ErrorRuntime(message, _) => {
            let text = message.to_string();
            let code = if text.starts_with("`import") || text.ends_with("in a circle") {
                "script::import"
            } else if text.contains("cannot be compared") {
                "script::type"
            } else {
                "script::run"
            };
            let help = text.starts_with("a closure cannot be compared").then(|| {
                "bind the value of `switch` or `if` with `let` and compare the name".to_owned()
            });
            (code, text, help)
        }
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => (
            "script::type",
            format!("{} is wanted here, not {}", plain(wanted), plain(found)),
            None,
        ),
        other => (
            "script::run",
            format!("the script stops: {}", lower_first(&other.to_string())),
            None,
        ),
    }
}

fn plain(type_name: &str) -> &str {
    match type_name {
        "()" => "nothing",
        "i64" => "a whole number",
        "decimal" => "a decimal number",
        "bool" => "true or false",
        "char" => "a text",
        "array" => "a list",
        "map" => "an object map",
        "Fn" => "a closure",
        text if text.contains("string") || text.contains("String") || text.contains("str") => {
            "a text"
        }
        other => other,
    }
}

fn unknown_function(
    signature: &str,
    place: Place,
    texts: &Texts,
) -> (&'static str, String, Option<String>) {
    let name = signature.split([' ', '(']).next().unwrap_or(signature);
    let name = name.rsplit("::").next().unwrap_or(name);
    if let Some(usage) = declare::usage(name) {
        let comma = texts
            .span(place)
            .is_some_and(|span| slip::has_number_with_comma(&span));
        let comma = if comma {
            "; a comma separates arguments, so a number has none: `10000`, `0.28`"
        } else {
            ""
        };
        return (
            "script::arguments",
            format!("`{name}` is called with the wrong arguments"),
            Some(format!("write `{usage}`{comma}")),
        );
    }
    if declare::OFFER_ONLY.contains(&name) || Function::named(name).is_some() {
        return (
            "script::arguments",
            format!("`{name}` belongs inside a rule, a characteristic or the offer"),
            Some(
                "it works on an applicant, and there is none while the policy is declared"
                    .to_owned(),
            ),
        );
    }
    if name.chars().all(|c| "+-*/%<>=!".contains(c)) {
        let sides = signature.split(['(', ')']).nth(1).unwrap_or_default();
        let sides: Vec<&str> = sides.split(", ").map(plain).collect();
        return (
            "script::type",
            format!("`{name}` cannot be used with {}", sides.join(" and ")),
            None,
        );
    }
    let mut known: Vec<&str> = declare::names().collect();
    known.extend(known_names(texts, place).filter(|word| *word != name));
    (
        "script::unknown-name",
        format!("there is no function `{name}`"),
        did_you_mean(name, known),
    )
}

fn known_names(texts: &Texts, place: Place) -> impl Iterator<Item = &str> {
    texts
        .words(place.file)
        .chain(declare::CONSTANTS.iter().map(|(name, _)| *name))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
