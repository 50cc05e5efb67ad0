//! Taking JSON apart piece by piece, from the text itself.
//!
//! The reader knows the grammar and where it stands in the text. It builds no tree, copies no text
//! and converts no number: what it hands out are slices, so that what nobody needs costs no more
//! than passing over it. It accepts exactly what `serde_json` accepts, which tests compare; why a
//! text is refused is not its affair.

use std::borrow::Cow;

use super::DEPTH;

/// Why a text cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// This is not JSON, or nested too deeply.
    Syntax,
    /// A number that no program can hold, where no number belongs; it ends before this byte.
    Range(usize),
}

/// What stands between two quotes.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<'de> {
    inner: &'de str,
    escaped: bool,
}

impl<'de> Quoted<'de> {
    /// What it says; `None` when a `\u` escape names half a character.
    #[inline]
    pub(crate) fn text(self) -> Option<Cow<'de, str>> {
        if self.escaped {
            unescaped(self.inner).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(self.inner))
        }
    }
}

#[cold]
fn unescaped(inner: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{inner}\"")).ok()
}

/// What comes next, objects and lists not yet entered.
#[derive(Clone, Copy)]
pub(crate) enum Token<'de> {
    Null,
    Bool(bool),
    Number(&'de str),
    Text(Quoted<'de>),
    /// Its elements follow, see [`Reader::element`].
    List,
    /// Its keys follow, see [`Reader::key`].
    Object,
}

/// A place in a JSON text.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: usize,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The byte that is read next.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether nothing but spaces is left.
    pub(crate) fn end(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Malformed::Syntax),
        }
    }

    /// Takes a value without parts, or enters one that has them.
    #[inline]
    pub(crate) fn token(&mut self) -> Result<Token<'de>, Malformed> {
        match self.peek() {
            Some(b'"') => self.quoted().map(Token::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            Some(b'n') => self.word("null").map(|()| Token::Null),
            Some(b't') => self.word("true").map(|()| Token::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Token::Bool(false)),
            Some(b'[') => self.enter().map(|()| Token::List),
            Some(b'{') => self.enter().map(|()| Token::Object),
            _ => Err(Malformed::Syntax),
        }
    }

    /// The next key of the object that was entered; `None` at its end, which leaves it.
    #[inline]
    pub(crate) fn key(&mut self, first: &mut bool) -> Result<Option<Quoted<'de>>, Malformed> {
        if !self.more(b'}', first)? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(Malformed::Syntax);
        }
        let key = self.quoted()?;
        if self.peek() != Some(b':') {
            return Err(Malformed::Syntax);
        }
        self.forward(1);
        Ok(Some(key))
    }

    /// Whether the list that was entered has another element; at its end the list is left.
    #[inline]
    pub(crate) fn element(&mut self, first: &mut bool) -> Result<bool, Malformed> {
        self.more(b']', first)
    }

    /// Passes over one value.
    pub(crate) fn skip(&mut self) -> Result<(), Malformed> {
        match self.token()? {
            Token::List => self.skip_list(),
            Token::Object => self.skip_object(),
            _ => Ok(()),
        }
    }

    /// Passes over the rest of a list that was entered.
    pub(crate) fn skip_list(&mut self) -> Result<(), Malformed> {
        let mut first = true;
        while self.element(&mut first)? {
            self.skip()?;
        }
        Ok(())
    }

    /// Passes over the rest of an object that was entered.
    pub(crate) fn skip_object(&mut self) -> Result<(), Malformed> {
        let mut first = true;
        while self.key(&mut first)?.is_some() {
            self.skip()?;
        }
        Ok(())
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn forward(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// The next byte that is no space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.forward(1),
                other => return other,
            }
        }
    }

    fn enter(&mut self) -> Result<(), Malformed> {
        self.forward(1);
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return Err(Malformed::Syntax);
        }
        Ok(())
    }

    /// Takes the comma between two parts, or the bracket at the end.
    #[inline]
    fn more(&mut self, close: u8, first: &mut bool) -> Result<bool, Malformed> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.forward(1);
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(b',') if !*first => {
                self.forward(1);
                Ok(true)
            }
            Some(_) if *first => {
                *first = false;
                Ok(true)
            }
            _ => Err(Malformed::Syntax),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Malformed> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Malformed::Syntax);
        }
        self.forward(word.len());
        Ok(())
    }

    /// Takes the text whose quote is next.
    #[inline]
    fn quoted(&mut self) -> Result<Quoted<'de>, Malformed> {
        self.forward(1);
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.byte() {
                Some(b'"') => {
                    let inner = self.text.get(start..self.at).ok_or(Malformed::Syntax)?;
                    self.forward(1);
                    return Ok(Quoted { inner, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Malformed::Syntax),
            }
        }
    }

    /// The next key, if it is a known one and written as programs write it: without spaces and
    /// escapes. `find` tells the position of the key that a text begins with, and the length of
    /// key, quote and colon. Any other key is left to [`Self::key`].
    #[inline]
    pub(crate) fn plain_key(
        &mut self,
        first: &mut bool,
        find: impl FnOnce(&[u8]) -> Option<(usize, usize)>,
    ) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (before, rest) = match rest {
            [b',', b'"', rest @ ..] if !*first => (2, rest),
            [b'"', rest @ ..] if *first => (1, rest),
            _ => return None,
        };
        let (position, length) = find(rest)?;
        *first = false;
        self.at = self.at.saturating_add(before).saturating_add(length);
        Some(position)
    }

    /// Takes a word, or a text given with its quotes, if it is next.
    #[inline]
    pub(crate) fn takes(&mut self, word: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let found = rest.starts_with(word.as_bytes());
        if found {
            self.forward(word.len());
        }
        found
    }

    /// Takes what `read` makes of a text without escapes of so many bytes at most, if one is next
    /// that it makes something of. `"null"` is left, which means something else.
    #[inline]
    pub(crate) fn plain_text<T>(
        &mut self,
        most: usize,
        read: impl FnOnce(&'de str) -> Option<T>,
    ) -> Option<T> {
        if self.byte() != Some(b'"') {
            return None;
        }
        let start = self.at.saturating_add(1);
        let end = plain_end(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        let text = self.text.get(start..end)?;
        if text.len() > most || text == "null" {
            return None;
        }
        let value = read(text)?;
        self.at = end.saturating_add(1);
        Some(value)
    }

    /// Takes what `read` makes of a text of ten bytes, if one is next that it makes something of.
    /// Most of a record is dates.
    #[inline]
    pub(crate) fn ten<T>(&mut self, read: impl FnOnce([u8; 10]) -> Option<T>) -> Option<T> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let [b'"', ten @ .., b'"'] = rest.first_chunk::<12>()? else {
            return None;
        };
        let value = read(*ten)?;
        self.forward(12);
        Some(value)
    }

    #[cold]
    fn escape(&mut self) -> Result<(), Malformed> {
        self.forward(1);
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 1,
            [b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|b| b.is_ascii_hexdigit()) => 5,
            _ => return Err(Malformed::Syntax),
        };
        self.forward(length);
        Ok(())
    }

    /// Takes what `read` makes of a number without sign and exponent whose digits fit a machine
    /// word, as nearly all are: of its units and its places. Any other is left.
    #[inline]
    pub(crate) fn short_number<T>(
        &mut self,
        read: impl FnOnce(u64, u32) -> Option<T>,
    ) -> Option<T> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (mut units, whole) = digits(0, rest);
        let (mut length, mut places) = (whole, 0);
        if rest.get(length) == Some(&b'.') {
            length = length.saturating_add(1);
            (units, places) = digits(units, rest.get(length..)?);
            length = length.saturating_add(places);
            if places == 0 {
                return None;
            }
        }
        let ends = matches!(rest.get(length), Some(b',' | b'}' | b']'));
        // A zero before other digits is left to be refused.
        let leads_with_zero = whole > 1 && rest.first() == Some(&b'0');
        if !ends || whole == 0 || leads_with_zero || length > 18 {
            return None;
        }
        let value = read(units, u32::try_from(places).ok()?)?;
        self.forward(length);
        Some(value)
    }

    #[inline]
    fn number(&mut self) -> Result<&'de str, Malformed> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.forward(1);
        }
        if self.byte() == Some(b'0') {
            self.forward(1);
            if matches!(self.byte(), Some(b'0'..=b'9')) {
                return Err(Malformed::Syntax);
            }
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.forward(1);
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.forward(1);
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.forward(1);
            }
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(Malformed::Syntax)
    }

    /// Takes one digit or more.
    #[inline]
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.forward(1);
        }
        if self.at == start {
            return Err(Malformed::Syntax);
        }
        Ok(())
    }
}

