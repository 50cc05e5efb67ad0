//! Nothing personal and no secret is printed, whatever goes wrong.

use dictamen_belvo::webhook::Notice;
use dictamen_belvo::widget::{WidgetLook, WidgetRequest};
use dictamen_belvo::{Filter, NewLink};
use dictamen_model::identity::Masked;
use dictamen_model::wire::EmploymentRecord;

use crate::support::{client, json, serve};

const CURP: &str = "QXWA850309MPLRNL08";

fn tells(text: &str) -> bool {
    ["QXWA", "someone@mail", "PASSWORD", "GUADALUPE"]
        .iter()
        .any(|word| text.contains(word))
}

#[tokio::test]
async fn errors_and_arguments_tell_nothing() {
    let refusal = format!(
        r#"[{{"code":"invalid","message":"{CURP} is not valid","field":"{CURP} x","request_id":"{CURP}?","institution_user_id":"{CURP}"}},{{"code":"GUADALUPE N","message":""}}]"#
    );
    let (base, _) = serve(vec![json(400, &refusal)]).await;
    let client = client(&base);
    let mut new = NewLink::single("imss_mx_employment", CURP);
    new.username2 = Some(Masked::new("someone@mail.mx"));
    let filter = Filter::default().and("internal_identification", CURP);
    let error = client.register(&new).await.unwrap_err();
    for printed in [
        format!("{new:?}"),
        format!("{filter:?}"),
        format!("{client:?}"),
        format!("{:?}", client.config()),
        format!("{error:?}"),
        error.to_string(),
    ] {
        assert!(!tells(&printed), "{printed}");
    }
}

#[tokio::test]
async fn elements_tell_nothing() {
    let record = format!(
        r#"{{"count":1,"next":"http://x/api/employment-records/?internal_identification={CURP}","results":[{{"id":"1","internal_identification":"{CURP}","personal_data":{{"first_name":"GUADALUPE"}}}}]}}"#
    );
    let (base, _) = serve(vec![json(200, &record)]).await;
    let page = client(&base)
        .list::<EmploymentRecord>(&Filter::default())
        .await
        .unwrap();
    assert!(page.has_more());
    let element = &page.elements[0];
    assert!(element.text().contains(CURP));
    for printed in [
        format!("{page:?}"),
        format!("{element:?}"),
        format!("{:?}", element.value),
    ] {
        assert!(!tells(&printed), "{printed}");
    }
    let notice = Notice::parse(
        format!(r#"{{"external_id":"{CURP}","data":{{"error_message":"{CURP}"}}}}"#).as_bytes(),
    )
    .unwrap();
    assert!(!tells(&format!("{:?}", notice.webhook)));
}

#[tokio::test]
async fn what_is_sent_holds_what_is_needed() {
    let (base, heard) = serve(vec![json(200, r#"{"access":"a.b.c","refresh":"d"}"#)]).await;
    let client = client(&base);
    let request = WidgetRequest {
        fetch_resources: vec!["EMPLOYMENT_RECORDS".into()],
        ..WidgetRequest::default()
    };
    let token = client.widget_token(&request).await.unwrap();
    let sent = heard.lock().unwrap()[0].clone();
    assert!(
        sent.starts_with("POST /api/token/ ") && !sent.to_lowercase().contains("authorization"),
        "{sent}"
    );
    assert!(sent.contains(r#""id":"ID","password":"PASSWORD","scopes":"read_institutions,write_links","fetch_resources":["EMPLOYMENT_RECORDS"]"#));
    let look = WidgetLook {
        locale: Some("es".into()),
        institutions: vec!["imss_mx_employment".into(), "issste_mx_employment".into()],
        ..WidgetLook::default()
    };
    assert_eq!(
        client.widget_address(&token, &look).to_string(),
        "https://widget.belvo.io/?access_token=a.b.c&locale=es&institutions=imss_mx_employment%2Cissste_mx_employment&country_codes=MX"
    );
    let _ = client
        .register(&NewLink::recurrent("imss_mx_employment", CURP))
        .await;
    let sent = heard.lock().unwrap()[1].clone();
    assert!(
        sent.to_lowercase()
            .contains("authorization: basic suq6ueftu1dpukq="),
        "{sent}"
    );
    assert!(sent.ends_with(&format!(
        r#"{{"institution":"imss_mx_employment","username":"{CURP}","access_mode":"recurrent","fetch_resources":["EMPLOYMENT_RECORDS"],"credentials_storage":"store"}}"#
    )), "{sent}");
}
