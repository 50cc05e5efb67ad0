//! Belvo's own examples, where they are beside the workspace.

use dictamen_belvo::trouble::Trouble;
use dictamen_belvo::webhook::{Meaning, Notice};
use dictamen_belvo::wire::BrazilEmployment;
use dictamen_belvo::{Error, Filter, Kind, Resource};
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord, Link, WebhookType};

use crate::support::{answer, client, serve, shared};

/// The error that a client makes of an answer.
async fn error(status: u16, kind: &str, body: &str) -> Error {
    let (base, _) = serve(vec![answer(status, kind, body)]).await;
    client(&base).links(&Filter::default()).await.unwrap_err()
}

#[tokio::test]
async fn every_error_is_known() {
    let Some(folder) = shared("belvo/samples/errors") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let status: u16 = name[..3].parse().unwrap();
        let body = std::fs::read_to_string(&path).unwrap();
        let html = name.ends_with("html");
        let error = error(
            status,
            if html {
                "text/html"
            } else {
                "application/json"
            },
            &body,
        )
        .await;
        let trouble = error.trouble();
        if html {
            assert_eq!(error.kind, Kind::Firewall { status: 403 });
        } else {
            assert_eq!(error.request_id().map(str::len), Some(32), "{name}");
            let code = error.code().unwrap();
            let request_error = [
                "blank",
                "does_not_exist",
                "invalid",
                "null",
                "not_a_list",
                "parse_error",
                "required",
                "validation_error",
                "method",
            ];
            let ours = request_error
                .iter()
                .any(|start| name[4..].starts_with(start));
            assert_eq!(
                trouble == Trouble::OurFault,
                ours && name != "400_invalid_link.json",
                "{name} {code} {trouble:?}"
            );
        }
        seen += 1;
    }
    assert!(seen >= 30, "{seen}");
}

#[test]
fn every_shape_is_read() {
    let Some(folder) = shared("belvo/samples") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let read = if name.starts_with("employment_record.") {
            EmploymentRecord::read(&text).map(drop)
        } else if name.starts_with("current_employment.") {
            CurrentEmployment::read(&text).map(drop)
        } else if name.starts_with("link.") {
            Link::read(&text).map(drop)
        } else if name == "br.employment.json" {
            let employment = BrazilEmployment::read(&text).unwrap();
            let salaries = employment.salaries.unwrap();
            assert_eq!(salaries[0].base_amount, Some("1033.09".parse().unwrap()));
            assert!(employment.employer_data.is_some() && employment.occupations.is_some());
            Ok(())
        } else {
            continue;
        };
        read.unwrap_or_else(|error| panic!("{name}: {error}"));
        seen += 1;
    }
    assert!(seen >= 11, "{seen}");
}

#[test]
fn every_notice_is_understood() {
    let Some(folder) = shared("belvo/samples/webhooks") else {
        return;
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let notice = Notice::parse(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(notice.keys.len(), 2, "{name}");
        let expected = match &*name {
            name if name.contains("invalid_credentials") => Meaning::Reconnect,
            name if name.contains("link_deleted") => Meaning::Deleted,
            name if name.contains("employment_changes") => Meaning::Changed,
            _ => Meaning::Fetch,
        };
        assert_eq!(notice.meaning(), expected, "{name}");
        assert_eq!(
            notice.is_about(&WebhookType::Owners),
            name.starts_with("owners"),
            "{name}"
        );
    }
}
