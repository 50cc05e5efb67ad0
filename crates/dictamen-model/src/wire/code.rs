//! Open vocabularies: the documented words, and room for those that Belvo adds.

use crate::identity::Masked;
use crate::json::{Raw, Reader, leaf};

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $code:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A word that was not documented when this was written.
            Other(Masked),
        }

        impl $name {
            /// The word as Belvo writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $code, )*
                    Self::Other(word) => word.expose(),
                }
            }

            /// A documented word as programs write it, if one is next.
            #[inline]
            fn short(reader: &mut Reader<'_>) -> Option<Self> {
                $( if reader.takes(concat!("\"", $code, "\"")) {
                    return Some(Self::$variant);
                } )*
                None
            }

            /// Whether this word is documented.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        leaf!($name, short Self::short, |raw, context| match raw {
            Raw::Text(text) if text.is_empty() => None,
            Raw::Text(text) if text.len() > 200 => {
                context.problem("json::range", "this code is longer than 200 bytes", None);
                None
            }
            Raw::Text(text) => Some(match text.as_ref() {
                $( $code => Self::$variant, )*
                other => Self::Other(Masked::new(other)),
            }),
            other => {
                context.wrong_type("text", other.found());
                None
            }
        });
    };
}

codes! {
    /// Status of a person according to the institute's certificate of entitlements.
    DocumentedStatus {
        /// In formal employment.
        Employed = "EMPLOYED",
        /// Retired.
        Retired = "RETIRED",
        /// Not in formal employment.
        Unemployed = "UNEMPLOYED",
    }
}

codes! {
    /// Status according to the current employments, or to the provider's estimate.
    EmploymentStatus {
        /// In formal employment.
        Employed = "EMPLOYED",
        /// Not in formal employment.
        Unemployed = "UNEMPLOYED",
    }
}

codes! {
    /// What happened in a job (IMSS), or where a salary was learned from (ISSSTE).
    EmploymentEvent {
        /// Left or was dismissed; the institute does not say which.
        DismissedResigned = "DISMISSED_RESIGNED",
        /// The salary changed, up or down.
        SalaryModification = "SALARY_MODIFICATION",
        /// Was hired.
        Hired = "HIRED",
        /// Paid contributions without an employer.
        VoluntaryContribution = "VOLUNTARY_CONTRIBUTION",
        /// Was absent.
        Absence = "ABSENCE",
        /// Was on sick leave.
        SickLeave = "SICK_LEAVE",
        /// From the ISSSTE itself.
        Normal = "NORMAL",
        /// From the ISSSTE's database of active workers.
        BdutaCertificate = "BDUTA_CERTIFICATE",
        /// From a certificate of the employing entity.
        DyeCertificate = "DYE_CERTIFICATE",
    }
}

codes! {
    /// A change that an `employment_changes` webhook announces.
    EmploymentChange {
        /// Found employment.
        Employed = "EMPLOYED",
        /// Lost employment.
        Unemployed = "UNEMPLOYED",
        /// Earns more.
        SalaryIncreased = "SALARY_INCREASED",
        /// Earns less.
        SalaryDecreased = "SALARY_DECREASED",
    }
}

codes! {
    /// The resource a webhook is about.
    WebhookType {
        /// Employment records.
        EmploymentRecords = "EMPLOYMENT_RECORDS",
        /// Current employments.
        CurrentEmployments = "CURRENT_EMPLOYMENTS",
        /// Employment metrics.
        EmploymentMetrics = "EMPLOYMENT_METRICS",
        /// Owners.
        Owners = "OWNERS",
        /// Employments in Brazil.
        Employments = "EMPLOYMENTS",
        /// The link itself.
        Link = "LINK",
    }
}

codes! {
    /// What started the retrieval a webhook reports.
    ProcessType {
        /// The first retrieval after a link was made or refreshed.
        HistoricalUpdate = "historical_update",
        /// A repeated retrieval of a recurrent link.
        RecurrentUpdate = "recurrent_update",
    }
}

codes! {
    /// What a webhook says happened.
    WebhookCode {
        /// The first retrieval is complete.
        HistoricalUpdate = "historical_update",
        /// Employment status or salary changed.
        EmploymentChanges = "employment_changes",
        /// There is a new record.
        NewEmploymentRecordsAvailable = "new_employment_records_available",
        /// There are new current employments.
        NewCurrentEmploymentsAvailable = "new_current_employments_available",
        /// There are new employments in Brazil.
        NewEmploymentsAvailable = "new_employments_available",
        /// There are new owners.
        NewOwnersAvailable = "new_owners_available",
        /// The credentials are no longer accepted.
        InvalidCredentials = "invalid_credentials",
        /// A token is needed.
        TokenRequired = "token_required",
        /// The link was deleted.
        LinkDeleted = "link_deleted",
    }
}
