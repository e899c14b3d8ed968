//! Programs, organisations, jobs and data collection.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};
use serde_json::json;

const SUBMIT: &str = "/api/integration/v1/1/programs/149/submit";

#[test]
fn list_programs_answers_ids_and_parameters() {
    let world = World::on(Backend::Memory).build();
    let data = world.serve().get("/api/integration/v1/programs").expect(200).json()["data"].clone();
    let names: Vec<&str> = data.as_array().unwrap().iter().map(|p| p["program_name"].as_str().unwrap()).collect();
    for name in [
        "RevPro3.0 Data Collection Master",
        "RevPro3.0 Event Process",
        "RevPro3.0 Event Process Master",
        "Revpro3.0 Accounting Transfer Master",
        "RevPro3.0 Transfer Batch for Org",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let transfer = data.as_array().unwrap().iter().find(|p| p["program_id"] == 149).unwrap();
    assert_eq!(transfer["parameters"][0], json!({"id": 228, "mandatory": "N", "name": "CRITERIA NAME", "sequence": 1, "type": "VARCHAR2"}));
}

#[test]
fn list_programs_refuses_without_token() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/api/integration/v1/programs").expect(401);
}

#[test]
fn list_organisations_answers_the_first_one() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let data = world.serve().get("/api/integration/v1/revenue-orgs").expect(200).json()["data"].clone();
        assert_eq!(data.as_array().unwrap().len(), 1);
        assert_eq!(data[0]["org_id"], 1);
        assert!(data[0]["org_name"].is_string());
    }
}

#[test]
fn list_organisations_refuses_without_token() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/integration/v1/revenue-orgs").expect(401);
}

#[test]
fn submit_program_answers_a_job_that_can_be_followed() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        let client = world.serve();
        let body = json!({"parameters": [
            {"parameter_id": 228, "sequence": 1, "parameter_value": ""},
            {"parameter_id": 229, "sequence": 2, "parameter_value": ""},
            {"parameter_id": 230, "sequence": 3, "parameter_value": "N"},
        ]});
        let reply = client.post(SUBMIT, &body).expect(200).json();
        let id = reply["data"]["id"].as_i64().unwrap();
        assert_eq!(reply["success"], true);
        assert_eq!(reply["job_id"], id.to_string());
        assert_eq!(reply["message"], format!("Request ID: {id} submitted successfully"));
        let job = client.get(&format!("/api/integration/v1/1/jobs/{id}")).expect(200).json();
        assert_eq!(job["data"]["status"], "Pending");
        assert_eq!(job["data"]["crtd_by"], "revenue");
        assert_eq!(job["data"]["crtd_dt"], "2024-01-15T12:00:00+00:00");
        assert!(job["data"]["actual_start_date"].is_null());
    }
}

#[test]
fn submit_program_refuses_unknown_programs_parameters_and_foreign_organisations() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let client = world.serve();
    let unknown = client.post("/api/integration/v1/1/programs/77/submit", &json!({})).expect(400).json();
    assert_eq!(
        (unknown["success"].clone(), unknown["error"].clone()),
        (json!(false), json!("This Program is not supported at the moment"))
    );
    let parameter = json!({"parameters": [{"parameter_id": 999, "sequence": 1, "parameter_value": "x"}]});
    assert_eq!(client.post(SUBMIT, &parameter).expect(400).json()["code"], "program.parameter");
    assert_eq!(client.post(SUBMIT, &json!({"parameters": "x"})).expect(400).json()["code"], "api.json");
    client.post("/api/integration/v1/x/programs/149/submit", &json!({})).expect(400);
    let broken = client.send(client.request("POST", SUBMIT).body("{")).expect(400);
    assert_eq!(broken.json()["code"], "api.json");
}

#[test]
fn job_status_answers_the_end_of_a_job() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let id = client.post(SUBMIT, &json!({})).expect(200).json()["data"]["id"].as_i64().unwrap();
    world.wait_for_job(id);
    let job = client.get(&format!("/integration/v1/1/jobs/{id}")).expect(200).json();
    assert_eq!(job["success"], true);
    assert!(["Completed", "Warning", "Error"].contains(&job["data"]["status"].as_str().unwrap()), "{job}");
}

