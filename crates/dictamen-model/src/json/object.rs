//! Objects: known keys into fields, unknown keys skipped or refused.

use super::Context;
use super::reader::{Malformed, Reader, Token};

/// An object whose keys are known.
pub(crate) trait Object<'de>: Default {
    /// The keys, at most 64.
    const KEYS: &'static [&'static str];
    /// Whether an unknown key is a problem: so for what our callers write, not for what Belvo
    /// sends, who reserves the right to add fields.
    const STRICT: bool;

    /// Where a key stands in [`Self::KEYS`].
    fn position(key: &str) -> Option<usize>;

    /// The same for the key that a text begins with, and the length of key, quote and colon;
    /// `None` leaves it to [`Self::position`].
    fn ahead(text: &[u8]) -> Option<(usize, usize)>;

    /// Reads the value of the key at this position of [`Self::KEYS`].
    fn read_field(
        &mut self,
        position: usize,
        reader: &mut Reader<'de>,
        context: &mut Context,
    ) -> Result<(), Malformed>;
}

/// Reads an object; anything else is a problem.
pub(crate) fn read_object<'de, T: Object<'de>>(
    reader: &mut Reader<'de>,
    context: &mut Context,
) -> Result<Option<T>, Malformed> {
    match reader.token()? {
        Token::Object => {
            let mut fields = Fields::<T>::default();
            fields.read_rest(&mut true, reader, context)?;
            Ok(Some(fields.value))
        }
        Token::List => {
            reader.skip_list()?;
            context.wrong_type("an object", "a list");
            Ok(None)
        }
        scalar => refuse_scalar(scalar, "an object", reader, context).map(|()| None),
    }
}

/// Refuses a value without parts where one with parts is expected. `null` and, as Belvo sometimes
/// writes it, `"null"` are absent.
pub(super) fn refuse_scalar(
    token: Token<'_>,
    expected: &str,
    reader: &Reader<'_>,
    context: &mut Context,
) -> Result<(), Malformed> {
    match token {
        Token::Bool(_) => context.wrong_type(expected, "true or false"),
        Token::Number(text) => {
            if text.parse::<f64>().is_ok_and(f64::is_infinite) {
                return Err(Malformed::Range(reader.position()));
            }
            context.wrong_type(expected, "a number");
        }
        Token::Text(text) => {
            if text.text().ok_or(Malformed::Syntax)? != "null" {
                context.wrong_type(expected, "text");
            }
        }
        Token::Null | Token::List | Token::Object => {}
    }
    Ok(())
}

/// An object being read, and which of its keys were there.
pub(super) struct Fields<T> {
    pub(super) value: T,
    seen: u64,
}

impl<T: Default> Default for Fields<T> {
    fn default() -> Self {
        Self {
            value: T::default(),
            seen: 0,
        }
    }
}

impl<'de, T: Object<'de>> Fields<T> {
    /// Reads all keys that are left of an object that was entered.
    #[inline]
    pub(super) fn read_rest(
        &mut self,
        first: &mut bool,
        reader: &mut Reader<'de>,
        context: &mut Context,
    ) -> Result<(), Malformed> {
        loop {
            if let Some(position) = reader.plain_key(first, T::ahead) {
                self.read_at(position, reader, context)?;
            } else if let Some(key) = reader.key(first)? {
                let key = key.text().ok_or(Malformed::Syntax)?;
                self.read(&key, reader, context)?;
            } else {
                return Ok(());
            }
        }
    }

    /// Reads the value of `key`; the first of two equal keys counts, the second is a problem.
    pub(super) fn read(
        &mut self,
        key: &str,
        reader: &mut Reader<'de>,
        context: &mut Context,
    ) -> Result<(), Malformed> {
        if let Some(position) = T::position(key) {
            return self.read_at(position, reader, context);
        }
        reader.skip()?;
        if T::STRICT {
            unknown_key(key, T::KEYS, context);
        }
        Ok(())
    }

    #[inline]
    fn read_at(
        &mut self,
        position: usize,
        reader: &mut Reader<'de>,
        context: &mut Context,
    ) -> Result<(), Malformed> {
        context.enter(T::KEYS.get(position).copied().unwrap_or_default());
        let bit = 1_u64
            .checked_shl(u32::try_from(position).unwrap_or(u32::MAX))
            .unwrap_or(0);
        if self.seen & bit == 0 {
            self.seen |= bit;
            self.value.read_field(position, reader, context)?;
        } else {
            reader.skip()?;
            context.problem("json::duplicate-key", "this key is given twice", None);
        }
        context.leave();
        Ok(())
    }
}

/// Refuses a key, naming the nearest one that exists. Only a key that looks like a field's name
/// is repeated: anything else may be a value that slipped into the wrong place.
fn unknown_key(key: &str, known: &[&str], context: &mut Context) {
    let like_a_name = key.len() <= 40
        && !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let help = crate::suggest::nearest(key, known.iter().copied()).map_or_else(
        || format!("known keys: {}", known.join(", ")),
        |name| format!("did you mean `{name}`?"),
    );
    if like_a_name {
        context.problem_under(
            key,
            "request::unknown-key",
            "this key is not known",
            Some(&help),
        );
    } else {
        context.problem(
            "request::unknown-key",
            "this object has a key that is not known",
            Some(&help),
        );
    }
}

/// The JSON name of a field: its own, or the one written behind it.
macro_rules! wire_key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(crate) use wire_key;

/// Declares an object of the wire: a plain struct in which every field may be absent, and its
/// reader. Unknown keys are skipped, and refused where the name is followed by `: strict`.
macro_rules! wire {
    (@strict strict) => { true };
    (@strict) => { false };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(: $strict:ident)? {
            $( $(#[$field_meta:meta])* $field:ident $(= $key:literal)? : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        $vis struct $name {
            $( $(#[$field_meta])* pub $field: Option<$type>, )*
        }

        impl<'de> $crate::json::Object<'de> for $name {
            const KEYS: &'static [&'static str] =
                &[$( $crate::json::wire_key!($field $($key)?) ),*];
            const STRICT: bool = $crate::json::wire!(@strict $($strict)?);

            #[inline]
            fn position(key: &str) -> Option<usize> {
                let mut position = 0_usize;
                $(
                    if key == $crate::json::wire_key!($field $($key)?) {
                        return Some(position);
                    }
                    position = position.saturating_add(1);
                )*
                let _ = position;
                None
            }

            #[inline]
            fn ahead(text: &[u8]) -> Option<(usize, usize)> {
                let mut position = 0_usize;
                $(
                    let key = concat!($crate::json::wire_key!($field $($key)?), "\":").as_bytes();
                    if text.starts_with(key) {
                        return Some((position, key.len()));
                    }
                    position = position.saturating_add(1);
                )*
                let _ = position;
                None
            }

            #[inline]
            fn read_field(
                &mut self,
                position: usize,
                reader: &mut $crate::json::Reader<'de>,
                context: &mut $crate::json::Context,
            ) -> Result<(), $crate::json::Malformed> {
                let mut field = 0_usize;
                $(
                    if position == field {
                        self.$field = <$type as $crate::json::Wire<'de>>::read(reader, context)?;
                        return Ok(());
                    }
                    field = field.saturating_add(1);
                )*
                let _ = field;
                reader.skip()
            }
        }

        impl<'de> $crate::json::Wire<'de> for $name {
            fn read(
                reader: &mut $crate::json::Reader<'de>,
                context: &mut $crate::json::Context,
            ) -> Result<Option<Self>, $crate::json::Malformed> {
                $crate::json::read_object(reader, context)
            }
        }
    };
}
pub(crate) use wire;
