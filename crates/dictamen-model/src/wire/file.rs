//! Files that accompany a record.

use crate::json::{Context, Malformed, Reader, Token, Wire, wire};

/// Whether a file has content. A document of several megabytes is never copied or kept: no
/// decision reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content;

impl<'de> Wire<'de> for Content {
    fn read(reader: &mut Reader<'de>, _: &mut Context) -> Result<Option<Self>, Malformed> {
        match reader.token()? {
            Token::Null => return Ok(None),
            Token::List => reader.skip_list()?,
            Token::Object => reader.skip_object()?,
            Token::Bool(_) | Token::Number(_) | Token::Text(_) => {}
        }
        Ok(Some(Self))
    }
}

wire! {
    /// A document that Belvo attached.
    pub struct File {
        /// Its title.
        kind = "type": String,
        /// Its content, of which only the presence is kept.
        value: Content,
    }
}
