//! The link: a person's consented connection to an institution.

use crate::identity::Masked;
use crate::json::{Page, Person, RequestError, Timestamp, parse_whole, wire};

wire! {
    /// A connection to an institution.
    pub struct Link {
        /// Belvo's id.
        id: String,
        /// The institution, for example `imss_mx_employment`.
        institution: String,
        /// `single` or `recurrent`.
        access_mode: String,
        /// `valid`, `invalid`, `unconfirmed` or `token_required`.
        status: String,
        /// How often a recurrent link is refreshed.
        refresh_rate: String,
        /// When it was last used.
        last_accessed_at: Timestamp,
        /// When it was made.
        created_at: Timestamp,
        /// Who made it.
        created_by: String,
        /// The caller's own id of it.
        external_id: Masked,
        /// The same for the same person at the same institution.
        institution_user_id: Masked,
        /// How long the credentials are kept.
        credentials_storage: String,
        /// The resources that are fetched.
        fetch_resources: Vec<String>,
        /// How long data are kept.
        stale_in: String,
    }
}

impl Person for Link {}

impl Link {
    /// Reads one link.
    ///
    /// # Errors
    /// Everything wrong with it, at once.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        parse_whole(bytes, "a link")
    }

    /// Reads links as Belvo lists them: one object, an array or a page.
    ///
    /// # Errors
    /// Everything wrong with them, at once.
    pub fn parse_page(bytes: &[u8]) -> Result<Page<Self>, RequestError> {
        parse_whole(bytes, "links")
    }
}
