//! What a script binds and where, read off its tokens: it need not load, nor even parse.

use std::{collections::BTreeMap, ops::Range};

use dictamen_engine::syntax::{Token, TokenKind, Tokens};

/// Tokens that are looked at for the arguments of one call, which a draft may have left open.
const MAX_ARGUMENT_TOKENS: usize = 250;

/// A script with its code tokens, comments left out.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) bindings: Vec<Binding>,
    pub(super) functions: Vec<ScriptFunction>,
    pub(super) imports: Vec<Import>,
    /// Terms of bands with the text of their values, as written.
    pub(super) terms: Vec<(String, String)>,
    /// The closing bracket of every opening one that has one.
    closers: BTreeMap<usize, usize>,
    /// Comments, in which nothing is completed or explained.
    comments: Vec<Range<usize>>,
}

/// How a name is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// `let` or `const` outside of every bracket and function.
    Top,
    /// `export let`: other files may use it.
    Exported,
    /// `let` or `const` further in, or the variable of a loop.
    Local,
    /// The first parameter of a closure, or a parameter of a function.
    Applicant,
    /// A further parameter of a closure.
    Band,
}

/// A name that is bound.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    pub(super) how: How,
    /// The arguments of the `param` it is bound to, as written.
    pub(super) param: Option<Vec<String>>,
}

/// `fn name(…) { … }`.
#[derive(Debug)]
pub(super) struct ScriptFunction {
    pub(super) name: String,
    /// Name and parameters as written.
    pub(super) signature: String,
    pub(super) range: Range<usize>,
    /// From its parameters to the end of its body.
    pub(super) inside: Range<usize>,
}

/// `import "file" as name`.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) file: String,
    pub(super) name: String,
}

