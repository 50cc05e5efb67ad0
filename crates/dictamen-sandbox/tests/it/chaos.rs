//! Everything going wrong at once: each person ends with a record or with a true reason, and nothing
//! hangs, on either side.

use std::collections::BTreeMap;
use std::time::Duration;

use dictamen_belvo::trouble::{Again, Trouble};
use dictamen_belvo::{Client, Element, Error, Filter, Kind, NewLink, Retrieve};
use dictamen_model::wire::EmploymentRecord;
use dictamen_sandbox::Settings;

use crate::client::client;
use crate::support::{Local, calm, curp};

const RULES: [&str; 12] = [
    "unexpected-error:8%",
    "service-unavailable:5%",
    "request-timeout:3%",
    "too-many-sessions:5%",
    "throttled:3%",
    "firewall:2%",
    "half:5%",
    "empty:5%",
    "malformed:3%",
    "wrong-shape:2%",
    "hang:1%",
    "institution-down:5%",
];

/// What an applicant's connection does: registers, asks for the record, and asks again a few times
/// where the trouble says that this may help.
async fn connect(client: &Client, curp: &str) -> Result<Element<EmploymentRecord>, Trouble> {
    let mut link = None;
    let mut last = Trouble::ProviderDown;
    for _ in 0..12 {
        match attempt(client, curp, &mut link).await {
            Ok(record) => return Ok(record),
            Err(error) => last = error.trouble(),
        }
        let may_help = matches!(last.again(), Again::After(_)) || last == Trouble::OurFault;
        if !may_help {
            break;
        }
    }
    Err(last)
}

async fn attempt(
    client: &Client,
    curp: &str,
    link: &mut Option<String>,
) -> Result<Element<EmploymentRecord>, Error> {
    if link.is_none() {
        let new = NewLink::single("imss_mx_employment", curp);
        let made = match client.register(&new).await {
            // The answer to an earlier attempt was lost: the link is there.
            Err(error) if error.trouble() == Trouble::AlreadyConnected => {
                let Kind::Refused(refused) = &error.kind else {
                    return Err(error);
                };
                let person = refused.errors[0].institution_user_id.clone().unwrap();
                let filter = Filter::default().and("institution_user_id", person.expose());
                client.links(&filter).await?.elements[0].value.clone()
            }
            made => made?,
        };
        *link = made.id;
    }
    let retrieve = Retrieve::of(link.as_deref().unwrap());
    client
        .retrieve(&retrieve)
        .await
        .map(|mut records| records.remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_ends_with_a_record_or_a_true_reason() {
    let mut settings = Settings {
        faults: RULES.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..calm()
    };
    settings.notices.delay = Duration::from_millis(20);
    let local = Local::start(settings).await;
    let client = client(&local);
    let mut people: Vec<(String, Option<Trouble>)> = (0..120_u8)
        .map(|number| {
            let letters: String = [b'P', b'A' + number / 26, b'X', b'A' + number % 26]
                .map(char::from)
                .iter()
                .collect();
            (curp(&letters), None)
        })
        .collect();
    people.extend([
        (curp("XFNN"), Some(Trouble::NoNss)),
        (curp("XFQU"), Some(Trouble::DailyQuota)),
        (curp("XFUD"), Some(Trouble::NoData)),
        (curp("XFEM"), Some(Trouble::EmailTaken)),
    ]);
    let tasks: Vec<_> = people
        .into_iter()
        .map(|(curp, expected)| {
            let client = client.clone();
            tokio::spawn(async move { (connect(&client, &curp).await, curp, expected) })
        })
        .collect();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for task in tasks {
        let task = tokio::time::timeout(Duration::from_mins(1), task);
        let (result, curp, expected) = task.await.unwrap().unwrap();
        if let Ok(record) = &result {
            assert!(record.text().contains(&curp));
            assert_eq!(expected, None, "{curp}");
        }
        if let (Some(expected), Err(trouble)) = (expected, &result) {
            assert_eq!(*trouble, expected);
        }
        let outcome =
            result.map_or_else(|trouble| trouble.code().to_owned(), |_| "record".to_owned());
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert!(outcomes["record"] >= 110, "{outcomes:?}");
    assert_eq!(outcomes.values().sum::<u32>(), 124);
}
