//! Objects: known keys into fields, unknown keys skipped or refused.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Context, Segment};

/// An object whose keys are known.
pub(crate) trait Object<'de>: Default {
    /// The keys, at most 64.
    const KEYS: &'static [&'static str];
    /// Whether an unknown key is a problem: so for what our callers write, not for what Belvo
    /// sends, who reserves the right to add fields.
    const STRICT: bool;

    /// Reads the value of the key at this position of [`Self::KEYS`].
    fn read_field<A: MapAccess<'de>>(
        &mut self,
        position: usize,
        map: &mut A,
        context: &mut Context,
    ) -> Result<(), A::Error>;
}

/// Reads an object; anything else is a problem.
pub(crate) fn read_object<'de, T, D>(
    deserializer: D,
    context: &mut Context,
) -> Result<Option<T>, D::Error>
where
    T: Object<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ObjectVisitor {
        context,
        kind: PhantomData,
    })
}

struct ObjectVisitor<'c, T> {
    context: &'c mut Context,
    kind: PhantomData<T>,
}

/// What every visitor answers to a value that is not the one expected.
macro_rules! refuse_scalars {
    ($expected:literal) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($expected)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            self.context.wrong_type($expected, "true or false");
            Ok(None)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            self.context.wrong_type($expected, "a number");
            Ok(None)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            self.context.wrong_type($expected, "a number");
            Ok(None)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            self.context.wrong_type($expected, "a number");
            Ok(None)
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            if text != "null" {
                self.context.wrong_type($expected, "text");
            }
            Ok(None)
        }
    };
}
pub(super) use refuse_scalars;

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<'_, T> {
    type Value = Option<T>;

    refuse_scalars!("an object");

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.context.wrong_type("an object", "a list");
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::<T>::default();
        while let Some(Key(key)) = map.next_key()? {
            fields.read(&key, &mut map, self.context)?;
        }
        Ok(Some(fields.value))
    }
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
    /// Reads the value of `key`; the first of two equal keys counts, the second is a problem.
    pub(super) fn read<A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        context: &mut Context,
    ) -> Result<(), A::Error> {
        let known = T::KEYS
            .iter()
            .enumerate()
            .find(|(_, known)| **known == key)
            .map(|(position, known)| (position, *known));
        let Some((position, name)) = known else {
            map.next_value::<IgnoredAny>()?;
            if T::STRICT {
                unknown_key(key, T::KEYS, context);
            }
            return Ok(());
        };
        context.enter(name);
        let bit = 1_u64
            .checked_shl(u32::try_from(position).unwrap_or(u32::MAX))
            .unwrap_or(0);
        if self.seen & bit == 0 {
            self.seen |= bit;
            self.value.read_field(position, map, context)?;
        } else {
            map.next_value::<IgnoredAny>()?;
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
        context.at(Segment::Key(Cow::Owned(key.to_owned())), |context| {
            context.problem("request::unknown-key", "this key is not known", Some(&help));
        });
    } else {
        context.problem(
            "request::unknown-key",
            "this object has a key that is not known",
            Some(&help),
        );
    }
}

/// A key, borrowed from the text where it has no escapes.
pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }

        deserializer.deserialize_str(KeyVisitor)
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

            fn read_field<A: serde::de::MapAccess<'de>>(
                &mut self,
                position: usize,
                map: &mut A,
                context: &mut $crate::json::Context,
            ) -> Result<(), A::Error> {
                let name = Self::KEYS.get(position).copied().unwrap_or_default();
                $(
                    if name == $crate::json::wire_key!($field $($key)?) {
                        self.$field = map.next_value_seed($crate::json::Seed::<$type>::new(context))?;
                        return Ok(());
                    }
                )*
                map.next_value::<serde::de::IgnoredAny>()?;
                Ok(())
            }
        }

        impl<'de> $crate::json::Wire<'de> for $name {
            fn read<D>(
                deserializer: D,
                context: &mut $crate::json::Context,
            ) -> Result<Option<Self>, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                $crate::json::read_object(deserializer, context)
            }
        }
    };
}
pub(crate) use wire;
