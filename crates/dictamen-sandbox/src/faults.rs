//! What can be made to go wrong, each with a name.
//!
//! A fault strikes by the first four letters of a CURP, by the request header `X-Sandbox-Fault`, or
//! by a rule (`--fault`), for a share of the requests or for the first few. The table holds every
//! error Belvo documents for employment, what its firewall answers, and what networks do.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::people::identifiers;

/// Where in the life of a link a fault of a person strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// When Belvo logs in with the institution: registering, retrieving, refreshing.
    Login,
    /// After the login, when data are read.
    Retrieval,
    /// In the answer, on its way.
    Answer,
    /// In what the institution knows of the person.
    Record,
    /// In the notices sent.
    Webhook,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Belvo's error array.
    Error {
        status: u16,
        code: &'static str,
        message: &'static str,
    },
    /// The firewall's page.
    Firewall,
    /// A status and no body.
    Empty(u16),
    /// Answers after this many milliseconds.
    Late(u64),
    /// Never answers.
    Hang,
    /// JSON that is none.
    Malformed,
    /// Half of the body, then the connection ends.
    Half,
    /// JSON, but not what was asked for.
    WrongShape,
    /// A shape of record.
    Shape(Shape),
    /// Something in the sending of notices.
    Notice(NoticeFault),
}

/// Shapes of records that are rarer than the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Of2023,
    NoHistory,
    NoSalary,
    NoStatus,
    Offset,
    OldReport,
}

/// What can go wrong with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoticeFault {
    Lost,
    Twice,
    Late,
}

/// One thing that can be made to go wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub name: &'static str,
    /// The four letters with which the CURPs begin that it strikes.
    pub prefix: &'static str,
    /// Where it strikes a person.
    pub stage: Stage,
    pub(crate) effect: Effect,
}

impl Fault {
    /// The fault with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAULTS.iter().find(|fault| fault.name == name)
    }

    /// The fault that a CURP asks for.
    pub fn of_curp(curp: &str) -> Option<&'static Self> {
        FAULTS.iter().find(|fault| curp.starts_with(fault.prefix))
    }

    /// A CURP that it strikes, and that is valid otherwise.
    pub fn curp(&self) -> String {
        let start = format!("{}850309MPLRNL0", self.prefix);
        let digit = identifiers::curp_digit(&start);
        format!("{start}{digit}")
    }

    /// What it does, in a few words.
    pub fn meaning(&self) -> String {
        match self.effect {
            Effect::Error {
                status,
                code,
                message,
            } => format!("{status} {code}: {message}"),
            Effect::Firewall => "403 with the firewall's HTML".to_owned(),
            Effect::Empty(status) => format!("{status} without a body"),
            Effect::Late(milliseconds) => format!("answers after {milliseconds} ms"),
            Effect::Hang => "never answers".to_owned(),
            Effect::Malformed => "answers JSON that is broken".to_owned(),
            Effect::Half => "ends the connection within the answer".to_owned(),
            Effect::WrongShape => "answers JSON that is not what was asked for".to_owned(),
            Effect::Shape(Shape::Of2023) => "records in the shape of 2023".to_owned(),
            Effect::Shape(Shape::NoHistory) => "was never registered in a job".to_owned(),
            Effect::Shape(Shape::NoSalary) => "current employments without salaries".to_owned(),
            Effect::Shape(Shape::NoStatus) => "entitlements whose status is null".to_owned(),
            Effect::Shape(Shape::Offset) => "timestamps with +00:00 instead of Z".to_owned(),
            Effect::Shape(Shape::OldReport) => "a report of 42 days ago".to_owned(),
            Effect::Notice(NoticeFault::Lost) => "a notice that is never sent".to_owned(),
            Effect::Notice(NoticeFault::Twice) => "a notice that is sent twice".to_owned(),
            Effect::Notice(NoticeFault::Late) => "a notice that others overtake".to_owned(),
        }
    }
}