impl<'a> Outline<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let (comments, tokens) = Tokens::new(text)
            .tokens
            .into_iter()
            .partition::<Vec<_>, _>(Token::is_comment);
        let mut outline = Self {
            text,
            tokens,
            bindings: Vec::new(),
            functions: Vec::new(),
            imports: Vec::new(),
            terms: Vec::new(),
            closers: BTreeMap::new(),
            comments: comments.into_iter().map(|comment| comment.range).collect(),
        };
        outline.pair();
        outline.collect();
        outline
    }

    fn collect(&mut self) {
        let mut depth = 0_usize;
        for index in 0..self.tokens.len() {
            match self.kind(index) {
                Some(TokenKind::Open) => depth = depth.saturating_add(1),
                Some(TokenKind::Close) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let next = index.saturating_add(1);
            match self.word(index) {
                "let" | "const" => {
                    let exported = index.checked_sub(1).map(|i| self.word(i)) == Some("export");
                    let how = match depth {
                        0 if exported => How::Exported,
                        0 => How::Top,
                        _ => How::Local,
                    };
                    let param = self.param(next);
                    self.bind(next, how, param);
                }
                "for" => self.bind(next, How::Local, None),
                "fn" => self.function(next),
                "import" if self.word(index.saturating_add(2)) == "as" => {
                    self.imports.push(Import {
                        file: unquoted(self.word(next)).to_owned(),
                        name: self.word(index.saturating_add(3)).to_owned(),
                    });
                }
                "|" => self.closure(index),
                "band" if self.word(next) == "(" => self.band(next),
                _ => {}
            }
        }
    }

    fn bind(&mut self, index: usize, how: How, param: Option<Vec<String>>) {
        if self.kind(index) == Some(TokenKind::Name) {
            self.bindings.push(Binding {
                name: self.word(index).to_owned(),
                range: self.range(index),
                how,
                param,
            });
        }
    }

    /// The arguments of `name = param(…)`.
    fn param(&self, name: usize) -> Option<Vec<String>> {
        let open = name.saturating_add(3);
        let called = self.word(name.saturating_add(1)) == "="
            && self.word(name.saturating_add(2)) == "param"
            && self.word(open) == "(";
        called.then(|| self.arguments(open))
    }

    /// The arguments behind an opening bracket, as written.
    fn arguments(&self, open: usize) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut depth = 0_usize;
        let mut from = None;
        let mut end = 0;
        for index in (open.saturating_add(1)..self.tokens.len()).take(MAX_ARGUMENT_TOKENS) {
            let kind = self.kind(index);
            let closes = kind == Some(TokenKind::Close);
            if depth == 0 && (closes || kind == Some(TokenKind::Comma)) {
                if let Some(from) = from.take() {
                    arguments.push(self.text.get(from..end).unwrap_or_default().to_owned());
                }
                if closes {
                    break;
                }
                continue;
            }
            match kind {
                Some(TokenKind::Open) => depth = depth.saturating_add(1),
                Some(TokenKind::Close) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let range = self.range(index);
            from = from.or(Some(range.start));
            end = range.end;
        }
        arguments
    }

    fn function(&mut self, name: usize) {
        let open = name.saturating_add(1);
        let parameters_end = match self.word(open) {
            "()" => open,
            "(" => match self.closers.get(&open) {
                Some(closer) if closer.saturating_sub(open) <= MAX_ARGUMENT_TOKENS => *closer,
                _ => return,
            },
            _ => return,
        };
        for index in open..parameters_end {
            self.bind(index, How::Applicant, None);
        }
        let body_end = self.closing(parameters_end.saturating_add(1));
        let (start, end) = (self.range(name), self.range(parameters_end));
        let signature = self.text.get(start.start..end.end).unwrap_or_default();
        self.functions.push(ScriptFunction {
            name: self.word(name).to_owned(),
            signature: signature.to_owned(),
            inside: start.end..self.range(body_end).end,
            range: start,
        });
    }

    /// The bracket that closes the one at `open`, or the last token when none does; of a token that
    /// is no bracket, itself.
    fn closing(&self, open: usize) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        match self.kind(open) {
            Some(TokenKind::Open) => self.closers.get(&open).copied().unwrap_or(last),
            _ => open.min(last),
        }
    }

    /// Where every opening bracket is closed.
    fn pair(&mut self) {
        let mut open = Vec::new();
        for index in 0..self.tokens.len() {
            match self.kind(index) {
                Some(TokenKind::Open) => open.push(index),
                Some(TokenKind::Close) => {
                    if let Some(opened) = open.pop() {
                        self.closers.insert(opened, index);
                    }
                }
                _ => {}
            }
        }
    }

    fn closure(&mut self, open: usize) {
        let at = |n: usize| open.saturating_add(n);
        let begins = open
            .checked_sub(1)
            .and_then(|i| self.kind(i))
            .is_none_or(|before| {
                !matches!(
                    before,
                    TokenKind::Name | TokenKind::Number | TokenKind::Close
                )
            });
        if !begins {
            return;
        }
        if self.word(at(2)) == "|" {
            self.bind(at(1), How::Applicant, None);
        } else if self.word(at(2)) == "," && self.word(at(4)) == "|" {
            self.bind(at(1), How::Applicant, None);
            self.bind(at(3), How::Band, None);
        }
    }

    fn band(&mut self, open: usize) {
        let end = self.closing(open);
        let map = (open..end)
            .take(MAX_ARGUMENT_TOKENS)
            .find(|i| self.word(*i) == "#{");
        let Some(map) = map else { return };
        for entry in self.arguments(map) {
            if let Some((name, value)) = entry.split_once(':') {
                let pair = (name.trim().to_owned(), value.trim().to_owned());
                self.terms.push(pair);
            }
        }
    }

    pub(super) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The token at an index, as written; empty where there is none.
    pub(super) fn word(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.text))
    }

    pub(super) fn range(&self, index: usize) -> Range<usize> {
        self.tokens
            .get(index)
            .map_or(0..0, |token| token.range.clone())
    }

    /// The token under a place; of two that meet there, the one that is a word.
    pub(super) fn at(&self, offset: usize) -> Option<usize> {
        let touches = |i: &usize| {
            let range = self.range(*i);
            range.start <= offset && offset <= range.end
        };
        let touching: Vec<usize> = (0..self.tokens.len()).filter(touches).collect();
        let is_word = |i: &&usize| {
            matches!(
                self.kind(**i),
                Some(TokenKind::Name | TokenKind::Keyword | TokenKind::Text)
            )
        };
        touching.iter().find(is_word).or(touching.last()).copied()
    }

    /// Whether a place is in a comment.
    pub(super) fn in_comment(&self, offset: usize) -> bool {
        self.comments
            .iter()
            .any(|c| c.start < offset && offset <= c.end)
    }

    /// The variable whose property the token at `index` names, as in `a.name`.
    pub(super) fn owner(&self, index: usize) -> Option<&'a str> {
        let dot = index.checked_sub(1)?;
        let owner = index.checked_sub(2)?;
        let is_dot = matches!(self.word(dot), "." | "?.");
        (is_dot && self.kind(owner) == Some(TokenKind::Name)).then(|| self.word(owner))
    }

    /// Whether a variable stands for a band, as the second parameter of an offer does.
    pub(super) fn is_band(&self, name: &str) -> bool {
        let named = || self.bindings.iter().filter(|b| b.name == name);
        named().any(|b| b.how == How::Band) || (name == "band" && named().next().is_some())
    }

    /// The binding a use at `offset` most likely means: the nearest above it.
    pub(super) fn binding(&self, name: &str, offset: usize) -> Option<&Binding> {
        let named = || self.bindings.iter().filter(|b| b.name == name);
        let above = named().filter(|b| b.range.start <= offset);
        above
            .max_by_key(|b| b.range.start)
            .or_else(|| named().next())
    }

    /// The function that a token is an argument of, and how many arguments stand before it.
    pub(super) fn call(&self, index: usize) -> Option<(&'a str, usize)> {
        let mut depth = 0_usize;
        let mut before = 0_usize;
        for i in (0..index).rev() {
            match self.kind(i)? {
                TokenKind::Close => depth = depth.saturating_add(1),
                TokenKind::Open if depth > 0 => depth = depth.saturating_sub(1),
                TokenKind::Open => {
                    let name = i.checked_sub(1)?;
                    let is_call = self.word(i) == "(" && self.kind(name) == Some(TokenKind::Name);
                    return is_call.then(|| (self.word(name), before));
                }
                TokenKind::Comma if depth == 0 => before = before.saturating_add(1),
                _ => {}
            }
        }
        None
    }
}

