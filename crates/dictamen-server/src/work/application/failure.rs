//! Why an application has no decision, and what its applicant is told.
//!
//! What Belvo or an institute said is in the table of [`dictamen_belvo::trouble`]; the few reasons
//! of our own are here.

use dictamen_belvo::trouble::{Again, Party, Trouble};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A reason of our own: code, what the applicant is told, in Mexican Spanish and in English.
pub(crate) type Own = (&'static str, &'static str, &'static str);

pub(crate) const CONSENT_EXPIRED: Own = (
    "application::consent-expired",
    "No recibimos su autorización a tiempo. Pida un nuevo enlace para continuar.",
    "Your consent did not arrive in time. Ask for a new link to go on.",
);
pub(crate) const RETRIEVAL_TIMED_OUT: Own = (
    "application::retrieval-timed-out",
    "No fue posible obtener su historial laboral a tiempo. Vuelva a conectar o presente otro comprobante de ingresos.",
    "Your employment history could not be had in time. Connect again, or bring another proof of income.",
);
pub(crate) const CANNOT_DECIDE: Own = (
    "application::cannot-decide",
    "No pudimos evaluar su solicitud por una falla nuestra. Le avisaremos cuando esté resuelta.",
    "Your application could not be decided because of a fault of ours. We will tell you when it is mended.",
);
pub(crate) const CRASHED: Own = (
    "application::crashed",
    "No pudimos evaluar su solicitud por una falla nuestra. Le avisaremos cuando esté resuelta.",
    "Your application could not be decided because of a fault of ours. We will tell you when it is mended.",
);
const ERASED: Own = (
    "application::erased",
    "Su solicitud y sus datos fueron eliminados a petición.",
    "Your application and its data were erased on request.",
);
const ALL: [Own; 5] = [
    CONSENT_EXPIRED,
    RETRIEVAL_TIMED_OUT,
    CANNOT_DECIDE,
    CRASHED,
    ERASED,
];

/// Why, as it is kept: a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason(String);

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FailureText)]
pub(crate) struct Texts {
    /// In Mexican Spanish.
    #[serde(rename = "es-MX")]
    pub(crate) es_mx: &'static str,
    /// In English.
    pub(crate) en: &'static str,
}

/// Why an application has no decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ApplicationFailure)]
pub(crate) struct Failure {
    /// Stable code.
    #[schema(example = "belvo::no-nss")]
    pub(crate) code: String,
    /// Who has to do something: `applicant`, `institute`, `provider` or `operator`.
    #[schema(example = "applicant")]
    pub(crate) party: &'static str,
    /// When a new application may help: `corrected`, `later`, `next_day`, `new_link` or `never`.
    #[schema(example = "corrected")]
    pub(crate) again: &'static str,
    /// What the applicant is told.
    pub(crate) text: Texts,
}

impl Reason {
    pub(crate) fn of(trouble: Trouble) -> Self {
        Self(trouble.code().to_owned())
    }

    pub(crate) fn own(own: Own) -> Self {
        Self(own.0.to_owned())
    }

    /// It was erased while it waited, which leaves no reason behind.
    pub(crate) fn erased() -> Self {
        Self::own(ERASED)
    }

    pub(crate) fn code(&self) -> &str {
        &self.0
    }

    /// What it means.
    pub(crate) fn told(&self) -> Failure {
        let known = Trouble::ALL.iter().find(|trouble| trouble.code() == self.0);
        if let Some(trouble) = known {
            return Failure {
                code: self.0.clone(),
                party: match trouble.party() {
                    Party::Applicant => "applicant",
                    Party::Institute => "institute",
                    Party::Provider => "provider",
                    Party::Operator => "operator",
                },
                again: match trouble.again() {
                    Again::Corrected => "corrected",
                    Again::After(_) => "later",
                    Again::NextDay => "next_day",
                    Again::NewLink => "new_link",
                    Again::Never => "never",
                },
                text: Texts {
                    es_mx: trouble.es_mx(),
                    en: trouble.en(),
                },
            };
        }
        let own = ALL.iter().find(|(code, ..)| *code == self.0);
        let (_, es_mx, en) = *own.unwrap_or(&CANNOT_DECIDE);
        let by_applicant = self.0 == CONSENT_EXPIRED.0 || self.0 == RETRIEVAL_TIMED_OUT.0;
        Failure {
            code: self.0.clone(),
            party: if by_applicant {
                "applicant"
            } else {
                "operator"
            },
            again: match self.0.as_str() {
                _ if by_applicant => "new_link",
                code if code == ERASED.0 => "never",
                _ => "corrected",
            },
            text: Texts { es_mx, en },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_told_in_both_languages() {
        for own in ALL {
            let told = Reason::own(own).told();
            assert_eq!((told.code.as_str(), told.text.es_mx, told.text.en), own);
        }
        for trouble in Trouble::ALL {
            let told = Reason::of(*trouble).told();
            assert_eq!(
                (told.text.es_mx, told.text.en),
                (trouble.es_mx(), trouble.en())
            );
        }
    }
}
