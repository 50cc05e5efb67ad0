//! Lists, and the three shapes in which a list of records arrives.

use super::object::{Fields, Object, refuse_scalar};
use super::{Context, Malformed, Reader, Segment, Token, Whole, Wire};

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
    fn read(reader: &mut Reader<'de>, context: &mut Context) -> Result<Option<Self>, Malformed> {
        list(reader, context, |_| {}, |_| false)
    }
}

/// Reads a list; anything else is a problem. `is_empty` tells whether an element holds nothing at
/// all, where that cannot be meant.
fn list<'de, T: Wire<'de>>(
    reader: &mut Reader<'de>,
    context: &mut Context,
    after_each: impl Fn(&mut Context),
    is_empty: impl Fn(&T) -> bool,
) -> Result<Option<Vec<T>>, Malformed> {
    match reader.token()? {
        Token::List => elements(reader, context, after_each, is_empty).map(Some),
        Token::Object => {
            reader.skip_object()?;
            context.wrong_type("a list", "an object");
            Ok(None)
        }
        scalar => refuse_scalar(scalar, "a list", reader, context).map(|()| None),
    }
}

fn elements<'de, T: Wire<'de>>(
    reader: &mut Reader<'de>,
    context: &mut Context,
    after_each: impl Fn(&mut Context),
    is_empty: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Malformed> {
    // A list of small things is mostly long: salary updates, not records.
    let room = if size_of::<T>() <= 64 { 16 } else { 1 };
    let mut read = Vec::new();
    let mut index = 0_usize;
    let mut first = true;
    while reader.element(&mut first)? {
        context.enter(Segment::Index(index));
        let before = context.count();
        match T::read(reader, context)? {
            Some(element) => {
                if context.count() == before && is_empty(&element) {
                    context.problem(
                        "json::type",
                        "this object has nothing of what is listed here",
                        Some("send it exactly as Belvo answered; an error that Belvo answered with is no record"),
                    );
                }
                if read.is_empty() {
                    read.reserve(room);
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
    Ok(read)
}

impl<'de, T: Object<'de> + Wire<'de> + Person> Wire<'de> for Page<T> {
    fn read(reader: &mut Reader<'de>, context: &mut Context) -> Result<Option<Self>, Malformed> {
        match reader.token()? {
            Token::List => {
                let results = elements(reader, context, Context::end_person, is_nothing::<T>)?;
                Ok(Some(Self {
                    results,
                    ..Self::default()
                }))
            }
            Token::Object => page(reader, context),
            scalar => {
                let expected = "a record, a list of records or a page of records";
                refuse_scalar(scalar, expected, reader, context).map(|()| None)
            }
        }
    }
}

/// One record or a page: no key is in both, so the first known key decides.
fn page<'de, T: Object<'de> + Wire<'de> + Person>(
    reader: &mut Reader<'de>,
    context: &mut Context,
) -> Result<Option<Page<T>>, Malformed> {
    let mut first = true;
    while let Some(key) = reader.key(&mut first)? {
        let key = key.text().ok_or(Malformed::Syntax)?;
        if T::position(&key).is_some() {
            let mut fields = Fields::<T>::default();
            fields.read(&key, reader, context)?;
            fields.read_rest(&mut first, reader, context)?;
            context.end_person();
            return Ok(Some(Page {
                results: vec![fields.value],
                ..Page::default()
            }));
        }
        if Envelope::<T>::position(&key).is_some() {
            let mut fields = Fields::<Envelope<T>>::default();
            fields.read(&key, reader, context)?;
            fields.read_rest(&mut first, reader, context)?;
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
        reader.skip()?;
    }
    context.problem(
        "json::type",
        "this object is neither a record nor a page of records",
        Some("send it exactly as Belvo answered"),
    );
    Ok(None)
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
    fn read(reader: &mut Reader<'de>, context: &mut Context) -> Result<Option<Self>, Malformed> {
        let read = list(reader, context, Context::end_person, is_nothing::<T>)?;
        Ok(read.map(Self))
    }
}

impl<'de, T: Object<'de> + Wire<'de> + Person> Object<'de> for Envelope<T> {
    const KEYS: &'static [&'static str] = &["count", "next", "previous", "results"];
    const STRICT: bool = false;

    fn position(key: &str) -> Option<usize> {
        Self::KEYS.iter().position(|known| *known == key)
    }

    fn ahead(_: &[u8]) -> Option<(usize, usize)> {
        None
    }

    fn read_field(
        &mut self,
        position: usize,
        reader: &mut Reader<'de>,
        context: &mut Context,
    ) -> Result<(), Malformed> {
        match position {
            0 => self.count = Wire::read(reader, context)?,
            1 => self.next = Wire::read(reader, context)?,
            2 => self.previous = Wire::read(reader, context)?,
            _ => self.results = Results::read(reader, context)?.map(|results| results.0),
        }
        Ok(())
    }
}
