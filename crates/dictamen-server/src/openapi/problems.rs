//! The problems each kind of address can answer with.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{
        Content, Header, Object, Ref, RefOr,
        example::ExampleBuilder,
        response::{Response, ResponseBuilder},
        schema::Type,
    },
};

use crate::problem::{Kind, Problem};

type Responses = BTreeMap<String, RefOr<Response>>;

/// Of every address.
const ALWAYS: &[Kind] = &[
    Kind::InvalidPath,
    Kind::InvalidQuery,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::MethodNotAllowed,
    Kind::RateLimited,
    Kind::Internal,
    Kind::Overloaded,
];
/// Of addresses that take a body.
const RECEIVED: &[Kind] = &[
    Kind::EmptyBody,
    Kind::UnreadableBody,
    Kind::RequestTimeout,
    Kind::BodyTooLarge,
    Kind::UnsupportedMediaType,
];
/// Of addresses whose body is an application with its records.
const BODY: &[Kind] = &[
    Kind::MalformedJson,
    Kind::ConflictingAsOf,
    Kind::InvalidRequest,
    Kind::CannotCompute,
    Kind::NotReady,
    Kind::DeadlineExceeded,
];

/// Of addresses that read the decision log.
const LOG: &[Kind] = &[Kind::UnknownDecision, Kind::NoLog, Kind::LogUnavailable];

/// Problems of any address.
pub(crate) struct AnyProblems;
/// Problems of looking something up.
pub(crate) struct LookupProblems;
/// Problems of computing characteristics.
pub(crate) struct ComputeProblems;
/// Problems of deciding.
pub(crate) struct DecisionProblems;
/// Problems of reading the decision log.
pub(crate) struct LogProblems;
/// Problems of bringing policies into force.
pub(crate) struct RegistryProblems;
/// Problems of listing API keys.
pub(crate) struct KeyProblems;
/// Problems of changing API keys.
pub(crate) struct KeyChangeProblems;
/// Problems of holding two windows of the log against each other.
pub(crate) struct DriftProblems;
/// Problems of erasing.
pub(crate) struct ErasureProblems;
/// Problems of deciding again.
pub(crate) struct ReplayProblems;
/// Problems of reading jobs, applications and deliveries.
pub(crate) struct WorkProblems;
/// Problems of taking an application by link.
pub(crate) struct ApplicationProblems;
/// Problems of accepting an application to be decided later.
pub(crate) struct JobProblems;
/// Problems of taking Belvo's notices.
pub(crate) struct NoticeProblems;

impl IntoResponses for AnyProblems {
    fn responses() -> Responses {
        of(&[ALWAYS])
    }
}

impl IntoResponses for LookupProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            &[
                Kind::UnknownPolicy,
                Kind::UnknownVersion,
                Kind::NoLiveVersion,
                Kind::UnknownCharacteristic,
            ],
        ])
    }
}

impl IntoResponses for ComputeProblems {
    fn responses() -> Responses {
        of(&[ALWAYS, RECEIVED, BODY])
    }
}

impl IntoResponses for DecisionProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            RECEIVED,
            BODY,
            &[
                Kind::InvalidIdempotencyKey,
                Kind::StillRunning,
                Kind::IdempotencyKeyReused,
                Kind::LogUnavailable,
                Kind::UnknownPolicy,
                Kind::UnknownVersion,
                Kind::NoLiveVersion,
            ],
        ])
    }
}

impl IntoResponses for LogProblems {
    fn responses() -> Responses {
        of(&[ALWAYS, LOG])
    }
}

impl IntoResponses for KeyProblems {
    fn responses() -> Responses {
        of(&[ALWAYS, &[Kind::NoLog, Kind::LogUnavailable]])
    }
}

impl IntoResponses for KeyChangeProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            RECEIVED,
            &[
                Kind::MalformedJson,
                Kind::NoLog,
                Kind::UnknownKey,
                Kind::KeyConflict,
                Kind::InvalidKey,
                Kind::LogUnavailable,
            ],
        ])
    }
}

impl IntoResponses for DriftProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            &[
                Kind::UnknownPolicy,
                Kind::NoLiveVersion,
                Kind::NoLog,
                Kind::LogUnavailable,
                Kind::DeadlineExceeded,
            ],
        ])
    }
}

impl IntoResponses for ErasureProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            RECEIVED,
            &[
                Kind::MalformedJson,
                Kind::InvalidRequest,
                Kind::NoLog,
                Kind::LogUnavailable,
            ],
        ])
    }
}

