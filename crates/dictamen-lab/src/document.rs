//! A policy as a document to read, print and sign: Markdown, or one HTML file that needs nothing
//! else.
//!
//! The words come from the engine; [`layout`] settles what is told in which order, once for both
//! forms, and each form is a small writer of blocks. Knows nothing of files: who asks has them.

mod block;
mod html;
mod layout;
mod markdown;

use dictamen_engine::words::Document;
use dictamen_model::Parameters;

/// The document in Markdown.
pub fn markdown(document: &Document, parameters: &Parameters) -> String {
    markdown::write(&layout::blocks(document, parameters))
}

/// The document as one HTML page, without scripts and without anything from elsewhere.
pub fn html(document: &Document, parameters: &Parameters) -> String {
    let title = format!("{} {}", document.policy.id, document.policy.version);
    let blocks = layout::blocks(document, parameters);
    html::write(&blocks, &title, document.language.tag())
}
