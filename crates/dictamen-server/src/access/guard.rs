//! The layer that lets a request through to its handler, or does not.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use super::{
    Caller,
    table::{Need, need},
};
use crate::{
    app::App,
    problem::{Kind, Problem},
};

/// Finds out who asks and whether they may. What no route matches goes on to be not found.
pub(crate) async fn guard(
    State(_app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let need = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(Need::Open, |path| need(request.method(), path.as_str()));
    let Need::Role(role) = need else {
        return Ok(next.run(request).await);
    };
    let caller = Caller::local();
    if !caller.has(role) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("this address needs the role `{role}`"),
        ));
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}
