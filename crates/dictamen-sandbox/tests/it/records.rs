//! Records: retrieved, listed over pages, chosen from, read and deleted; for each institution.

use serde_json::{Value, json};

use crate::support::{Local, calm, curp, got};

#[tokio::test]
async fn a_record_is_retrieved_read_and_deleted() {
    let local = Local::start(calm()).await;
    let id = local
        .link("imss_mx_employment", &curp("QXWA"), "single")
        .await;
    let path = format!("/api/employment-records/?link={id}");
    let first = local.until(&path, 1).await["results"][0].clone();

    let made = local
        .post(
            "/api/employment-records/",
            json!({ "link": id, "attach_pdf": true }),
        )
        .await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(made.as_array().unwrap().len(), 1);
    assert!(
        made[0]["files"][0]["value"]
            .as_str()
            .unwrap()
            .starts_with("JVBERi0")
    );
    let unsaved = local
        .post(
            "/api/employment-records/",
            json!({ "link": id, "save_data": false }),
        )
        .await;
    assert_eq!(unsaved.status, 200);
    assert_eq!(local.get(&path).await.json()["count"], 2);
    let jobs = |record: &Value| record["employment_records"].as_array().unwrap().len();
    assert_eq!(jobs(&made[0]), jobs(&first));
    assert_eq!(made[0]["personal_data"], first["personal_data"]);

    let element = format!("/api/employment-records/{}/", first["id"].as_str().unwrap());
    assert_eq!(local.get(&element).await.json(), first);
    let some = local
        .get(&format!("{element}?fields=id,link,report_date&omit=link"))
        .await;
    assert!(
        some.text.starts_with("{\"id\":") && some.json().as_object().unwrap().len() == 2,
        "{}",
        some.text
    );
    assert_eq!(got(local.request("DELETE", &element)).await.status, 204);
    assert_eq!(local.get(&element).await.error(), (404, "not_found".into()));
    assert_eq!(
        got(local.request("DELETE", &element)).await.error(),
        (404, "not_found".into())
    );
}

