//! The hosted widget: the page on which a person connects.

use axum::Router;

use crate::world::Sandbox;

/// The widget's addresses.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
}