/// The number that the digits at the beginning of a text spell behind other ones, and how many
/// they are; wrapped around when they are too many.
#[inline]
fn digits(mut number: u64, text: &[u8]) -> (u64, usize) {
    if let Some((few, count)) = text.first_chunk().and_then(|eight| few_digits(*eight)) {
        let power = POWERS.get(count).copied().unwrap_or(1);
        return (number.wrapping_mul(power).wrapping_add(few), count);
    }
    let mut count = 0_usize;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        count = count.wrapping_add(1);
    }
    (number, count)
}

const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The number that the digits at the beginning of eight bytes spell, and how many they are; `None`
/// when all eight are digits.
///
/// All bytes are looked at at once: a sum reaches the highest bit of a byte that is no digit. Then
/// neighbours are put together, digits into pairs, pairs into fours, fours into the number.
#[inline]
fn few_digits(eight: [u8; 8]) -> Option<(u64, usize)> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let values = u64::from_le_bytes(eight) ^ 0x3030_3030_3030_3030;
    let others = (values | values.wrapping_add(0x7676_7676_7676_7676)) & HIGH;
    if others == 0 {
        return None;
    }
    let count = others.trailing_zeros() / 8;
    // Zeros go before the digits; where there are none nothing is left to shift out.
    let digits = match count {
        0 => 0,
        count => values.wrapping_shl(64_u32.wrapping_sub(count.wrapping_mul(8))),
    };
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let number = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    Some((number, usize::try_from(count).unwrap_or(0)))
}

