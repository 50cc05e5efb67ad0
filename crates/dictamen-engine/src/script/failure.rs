//! What Rhai reports, said in the words of a credit analyst.

mod call;
pub(super) mod name;

use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::{sandbox, slip};
use crate::{Diagnostic, extent::Unpaired, text::Texts, tree::Place};

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
pub(super) fn parsing(path: &str, error: &ParseError, texts: &Texts) -> Diagnostic {
    let place = word(texts, path, error.position());
    if let Some(slip) = slip::find(texts, place) {
        return Diagnostic::error("script::syntax", slip.message)
            .at(texts.span(slip.place))
            .help(slip.help)
            .edits(slip.edits);
    }
    if let Some(found) = bracket(path, error.err_type(), texts) {
        return found;
    }
    if let Some(found) = missing_sign(error.err_type(), place, texts) {
        return found;
    }
    if let ParseErrorType::VariableUndefined(name) = error.err_type() {
        return name::unknown(name, place, texts);
    }
    let (code, message, help) = parse_text(error.err_type());
    let span = texts.span(place).or_else(|| last_line(texts, path));
    Diagnostic::error(code, message).at(span).help_opt(help)
}

/// A bracket that is alone, where reading failed for one.
fn bracket(path: &str, error: &ParseErrorType, texts: &Texts) -> Option<Diagnostic> {
    let refused = match error {
        ParseErrorType::BadInput(LexError::UnexpectedInput(symbol)) => symbol.as_str(),
        ParseErrorType::UnexpectedEOF | ParseErrorType::MissingToken(..) => "",
        _ => return None,
    };
    if refused.chars().any(|c| !"()[]{}".contains(c)) {
        return None;
    }
    let file = texts.index(path)?;
    let extents = texts.extents(file)?;
    let (at, message, help) = match extents.unpaired()? {
        Unpaired::Open(at) => (
            at,
            format!("`{}` is never closed", extents.text(at)),
            "each bracket that opens is closed by one of its kind, in the right order",
        ),
        Unpaired::Close(at) => (
            at,
            format!("`{}` closes nothing", extents.text(at)),
            "there is one bracket too many here, or one is missing before it",
        ),
    };
    let place = texts.place_of(file, (at, at))?;
    let found = Diagnostic::error("script::syntax", message);
    Some(found.at(texts.span(place)).help(help))
}

/// A semicolon or comma that is missing behind the token before a place.
fn missing_sign(error: &ParseErrorType, place: Place, texts: &Texts) -> Option<Diagnostic> {
    let ParseErrorType::MissingToken(sign, _) = error else {
        return None;
    };
    let before = texts.token_before(place)?;
    let (message, help) = match sign.as_str() {
        ";" => ("`;` is missing after this", "a statement ends with `;`"),
        // On one line the comma is a guess: something else may be missing.
        "," if before.end_line < place.line => (
            "`,` is missing after this",
            "what is listed is separated by commas",
        ),
        _ => return None,
    };
    Some(
        Diagnostic::error("script::syntax", message)
            .at(texts.span(before))
            .help(help)
            .edits(texts.edit(before.end(), sign, true)),
    )
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

fn parse_text(error: &ParseErrorType) -> (&'static str, String, Option<String>) {
    let syntax =
        |message: String, help: Option<&str>| ("script::syntax", message, help.map(str::to_owned));
    match error {
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
        ParseErrorType::MissingToken(token, _) if token == "," => syntax(
            "something is missing before this".to_owned(),
            Some("an operator such as `<` or `&&`, or a comma"),
        ),
        ParseErrorType::MissingToken(token, _) => {
            syntax(format!("`{token}` is missing before this"), None)
        }
        ParseErrorType::MissingSymbol(what) => syntax(what.clone(), None),
        ParseErrorType::BadInput(LexError::UnterminatedString) => syntax(
            "this text is never closed".to_owned(),
            Some("a text ends with `\"` on the line it begins on"),
        ),
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
pub(super) fn running(error: &EvalAltResult, main: &str, texts: &Texts) -> Diagnostic {
    let mut file = main.to_owned();
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
    match inner {
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            name::unknown(name, texts.first(place), texts)
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => call::unfit(signature, place, texts),
        _ => {
            let (code, message, help) = run_text(inner);
            Diagnostic::error(code, message)
                .at(texts.span(place))
                .help_opt(help)
        }
    }
}

fn run_text(error: &EvalAltResult) -> (&'static str, String, Option<String>) {
    let limit =
        |message: &str, help: &str| ("script::limit", message.to_owned(), Some(help.to_owned()));
    match error {
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
            let help = match code {
                "script::import" => Some(
                    "a file is imported by its path within the policy's folder, without `.rhai`",
                ),
                _ if text.starts_with("a closure cannot be compared") => {
                    Some("bind the value of `switch` or `if` with `let` and compare the name")
                }
                _ => None,
            };
            let help = help.map(str::to_owned);
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
        "rule" => "a rule",
        "outcome" => "an outcome",
        "characteristic" => "a characteristic",
        "band" => "a band",
        "missing" => "`missing(…)`",
        "table" => "a table",
        text if text.contains("string") || text.contains("String") || text.contains("str") => {
            "a text"
        }
        other => other,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
