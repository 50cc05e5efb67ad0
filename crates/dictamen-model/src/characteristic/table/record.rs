//! The record that is used, and whom it is about.

use super::super::Value;
use super::{MANY, NO_RECORD, entries, of_record};
use crate::facts::Institution;
use crate::wire::DocumentedStatus;

entries! {
    record_present: Bool None,
        "there is an employment record",
        from ["employment_records"]
        => |f| f.record.is_some().into();
    record_id_used: Text None,
        "id of the record that is used: the newest one",
        missing "there is no employment record, or it has no id",
        from ["employment_records[].id", "employment_records[].report_date", "employment_records[].collected_at", "employment_records[].created_at"]
        => |f| of_record(f, |r| r.record.id.as_deref());
    institution: Text None {"imss", "issste"},
        "institute the record comes from",
        missing NO_RECORD,
        from ["link.institution", "employment_records[].employment_records[]"]
        => |f| of_record(f, |r| Some(match r.institution {
            Institution::Imss => "imss",
            Institution::Issste => "issste",
        }));
    ref_date: Date None,
        "day at which employment is measured: the earlier of report and decision",
        missing "there is no record, or it has no date",
        from ["employment_records[].report_date", "employment_records[].collected_at", "as_of"]
        => |f| of_record(f, |r| r.reference);
    report_age_days: Int Days [-MANY, MANY],
        "days from the report to the decision; negative when the report is dated later",
        missing "there is no record, or it has no date",
        from ["employment_records[].report_date", "employment_records[].collected_at", "as_of"]
        => |f| of_record(f, |r| r.report_age);
    data_age_days: Int Days [-MANY, MANY],
        "age of the data: that of the report, or longer when the data left the institute earlier",
        missing "there is no record, or it has no date",
        from ["employment_records[].report_date", "employment_records[].days_since_extraction", "as_of"]
        => |f| of_record(f, |r| {
            let extracted = r.record.days_since_extraction.map(crate::json::Whole::get);
            r.report_age.map(|age| extracted.map_or(age, |days| age.max(days)))
        });
    curp_valid: Bool None,
        "there is a CURP, and it is a possible one",
        missing NO_RECORD,
        from ["employment_records[].internal_identification", "employment_records[].personal_data.document_ids"]
        => |f| of_record(f, |r| Some(r.person.curp_valid));
    birth_date_matches_curp: Bool None,
        "the birth date is the one in the CURP",
        missing "the birth date is not told, or the CURP is missing or invalid",
        from ["employment_records[].personal_data.birth_date", "employment_records[].internal_identification"]
        => |f| of_record(f, |r| r.person.birth_date_matches);
    nss_valid: Bool None,
        "the social security number is a possible one",
        missing "there is no social security number",
        from ["employment_records[].personal_data.document_ids"]
        => |f| of_record(f, |r| r.person.nss_valid);
    age_years: Int Years [0, MANY],
        "completed years of age on the day of the decision; for legal capacity and insurance only",
        missing "no birth date is told and the CURP is missing or invalid",
        from ["employment_records[].personal_data.birth_date", "employment_records[].internal_identification", "as_of"]
        => |f| of_record(f, |r| r.person.age);
    age_at_maturity: Int Years [0, MANY],
        "completed years of age when the term asked for ends; for insurance only",
        missing "no birth date is told and the CURP is missing or invalid",
        from ["employment_records[].personal_data.birth_date", "application.requested_term_months", "as_of"]
        => |f| of_record(f, |r| r.person.age_at_maturity);
    entitlement_status: Text None {"EMPLOYED", "RETIRED", "UNEMPLOYED", "OTHER"},
        "employment status in the institute's certificate of entitlements",
        missing "the record does not tell it",
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
        missing "the provider gives no score",
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(3));
    belvo_score_6m: Int Points [300, 900],
        "the data provider's employment score for the next 6 months",
        missing "the provider gives no score",
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(6));
    belvo_score_12m: Int Points [300, 900],
        "the data provider's employment score for the next 12 months",
        missing "the provider gives no score",
        from ["employment_records[].employment_scores[]"]
        => |f| of_record(f, |r| r.score(12));
    scores_missing: Bool None,
        "an IMSS record without the provider's scores, although they may be without value",
        missing NO_RECORD,
        from ["employment_records[].employment_scores"]
        => |f| of_record(f, |r| Some(
            r.institution == Institution::Imss && r.record.employment_scores.is_none()
        ));
    current_employments_compared: Bool None,
        "there is a current employment close enough to the report to be compared with it",
        missing NO_RECORD,
        from ["current_employments[].collected_at"]
        => |f| f.record.as_ref().map_or(Value::Missing, |r| r.current.is_some().into());
}
