//! The layer that lets a request through to its handler, or does not.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    Caller, laptop,
    table::{Need, need},
};
use crate::{
    app::App,
    limits::Standing,
    problem::{Kind, Problem},
};

/// Finds out who asks, whether they may, and whether there is room. What no route matches goes on
/// to be not found.
pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let need = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(Need::Open, |path| need(request.method(), path.as_str()));
    let Need::Role(role) = need else {
        return next.run(request).await;
    };
    let caller = match who(&app, &request) {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    if !caller.has(role) {
        let detail = format!("this address needs the role `{role}`");
        return Problem::new(Kind::Forbidden, detail).into_response();
    }
    let standing = match count(&app, &caller) {
        Ok(standing) => standing,
        Err(refused) => return *refused,
    };
    let held = match app.load().begin() {
        Ok(held) => held,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(held.clone());
    let mut response = next.run(request).await;
    drop(held);
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    response
}

fn who(app: &App, request: &Request) -> Result<Caller, Problem> {
    let access = app.access();
    if !access.is_guarded() {
        if laptop::is_called_here(request.uri(), request.headers()) {
            return Ok(Caller::local());
        }
        return Err(Problem::new(
            Kind::Forbidden,
            "without a key the service is for its own machine; call it by `localhost`",
        ));
    }
    // Whatever is wrong with a key or token is told alike.
    access
        .caller(request.headers(), app.clock().now())
        .ok_or_else(|| {
            Problem::new(
                Kind::Unauthenticated,
                "send a key or token that holds: `Authorization: Bearer …`, or for a key `X-API-Key: …`",
            )
        })
}

/// The machine's own user is not counted.
fn count(app: &App, caller: &Caller) -> Result<Option<Standing>, Box<Response>> {
    let Some(rate) = app.rate().filter(|_| app.access().is_guarded()) else {
        return Ok(None);
    };
    rate.count(caller).map(Some).map_err(|problem| {
        let mut response = problem.into_response();
        rate.spent().tell(response.headers_mut());
        Box::new(response)
    })
}
