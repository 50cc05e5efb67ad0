//! The record that is used, and whom it is about.

use super::super::Value;
use super::{MANY, NO_RECORD, entries, of_record};
use crate::facts::Institution;
use crate::wire::DocumentedStatus;

entries! {
    record_present: Bool None,
        "there is an employment record",
        called "employment record present" | "registro laboral disponible",
        es "hay un registro laboral",
        from ["employment_records"]
        => |f| f.record.is_some().into();
    record_id_used: Text None,
        "id of the record that is used: the newest one",
        called "id of the record used" | "identificador del registro usado",
        es "identificador del registro que se usa: el más reciente",
        missing ("there is no employment record, or it has no id", "no hay registro laboral, o no tiene identificador"),
        from ["employment_records[].id", "employment_records[].report_date", "employment_records[].collected_at", "employment_records[].created_at"]
        => |f| of_record(f, |r| r.record.id.as_deref());
    institution: Text None {"imss", "issste"},
        "institute the record comes from",
        called "institute" | "instituto",
        es "instituto del que proviene el registro",
        missing NO_RECORD,
        from ["link.institution", "employment_records[].employment_records[]"]
        => |f| of_record(f, |r| Some(match r.institution {
            Institution::Imss => "imss",
            Institution::Issste => "issste",
        }));
    ref_date: Date None,
        "day at which employment is measured: the earlier of report and decision",
        called "reference day" | "fecha de referencia",
        es "día en que se mide el empleo: el primero entre el del reporte y el de la decisión",
        missing ("there is no record, or it has no date", "no hay registro, o este no tiene fecha"),
        from ["employment_records[].report_date", "employment_records[].collected_at", "as_of"]
        => |f| of_record(f, |r| r.reference);
    report_age_days: Int Days [-MANY, MANY],
        "days from the report to the decision; negative when the report is dated later",
        called "age of the report" | "antigüedad del reporte",
        es "días entre el reporte y la decisión; negativo si el reporte tiene fecha posterior",
        missing ("there is no record, or it has no date", "no hay registro, o este no tiene fecha"),
        from ["employment_records[].report_date", "employment_records[].collected_at", "as_of"]
        => |f| of_record(f, |r| r.report_age);
    data_age_days: Int Days [-MANY, MANY],
        "age of the data: that of the report, or longer when the data left the institute earlier",
        called "age of the data" | "antigüedad de los datos",
        es "antigüedad de los datos: la del reporte, o mayor si salieron antes del instituto",
        missing ("there is no record, or it has no date", "no hay registro, o este no tiene fecha"),
        from ["employment_records[].report_date", "employment_records[].days_since_extraction", "as_of"]
        => |f| of_record(f, |r| {
            let extracted = r.record.days_since_extraction.map(crate::json::Whole::get);
            r.report_age.map(|age| extracted.map_or(age, |days| age.max(days)))
        });
    curp_valid: Bool None,
        "there is a CURP, and it is a possible one",
        called "valid CURP" | "CURP válida",
        es "hay una CURP y su estructura es válida",
        missing NO_RECORD,
        from ["employment_records[].internal_identification", "employment_records[].personal_data.document_ids"]
        => |f| of_record(f, |r| Some(r.person.curp_valid));
    birth_date_matches_curp: Bool None,
        "the birth date is the one in the CURP",
        called "birth date matches the CURP" | "fecha de nacimiento coincide con la CURP",
        es "la fecha de nacimiento es la que indica la CURP",
        missing ("the birth date is not told, or the CURP is missing or invalid", "no se indica la fecha de nacimiento, o la CURP falta o no es válida"),
        from ["employment_records[].personal_data.birth_date", "employment_records[].internal_identification"]
        => |f| of_record(f, |r| r.person.birth_date_matches);
    nss_valid: Bool None,
        "the social security number is a possible one",
        called "valid social security number" | "NSS válido",
        es "la estructura del número de seguridad social es válida",
        missing ("there is no social security number", "no hay número de seguridad social"),
        from ["employment_records[].personal_data.document_ids"]
        => |f| of_record(f, |r| r.person.nss_valid);
    age_years: Int Years [0, MANY],
        "completed years of age on the day of the decision; for legal capacity and insurance only",
        called "age" | "edad",
        es "años cumplidos el día de la decisión; solo para capacidad legal y seguro",
        missing ("no birth date is told and the CURP is missing or invalid", "no se indica la fecha de nacimiento y la CURP falta o no es válida"),
        from ["employment_records[].personal_data.birth_date", "employment_records[].internal_identification", "as_of"]
        => |f| of_record(f, |r| r.person.age);
    age_at_maturity: Int Years [0, MANY],
        "completed years of age when the term asked for ends; for insurance only",
        called "age at maturity" | "edad al vencimiento",
        es "años cumplidos cuando termina el plazo solicitado; solo para el seguro",
        missing ("no birth date is told and the CURP is missing or invalid", "no se indica la fecha de nacimiento y la CURP falta o no es válida"),
        from ["employment_records[].personal_data.birth_date", "application.requested_term_months", "as_of"]
        => |f| of_record(f, |r| r.person.age_at_maturity);
    entitlement_status: Text None {"EMPLOYED", "RETIRED", "UNEMPLOYED", "OTHER"},
        "employment status in the institute's certificate of entitlements",
        called "status in the certificate of entitlements" | "situación en la vigencia de derechos",
        es "situación laboral según la constancia de vigencia de derechos del instituto",
        missing ("the record does not tell it", "el registro no lo indica"),
        from ["employment_records[].personal_data.entitlements.status"]
        => |f| of_record(f, |r| {
            let status = r.record.personal_data.as_ref()?.entitlements.as_ref()?.status.as_ref()?;
            Some(match status {
                DocumentedStatus::Other(_) => "OTHER",
                known => known.as_str(),
            })
        });
    belvo_score_3m: Int Points [300, 900],
        "the data provider's employment score for the next 3 months",
        called "provider's employment score, 3 months" | "score de empleo del proveedor a 3 meses",
        es "score de empleo del proveedor de datos para los próximos 3 meses",
        missing ("the provider gives no score", "el proveedor no da un score"),
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(3));
    belvo_score_6m: Int Points [300, 900],
        "the data provider's employment score for the next 6 months",
        called "provider's employment score, 6 months" | "score de empleo del proveedor a 6 meses",
        es "score de empleo del proveedor de datos para los próximos 6 meses",
        missing ("the provider gives no score", "el proveedor no da un score"),
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(6));
    belvo_score_12m: Int Points [300, 900],
        "the data provider's employment score for the next 12 months",
        called "provider's employment score, 12 months" | "score de empleo del proveedor a 12 meses",
        es "score de empleo del proveedor de datos para los próximos 12 meses",
        missing ("the provider gives no score", "el proveedor no da un score"),
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(12));
    scores_missing: Bool None,
        "an IMSS record without the provider's scores, although they may be without value",
        called "provider's scores absent" | "scores del proveedor ausentes",
        es "registro del IMSS sin los scores del proveedor, que podrían venir vacíos",
        missing NO_RECORD,
        from ["employment_records[].employment_scores"]
        => |f| of_record(f, |r| Some(
            r.institution == Institution::Imss && r.record.employment_scores.is_none()
        ));
    current_employments_compared: Bool None,
        "there is a current employment close enough to the report to be compared with it",
        called "current employment compared" | "empleo actual comparado",
        es "hay un empleo actual de fecha cercana al reporte con el que compararlo",
        missing NO_RECORD,
        from ["current_employments[].collected_at"]
        => |f| f.record.as_ref().map_or(Value::Missing, |r| r.current.is_some().into());
}