#[tokio::test]
async fn a_list_goes_over_pages_and_carries_its_filters() {
    let local = Local::start(calm()).await;
    let id = local
        .link("planet_mx_employment", "BLPM951331IONVGR54", "single")
        .await;
    let other = local
        .link("planet_mx_employment", "BLPM230130IONVGR54", "single")
        .await;
    for _ in 0..23 {
        local
            .post("/api/employment-records/", json!({ "link": id }))
            .await;
    }
    local.until("/api/employment-records/", 25).await;
    let day = local.sandbox.now().date_naive();
    let mut next = format!(
        "/api/employment-records/?link={id}&collected_at__gte={day}&omit=files,employment_records"
    );
    let mut seen = Vec::new();
    loop {
        let page = local.get(&next).await.json();
        assert_eq!(page["count"], 24);
        seen.extend(
            page["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["id"].to_string()),
        );
        assert!(
            page["results"]
                .as_array()
                .unwrap()
                .iter()
                .all(|r| r["link"] == json!(id) && r.get("files").is_none())
        );
        match &page["next"] {
            Value::Null => break,
            address => next = address.as_str().unwrap().to_owned(),
        }
        assert!(
            next.starts_with(&local.base) && next.contains("collected_at__gte="),
            "{next}"
        );
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 24);

    let count = async |query: &str| {
        local
            .get(&format!("/api/employment-records/?{query}"))
            .await
            .json()["count"]
            .clone()
    };
    assert_eq!(count(&format!("link__in={id},{other}")).await, 25);
    assert_eq!(count("internal_identification=BLPM230130IONVGR54").await, 1);
    assert_eq!(
        count(&format!("created_at__range=2020-01-01,{day}")).await,
        25
    );
    assert_eq!(count(&format!("created_at__lt={day}")).await, 0);
    assert_eq!(
        count(&format!("collected_at={day}&page_size=5000")).await,
        25
    );
    assert_eq!(count("unknown=1&page_size=0").await, 25);
    let refused = async |query: &str| {
        local
            .get(&format!("/api/employment-records/?{query}"))
            .await
            .error()
    };
    assert_eq!(refused("page=4").await, (404, "not_found".into()));
    assert_eq!(refused("link=x").await, (400, "invalid".into()));
    assert_eq!(
        refused("collected_at__gt=yesterday").await,
        (400, "invalid".into())
    );
    assert_eq!(
        refused("created_at__range=2020-01-01").await,
        (400, "invalid".into())
    );
}

#[tokio::test]
async fn each_institution_leaves_out_what_it_does_not_know() {
    let local = Local::start(calm()).await;
    let record = async |institution: &str| {
        let id = local.link(institution, &curp("QXWA"), "single").await;
        let body = json!({ "link": id, "attach_pdf": true });
        (
            local.post("/api/employment-records/", body).await.json()[0].clone(),
            id,
        )
    };
    let (imss, id) = record("imss_mx_employment").await;
    assert_eq!(imss["employment_scores"].as_array().unwrap().len(), 3);
    assert_eq!(imss["salary_estimation"]["currency"], "MXN");
    assert_eq!(
        imss["personal_data"]["document_ids"][0]["document_type"],
        "NSS"
    );
    let current = local
        .post("/api/mx/current-employments/", json!({ "link": id }))
        .await;
    assert_eq!(current.status, 201, "{}", current.text);
    let metrics = local
        .post(
            "/api/employment-metrics/",
            json!({ "link": id, "reference_date": "2026-06-01" }),
        )
        .await;
    assert_eq!(
        (metrics.status, &metrics.json()[0]["reference_date"]),
        (201, &json!("2026-06-01")),
        "{}",
        metrics.text
    );

    let (issste, id) = record("issste_mx_employment").await;
    for key in [
        "social_security_summary",
        "employment_scores",
        "salary_estimation",
    ] {
        assert_eq!(issste[key], Value::Null, "{key}");
    }
    for job in issste["employment_records"].as_array().unwrap() {
        assert_eq!(
            (&job["employer_id"], &job["state"]),
            (&Value::Null, &Value::Null)
        );
        assert!(job["employer"].as_str().unwrap().contains(';'));
    }
    for path in ["/api/mx/current-employments/", "/api/employment-metrics/"] {
        assert_eq!(
            local.post(path, json!({ "link": id })).await.error(),
            (400, "unsupported_operation".into())
        );
    }

    let (planet, _) = record("planet_mx_employment").await;
    assert_eq!(planet["files"][0]["value"], Value::Null);
    assert!(
        planet["files"][0]["type"]
            .as_str()
            .unwrap()
            .starts_with("ReporteSemanasCotizadas_")
    );
    // One CURP is one person, whichever way it is asked for.
    assert_eq!(
        planet["personal_data"]["official_name"],
        imss["personal_data"]["official_name"]
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_retrieval() {
    let local = Local::start(calm()).await;
    let post = async |body: Value| local.post("/api/employment-records/", body).await.error();
    assert_eq!(post(json!({})).await, (400, "required".into()));
    assert_eq!(post(json!({ "link": "x" })).await, (400, "invalid".into()));
    assert_eq!(
        post(json!({ "link": "74c01cb4-edf1-44d6-8876-b1dc2aebcb14" })).await,
        (400, "does_not_exist".into())
    );
    assert_eq!(
        post(json!({ "link": null, "save_data": 3 })).await,
        (400, "null".into())
    );
    let metrics = local
        .post(
            "/api/employment-metrics/",
            json!({ "link": "x", "reference_date": "June" }),
        )
        .await;
    assert_eq!(metrics.json().as_array().unwrap().len(), 2);
    assert_eq!(metrics.json()[1]["field"], "reference_date");
}

#[tokio::test]
async fn institutions_describe_themselves() {
    let local = Local::start(calm()).await;
    let all = local.get("/api/institutions/").await.json();
    assert_eq!(all["count"], 4);
    let id = all["results"][1]["id"].as_i64().unwrap();
    let issste = local.get(&format!("/api/institutions/{id}/")).await.json();
    assert_eq!(
        (&issste["name"], &issste["status"]),
        (&json!("issste_mx_employment"), &json!("healthy"))
    );
    local
        .send(
            "PUT",
            "/sandbox/institutions/issste_mx_employment/",
            json!({ "status": "down" }),
        )
        .await;
    assert_eq!(
        local.get(&format!("/api/institutions/{id}/")).await.json()["status"],
        "down"
    );
    let refused = local
        .post(
            "/api/links/",
            json!({ "institution": "issste_mx_employment", "username": curp("QXWA") }),
        )
        .await;
    assert_eq!(refused.error(), (400, "institution_down".into()));
    assert_eq!(
        local.get("/api/institutions/1/").await.error(),
        (404, "not_found".into())
    );
}
