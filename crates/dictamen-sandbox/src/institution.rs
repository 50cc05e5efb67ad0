//! The institutions of employment, three in Mexico and one in Brazil: what each can do, and how a
//! form asks for it.

use serde_json::{Value, json};

use crate::people::Institute;

/// An institution a link can be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Institution {
    /// `imss_mx_employment`.
    Imss,
    /// `issste_mx_employment`.
    Issste,
    /// `planet_mx_employment`, the institution of Belvo's own sandbox.
    Planet,
    /// `inss_br_employment`, Brazil's. Belvo's own name of it is not documented.
    Inss,
}

/// What can be retrieved through a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    /// Who the link is of.
    Owners,
    /// The history.
    EmploymentRecords,
    /// The running month.
    CurrentEmployments,
    /// Figures computed from the history.
    EmploymentMetrics,
    /// Brazil's employments, one per employer.
    Employments,
}

impl Resource {
    pub(crate) const ALL: [Self; 5] = [
        Self::Owners,
        Self::EmploymentRecords,
        Self::CurrentEmployments,
        Self::EmploymentMetrics,
        Self::Employments,
    ];

    /// Belvo's word.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Owners => "OWNERS",
            Self::EmploymentRecords => "EMPLOYMENT_RECORDS",
            Self::CurrentEmployments => "CURRENT_EMPLOYMENTS",
            Self::EmploymentMetrics => "EMPLOYMENT_METRICS",
            Self::Employments => "EMPLOYMENTS",
        }
    }

    /// The resource with a name.
    pub(crate) fn named(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|resource| resource.code() == code)
    }

    /// Where it is under `/api/`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Owners => "owners",
            Self::EmploymentRecords => "employment-records",
            Self::CurrentEmployments => "mx/current-employments",
            Self::EmploymentMetrics => "employment-metrics",
            Self::Employments => "br/employments",
        }
    }

    /// The key of a notice's data that tells how many there are after a historical update.
    pub(crate) fn total_key(self) -> &'static str {
        match self {
            Self::Owners => "total_owners",
            Self::EmploymentRecords => "total_employment_record_profiles",
            Self::CurrentEmployments => "total_current_employments",
            Self::EmploymentMetrics => "total_employment_metrics",
            Self::Employments => "total_employments",
        }
    }

    /// Code of the notice that there are new ones, and the key of its data.
    pub(crate) fn news(self) -> (&'static str, &'static str) {
        match self {
            Self::Owners => ("new_owners_available", "new_owners"),
            Self::EmploymentRecords => {
                ("new_employment_records_available", "new_employment_records")
            }
            Self::CurrentEmployments => (
                "new_current_employments_available",
                "new_current_employments",
            ),
            Self::EmploymentMetrics => {
                ("new_employment_metrics_available", "new_employment_metrics")
            }
            Self::Employments => ("new_employments_available", "new_employments"),
        }
    }
}

impl Institution {
    pub(crate) const ALL: [Self; 4] = [Self::Imss, Self::Issste, Self::Planet, Self::Inss];
    /// Those the widget offers: its form asks for a CURP.
    pub(crate) const MEXICAN: [Self; 3] = [Self::Imss, Self::Issste, Self::Planet];

    /// Belvo's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Imss => "imss_mx_employment",
            Self::Issste => "issste_mx_employment",
            Self::Planet => "planet_mx_employment",
            Self::Inss => "inss_br_employment",
        }
    }

    /// The institution with a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|institution| institution.name() == name)
    }

    /// The institution with Belvo's number.
    pub(crate) fn numbered(id: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|institution| institution.id() == id)
    }

    pub(crate) fn id(self) -> i64 {
        match self {
            Self::Imss => 10_124,
            Self::Issste => 10_126,
            Self::Planet => 10_084,
            Self::Inss => 10_090,
        }
    }

    /// Name shown to people.
    pub(crate) fn display_name(self) -> &'static str {
        match self {
            Self::Imss => "IMSS",
            Self::Issste => "ISSSTE",
            Self::Planet => "Planet Employment",
            Self::Inss => "INSS",
        }
    }

    /// What it can be asked for, in Belvo's order.
    pub(crate) fn resources(self) -> &'static [Resource] {
        match self {
            Self::Imss => &[
                Resource::Owners,
                Resource::EmploymentRecords,
                Resource::CurrentEmployments,
                Resource::EmploymentMetrics,
            ],
            Self::Issste | Self::Planet => &[Resource::Owners, Resource::EmploymentRecords],
            Self::Inss => &[Resource::Employments],
        }
    }

    /// Whose register it is.
    pub(crate) fn institute(self) -> Institute {
        match self {
            Self::Issste => Institute::Issste,
            Self::Imss | Self::Planet | Self::Inss => Institute::Imss,
        }
    }

    /// The descriptor.
    pub(crate) fn describe(self, down: bool) -> Value {
        let brazil = self == Self::Inss;
        let (label, validation, placeholder) = if brazil {
            ("CPF", "^\\d{11}$", "12345678909")
        } else {
            (
                "CURP",
                "^[A-Z]{4}\\d{6}[A-Z]{3}[A-Z0-9]{4}\\d$",
                "GARC850101HDFLRS09",
            )
        };
        let mut fields = vec![json!({
            "name": "username",
            "type": "text",
            "label": label,
            "validation": validation,
            "placeholder": placeholder,
            "validation_message": format!("{label} inválida"),
            "values": [],
        })];
        if brazil {
            fields.push(json!({
                "name": "password",
                "type": "password",
                "label": "Senha",
                "validation": "^.{1,}$",
                "placeholder": "",
                "validation_message": "Senha inválida",
                "values": [],
            }));
        }
        if self == Self::Imss {
            fields.push(json!({
                "name": "username2",
                "type": "text",
                "label": "Correo electrónico",
                "validation": "^[^@\\s]+@[^@\\s]+$",
                "placeholder": "nombre@correo.mx",
                "validation_message": "Correo inválido",
                "values": [],
            }));
        }
        let resources: Vec<&str> = self
            .resources()
            .iter()
            .map(|resource| resource.code())
            .collect();
        json!({
            "id": self.id(),
            "name": self.name(),
            "type": "employment",
            "website": match self {
                Self::Imss => Some("https://www.imss.gob.mx"),
                Self::Issste => Some("https://www.gob.mx/issste"),
                Self::Planet => None,
                Self::Inss => Some("https://meu.inss.gov.br"),
            },
            "display_name": self.display_name(),
            "country_codes": [if brazil { "BR" } else { "MX" }],
            "primary_color": "#1f6f5c",
            "logo": null,
            "icon_logo": null,
            "text_logo": null,
            "code": null,
            "form_fields": fields,
            "features": [],
            "resources": resources,
            "integration_type": "credentials",
            "status": if down { "down" } else { "healthy" },
            "openbanking_information": null,
        })
    }
}
