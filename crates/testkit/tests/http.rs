//! The server in the process and its client.

use accrual_testkit::{Backend, World};

#[test]
fn a_client_logs_in_and_asks() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        assert_eq!(client.get("/healthz").status(), 200);
        let organisations = client.get("/api/integration/v1/revenue-orgs").expect(200).json();
        assert_eq!(organisations["data"][0]["org_id"], 1);
        assert_eq!(client.with_token(None).get("/api/integration/v1/revenue-orgs").status(), 401);
        assert_eq!(client.authenticate("revenue", "wrong", "API Role", "Default").status(), 401);
        world.serve_administrator().get("/healthz").expect(200);
    }
}
