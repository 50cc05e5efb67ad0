//! The client of `dictamen-belvo` against the sandbox: every method, for every institution.

use std::time::Duration;

use dictamen_belvo::trouble::Trouble;
use dictamen_belvo::widget::WidgetRequest;
use dictamen_belvo::wire::{BrazilEmployment, EmploymentMetrics, Institution, Owner};
use dictamen_belvo::{
    Change, Client, Config, Credentials, Filter, Kind, NewLink, Retrieve, Retry, Storage,
};
use dictamen_model::identity::Masked;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord};
use dictamen_sandbox::Settings;

use crate::support::{Local, calm, curp};

pub(crate) fn client(local: &Local) -> Client {
    let settings = local.sandbox.settings();
    let mut config =
        Config::new(&local.base, &settings.secret_id, &settings.secret_password).unwrap();
    config.retry = Retry {
        base: Duration::from_millis(5),
        sessions: Duration::from_millis(5),
        ..Retry::default()
    };
    config.timeout = Duration::from_millis(1_500);
    config.retrieval_timeout = Duration::from_millis(1_500);
    config.requests_per_30s = 0;
    Client::new(config).unwrap()
}

/// Waits until Belvo has a record of a link.
async fn records(client: &Client, link: &str) -> Vec<dictamen_belvo::Element<EmploymentRecord>> {
    for _ in 0..200 {
        let all = client.all(&Filter::link(link), 100).await.unwrap();
        if !all.is_empty() {
            return all;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing was fetched");
}

#[tokio::test]
async fn everything_a_link_can_do() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    client.probe().await.unwrap();
    let institutions = client
        .all::<Institution>(&Filter::default(), 10)
        .await
        .unwrap();
    assert_eq!(institutions.len(), 4);
    let supported = institutions[0].value.resources.as_ref().unwrap();
    assert!(supported.contains(&"CURRENT_EMPLOYMENTS".to_owned()));

    let mut new = NewLink::single("imss_mx_employment", &curp("QXWA"));
    new.external_id = Some("user_0001".into());
    new.username2 = Some(Masked::new("someone@mail.mx"));
    new.credentials_storage = Some(Storage::Days(90));
    new.stale_in = Some("90d".into());
    let link = client.register(&new).await.unwrap();
    let id = link.id.clone().unwrap();
    assert_eq!(link.credentials_storage.as_deref(), Some("90d"));
    assert_eq!(client.link(&id).await.unwrap(), link);
    let listed = client
        .links(&Filter::default().and("external_id", "user_0001"))
        .await
        .unwrap();
    assert_eq!(
        (listed.count, listed.elements.len(), listed.has_more()),
        (Some(1), 1, false)
    );
    let again = client.register(&new).await.unwrap_err();
    assert_eq!(again.trouble(), Trouble::AlreadyConnected);
    let Kind::Refused(refused) = &again.kind else {
        panic!("{again}")
    };
    assert_eq!(
        refused.errors[0].institution_user_id,
        link.institution_user_id
    );

    let record = &records(&client, &id).await[0];
    let record_id = record.value.id.clone().unwrap();
    assert!(record.text().contains("someone@mail.mx"));
    assert_eq!(
        client
            .detail::<EmploymentRecord>(&record_id)
            .await
            .unwrap()
            .text(),
        record.text()
    );

    let got = client
        .retrieve::<EmploymentRecord>(&Retrieve {
            attach_pdf: Some(true),
            ..Retrieve::of(&id)
        })
        .await
        .unwrap();
    assert!(got[0].value.files.as_ref().unwrap()[0].value.is_some());
    let current = client
        .retrieve::<CurrentEmployment>(&Retrieve::of(&id))
        .await
        .unwrap();
    assert!(current[0].value.status.is_some());
    let reference_date = Some("2026-06-01".parse().unwrap());
    let metrics = client
        .retrieve::<EmploymentMetrics>(&Retrieve {
            reference_date,
            ..Retrieve::of(&id)
        })
        .await
        .unwrap();
    assert_eq!(metrics[0].value.reference_date, reference_date);
    assert!(metrics[0].value.age.is_some() && metrics[0].value.employer_count.is_some());
    let owner = client.retrieve::<Owner>(&Retrieve::of(&id)).await.unwrap();
    assert!(owner[0].value.internal_identification.is_some() && owner[0].value.email.is_some());

    let change = Change {
        access_mode: Some("recurrent"),
        ..Change::default()
    };
    assert_eq!(
        client
            .modify(&id, &change)
            .await
            .unwrap()
            .access_mode
            .as_deref(),
        Some("recurrent")
    );
    let credentials = Credentials {
        password: Masked::new(""),
    };
    assert_eq!(
        client
            .update(&id, &credentials)
            .await
            .unwrap()
            .status
            .as_deref(),
        Some("valid")
    );
    assert!(
        !client
            .refresh(&id, &["EMPLOYMENT_RECORDS".into()])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        client.refresh(&id, &[]).await.unwrap_err().trouble(),
        Trouble::RefreshedRecently
    );
    assert!(
        !client
            .retrieve_later::<EmploymentRecord>(&Retrieve::of(&id))
            .await
            .unwrap()
            .is_empty()
    );

    client.delete::<EmploymentRecord>(&record_id).await.unwrap();
    let gone = client
        .detail::<EmploymentRecord>(&record_id)
        .await
        .unwrap_err();
    assert_eq!(gone.trouble(), Trouble::NotFound);
    assert!(
        !client
            .widget_token(&WidgetRequest::default())
            .await
            .unwrap()
            .expose()
            .is_empty()
    );
    assert!(!client.delete_link_later(&id).await.unwrap().is_empty());
    local
        .until(&format!("/api/employment-records/?link={id}"), 0)
        .await;
}

#[tokio::test]
async fn many_records_come_over_many_pages() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    let link = client
        .register(&NewLink::single("planet_mx_employment", "ANYBODY"))
        .await
        .unwrap();
    let id = link.id.unwrap();
    for _ in 0..34 {
        client
            .retrieve::<EmploymentRecord>(&Retrieve::of(&id))
            .await
            .unwrap();
    }
    records(&client, &id).await;
    local.until("/api/employment-records/", 35).await;
    let all = client
        .all::<EmploymentRecord>(&Filter::link(&id), 1_000)
        .await
        .unwrap();
    let mut ids: Vec<_> = all.iter().map(|element| element.value.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((all.len(), ids.len()), (35, 35));
    assert_eq!(
        client
            .all::<EmploymentRecord>(&Filter::link(&id).page_size(7), 20)
            .await
            .unwrap()
            .len(),
        20
    );
}

#[tokio::test]
async fn the_words_of_the_imss_reach_the_applicant() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    for (letters, trouble) in [
        ("XFNM", Trouble::NssMismatch),
        ("XFNU", Trouble::NssUnknown),
        ("XFCU", Trouble::CurpUnknown),
        ("XFCW", Trouble::CurpWrong),
        ("XFCL", Trouble::CurpLength),
        ("XFNN", Trouble::NoNss),
        ("XFMC", Trouble::NoNss),
        ("XFIN", Trouble::DataInconsistent),
        ("XFOF", Trouble::OfficeNeeded),
        ("XFEM", Trouble::EmailTaken),
        ("XFQU", Trouble::DailyQuota),
        ("XFLE", Trouble::LoginFailed),
        ("XFID", Trouble::InstitutionDown),
        ("XFTS", Trouble::SessionOpen),
        ("XFTR", Trouble::TokenRequired),
    ] {
        let new = NewLink::single("imss_mx_employment", &curp(letters));
        let error = client.register(&new).await.unwrap_err();
        assert_eq!(error.trouble(), trouble, "{letters} {error}");
    }
    let wrong = NewLink::single("imss_mx_employment", "TOO-SHORT");
    assert_eq!(
        client.register(&wrong).await.unwrap_err().trouble(),
        Trouble::CurpLength
    );
}

