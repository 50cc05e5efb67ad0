//! How far what begins at a place of a script reaches: a call up to its closing bracket, a list up
//! to its end, a statement up to its semicolon.
//!
//! Works on tokens and brackets only, so it answers for scripts that cannot be read too. What
//! stands between two operands is for those to say who know the operator.

use std::collections::BTreeMap;

use crate::syntax::{TokenKind, Tokens};

/// A place between two characters: line and column from 1.
pub(crate) type Point = (usize, usize);

/// From one token to another, both included.
pub(crate) type Pieces = (usize, usize);

/// A bracket that is alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unpaired {
    /// Opens and is never closed.
    Open(usize),
    /// Closes and nothing is open that it could close.
    Close(usize),
}

/// A token with where it begins and ends.
#[derive(Debug)]
struct Piece {
    kind: TokenKind,
    text: String,
    start: Point,
    end: Point,
    /// The bracket that belongs to this one.
    partner: Option<usize>,
}

/// Brackets that belong together, by token.
#[derive(Debug, Default)]
struct Pairing {
    pairs: Vec<(usize, usize)>,
    /// How many brackets belong to none.
    alone: usize,
    /// The first that closes what it cannot.
    misfit: Option<usize>,
}

/// The tokens of one script, comments left out, by place.
#[derive(Debug, Default)]
pub(crate) struct Extents {
    pieces: Vec<Piece>,
}

impl Extents {
    pub(crate) fn new(script: &str) -> Self {
        let mut pieces = Vec::new();
        let mut reader = Reader::new(script);
        for token in Tokens::new(script).tokens {
            if token.is_comment() {
                continue;
            }
            let start = reader.point(token.range.start);
            // What is no token may have taken the space behind it along.
            let text = token.text(script).trim_ascii_end();
            let end = reader.point(token.range.start.saturating_add(text.len()));
            pieces.push(Piece {
                kind: token.kind,
                text: text.to_owned(),
                start,
                end,
                partner: None,
            });
        }
        let mut extents = Self { pieces };
        extents.pair();
        extents
    }

    /// Finds the brackets that belong together. Where one closes what it cannot, either it is too
    /// much or one before it is missing; what leaves fewer brackets alone is taken to be meant.
    fn pair(&mut self) {
        let first = self.pairs(None);
        let other = first.misfit.map(|misfit| self.pairs(Some(misfit)));
        let pairs = match other {
            Some(other) if other.alone < first.alone => other.pairs,
            _ => first.pairs,
        };
        for (from, to) in pairs {
            for (one, other) in [(from, to), (to, from)] {
                if let Some(piece) = self.pieces.get_mut(one) {
                    piece.partner = Some(other);
                }
            }
        }
    }

