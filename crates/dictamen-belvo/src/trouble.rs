//! What a failed request means for the applicant: one table from Belvo's words to what can be done.
//!
//! The institutes' messages are told apart by what they say, not by the code beside them: the codes
//! of the same message have changed between versions of Belvo's documentation. Where the message is
//! not known, the code decides, then the status.

use std::time::Duration;

use crate::error::{Error, Kind};

/// Who has to do something before it can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The applicant.
    Applicant,
    /// The institute: nothing to do but wait.
    Institute,
    /// Belvo, or the way there: nothing to do but wait.
    Provider,
    /// Whoever runs this software.
    Operator,
}

/// When it may work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Once something was corrected.
    Corrected,
    /// After a while.
    After(Duration),
    /// On the next day: the institute counts by days.
    NextDay,
    /// Not with this link; a new one is needed.
    NewLink,
    /// Not at all.
    Never,
}

const fn minutes(count: u64) -> Again {
    Again::After(Duration::from_mins(count))
}

macro_rules! troubles {
    ($( $(#[$meta:meta])* $name:ident = $code:literal, $party:ident, $again:expr, $es:literal, $en:literal; )*) => {
        /// What a failed request means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Trouble {
            $( $(#[$meta])* $name, )*
        }

        impl Trouble {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// Stable code.
            pub fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// Who has to do something.
            pub fn party(self) -> Party {
                match self { $( Self::$name => Party::$party, )* }
            }

            /// When it may work.
            pub fn again(self) -> Again {
                match self { $( Self::$name => $again, )* }
            }

            /// What the applicant is told, in Mexican Spanish.
            pub fn es_mx(self) -> &'static str {
                match self { $( Self::$name => $es, )* }
            }

            /// The same in English.
            pub fn en(self) -> &'static str {
                match self { $( Self::$name => $en, )* }
            }
        }
    };
}

troubles! {
    /// The NSS does not belong to the CURP.
    NssMismatch = "belvo::nss-mismatch", Applicant, Again::Corrected,
        "El NSS no corresponde a la CURP. Revise ambos datos en su tarjeta del IMSS e inténtelo de nuevo.",
        "The social security number does not belong to the CURP. Check both on your IMSS card and try again.";
    /// The IMSS does not know the NSS.
    NssUnknown = "belvo::nss-unknown", Applicant, Again::Corrected,
        "El IMSS no encontró el NSS. Consúltelo en imss.gob.mx y, si está bien, acuda a su subdelegación.",
        "IMSS did not find the social security number. Look it up at imss.gob.mx; if it is right, go to your IMSS office.";
    /// The population register does not know the CURP.
    CurpUnknown = "belvo::curp-unknown", Applicant, Again::Corrected,
        "RENAPO no encontró la CURP. Cópiela de gob.mx/curp y, si no aparece ahí, acuda al Registro Civil.",
        "The population registry did not find the CURP. Copy it from gob.mx/curp; if it is not there, go to the civil registry.";
    /// The CURP is mistyped.
    CurpWrong = "belvo::curp-wrong", Applicant, Again::Corrected,
        "La CURP tiene un error. Cópiela de gob.mx/curp e inténtelo de nuevo.",
        "The CURP has a mistake in it. Copy it from gob.mx/curp and try again.";
    /// The CURP is not of 18 characters.
    CurpLength = "belvo::curp-length", Applicant, Again::Corrected,
        "La CURP debe tener 18 caracteres. Cópiela completa de gob.mx/curp.",
        "A CURP has 18 characters. Copy all of it from gob.mx/curp.";
    /// The person has no NSS.
    NoNss = "belvo::no-nss", Applicant, Again::Corrected,
        "No tiene número de seguridad social. Puede obtenerlo en imss.gob.mx; mientras tanto, podemos revisar otro comprobante de ingresos.",
        "You have no social security number. You can get one at imss.gob.mx; meanwhile another proof of income can be looked at.";
    /// The data at the IMSS contradict each other.
    DataInconsistent = "belvo::data-inconsistent", Applicant, Again::Corrected,
        "Sus datos en el IMSS tienen una inconsistencia. Acuda a su subdelegación con acta de nacimiento, CURP e identificación para corregirlos.",
        "Your data at IMSS contradict each other. Go to your IMSS office with birth certificate, CURP and identification to have them corrected.";
    /// Something can only be done at an office.
    OfficeNeeded = "belvo::office-needed", Applicant, Again::Corrected,
        "El IMSS pide que haga el trámite en la subdelegación más cercana a su domicilio.",
        "IMSS asks you to see to this at the office nearest to your home.";
    /// The e-mail address belongs to another CURP.
    EmailTaken = "belvo::email-taken", Applicant, Again::Corrected,
        "Ese correo ya está registrado en el IMSS con otra CURP. Use otro correo.",
        "That e-mail address is registered at IMSS with another CURP. Use another one.";
    /// The institute takes no more requests with this CURP today.
    DailyQuota = "belvo::daily-quota", Institute, Again::NextDay,
        "El IMSS ya no acepta más consultas de su CURP por hoy. Inténtelo mañana.",
        "IMSS takes no more requests with your CURP today. Try again tomorrow.";
    /// The institution does not accept the credentials.
    LoginFailed = "belvo::login-failed", Applicant, Again::Corrected,
        "La institución no aceptó los datos. Revíselos e inténtelo de nuevo.",
        "The institution did not accept the data. Check them and try again.";
    /// The institution is not working.
    InstitutionDown = "belvo::institution-down", Institute, minutes(30),
        "El sistema de la institución no está disponible. Inténtelo más tarde; su solicitud sigue abierta.",
        "The institution's system is not available. Try again later; your application stays open.";
    /// The institution was switched off.
    InstitutionInactive = "belvo::institution-inactive", Provider, minutes(24 * 60),
        "La conexión con la institución está suspendida por ahora. Inténtelo mañana o presente otro comprobante de ingresos.",
        "The connection with the institution is suspended for now. Try tomorrow, or bring another proof of income.";
    /// Somebody is logged in with the same data.
    SessionOpen = "belvo::session-open", Institute, minutes(2),
        "Hay otra sesión abierta con sus datos. Ciérrela y espere dos minutos.",
        "Another session is open with your data. Close it and wait two minutes.";
    /// The institution wants a second factor.
    TokenRequired = "belvo::token-required", Applicant, Again::Corrected,
        "La institución pide un código adicional. Vuelva a conectar e ingréselo.",
        "The institution asks for another code. Connect again and enter it.";
    /// The institution has nothing on the person.
    NoData = "belvo::no-data", Applicant, Again::Never,
        "La institución no tiene información laboral a su nombre. Podemos revisar otro comprobante de ingresos.",
        "The institution has no employment data on you. Another proof of income can be looked at.";
    /// The link is no longer accepted.
    LinkInvalid = "belvo::link-invalid", Applicant, Again::NewLink,
        "La conexión ya no es válida. Vuelva a conectar.",
        "The connection is no longer valid. Connect again.";
    /// Belvo no longer has the credentials.
    CredentialsExpired = "belvo::credentials-expired", Applicant, Again::NewLink,
        "La autorización que dio ya venció. Vuelva a conectar.",
        "The authorisation you gave has expired. Connect again.";
    /// The person is connected already.
    AlreadyConnected = "belvo::already-connected", Operator, Again::Never,
        "Ya está conectado con esta institución; no hace falta hacerlo otra vez.",
        "You are connected with this institution already; there is no need to do it again.";
    /// The link was refreshed a moment ago.
    RefreshedRecently = "belvo::refreshed-recently", Provider, minutes(10),
        "Sus datos se acaban de actualizar. Espere unos minutos.",
        "Your data have just been updated. Wait a few minutes.";
    /// The institution does not offer what was asked for.
    Unsupported = "belvo::unsupported", Operator, Again::Never,
        "Esta institución no ofrece la información solicitada.",
        "This institution does not offer what was asked for.";
    /// What was asked for is not there.
    NotFound = "belvo::not-found", Operator, Again::Never,
        "No se encontró la información. Vuelva a conectar.",
        "The data were not found. Connect again.";
    /// It took too long.
    TimedOut = "belvo::timed-out", Provider, minutes(5),
        "La consulta tardó demasiado. La repetimos en unos minutos; no tiene que hacer nada.",
        "The request took too long. It is repeated in some minutes; there is nothing you have to do.";
    /// Belvo does not work, or cannot be reached.
    ProviderDown = "belvo::provider-down", Provider, minutes(5),
        "Hay una falla temporal en la conexión. La repetimos en unos minutos; no tiene que hacer nada.",
        "The connection fails for the moment. It is repeated in some minutes; there is nothing you have to do.";
    /// Too many requests.
    TooManyRequests = "belvo::too-many-requests", Provider, minutes(1),
        "Hay muchas consultas en este momento. La repetimos en un minuto; no tiene que hacer nada.",
        "There are many requests at the moment. It is repeated in a minute; there is nothing you have to do.";
    /// Belvo does not accept the secrets, or not for this.
    NoAccess = "belvo::no-access", Operator, Again::Corrected,
        "No pudimos consultar sus datos por una falla nuestra. Le avisaremos cuando esté resuelta.",
        "Your data could not be requested because of a fault of ours. We will tell you when it is mended.";
    /// The request was not as it has to be, or the answer was not as it should be.
    OurFault = "belvo::our-fault", Operator, Again::Corrected,
        "No pudimos consultar sus datos por una falla nuestra. Le avisaremos cuando esté resuelta.",
        "Your data could not be requested because of a fault of ours. We will tell you when it is mended.";
}

/// What the institutes' messages say, folded; each is looked for within a message.
const MESSAGES: [(&str, Trouble); 11] = [
    ("nss capturado no coincide", Trouble::NssMismatch),
    ("nss no fue localizado", Trouble::NssUnknown),
    (
        "no fue localizado en la entidad externa renapo",
        Trouble::CurpUnknown,
    ),
    ("curp es incorrect", Trouble::CurpWrong),
    ("debe contener 18 caracteres", Trouble::CurpLength),
    ("no cuenta con nss", Trouble::NoNss),
    ("presentan alguna inconsistencia", Trouble::DataInconsistent),
    ("acudas a la subdelegacion", Trouble::OfficeNeeded),
    (
        "correo ya esta registrado con otro curp",
        Trouble::EmailTaken,
    ),
    (
        "agotado el numero de solicitudes permitidas",
        Trouble::DailyQuota,
    ),
    ("correo ya se encuentra registrado", Trouble::EmailTaken),
];

impl Trouble {
    /// What an error means.
    pub fn of(error: &Error) -> Self {
        match &error.kind {
            Kind::Refused(refused) => refused
                .errors
                .iter()
                .find_map(|error| Self::of_message(error.message.expose()))
                .or_else(|| {
                    refused
                        .errors
                        .iter()
                        .find_map(|error| Self::of_code(&error.code))
                })
                .unwrap_or_else(|| Self::of_status(refused.status)),
            Kind::Firewall { .. } | Kind::Throttled => Self::TooManyRequests,
            Kind::Empty { status } | Kind::NotJson { status } => Self::of_status(*status),
            Kind::TimedOut => Self::TimedOut,
            Kind::Unreachable | Kind::Cut => Self::ProviderDown,
            Kind::Unreadable(_) | Kind::TooLarge => Self::OurFault,
        }
    }

    /// What a message of an institute means, as it also comes in notices and from the widget.
    pub fn of_message(message: &str) -> Option<Self> {
        let folded = fold(message);
        MESSAGES
            .iter()
            .find(|(words, _)| folded.contains(words))
            .map(|(_, trouble)| *trouble)
    }

    /// What a code of Belvo means by itself.
    pub fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "login_error" | "invalid_credentials" | "missing_credentials" => Self::LoginFailed,
            "forbidden_by_host" => Self::DailyQuota,
            "institution_down" | "institution_unavailable" => Self::InstitutionDown,
            "institution_inactive" => Self::InstitutionInactive,
            "too_many_sessions" => Self::SessionOpen,
            "token_required" | "activation_required" | "activation_failed" | "session_expired" => {
                Self::TokenRequired
            }
            "unavailable_data" => Self::NoData,
            "invalid_link" | "unconfirmed_link" => Self::LinkInvalid,
            "expired_credentials" => Self::CredentialsExpired,
            "duplicated" => Self::AlreadyConnected,
            "link_refreshed" => Self::RefreshedRecently,
            "unsupported_operation" => Self::Unsupported,
            "not_found" => Self::NotFound,
            "request_timeout" => Self::TimedOut,
            "unexpected_error" | "service_unavailable" => Self::ProviderDown,
            "throttled" => Self::TooManyRequests,
            "authentication_failed"
            | "access_to_production_denied"
            | "access_to_resource_denied"
            | "permission_denied"
            | "quota_limit_reached" => Self::NoAccess,
            _ => return None,
        })
    }

    fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::NoAccess,
            404 => Self::NotFound,
            408 => Self::TimedOut,
            429 => Self::TooManyRequests,
            500.. => Self::ProviderDown,
            _ => Self::OurFault,
        }
    }
}