#[tokio::test]
async fn what_goes_wrong_after_the_login() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    let mut troubles = Vec::new();
    for letters in [
        "XFUD", "XFIL", "XFUL", "XFUA", "XFRD", "XFEC", "XFRT", "XFLR", "XFTH", "XFUE", "XFSU",
        "XFFW", "XFEB", "XFEO", "XFHA", "XFMA", "XFHF", "XFWS",
    ] {
        let new = NewLink {
            fetch_resources: Vec::new(),
            ..NewLink::single("imss_mx_employment", &curp(letters))
        };
        let id = client.register(&new).await.unwrap().id.unwrap();
        let error = client
            .retrieve::<EmploymentRecord>(&Retrieve::of(&id))
            .await
            .unwrap_err();
        troubles.push(format!("{letters} {:?}", error.trouble()));
    }
    let expected = [
        "XFUD NoData",
        "XFIL LinkInvalid",
        "XFUL LinkInvalid",
        "XFUA NoAccess",
        "XFRD NoAccess",
        "XFEC CredentialsExpired",
        "XFRT TimedOut",
        "XFLR RefreshedRecently",
        "XFTH TooManyRequests",
        "XFUE ProviderDown",
        "XFSU ProviderDown",
        "XFFW TooManyRequests",
        "XFEB ProviderDown",
        "XFEO OurFault",
        "XFHA TimedOut",
        "XFMA OurFault",
        "XFHF ProviderDown",
        "XFWS OurFault",
    ];
    assert_eq!(troubles, expected);
}

