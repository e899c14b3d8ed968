//! Field mapping and staged rows in error.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};
use serde_json::json;

const HEAD: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE\n";

#[test]
fn field_mapping_answers_every_field_of_the_first_template() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve().get("/api/integration/v1/upload/mapping?templatename=Upload%20Template").expect(200).json();
    assert_eq!(reply["Dateformat"], "DD-MON-YYYY");
    let mapping = reply["Mapping"].as_array().unwrap();
    assert!(mapping.len() > 200);
    let price = mapping.iter().find(|m| m["col_name"] == "EXT_SLL_PRC").unwrap();
    assert_eq!(price["data_type"], "Number");
    for key in ["id", "seq", "label", "upload_id", "client_id"] {
        assert!(!price[key].is_null(), "{key}");
    }
}

#[test]
fn field_mapping_refuses_unknown_templates() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let unknown = client.get("/api/integration/v1/upload/mapping?templatename=Nothing").expect(400).json();
    assert_eq!(unknown["status"], "Error");
    client.get("/api/integration/v1/upload/mapping").expect(400);
}

#[test]
fn stage_errors_answers_rows_with_their_reason() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        client.get("/api/integration/v1/stage/error/transaction").expect(204);
        let good = "SO,C1,Acme,SKU,S1,L1,15-JAN-2024,1,120,100.00,USD,USD,01-JAN-2024,31-DEC-2024\n";
        let bad = "SO,C1,Acme,,S1,L2,15-JAN-2024,1,120,100.00,USD,USD,01-JAN-2024,31-DEC-2024\n";
        let id = client.upload_file("Upload Template", "a.csv", format!("{HEAD}{good}{bad}")).expect(200).json()["file_request_id"].clone();
        let reply = client.get("/api/integration/v1/stage/error/transaction").expect(200).json();
        assert_eq!((reply["status"].clone(), reply["Result"].as_array().unwrap().len()), (json!("Success"), 1));
        let row = &reply["Result"][0];
        assert_eq!((row["so_line_id"].clone(), row["so_num"].clone(), row["type"].clone()), (json!("L2"), json!("S1"), json!("SO")));
        assert_eq!((row["upload_id"].clone(), row["processed_flag"].clone()), (json!(id.to_string()), json!("E")));
        assert_eq!((row["err_code"].clone(), row["line_num"].clone()), (json!("RPRO-00006"), json!(3)));
        assert_eq!((row["crtd_by"].clone(), row["crtd_dt"].clone()), (json!("revenue"), json!("2024-01-15T12:00:00Z")));
        assert!(row["err_msg"].as_str().unwrap().contains("RPRO-00006"));
        client.get("/api/integration/v1/stage/error/event").expect(204);
    }
}

#[test]
fn stage_errors_refuses_other_types() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.get("/api/integration/v1/stage/error/cost").expect(400);
    client.with_token(None).get("/api/integration/v1/stage/error/event").expect(401);
}
