//! Who asks: the identity that a request was found to have.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::role::{Role, Roles};
use crate::problem::{DEFECT, Kind, Problem};

/// Who asks. A handler takes it as an argument; whether the caller may be there at all was
/// settled before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(Arc<Identity>);

#[derive(Debug, PartialEq, Eq)]
struct Identity {
    name: Arc<str>,
    roles: Roles,
    key: Option<String>,
}

impl Caller {
    /// Who comes with an API key of this name and id.
    pub fn with_key(name: &str, id: &str, roles: Roles) -> Self {
        Self::new(format!("key:{name}"), roles, Some(id.to_owned()))
    }

    /// Who comes with a token of this subject.
    pub fn with_token(subject: &str, roles: Roles) -> Self {
        Self::new(format!("user:{subject}"), roles, None)
    }

    /// Whoever works at the machine itself: everything is allowed.
    pub fn local() -> Self {
        Self::new("local".to_owned(), Roles::all(), None)
    }

    fn new(name: String, roles: Roles, key: Option<String>) -> Self {
        Self(Arc::new(Identity {
            name: name.into(),
            roles,
            key,
        }))
    }

    /// Who it is: `key:NAME`, `user:SUBJECT` or `local`. A key that replaces another keeps its
    /// name, so this is what to compare when two people are to be different.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The same, to be kept.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.0.name)
    }

    /// What they may do.
    pub fn roles(&self) -> Roles {
        self.0.roles
    }

    /// Whether they have a role.
    pub fn has(&self, role: Role) -> bool {
        self.0.roles.has(role)
    }

    /// Id of the API key they came with, when they came with one.
    pub fn key_id(&self) -> Option<&str> {
        self.0.key.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// On an address that is open to everybody there is no caller to take.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::new(Kind::Internal, DEFECT))
    }
}