#[tokio::test]
async fn rare_shapes_are_read() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    for letters in ["XFSH", "XFNH", "XFNS", "XFST", "XFOS", "XFOR"] {
        let new = NewLink::single("imss_mx_employment", &curp(letters));
        let id = client.register(&new).await.unwrap().id.unwrap();
        let record = &client
            .retrieve::<EmploymentRecord>(&Retrieve::of(&id))
            .await
            .unwrap()[0];
        let current = &client
            .retrieve::<CurrentEmployment>(&Retrieve::of(&id))
            .await
            .unwrap()[0];
        let shape_2023 =
            record.value.employment_scores.is_none() && record.value.salary_estimation.is_none();
        assert_eq!(shape_2023, letters == "XFSH");
        assert_eq!(
            record.value.employment_records.as_ref().unwrap().is_empty(),
            letters == "XFNH"
        );
        let entitlements = record
            .value
            .personal_data
            .as_ref()
            .unwrap()
            .entitlements
            .as_ref()
            .unwrap();
        assert_eq!(entitlements.status.is_none(), letters == "XFST");
        assert_eq!(record.text().contains("+00:00\""), letters == "XFOS");
        assert_eq!(
            record
                .value
                .days_since_extraction
                .map_or(0, dictamen_model::Whole::get)
                > 40,
            letters == "XFOR"
        );
        if letters == "XFNS" {
            let employer = &current.value.current_employment_records.as_ref().unwrap()[0];
            assert!(employer.base_salary.is_none() && employer.employer.is_some());
        }
    }
}

#[tokio::test]
async fn passing_faults_are_survived() {
    let faults = ["unexpected-error:2x", "half:1x", "empty:1x", "malformed:0x"];
    let settings = Settings {
        faults: faults.iter().map(|f| f.parse().unwrap()).collect(),
        ..calm()
    };
    let local = Local::start(settings).await;
    client(&local).links(&Filter::default()).await.unwrap();
    let many = Settings {
        faults: vec!["service-unavailable:40%".parse().unwrap()],
        ..calm()
    };
    let local = Local::start(many).await;
    let client = client(&local);
    let mut survived = 0;
    for _ in 0..50 {
        survived += u32::from(client.links(&Filter::default()).await.is_ok());
    }
    assert!(survived > 45, "{survived}");
}

#[tokio::test]
async fn brazil_s_employments_come_one_per_employer() {
    let local = Local::start(calm()).await;
    let client = client(&local);
    let mut new = NewLink::single("inss_br_employment", "12345678909");
    new.fetch_resources = vec!["EMPLOYMENTS".into()];
    let id = client.register(&new).await.unwrap().id.unwrap();
    local
        .until(&format!("/api/br/employments/?link={id}"), 1)
        .await;
    let listed = client
        .all::<BrazilEmployment>(&Filter::link(&id), 100)
        .await
        .unwrap();
    let retrieved = client
        .retrieve::<BrazilEmployment>(&Retrieve::of(&id))
        .await
        .unwrap();
    assert_eq!(listed.len(), retrieved.len());
    assert!(listed.len() > 1);
    for element in &retrieved {
        let employment = &element.value;
        assert!(employment.start_date.is_some() && employment.employer_data.is_some());
        let salaries = employment.salaries.as_ref().unwrap();
        assert!(
            salaries
                .iter()
                .all(|salary| salary.base_amount.unwrap().scale() == 2)
        );
    }
    let last = retrieved[0].value.start_date.unwrap();
    let some = Retrieve {
        date_from: Some(last),
        save_data: false,
        ..Retrieve::of(&id)
    };
    let some = client.retrieve::<BrazilEmployment>(&some).await.unwrap();
    assert!(!some.is_empty() && some.len() < retrieved.len());
    let unfiltered = client
        .list::<BrazilEmployment>(&Filter::default())
        .await
        .unwrap_err();
    assert_eq!(unfiltered.code(), Some("required"));
    let record = client
        .retrieve::<EmploymentRecord>(&Retrieve::of(&id))
        .await
        .unwrap_err();
    assert_eq!(record.trouble(), Trouble::Unsupported);
    let wrong = NewLink::single("inss_br_employment", "1234");
    assert_eq!(
        client
            .register(&NewLink {
                fetch_resources: Vec::new(),
                ..wrong
            })
            .await
            .unwrap_err()
            .trouble(),
        Trouble::LoginFailed
    );
}
