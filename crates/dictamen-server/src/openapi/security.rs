//! What the document says of who may ask: made from the table the service itself goes by.

use axum::http::Method;
use utoipa::openapi::{
    Components, OpenApi, PathItem,
    path::Operation,
    security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

use crate::access::{Need, need};

const BEARER: &str = "bearer";
const KEY: &str = "key";

/// The document with its security schemes, and with the role each operation needs.
pub(super) fn told(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::default);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("An API key, or a token of the lender's OpenID provider.".to_owned());
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let key = ApiKeyValue::with_description("X-API-Key", "An API key.");
    components.add_security_scheme(KEY, SecurityScheme::ApiKey(ApiKey::Header(key)));
    for (path, item) in &mut document.paths.paths {
        // The router matches a parameter without what stands behind it.
        let route = match path.split_once("}:") {
            Some((before, _)) => format!("{before}}}"),
            None => path.clone(),
        };
        for (method, operation) in operations(item) {
            tell(operation, need(&method, &route));
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn tell(operation: &mut Operation, need: Need) {
    let Need::Role(role) = need else {
        operation.security = Some(Vec::new());
        return;
    };
    let schemes = [BEARER, KEY];
    let either = schemes.map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()));
    operation.security = Some(either.into());
    let needs = format!("Needs the role `{role}`.");
    operation.description = Some(match operation.description.take() {
        Some(text) if !text.is_empty() => format!("{text}\n\n{needs}"),
        _ => needs,
    });
}