/// Where the run of bytes ends that are neither quote, backslash nor control character.
#[inline]
fn plain_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    // Most texts are short: eight bytes at a time, in one register.
    let mut plain = 0_usize;
    for word in rest.as_chunks().0.iter().take(8) {
        let stops = stops(u64::from_le_bytes(*word));
        if stops != 0 {
            let before = usize::try_from(stops.trailing_zeros() / 8).unwrap_or(0);
            return from.saturating_add(plain).saturating_add(before);
        }
        plain = plain.saturating_add(8);
    }
    long_end(bytes, from.saturating_add(plain))
}

/// The bits of a word that stand for bytes which end a run; only the lowest one set is exact.
#[inline]
fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = (word ^ 0x2222_2222_2222_2222).wrapping_sub(ONES);
    let backslash = (word ^ 0x5c5c_5c5c_5c5c_5c5c).wrapping_sub(ONES);
    let control = word.wrapping_sub(0x2020_2020_2020_2020);
    (quote | backslash | control) & !word & HIGH
}

fn is_stop(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// The same for what is not short: an attached document of some 100 KB is passed over here, block
/// by block in a shape that compilers turn into vector instructions.
#[inline(never)]
fn long_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let blocks = rest.as_chunks::<64>().0.iter();
    let plain = blocks
        .take_while(|block| !block.iter().fold(false, |found, b| found | is_stop(*b)))
        .count()
        .saturating_mul(64);
    let end = rest.get(plain..).unwrap_or_default().iter();
    let plain = plain.saturating_add(end.take_while(|byte| !is_stop(**byte)).count());
    from.saturating_add(plain)
}