const fn error(
    name: &'static str,
    prefix: &'static str,
    stage: Stage,
    (status, code): (u16, &'static str),
    message: &'static str,
) -> Fault {
    Fault {
        name,
        prefix,
        stage,
        effect: Effect::Error {
            status,
            code,
            message,
        },
    }
}

const fn other(name: &'static str, prefix: &'static str, stage: Stage, effect: Effect) -> Fault {
    Fault {
        name,
        prefix,
        stage,
        effect,
    }
}

const LOGIN: (u16, &str) = (400, "login_error");
const DOWN: &str = "Belvo is unable to process the request due to an internal system issue or to an \
                    unsupported response from an institution";

/// Everything that can be made to go wrong.
pub static FAULTS: &[Fault] = &[
    error(
        "imss-nss-mismatch",
        "XFNM",
        Stage::Login,
        (400, "invalid_credentials"),
        "El NSS capturado no coincide con la CURP",
    ),
    error(
        "imss-nss-unknown",
        "XFNU",
        Stage::Login,
        LOGIN,
        "El NSS no fue localizado en el IMSS",
    ),
    error(
        "imss-curp-unknown",
        "XFCU",
        Stage::Login,
        LOGIN,
        "El CURP proporcionado no fue localizado en la entidad externa RENAPO",
    ),
    error(
        "imss-curp-wrong",
        "XFCW",
        Stage::Login,
        LOGIN,
        "CURP es incorrecto",
    ),
    error(
        "imss-curp-length",
        "XFCL",
        Stage::Login,
        LOGIN,
        "Por favor, ingresa un CURP válido. Debe contener 18 caracteres",
    ),
    error(
        "imss-no-nss",
        "XFNN",
        Stage::Login,
        LOGIN,
        "La persona no cuenta con NSS",
    ),
    error(
        "imss-inconsistent",
        "XFIN",
        Stage::Login,
        LOGIN,
        "Los datos registrados en el IMSS asociados a la CURP, presentan alguna inconsistencia, por favor acude a tu Subdelegación para obtener tu Número de Seguridad Social.",
    ),
    error(
        "imss-office",
        "XFOF",
        Stage::Login,
        LOGIN,
        "Es necesario que acudas a la subdelegación más cercana a tu domicilio a presentar tu trámite",
    ),
    error(
        "imss-email-taken",
        "XFEM",
        Stage::Login,
        LOGIN,
        "El correo ya está registrado con otro CURP",
    ),
    error(
        "imss-quota",
        "XFQU",
        Stage::Login,
        (403, "forbidden_by_host"),
        "Has agotado el número de solicitudes permitidas por día.",
    ),
    error(
        "login-error",
        "XFLE",
        Stage::Login,
        LOGIN,
        "Invalid credentials provided to login to the institution.",
    ),
    error(
        "invalid-credentials",
        "XFIC",
        Stage::Login,
        (400, "invalid_credentials"),
        "Invalid credentials provided to login to the institution.",
    ),
    error(
        "missing-credentials",
        "XFMC",
        Stage::Login,
        (400, "missing_credentials"),
        "La persona no cuenta con NSS",
    ),
    error(
        "institution-down",
        "XFID",
        Stage::Login,
        (400, "institution_down"),
        "The financial institution is down, try again later",
    ),
    error(
        "institution-inactive",
        "XFII",
        Stage::Login,
        (400, "institution_inactive"),
        "The institution has been temporarily deactivated",
    ),
    error(
        "institution-unavailable",
        "XFIU",
        Stage::Login,
        (400, "institution_unavailable"),
        "The financial institution is unavailable",
    ),
    error(
        "too-many-sessions",
        "XFTS",
        Stage::Login,
        (400, "too_many_sessions"),
        "Impossible to login, a session is already opened with the institution for these credentials",
    ),
    error(
        "token-required",
        "XFTR",
        Stage::Login,
        (428, "token_required"),
        "A MFA token is required by the institution to login",
    ),
    error(
        "activation-required",
        "XFAR",
        Stage::Login,
        (428, "activation_required"),
        "The account needs to be activated with the institution",
    ),
    error(
        "unavailable-data",
        "XFUD",
        Stage::Retrieval,
        (400, "unavailable_data"),
        "The institution did not return any data for the request.",
    ),
    error(
        "unsupported-operation",
        "XFUO",
        Stage::Retrieval,
        (400, "unsupported_operation"),
        "The resource you are trying to access is not supported by this institution",
    ),
    error(
        "invalid-link",
        "XFIL",
        Stage::Retrieval,
        (400, "invalid_link"),
        "The link has been invalidated. You may need to update link credentials",
    ),
    error(
        "unconfirmed-link",
        "XFUL",
        Stage::Retrieval,
        (400, "unconfirmed_link"),
        "The link creation has not been completed yet",
    ),
    error(
        "session-expired",
        "XFSE",
        Stage::Retrieval,
        (400, "session_expired"),
        "The session you are trying to resume has expired, please start again from register/retrieve endpoint",
    ),
    error(
        "validation-error",
        "XFVE",
        Stage::Retrieval,
        (400, "validation_error"),
        "Bad request",
    ),
    error(
        "unauthorized",
        "XFUA",
        Stage::Retrieval,
        (401, "authentication_failed"),
        "Invalid Secret Keys",
    ),
    error(
        "production-denied",
        "XFPD",
        Stage::Retrieval,
        (403, "access_to_production_denied"),
        "You don’t have access to production API.",
    ),
    error(
        "resource-denied",
        "XFRD",
        Stage::Retrieval,
        (403, "access_to_resource_denied"),
        "You don't have access to this resource.",
    ),
    error(
        "permission-denied",
        "XFPE",
        Stage::Retrieval,
        (403, "permission_denied"),
        "You do not have permission to perform this action.",
    ),
    error(
        "quota-limit",
        "XFQL",
        Stage::Retrieval,
        (403, "quota_limit_reached"),
        "You have reached the limit of your quota.",
    ),
    error(
        "not-found",
        "XFNF",
        Stage::Retrieval,
        (404, "not_found"),
        "Not found.",
    ),
    error(
        "expired-credentials",
        "XFEC",
        Stage::Retrieval,
        (404, "expired_credentials"),
        "The credentials of this link have expired",
    ),
    error(
        "request-timeout",
        "XFRT",
        Stage::Retrieval,
        (408, "request_timeout"),
        "The request timed out, you can retry asking for less data by changing your query parameters",
    ),
    error(
        "link-refreshed",
        "XFLR",
        Stage::Retrieval,
        (409, "link_refreshed"),
        "The link has already been refreshed. Please wait 10 minutes before trying again.",
    ),
    error(
        "throttled",
        "XFTH",
        Stage::Retrieval,
        (429, "throttled"),
        "Request was throttled.",
    ),
    error(
        "unexpected-error",
        "XFUE",
        Stage::Retrieval,
        (500, "unexpected_error"),
        DOWN,
    ),
    error(
        "service-unavailable",
        "XFSU",
        Stage::Retrieval,
        (500, "service_unavailable"),
        DOWN,
    ),
    other("firewall", "XFFW", Stage::Retrieval, Effect::Firewall),
    other("empty", "XFEB", Stage::Answer, Effect::Empty(502)),
    other("empty-ok", "XFEO", Stage::Answer, Effect::Empty(200)),
    other("late", "XFLA", Stage::Answer, Effect::Late(2_000)),
    other("hang", "XFHA", Stage::Answer, Effect::Hang),
    other("malformed", "XFMA", Stage::Answer, Effect::Malformed),
    other("half", "XFHF", Stage::Answer, Effect::Half),
    other("wrong-shape", "XFWS", Stage::Answer, Effect::WrongShape),
    other(
        "shape-2023",
        "XFSH",
        Stage::Record,
        Effect::Shape(Shape::Of2023),
    ),
    other(
        "no-history",
        "XFNH",
        Stage::Record,
        Effect::Shape(Shape::NoHistory),
    ),
    other(
        "no-salary",
        "XFNS",
        Stage::Record,
        Effect::Shape(Shape::NoSalary),
    ),
    other(
        "no-status",
        "XFST",
        Stage::Record,
        Effect::Shape(Shape::NoStatus),
    ),
    other(
        "offset",
        "XFOS",
        Stage::Record,
        Effect::Shape(Shape::Offset),
    ),
    other(
        "old-report",
        "XFOR",
        Stage::Record,
        Effect::Shape(Shape::OldReport),
    ),
    other(
        "webhook-lost",
        "XFWL",
        Stage::Webhook,
        Effect::Notice(NoticeFault::Lost),
    ),
    other(
        "webhook-twice",
        "XFWT",
        Stage::Webhook,
        Effect::Notice(NoticeFault::Twice),
    ),
    other(
        "webhook-late",
        "XFWD",
        Stage::Webhook,
        Effect::Notice(NoticeFault::Late),
    ),
];

/// How often a rule strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// This share of all times, in per cent.
    Percent(u8),
    /// The first times only.
    First(u32),
}