/// Lower case without accents, words apart by single spaces.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().take(1_000).flat_map(char::to_lowercase) {
        let plain = match c {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            other => other,
        };
        if plain.is_alphanumeric() {
            folded.push(plain);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error::Refused;

    fn of(status: u16, code: &str, message: &str) -> Trouble {
        let body = serde_json::json!([{ "code": code, "message": message, "request_id": "r" }]);
        let refused = Refused::read(status, body.to_string().as_bytes()).unwrap();
        Error::new("test", Kind::Refused(refused)).trouble()
    }

    #[test]
    fn the_message_comes_before_the_code() {
        for code in ["login_error", "missing_credentials", "something_new"] {
            assert_eq!(
                of(400, code, "La persona no cuenta con NSS"),
                Trouble::NoNss
            );
            assert_eq!(of(400, code, "CURP ES INCORRECTO."), Trouble::CurpWrong);
        }
        assert_eq!(
            of(
                403,
                "forbidden_by_host",
                "Has agotado el número de solicitudes permitidas por día."
            ),
            Trouble::DailyQuota
        );
        assert_eq!(
            of(
                400,
                "login_error",
                "Por favor, ingresa un CURP válido.  Debe contener 18 caracteres"
            ),
            Trouble::CurpLength
        );
    }

    #[test]
    fn the_code_comes_before_the_status() {
        assert_eq!(of(400, "institution_down", "?"), Trouble::InstitutionDown);
        assert_eq!(
            of(404, "expired_credentials", "?"),
            Trouble::CredentialsExpired
        );
        assert_eq!(of(418, "nobody_knows", "?"), Trouble::OurFault);
        assert_eq!(of(503, "nobody_knows", "?"), Trouble::ProviderDown);
    }

    #[test]
    fn every_trouble_has_words_in_two_languages() {
        let codes: BTreeSet<_> = Trouble::ALL.iter().map(|trouble| trouble.code()).collect();
        assert_eq!(codes.len(), Trouble::ALL.len());
        for trouble in Trouble::ALL {
            assert!(trouble.es_mx().ends_with('.') && trouble.en().ends_with('.'));
            assert_ne!(trouble.es_mx(), trouble.en());
        }
    }

    #[test]
    fn the_table() {
        let table: Vec<String> = Trouble::ALL
            .iter()
            .map(|t| {
                format!(
                    "{}\n  {:?}, {:?}\n  {}\n  {}",
                    t.code(),
                    t.party(),
                    t.again(),
                    t.es_mx(),
                    t.en()
                )
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }
}