impl IntoResponses for ReplayProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            LOG,
            &[
                Kind::UnknownPolicy,
                Kind::UnknownVersion,
                Kind::NoLiveVersion,
                Kind::Erased,
                Kind::InvalidRequest,
                Kind::CannotCompute,
                Kind::NotReady,
                Kind::DeadlineExceeded,
            ],
        ])
    }
}

/// Of addresses that take an idempotency key.
const KEYED: &[Kind] = &[
    Kind::InvalidIdempotencyKey,
    Kind::IdempotencyKeyReused,
    Kind::NoLog,
    Kind::LogUnavailable,
    Kind::UnknownPolicy,
    Kind::NoLiveVersion,
    Kind::Erased,
];

impl IntoResponses for WorkProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            &[
                Kind::NotFound,
                Kind::NoLog,
                Kind::UnknownJob,
                Kind::UnknownApplication,
                Kind::UnknownDelivery,
                Kind::NoBelvo,
                Kind::DeliveryWaiting,
                Kind::NotAwaitingConsent,
                Kind::Erased,
                Kind::LogUnavailable,
                Kind::BelvoUnavailable,
            ],
        ])
    }
}

impl IntoResponses for ApplicationProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            RECEIVED,
            KEYED,
            &[
                Kind::MalformedJson,
                Kind::InvalidBody,
                Kind::InvalidRequest,
                Kind::NoBelvo,
                Kind::BelvoUnavailable,
            ],
        ])
    }
}

impl IntoResponses for JobProblems {
    fn responses() -> Responses {
        of(&[ALWAYS, RECEIVED, KEYED, BODY])
    }
}

impl IntoResponses for NoticeProblems {
    fn responses() -> Responses {
        of(&[&[
            Kind::InvalidPath,
            Kind::InvalidQuery,
            Kind::Unauthenticated,
            Kind::MethodNotAllowed,
            Kind::Internal,
            Kind::NoBelvo,
            Kind::UnreadableBody,
            Kind::RequestTimeout,
            Kind::BodyTooLarge,
            Kind::Overloaded,
            Kind::LogUnavailable,
        ]])
    }
}

impl IntoResponses for RegistryProblems {
    fn responses() -> Responses {
        of(&[
            ALWAYS,
            &[
                Kind::EmptyBody,
                Kind::UnreadableBody,
                Kind::MalformedJson,
                Kind::RequestTimeout,
                Kind::BodyTooLarge,
                Kind::UnsupportedMediaType,
                Kind::NotFound,
                Kind::NoRegistry,
                Kind::UnknownPolicy,
                Kind::UnknownVersion,
                Kind::UnknownDraft,
                Kind::UnknownCandidate,
                Kind::UnknownActivation,
                Kind::SamePerson,
                Kind::AlreadyApproved,
                Kind::VersionTaken,
                Kind::NotInForce,
                Kind::NothingBefore,
                Kind::OtherDraft,
                Kind::NoPrecondition,
                Kind::InvalidBody,
                Kind::NotPublishable,
                Kind::LogUnavailable,
            ],
        ])
    }
}

fn of(kinds: &[&[Kind]]) -> Responses {
    let mut by_status: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
    for kind in kinds.iter().copied().flatten() {
        by_status
            .entry(kind.status().as_str().to_owned())
            .or_default()
            .push(*kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status, response(&kinds).into()))
        .collect()
}

fn response(kinds: &[Kind]) -> Response {
    let lines: Vec<String> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}.", kind.code(), kind.title()))
        .collect();
    let mut content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    content.examples = kinds
        .iter()
        .map(|kind| {
            let body =
                Problem::new(*kind, kind.title()).body("0b9c2f0e-3f0c-4a53-9f7b-1c3f6a0d8e11");
            let example = ExampleBuilder::new()
                .summary(kind.title())
                .value(serde_json::to_value(body).ok())
                .build();
            (kind.code().to_owned(), RefOr::T(example))
        })
        .collect();
    let mut response = ResponseBuilder::new();
    if kinds.iter().any(|kind| kind.retry_after().is_some()) {
        let seconds = Header::builder()
            .schema(Some(Object::with_type(Type::Integer)))
            .description(Some(
                "Seconds after which asking again makes sense; with some of these.",
            ))
            .build();
        response = response.header("Retry-After", seconds);
    }
    for (kind, name, what) in [
        (
            Kind::RateLimited,
            "RateLimit",
            "What is left to this caller in this second, as `\"caller\";r=0;t=1`.",
        ),
        (
            Kind::Unauthenticated,
            "WWW-Authenticate",
            "`Bearer`: how to prove who asks.",
        ),
    ] {
        if kinds.contains(&kind) {
            let header = Header::builder().description(Some(what));
            response = response.header(name, header.build());
        }
    }
    response
        .description(lines.join("\n\n"))
        .content("application/problem+json", content)
        .build()
}