/// A fault and how often it strikes; written `NAME:5%` or `NAME:3x`, or `NAME` for always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What goes wrong.
    pub fault: &'static Fault,
    /// How often.
    pub often: Often,
}

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a fault; write NAME, NAME:5% or NAME:3x, with a name of `dictamen sandbox faults`"
)]
pub struct UnknownRule(String);

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let unknown = || UnknownRule(text.to_owned());
        if let Some(fault) = Fault::named(text) {
            return Ok(Self {
                fault,
                often: Often::Percent(100),
            });
        }
        let (name, often) = text.split_once(':').ok_or_else(unknown)?;
        let often = if let Some(times) = often.strip_suffix('x') {
            Often::First(times.parse().map_err(|_| unknown())?)
        } else {
            let share = often.strip_suffix('%').unwrap_or(often);
            let share: u8 = share.parse().map_err(|_| unknown())?;
            if share > 100 {
                return Err(unknown());
            }
            Often::Percent(share)
        };
        let fault = Fault::named(name).ok_or_else(unknown)?;
        Ok(Self { fault, often })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.often {
            Often::Percent(100) => write!(f, "{}", self.fault.name),
            Often::Percent(share) => write!(f, "{}:{share}%", self.fault.name),
            Often::First(times) => write!(f, "{}:{times}x", self.fault.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_prefixes_are_unique() {
        let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
        let prefixes: BTreeSet<_> = FAULTS.iter().map(|fault| fault.prefix).collect();
        assert_eq!((names.len(), prefixes.len()), (FAULTS.len(), FAULTS.len()));
        assert!(
            prefixes
                .iter()
                .all(|p| p.len() == 4 && p.bytes().all(|b| b.is_ascii_uppercase()))
        );
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        for text in [
            "hang",
            "unexpected-error:5%",
            "half:0%",
            "unexpected-error:3x",
            "shape-2023",
            "shape-2023:2x",
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "hung",
            "hang:101%",
            "hang:-1",
            "hang:",
            "hang:x",
            ":3x",
            "hang:-1x",
            "hang:1.5%",
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
