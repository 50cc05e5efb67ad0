//! Which role each address needs: one table, held complete by a test.

use axum::http::Method;

use super::role::Role;

/// What an address asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: anybody may ask.
    Open,
    /// A role.
    Role(Role),
}

const OPEN: Need = Need::Open;
const DECIDE: Need = Need::Role(Role::Decide);
const ADMIN: Need = Need::Role(Role::Admin);
const READ: Need = Need::Role(Role::Read);
const AUTHOR: Need = Need::Role(Role::Author);
const APPROVE: Need = Need::Role(Role::Approve);

/// Every address: method, path as the router matches it, need. `HEAD` is as `GET`.
pub const ROUTES: &[(&str, &str, Need)] = &[
    ("GET", "/", OPEN),
    ("GET", "/docs", OPEN),
    ("GET", "/docs/", OPEN),
    ("GET", "/docs/{*rest}", OPEN),
    ("GET", "/healthz", OPEN),
    ("GET", "/metrics", READ),
    ("GET", "/openapi.json", OPEN),
    ("GET", "/readyz", OPEN),
    ("POST", "/v1/applications", DECIDE),
    ("GET", "/v1/applications/{application}", DECIDE),
    ("POST", "/v1/applications/{application}", DECIDE),
    ("POST", "/v1/belvo/webhooks", OPEN),
    ("GET", "/v1/characteristics", READ),
    ("POST", "/v1/characteristics", DECIDE),
    ("GET", "/v1/characteristics/{name}", READ),
    ("GET", "/v1/decisions", READ),
    ("GET", "/v1/decisions/{decision}", READ),
    ("POST", "/v1/decisions/{decision}", READ),
    ("GET", "/v1/deliveries", READ),
    ("GET", "/v1/deliveries/{delivery}", READ),
    ("POST", "/v1/deliveries/{delivery}", ADMIN),
    ("POST", "/v1/erasures", ADMIN),
    ("GET", "/v1/jobs/{job}", DECIDE),
    ("GET", "/v1/keys", ADMIN),
    ("POST", "/v1/keys", ADMIN),
    ("POST", "/v1/keys/{key}", ADMIN),
    ("DELETE", "/v1/keys/{key}", ADMIN),
    ("GET", "/v1/policies", READ),
    ("GET", "/v1/policies/{policy}", READ),
    ("POST", "/v1/policies/{policy}/decisions", DECIDE),
    ("POST", "/v1/policies/{policy}/decisions:async", DECIDE),
    ("POST", "/v1/policies/{policy}", APPROVE),
    ("GET", "/v1/policies/{policy}/activations", READ),
    (
        "DELETE",
        "/v1/policies/{policy}/activations/{activation}",
        APPROVE,
    ),
    ("GET", "/v1/policies/{policy}/candidates", READ),
    ("GET", "/v1/policies/{policy}/candidates/{content}", READ),
    (
        "POST",
        "/v1/policies/{policy}/candidates/{content}",
        APPROVE,
    ),
    ("GET", "/v1/policies/{policy}/drafts", READ),
    ("GET", "/v1/policies/{policy}/drafts/{draft}", READ),
    ("PUT", "/v1/policies/{policy}/drafts/{draft}", AUTHOR),
    ("DELETE", "/v1/policies/{policy}/drafts/{draft}", AUTHOR),
    ("POST", "/v1/policies/{policy}/drafts/{draft}", AUTHOR),
    ("GET", "/v1/policies/{policy}/drift", READ),
    ("GET", "/v1/policies/{policy}/versions", READ),
    ("POST", "/v1/policies/{policy}/decisions:batch", DECIDE),
    ("GET", "/v1/policies/{policy}/versions/{version}", READ),
    (
        "GET",
        "/v1/policies/{policy}/versions/{version}/files",
        READ,
    ),
    (
        "POST",
        "/v1/policies/{policy}/versions/{version}/decisions",
        DECIDE,
    ),
    (
        "POST",
        "/v1/policies/{policy}/versions/{version}/decisions:batch",
        DECIDE,
    ),
];

/// What a matched route asks. What the table does not name needs `admin`: a route that was
/// forgotten here is closed, not open.
pub fn need(method: &Method, route: &str) -> Need {
    if *method == Method::OPTIONS {
        return Need::Open;
    }
    let method = if *method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    ROUTES
        .iter()
        .find_map(|(m, path, need)| (*m == method && *path == route).then_some(*need))
        .unwrap_or(Need::Role(Role::Admin))
}
