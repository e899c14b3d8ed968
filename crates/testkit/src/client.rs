//! A client as an integration would write it: token, JSON, files.

use crate::Server;
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use reqwest::blocking::{Client as Http, RequestBuilder};
use serde_json::Value;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

/// Talks to a server; one in this process lives as long as its clients.
#[derive(Clone)]
pub struct Client {
    origin: String,
    _server: Option<Arc<Server>>,
    http: Http,
    token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn status(&self) -> u16 {
        self.status
    }
    /// A header as text; nothing when it is missing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
    /// # Panics
    /// When the body is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }
    /// # Panics
    /// When the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}: {:?}", self.status, String::from_utf8_lossy(&self.body)))
    }
    /// The same answer, when its status is this.
    ///
    /// # Panics
    /// When it is another.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Client {
    /// # Panics
    /// When the HTTP client cannot be made.
    pub fn new(server: Server) -> Self {
        let origin = format!("http://{}", server.address());
        Self { _server: Some(Arc::new(server)), ..Self::of(origin) }
    }

    /// A client of a server elsewhere, by its `http://host:port`.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    pub fn of(origin: impl Into<String>) -> Self {
        let http = Http::builder().timeout(Duration::from_secs(120)).no_proxy().build().expect("an HTTP client");
        Self { origin: origin.into(), _server: None, http, token: None }
    }

    /// `http://127.0.0.1:port` and a path, for requests of another kind.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The same client with another token, or none.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// Asks for a token; the answer as it came.
    pub fn authenticate(&self, user: &str, password: &str, role: &str, client_name: &str) -> Reply {
        let request = self.http.post(self.url("/api/integration/v1/authenticate")).basic_auth(user, Some(password));
        send(request.header("role", role).header("clientname", client_name))
    }

    /// The same client with a token of this user.
    ///
    /// # Panics
    /// When the login is refused.
    #[must_use]
    pub fn log_in(&self, user: &str, password: &str, role: &str) -> Self {
        let reply = self.authenticate(user, password, role, "Default").expect(200);
        let token = reply.header("Revpro-Token").expect("header Revpro-Token").to_owned();
        Self { token: Some(token), ..self.clone() }
    }

    /// A request with the token, for headers and bodies of its own; see [`Client::send`].
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let request = self.http.request(method, self.url(path));
        match &self.token {
            Some(token) => request.header("token", token),
            None => request,
        }
    }

    pub fn send(&self, request: RequestBuilder) -> Reply {
        send(request)
    }

    pub fn get(&self, path: &str) -> Reply {
        send(self.request("GET", path))
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        send(self.request("POST", path).json(body))
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        send(self.request("PUT", path).json(body))
    }

    /// Uploads a file as multipart form data.
    ///
    /// # Panics
    /// When the form cannot be made.
    pub fn upload_file(&self, template: &str, name: &str, content: impl Into<Vec<u8>>) -> Reply {
        let part = Part::bytes(content.into()).file_name(name.to_owned()).mime_str("text/csv").expect("a media type");
        send(
            self.request("POST", "/api/integration/v1/upload/file")
                .header("templatename", template)
                .multipart(Form::new().part("file", part)),
        )
    }

    /// As [`Client::upload_file`] from a stream, for files of any size.
    pub fn upload_stream(&self, template: &str, name: &str, content: impl Read + Send + 'static) -> Reply {
        let part = Part::reader(content).file_name(name.to_owned());
        send(
            self.request("POST", "/api/integration/v1/upload/file")
                .header("templatename", template)
                .multipart(Form::new().part("file", part)),
        )
    }
}

fn send(request: RequestBuilder) -> Reply {
    let response = request.send().unwrap_or_else(|e| panic!("no answer: {e}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, body: response.bytes().unwrap_or_else(|e| panic!("the answer broke off: {e}")).to_vec() }
}
