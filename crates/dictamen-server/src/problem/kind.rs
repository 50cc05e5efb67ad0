//! The kinds of problem: code, status and title of each.
//!
//! One table, from which responses and the OpenAPI document are made.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Stable short name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// A few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

kinds! {
    /// The body is empty.
    EmptyBody = "empty-body", BAD_REQUEST, "the request has no body";
    /// The body ended early or could not be received.
    UnreadableBody = "unreadable-body", BAD_REQUEST, "the body could not be received";
    /// The body is not JSON.
    MalformedJson = "malformed-json", BAD_REQUEST, "the body is not JSON";
    /// A query parameter is unknown, repeated or has an unknown value.
    InvalidQuery = "invalid-query", BAD_REQUEST, "a query parameter is not usable";
    /// Query and body name different days.
    ConflictingAsOf = "conflicting-as-of", BAD_REQUEST, "query and body name different days";
    /// The `Idempotency-Key` header is not usable.
    InvalidIdempotencyKey = "invalid-idempotency-key", BAD_REQUEST, "the idempotency key is not usable";
    /// The path cannot be decoded.
    InvalidPath = "invalid-path", BAD_REQUEST, "the path is not usable";
    /// No key or token that holds.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "who asks is not known";
    /// The caller lacks the role.
    Forbidden = "forbidden", FORBIDDEN, "this is not for this caller";
    /// Whoever had a hand in a policy cannot approve it.
    SamePerson = "same-person", FORBIDDEN, "whoever had a hand in a policy cannot approve it";
    /// No such route.
    NotFound = "not-found", NOT_FOUND, "there is nothing at this address";
    /// No policy of this id.
    UnknownPolicy = "unknown-policy", NOT_FOUND, "no such policy";
    /// No such version of the policy.
    UnknownVersion = "unknown-version", NOT_FOUND, "no such version of the policy";
    /// The policy has numbered versions only.
    NoLiveVersion = "no-live-version", NOT_FOUND, "the policy has no live version";
    /// No such characteristic.
    UnknownCharacteristic = "unknown-characteristic", NOT_FOUND, "no such characteristic";
    /// No such decision in the log.
    UnknownDecision = "unknown-decision", NOT_FOUND, "no such decision";
    /// No such API key.
    UnknownKey = "unknown-key", NOT_FOUND, "no such key";
    /// The service runs without a decision log.
    NoLog = "no-log", NOT_FOUND, "this service keeps no decisions";
    /// The policies of the service come from a folder.
    NoRegistry = "no-registry", NOT_FOUND, "this service takes its policies from a folder";
    /// No such draft.
    UnknownDraft = "unknown-draft", NOT_FOUND, "no such draft of the policy";
    /// No such candidate.
    UnknownCandidate = "unknown-candidate", NOT_FOUND, "no such candidate of the policy";
    /// No such activation that has still to come into force.
    UnknownActivation = "unknown-activation", NOT_FOUND, "no such activation that is still to come";
    /// The route does not take this method.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "this address does not take this method";
    /// The body did not arrive in time.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "the body did not arrive in time";
    /// The same request, under the same idempotency key, is being answered.
    StillRunning = "still-running", CONFLICT, "the same request is being answered";
    /// The candidate was approved before.
    AlreadyApproved = "already-approved", CONFLICT, "the candidate was approved before";
    /// The version was published with other files.
    VersionTaken = "version-taken", CONFLICT, "the version was published with other files";
    /// No job of this id.
    UnknownJob = "unknown-job", NOT_FOUND, "there is no such job";
    /// No application of this id.
    UnknownApplication = "unknown-application", NOT_FOUND, "there is no such application";
    /// No delivery of this id.
    UnknownDelivery = "unknown-delivery", NOT_FOUND, "there is no such delivery";
    /// The service has no access to Belvo.
    NoBelvo = "no-belvo", NOT_FOUND, "the service is not connected with Belvo";
    /// The delivery is on its way already.
    DeliveryWaiting = "delivery-waiting", CONFLICT, "the delivery is on its way already";
    /// The applicant has consented, or the application has ended.
    NotAwaitingConsent = "not-awaiting-consent", CONFLICT, "the application does not wait for consent";
    /// Another version is in force than the request says, or none.
    NotInForce = "not-in-force", CONFLICT, "what the request builds on is not in force";
    /// There is no version to go back to.
    NothingBefore = "nothing-before", CONFLICT, "there is no version to go back to";
    /// The draft is another than the request names.
    OtherDraft = "other-draft", PRECONDITION_FAILED, "the draft is another by now";
    /// There is a draft already, and the request does not say which it replaces.
    NoPrecondition = "no-precondition", PRECONDITION_REQUIRED, "there is a draft of this name already";
    /// The key cannot be changed so as things are.
    KeyConflict = "key-conflict", CONFLICT, "the key cannot be changed so now";
    /// The personal part of the decision was erased.
    Erased = "erased", GONE, "the personal part of the decision was erased";
    /// The body is larger than the limit.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "the body is too large";
    /// The body is not declared as JSON, or is compressed.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "the body must be JSON";
    /// JSON, but not a request a decision can be made on.
    InvalidRequest = "invalid-request", UNPROCESSABLE_ENTITY, "the request is not what a decision can be made on";
    /// JSON, but not what the address takes.
    InvalidBody = "invalid-body", UNPROCESSABLE_ENTITY, "the body is not what this address takes";
    /// The draft or candidate has errors, or its cases do not pass.
    NotPublishable = "not-publishable", UNPROCESSABLE_ENTITY, "it has errors, or its cases do not pass";
    /// The characteristics cannot be computed for this day.
    CannotCompute = "cannot-compute", UNPROCESSABLE_ENTITY, "the characteristics cannot be computed";
    /// The key that is asked for cannot be made.
    InvalidKey = "invalid-key", UNPROCESSABLE_ENTITY, "such a key cannot be made";
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "the idempotency key was used for another request";
    /// The caller asks more often than agreed.
    RateLimited = "rate-limited", TOO_MANY_REQUESTS, "this caller asks too often";
    /// A defect of the service.
    Internal = "internal", INTERNAL_SERVER_ERROR, "the service failed";
    /// No parameters are loaded yet.
    NotReady = "not-ready", SERVICE_UNAVAILABLE, "the service is not ready";
    /// Belvo does not answer as it should.
    BelvoUnavailable = "belvo-unavailable", SERVICE_UNAVAILABLE, "Belvo is away or refuses";
    /// The decision log cannot be written or read now.
    LogUnavailable = "log-unavailable", SERVICE_UNAVAILABLE, "the decision log is away";
    /// More is asked at the same time than the service takes.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "the service has too much to do";
    /// The decision took longer than the limit.
    DeadlineExceeded = "deadline-exceeded", SERVICE_UNAVAILABLE, "the answer took too long";
}

impl Kind {
    /// The `type` of the problem: a URN, since there is nothing to look up at an address.
    pub fn type_uri(self) -> String {
        format!("urn:dictamen:problem:{}", self.code())
    }

    /// Seconds after which asking again makes sense, for what passes by itself.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::StillRunning | Self::LogUnavailable | Self::Overloaded | Self::RateLimited => {
                Some(1)
            }
            Self::BelvoUnavailable => Some(5),
            _ => None,
        }
    }
}
