//! The owner of a link.

use serde::Serialize;

use super::{DocumentId, Subject, documents, write};

#[derive(Serialize)]
struct Owner<'a> {
    id: &'a str,
    link: &'a str,
    internal_identification: &'a str,
    collected_at: &'a str,
    created_at: &'a str,
    display_name: String,
    email: Option<&'a str>,
    phone_number: Option<&'a str>,
    address: Option<&'a str>,
    document_id: Option<DocumentId<'a>>,
    business_name: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    second_last_name: Option<&'a str>,
}

/// The owner, as JSON.
pub(crate) fn owner(subject: &Subject<'_>) -> String {
    let name = &subject.person.name;
    let now = subject.moment();
    write(&Owner {
        id: &subject.id,
        link: subject.link,
        internal_identification: &subject.person.curp,
        collected_at: &now,
        created_at: &now,
        display_name: subject.person.full_name(),
        email: subject.email,
        phone_number: None,
        address: None,
        document_id: documents(subject)
            .into_iter()
            .find(|document| document.document_type == "CURP"),
        business_name: None,
        first_name: Some(name.given),
        last_name: Some(name.first_surname),
        second_last_name: Some(name.second_surname),
    })
}