/// A text without its quotes, the closing one of which may be missing.
pub(super) fn unquoted(text: &str) -> &str {
    let body = text.strip_prefix('"').unwrap_or(text);
    let body = body.trim_end_matches(['\n', '\r']);
    body.strip_suffix('"').unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_a_draft_that_does_not_parse() {
        let text = "import \"more\" as m;\nlet x = param(\"n\", -0.5, \"days\", \"s, t\");\n\
                    fn f(a, y) { let z = a; z }\nbands([band(\"A\", 1, #{ rate: 0.2, term: 4 })]);\n\
                    offer(|a, b| { grant(b.";
        let outline = Outline::new(text);
        let bindings: Vec<_> = outline.bindings.iter().map(|b| (&*b.name, b.how)).collect();
        assert_eq!(
            bindings,
            [
                ("x", How::Top),
                ("a", How::Applicant),
                ("y", How::Applicant),
                ("z", How::Local),
                ("a", How::Applicant),
                ("b", How::Band)
            ]
        );
        let param = outline.bindings[0].param.as_deref().unwrap();
        assert_eq!(param, ["\"n\"", "-0.5", "\"days\"", "\"s, t\""]);
        assert_eq!(outline.functions[0].signature, "f(a, y)");
        assert_eq!(outline.imports[0].file, "more");
        assert_eq!(outline.terms[1], ("term".to_owned(), "4".to_owned()));
        assert!(outline.is_band("b") && !outline.is_band("a"));
    }
}
