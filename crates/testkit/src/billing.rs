//! A client of the billing interface: bearer token, version, JSON.

use crate::{Client, PASSWORD, Reply, World};
use accrual_app::Unit;
use accrual_base::Result;
use accrual_store::{Commit, Lane};
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";
const SECRET: &str = "client-secret";
/// The version a client speaks unless it says otherwise: refusals have statuses of their own.
const VERSION: &str = "2025-08-12";

/// Talks to the billing interface as one user.
#[derive(Clone)]
pub struct Billing {
    pub client: Client,
    /// Headers that say who asks.
    credentials: Vec<(&'static str, String)>,
    version: &'static str,
}

impl Billing {
    /// The same user under another version.
    #[must_use]
    pub fn speaking(&self, version: &'static str) -> Self {
        Self { version, ..self.clone() }
    }

    /// A request with credentials and version, for headers and bodies of its own; see [`Client::send`].
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.client.request(method, path).header("zuora-version", self.version);
        self.credentials.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    pub fn get(&self, path: &str) -> Reply {
        self.client.send(self.request("GET", path))
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.client.send(self.request("POST", path).json(body))
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.client.send(self.request("PUT", path).json(body))
    }

    pub fn patch(&self, path: &str, body: &Value) -> Reply {
        self.client.send(self.request("PATCH", path).json(body))
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.client.send(self.request("DELETE", path))
    }

    /// A POST with an idempotency key.
    pub fn keyed(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.client.send(self.request("POST", path).header("idempotency-key", key).json(body))
    }

    /// A body as it stands: numbers keep their digits, keys may be there twice.
    pub fn raw(&self, method: &str, path: &str, body: &str) -> Reply {
        let request = self.request(method, path).header("content-type", "application/json");
        self.client.send(request.body(body.to_owned()))
    }

    /// Creates an account with a bill-to contact and answers its id.
    ///
    /// # Panics
    /// When it is refused.
    pub fn account(&self, name: &str, currency: &str) -> String {
        let contact = json!({"firstName": "Ada", "lastName": "Lovelace", "country": "United States", "state": "California"});
        let body = json!({"name": name, "currency": currency, "billToContact": contact});
        self.post("/v1/accounts", &body).done()["accountId"].as_str().expect("an id").to_owned()
    }
}

impl Reply {
    /// The body of an answer that says it succeeded.
    ///
    /// # Panics
    /// When it is another.
    pub fn done(self) -> Value {
        let body = self.expect(200).json();
        assert_eq!(body["success"], true, "{body}");
        body
    }

    /// The reasons of a refusal with this status: code and text of each.
    ///
    /// # Panics
    /// When it is no refusal, or has another status.
    pub fn refused(self, status: u16) -> Vec<(u64, String)> {
        let body = self.expect(status).json();
        assert_eq!(body["success"], false, "{body}");
        let reason = |r: &Value| (r["code"].as_u64().expect("a code"), r["message"].as_str().expect("a text").to_owned());
        let reasons: Vec<(u64, String)> = body["reasons"].as_array().expect("reasons").iter().map(reason).collect();
        assert!(!reasons.is_empty(), "{body}");
        reasons
    }

    /// The code and text of a refusal for one reason.
    ///
    /// # Panics
    /// As [`Reply::refused`]; when there are several reasons.
    pub fn reason(self, status: u16) -> (u64, String) {
        let mut reasons = self.refused(status);
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        reasons.remove(0)
    }
}

impl World {
    /// Runs what no operation does by itself, as one small write of the default tenant.
    ///
    /// # Panics
    /// When it is refused.
    pub fn unit<T: Send + 'static>(&self, work: impl FnOnce(&mut Unit<'_>) -> Result<T> + Send + 'static) -> T {
        let (tenant, context) = (self.tenant(), self.context());
        let now = tenant.now();
        let done = tenant.store.write(Lane::Small, move |tx| work(&mut Unit::new(tx, now, &context, "test")).map(Commit::Keep));
        done.expect("the work of a test")
    }

    /// A client of the billing interface that may read and write.
    ///
    /// # Panics
    /// When the server does not start, or there is no token.
    pub fn serve_billing(&self) -> Billing {
        let client = self.serve_without_login();
        let body = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"});
        let token = client.post("/oauth/token", &body).expect(200).json()["access_token"].as_str().expect("a token").to_owned();
        Billing { client, credentials: vec![("authorization", format!("Bearer {token}"))], version: VERSION }
    }

    /// A client of the billing interface whose role may only read.
    ///
    /// # Panics
    /// When the server does not start, or the role cannot be made.
    pub fn serve_billing_reader(&self) -> Billing {
        let admin = self.serve_administrator();
        let role = json!({"name": "Reader", "category": "Platform", "permissions": []});
        admin.post("/accrual/v1/objects/roles", &role).expect(201);
        admin.post("/accrual/v1/objects/users", &json!({"name": "reader", "roles": ["Reader"]})).expect(201);
        admin.post("/accrual/v1/users/reader/password", &json!({"password": PASSWORD})).expect(204);
        let credentials = vec![("apiaccesskeyid", "reader".to_owned()), ("apisecretaccesskey", PASSWORD.to_owned())];
        Billing { client: admin.with_token(None), credentials, version: VERSION }
    }
}
