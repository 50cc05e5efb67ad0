//! Taking Belvo's notices: proven by a header of their own, stored, and answered at once.

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::header,
    response::Response,
};
use dictamen_belvo::webhook::Notice;
use serde::Serialize;
use utoipa::ToSchema;

use super::json;
use crate::{
    app::App,
    openapi::NoticeProblems,
    problem::{Kind, Problem},
    work::notice,
};

/// Largest notice that is read; Belvo's are of some hundred bytes.
const LARGEST: usize = 64 * 1024;

/// What Belvo is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeAnswer {
    /// Whether it was kept; `false` when it is nothing that could be looked at.
    kept: bool,
}

/// Take a notice of Belvo.
///
/// With the `Authorization` header that was agreed with Belvo (`--belvo-webhook-auth`), not with a key
/// of this service. It is answered once it is stored; what it says is only a reason to fetch. A
/// notice that cannot be read is answered with success as well: sending it again would not mend it.
#[utoipa::path(
    post, path = "/v1/belvo/webhooks", operation_id = "receiveNotice", tag = "applications",
    request_body(content = Option<serde_json::Value>, description = "Belvo's notice, an object; anything else is answered and not kept."),
    responses((status = 200, description = "It is stored.", body = NoticeAnswer), NoticeProblems)
)]
pub(crate) async fn receive(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let work = app.work();
    let belvo = work.and_then(|work| work.settings().belvo.as_ref());
    let secret = belvo.and_then(|belvo| belvo.webhook.as_ref());
    let (Some(work), Some(secret)) = (work, secret) else {
        return Err(Problem::new(
            Kind::NoBelvo,
            "give it --belvo-url with its secrets, and --belvo-webhook-auth for notices",
        ));
    };
    let mut sent = request.headers().get_all(header::AUTHORIZATION).iter();
    let is_right = match (sent.next(), sent.next()) {
        (Some(only), None) => secret.is(only.as_bytes()),
        _ => false,
    };
    if !is_right {
        return Err(Problem::new(
            Kind::Unauthenticated,
            "send the `Authorization` header that was agreed for notices",
        ));
    }
    // Nothing of a body is read before that.
    let read = to_bytes(request.into_body(), LARGEST);
    let body = match tokio::time::timeout(app.limits().timeout, read).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return Err(Problem::new(
                Kind::UnreadableBody,
                "the notice is too large, or ended early",
            ));
        }
        Err(_) => {
            return Err(Problem::new(
                Kind::RequestTimeout,
                "the notice was not complete in time",
            ));
        }
    };
    let Ok(notice) = Notice::parse(&body) else {
        tracing::warn!(bytes = body.len(), "a notice of Belvo that cannot be read");
        return json(&NoticeAnswer { kept: false });
    };
    let kept = notice::add(work, &notice, &body).await;
    kept.map_err(super::jobs::refused)?;
    json(&NoticeAnswer { kept: true })
}