#[test]
fn job_status_refuses_what_is_not_there() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply = client.get("/api/integration/v1/1/jobs/4711").expect(400).json();
    assert_eq!(reply["success"], false);
    assert!(reply["error"].is_string());
}

#[test]
fn submit_collection_answers_and_refuses_a_third_job() {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        let client = world.serve();
        let path = "/api/integration/v1/job/collection/template";
        let body = json!({"rc_template_name": "One contract per sales order", "org_id": 1});
        let first = client.post(path, &body).expect(200).json();
        assert_eq!(first["success"], true);
        client.post(path, &json!({"rc_template_name": "One contract per sales order"})).expect(200);
        let third = client.post(path, &body).expect(429);
        assert_eq!(third.json()["success"], false);
        assert_eq!(third.header("retry-after"), Some("5"));
        let id = first["data"]["id"].as_i64().unwrap();
        let details = client.get(&format!("{path}/{id}")).expect(200).json();
        assert_eq!((details["data"]["id"].clone(), details["data"]["status"].clone()), (json!(id), json!("Pending")));
    }
}

#[test]
fn submit_collection_refuses_unknown_templates_and_bodies() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let client = world.serve();
    let path = "/api/integration/v1/job/collection/template";
    assert_eq!(client.post(path, &json!({"rc_template_name": "No such"})).expect(400).json()["success"], false);
    client.post(path, &json!({})).expect(400);
    client.post(path, &json!({"rc_template_name": "x", "org_id": "one"})).expect(400);
}

#[test]
fn collection_details_answers_and_refuses_other_jobs() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let client = world.serve();
    let id = client.post(SUBMIT, &json!({})).expect(200).json()["job_id"].as_str().unwrap().to_owned();
    let path = format!("/api/integration/v1/job/collection/template/{id}");
    assert_eq!(client.get(&path).expect(400).json()["code"], "job.unknown");
}

#[test]
fn collection_details_refuses_what_is_not_there() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/api/integration/v1/job/collection/template/99").expect(400);
}

#[test]
fn get_job_answers_an_administrator() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let id = world.serve().post(SUBMIT, &json!({})).expect(200).json()["job_id"].as_str().unwrap().to_owned();
    let admin = world.serve_administrator();
    let job = admin.get(&format!("/accrual/v1/jobs/{id}")).expect(200).json();
    assert_eq!((job["status"].clone(), job["program_name"].clone()), (json!("Pending"), json!("Revpro3.0 Accounting Transfer Master")));
}

#[test]
fn get_job_refuses_others_and_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/accrual/v1/jobs/1").expect(403);
    assert_eq!(world.serve_administrator().get("/accrual/v1/jobs/1").expect(404).json()["error"]["code"], "job.unknown");
}

#[test]
fn cancel_job_answers_and_refuses_a_second_time() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let id = world.serve().post(SUBMIT, &json!({})).expect(200).json()["job_id"].as_str().unwrap().to_owned();
    let admin = world.serve_administrator();
    let path = format!("/accrual/v1/jobs/{id}/cancel");
    assert_eq!(admin.post(&path, &json!({})).expect(200).json()["status"], "Cancelled");
    assert_eq!(admin.post(&path, &json!({})).expect(409).json()["error"]["code"], "job.ended");
}

#[test]
fn cancel_job_refuses_others() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.post("/accrual/v1/jobs/1/cancel", &json!({})).expect(403);
    client.with_token(None).post("/accrual/v1/jobs/1/cancel", &json!({})).expect(401);
}

#[test]
fn list_jobs_answers_the_newest_first() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let client = world.serve();
    let ids: Vec<i64> = (0..3).map(|_| client.post(SUBMIT, &json!({})).expect(200).json()["data"]["id"].as_i64().unwrap()).collect();
    let data = world.serve_administrator().get("/accrual/v1/jobs?limit=2").expect(200).json()["data"].clone();
    let listed: Vec<i64> = data.as_array().unwrap().iter().map(|j| j["id"].as_i64().unwrap()).collect();
    assert_eq!(listed, [ids[2], ids[1]]);
}

#[test]
fn list_jobs_refuses_others_and_long_lists() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/accrual/v1/jobs").expect(403);
    world.serve_administrator().get("/accrual/v1/jobs?limit=5000").expect(400);
}
