//! Lists, and the three shapes in which a list of records arrives.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::object::{Fields, Key, Object, refuse_scalars};
use super::{Context, Seed, Segment, Whole, Wire};

/// Records as Belvo lists them. One object and a plain array are taken as a page of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// How many records there are on all pages.
    pub count: Option<i64>,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// The records of this page.
    pub results: Vec<T>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            count: None,
            next: None,
            previous: None,
            results: Vec::new(),
        }
    }
}

/// A record that belongs to one person; all records of a request must be of the same one.
pub(crate) trait Person: Default + PartialEq {}

fn is_nothing<T: Default + PartialEq>(element: &T) -> bool {
    *element == T::default()
}

impl<'de, T: Wire<'de>> Wire<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        context: &mut Context,
    ) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor {
            context,
            after_each: |_| {},
            is_empty: |_| false,
            kind: PhantomData,
        })
    }
}

struct ListVisitor<'c, T> {
    context: &'c mut Context,
    after_each: fn(&mut Context),
    /// Whether an element holds nothing at all, where that cannot be meant.
    is_empty: fn(&T) -> bool,
    kind: PhantomData<T>,
}

impl<'de, T: Wire<'de>> Visitor<'de> for ListVisitor<'_, T> {
    type Value = Option<Vec<T>>;

    refuse_scalars!("a list");

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        elements(list, self.context, self.after_each, self.is_empty).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.context.wrong_type("a list", "an object");
        Ok(None)
    }
}

fn elements<'de, T: Wire<'de>, A: SeqAccess<'de>>(
    mut list: A,
    context: &mut Context,
    after_each: fn(&mut Context),
    is_empty: fn(&T) -> bool,
) -> Result<Vec<T>, A::Error> {
    let mut read = Vec::new();
    let mut index = 0_usize;
    loop {
        context.enter(Segment::Index(index));
        let before = context.count();
        let Some(element) = list.next_element_seed(Seed::<T>::new(context))? else {
            context.leave();
            return Ok(read);
        };
        match element {
            Some(element) => {
                if context.count() == before && is_empty(&element) {
                    context.problem(
                        "json::type",
                        "this object has nothing of what is listed here",
                        Some("send it exactly as Belvo answered; an error that Belvo answered with is no record"),
                    );
                }
                read.push(element);
            }
            None if context.count() == before => {
                context.problem("json::type", "an element of a list cannot be null", None);
            }
            None => {}
        }
        after_each(context);
        context.leave();
        index = index.saturating_add(1);
    }
}

impl<'de, T: Object<'de> + Wire<'de> + Person> Wire<'de> for Page<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        context: &mut Context,
    ) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(PageVisitor {
            context,
            kind: PhantomData,
        })
    }
}

struct PageVisitor<'c, T> {
    context: &'c mut Context,
    kind: PhantomData<T>,
}

impl<'de, T: Object<'de> + Wire<'de> + Person> Visitor<'de> for PageVisitor<'_, T> {
    type Value = Option<Page<T>>;

    refuse_scalars!("a record, a list of records or a page of records");

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        let results = elements(list, self.context, Context::end_person, is_nothing::<T>)?;
        Ok(Some(Page {
            results,
            ..Page::default()
        }))
    }

    /// One record or a page: no key is in both, so the first known key decides.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let context = self.context;
        while let Some(Key(key)) = map.next_key()? {
            if T::KEYS.contains(&key.as_ref()) {
                let mut fields = Fields::<T>::default();
                fields.read(&key, &mut map, context)?;
                while let Some(Key(key)) = map.next_key()? {
                    fields.read(&key, &mut map, context)?;
                }
                context.end_person();
                return Ok(Some(Page {
                    results: vec![fields.value],
                    ..Page::default()
                }));
            }
            if Envelope::<T>::KEYS.contains(&key.as_ref()) {
                let mut fields = Fields::<Envelope<T>>::default();
                fields.read(&key, &mut map, context)?;
                while let Some(Key(key)) = map.next_key()? {
                    fields.read(&key, &mut map, context)?;
                }
                let envelope = fields.value;
                if envelope.results.is_none() {
                    context.at("results", |context| {
                        if !context.faulty_here() {
                            context.problem("request::required", "a page needs its results", None);
                        }
                    });
                }
                return Ok(Some(Page {
                    count: envelope.count.map(Whole::get),
                    next: envelope.next,
                    previous: envelope.previous,
                    results: envelope.results.unwrap_or_default(),
                }));
            }
            map.next_value::<IgnoredAny>()?;
        }
        context.problem(
            "json::type",
            "this object is neither a record nor a page of records",
            Some("send it exactly as Belvo answered"),
        );
        Ok(None)
    }
}

struct Envelope<T> {
    count: Option<Whole<0, { i64::MAX }>>,
    next: Option<String>,
    previous: Option<String>,
    results: Option<Vec<T>>,
}

impl<T> Default for Envelope<T> {
    fn default() -> Self {
        Self {
            count: None,
            next: None,
            previous: None,
            results: None,
        }
    }
}

/// The records of a page, each checked to be of the same person.
struct Results<T>(Vec<T>);

impl<'de, T: Wire<'de> + Person> Wire<'de> for Results<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        context: &mut Context,
    ) -> Result<Option<Self>, D::Error> {
        let read = deserializer.deserialize_any(ListVisitor {
            context,
            after_each: Context::end_person,
            is_empty: is_nothing::<T>,
            kind: PhantomData,
        })?;
        Ok(read.map(Self))
    }
}

impl<'de, T: Object<'de> + Wire<'de> + Person> Object<'de> for Envelope<T> {
    const KEYS: &'static [&'static str] = &["count", "next", "previous", "results"];
    const STRICT: bool = false;

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        position: usize,
        map: &mut A,
        context: &mut Context,
    ) -> Result<(), A::Error> {
        match position {
            0 => self.count = map.next_value_seed(Seed::new(context))?,
            1 => self.next = map.next_value_seed(Seed::new(context))?,
            2 => self.previous = map.next_value_seed(Seed::new(context))?,
            _ => {
                self.results = map
                    .next_value_seed(Seed::<Results<T>>::new(context))?
                    .map(|results| results.0);
            }
        }
        Ok(())
    }
}
