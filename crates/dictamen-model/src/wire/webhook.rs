//! Webhooks: Belvo's notices that something can be fetched.

use super::{EmploymentChange, ProcessType, Total, WebhookCode, WebhookType};
use crate::identity::Masked;
use crate::json::{RequestError, parse_whole, wire};

wire! {
    /// A notice. It is not signed: a reason to fetch, never data to decide on.
    pub struct Webhook {
        /// Belvo's id of the notice.
        webhook_id: String,
        /// The resource it is about.
        webhook_type: WebhookType,
        /// First or repeated retrieval; absent before 2023.
        process_type: ProcessType,
        /// What happened.
        webhook_code: WebhookCode,
        /// The link it is about.
        link_id: String,
        /// The request that caused it.
        request_id: String,
        /// The caller's own id of the link.
        external_id: Masked,
        /// Details.
        data: WebhookData,
    }
}

wire! {
    /// Details of a notice; which ones depends on its type and code.
    pub struct WebhookData {
        /// Employment records found.
        total_employment_record_profiles: Total,
        /// New employment records.
        new_employment_records: Total,
        /// Current employments found.
        total_current_employments: Total,
        /// New current employments.
        new_current_employments: Total,
        /// Employments in Brazil found.
        total_employments: Total,
        /// New employments in Brazil.
        new_employments: Total,
        /// Owners found.
        total_owners: Total,
        /// New owners.
        new_owners: Total,
        /// What changed since the last retrieval.
        employment_changes: Vec<EmploymentChange>,
        /// Belvo's error code.
        error_code: String,
        /// Belvo's words for it.
        error_message: Masked,
        /// HTTP status of the error.
        status: Total,
    }
}

impl Webhook {
    /// Reads one notice.
    ///
    /// # Errors
    /// Everything wrong with it, at once.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        parse_whole(bytes, "a webhook")
    }
}