    /// The brackets that belong together when one is left out.
    fn pairs(&self, without: Option<usize>) -> Pairing {
        let mut pairing = Pairing {
            alone: usize::from(without.is_some()),
            ..Pairing::default()
        };
        let mut open: Vec<usize> = Vec::new();
        // How many of each kind are open, so that nobody looks for one that is not.
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if piece.opens() {
                open.push(at);
                let count = kinds.entry(piece.closer()).or_default();
                *count = count.saturating_add(1);
            } else if piece.kind == TokenKind::Close && Some(at) != without {
                let fits = |other: &usize| {
                    let other = self.pieces.get(*other);
                    other.is_some_and(|other| other.closer() == piece.text)
                };
                if !open.last().is_some_and(fits) {
                    pairing.misfit.get_or_insert(at);
                }
                if kinds.get(&*piece.text).is_none_or(|count| *count == 0) {
                    pairing.alone = pairing.alone.saturating_add(1);
                    continue;
                }
                while let Some(from) = open.pop() {
                    let closer = self.pieces.get(from).map_or("", Piece::closer);
                    if let Some(count) = kinds.get_mut(closer) {
                        *count = count.saturating_sub(1);
                    }
                    if closer == piece.text {
                        pairing.pairs.push((from, at));
                        break;
                    }
                    pairing.alone = pairing.alone.saturating_add(1);
                }
            }
        }
        pairing.alone = pairing.alone.saturating_add(open.len());
        pairing
    }

    /// The token that begins at a point, or that the point lies in.
    pub(crate) fn at(&self, point: Point) -> Option<usize> {
        let after = self.pieces.partition_point(|piece| piece.start <= point);
        let at = after.checked_sub(1)?;
        self.pieces
            .get(at)
            .filter(|piece| point < piece.end)
            .map(|_| at)
    }

    /// The last token that ends at or before a point.
    pub(crate) fn before(&self, point: Point) -> Option<usize> {
        self.pieces
            .partition_point(|piece| piece.end <= point)
            .checked_sub(1)
    }

    /// Where some tokens begin and end.
    pub(crate) fn points(&self, (first, last): Pieces) -> Option<(Point, Point)> {
        Some((self.pieces.get(first)?.start, self.pieces.get(last)?.end))
    }

    pub(crate) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.pieces.get(at).map(|piece| piece.kind)
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        self.pieces.get(at).map_or("", |piece| &piece.text)
    }

    /// The last token of the simplest expression that begins with a token: a literal, a name, a
    /// call, what stands in brackets, an `if`.
    pub(crate) fn leaf(&self, at: usize) -> usize {
        let mut at = at;
        // Signs belong to what follows them, and so does the file a function is imported from.
        loop {
            let next = at.saturating_add(1);
            let ahead = match self.kind(at) {
                Some(TokenKind::Unary) => next,
                Some(TokenKind::Name) if self.text(next) == "::" => next.saturating_add(1),
                _ => break,
            };
            // Nothing follows where a script breaks off.
            if self.kind(ahead).is_none() {
                break;
            }
            at = ahead;
        }
        let next = at.saturating_add(1);
        match self.kind(at) {
            Some(TokenKind::Open) => self.partner(at).unwrap_or(at),
            Some(TokenKind::Text) => self.text_end(at),
            Some(TokenKind::Keyword) => self.statement(at),
            Some(TokenKind::Pipe) => self.item(at),
            Some(TokenKind::Name) if self.text(next) == "(" => self.partner(next).unwrap_or(at),
            Some(TokenKind::Name) if self.text(next) == "()" => next,
            _ => at,
        }
    }

    /// The bracket that closes one, or that it closes.
    pub(crate) fn partner(&self, at: usize) -> Option<usize> {
        self.pieces.get(at)?.partner
    }

    /// The end of a text, code in it included.
    fn text_end(&self, at: usize) -> usize {
        let mut at = at;
        // A text breaks off at `$`, goes on with code in braces, and then with more text.
        while self.text(at).ends_with('$') {
            let Some(close) = self.partner(at.saturating_add(1)) else {
                return at;
            };
            let next = close.saturating_add(1);
            if self.kind(next) != Some(TokenKind::Text) {
                return close;
            }
            at = next;
        }
        at
    }

    /// The last token of the item that begins with a token: up to the comma, the semicolon or the
    /// closing bracket behind it.
    fn item(&self, at: usize) -> usize {
        let mut last = at;
        let mut next = self.behind_parameters(at);
        while let Some(piece) = self.pieces.get(next) {
            if matches!(
                piece.kind,
                TokenKind::Comma | TokenKind::Semicolon | TokenKind::Close
            ) {
                break;
            }
            last = if piece.opens() {
                piece.partner.unwrap_or(next)
            } else {
                next
            };
            next = last.saturating_add(1);
        }
        last
    }

    /// The token behind the parameters of a closure, if one begins at a token.
    fn behind_parameters(&self, at: usize) -> usize {
        let mut next = at;
        if self.text(at) == "|" {
            next = next.saturating_add(1);
            while matches!(self.kind(next), Some(TokenKind::Name | TokenKind::Comma)) {
                next = next.saturating_add(1);
            }
        }
        if self.kind(next) == Some(TokenKind::Pipe) {
            next.saturating_add(1)
        } else {
            at
        }
    }

    /// The last token of the statement that begins with a token, without its semicolon.
    pub(crate) fn statement(&self, at: usize) -> usize {
        let mut last = at;
        let mut next = at;
        let blocks = matches!(
            self.text(at),
            "if" | "switch" | "while" | "loop" | "for" | "do" | "try"
        );
        while let Some(piece) = self.pieces.get(next) {
            if matches!(
                piece.kind,
                TokenKind::Comma | TokenKind::Semicolon | TokenKind::Close
            ) {
                break;
            }
            last = if piece.opens() {
                piece.partner.unwrap_or(next)
            } else {
                next
            };
            next = last.saturating_add(1);
            let ended = blocks && piece.text == "{";
            if ended && !matches!(self.text(next), "else" | "catch" | "while" | "until") {
                break;
            }
        }
        last
    }

    /// The arguments of the call whose name is at a token.
    pub(crate) fn arguments(&self, name: usize) -> Vec<Pieces> {
        match self.text(name.saturating_add(1)) {
            "(" => self.items(name.saturating_add(1)),
            "::" => self.arguments(name.saturating_add(2)),
            _ => Vec::new(),
        }
    }

    /// What stands between commas in the brackets that open at a token.
    pub(crate) fn items(&self, open: usize) -> Vec<Pieces> {
        let mut items = Vec::new();
        let Some(close) = self.partner(open) else {
            return items;
        };
        let mut from = open.saturating_add(1);
        let mut next = self.behind_parameters(from);
        while next <= close {
            let Some(piece) = self.pieces.get(next) else {
                break;
            };
            if piece.kind == TokenKind::Comma || next == close {
                if let Some(last) = next.checked_sub(1).filter(|last| *last >= from) {
                    items.push((from, last));
                }
                from = next.saturating_add(1);
                next = self.behind_parameters(from);
                continue;
            }
            let skipped = if piece.opens() { piece.partner } else { None };
            next = skipped.unwrap_or(next).saturating_add(1);
        }
        items
    }

    /// The innermost bracket that is open at a token.
    pub(crate) fn enclosing(&self, at: usize) -> Option<usize> {
        let mut at = at.checked_sub(1)?;
        loop {
            let piece = self.pieces.get(at)?;
            if piece.opens() {
                return Some(at);
            }
            let closes = piece.kind == TokenKind::Close;
            at = if closes {
                piece.partner.unwrap_or(at)
            } else {
                at
            }
            .checked_sub(1)?;
        }
    }

    /// The first bracket without a partner, when there are some: the one that is never closed, or
    /// the one that closes nothing. Nothing is said of a script with something in it that is no
    /// token, which may hide brackets.
    pub(crate) fn unpaired(&self) -> Option<Unpaired> {
        if self
            .pieces
            .iter()
            .any(|piece| piece.kind == TokenKind::Other)
        {
            return None;
        }
        let alone = |piece: &&(usize, &Piece)| {
            let bracket = piece.1.opens() || piece.1.kind == TokenKind::Close;
            bracket && piece.1.partner.is_none()
        };
        let pieces: Vec<(usize, &Piece)> = self.pieces.iter().enumerate().collect();
        let (at, piece) = pieces.iter().find(alone)?;
        Some(if piece.opens() {
            Unpaired::Open(*at)
        } else {
            Unpaired::Close(*at)
        })
    }

    /// The same tokens, and more on either side until every bracket among them is there with its
    /// partner.
    pub(crate) fn balanced(&self, (first, last): Pieces) -> Pieces {
        let (mut first, mut last) = (first, last);
        loop {
            let inside = self.pieces.get(first..=last).unwrap_or_default();
            let partners = || inside.iter().filter_map(|piece| piece.partner);
            let from = partners().min().map_or(first, |p| p.min(first));
            let to = partners().max().map_or(last, |p| p.max(last));
            if (from, to) == (first, last) {
                return (first, last);
            }
            (first, last) = (from, to);
        }
    }

    /// Every name that the script binds, with the word that binds it: `let`, `const`, `fn`, `as`.
    pub(crate) fn bound(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pieces.windows(2).filter_map(|pair| {
            let [how, name] = pair else { return None };
            let binds = matches!(how.text.as_str(), "let" | "const" | "fn" | "as");
            (binds && name.kind == TokenKind::Name).then_some((&*how.text, &*name.text))
        })
    }

    /// The name of the first parameter of the innermost closure that a point lies in.
    pub(crate) fn applicant(&self, point: Point) -> Option<&str> {
        let mut at = self.before(point);
        // Whether a separator stands between here and the point, in the same brackets.
        let mut cut = false;
        while let Some(here) = at {
            let piece = self.pieces.get(here)?;
            let mut next = here;
            match piece.kind {
                TokenKind::Close => next = piece.partner.unwrap_or(here),
                TokenKind::Comma | TokenKind::Semicolon => cut = true,
                TokenKind::Open => cut = false,
                TokenKind::Pipe if !cut => {
                    if let Some(first) = self.parameters(here) {
                        return Some(self.text(first));
                    }
                }
                _ => {}
            }
            at = next.checked_sub(1);
        }
        None
    }

    /// The first parameter of the closure whose parameters end at a token.
    fn parameters(&self, close: usize) -> Option<usize> {
        let mut first = close.checked_sub(1)?;
        while matches!(self.kind(first), Some(TokenKind::Name | TokenKind::Comma)) {
            first = first.checked_sub(1)?;
        }
        let opens = self.kind(first) == Some(TokenKind::Pipe);
        let name = first.saturating_add(1);
        (opens && name < close).then_some(name)
    }
}

impl Piece {
    fn opens(&self) -> bool {
        self.kind == TokenKind::Open
    }

    /// What closes it.
    fn closer(&self) -> &'static str {
        match self.text.as_str() {
            "(" => ")",
            "[" | "?[" => "]",
            _ => "}",
        }
    }
}

/// Turns ascending byte offsets into points.
struct Reader<'a> {
    text: &'a str,
    byte: usize,
    point: Point,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            point: (1, 1),
        }
    }

    fn point(&mut self, byte: usize) -> Point {
        let passed = self.text.get(self.byte..byte).unwrap_or_default();
        for c in passed.chars() {
            self.point = if c == '\n' {
                (self.point.0.saturating_add(1), 1)
            } else {
                (self.point.0, self.point.1.saturating_add(1))
            };
        }
        self.byte = byte.max(self.byte);
        self.point
    }
}

#[cfg(test)]
mod tests;
