//! A server for one test, and a client for it.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use server::{Config, Running};
use std::net::SocketAddr;
use tempfile::TempDir;

/// A server with an empty database, on a free port. It goes away with the test.
pub(crate) struct TestApp {
    /// The server.
    pub(crate) running: Running,
    /// Speaks to it, without following redirects.
    pub(crate) client: Client,
    folder: TempDir,
}

impl TestApp {
    /// With the default settings.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these settings over the defaults.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let fixed = [("data", data), ("listen", "127.0.0.1:0"), ("stop_within", "5 s")];
        let config = Config::from_pairs(fixed.into_iter().chain(settings.iter().copied())).unwrap();
        let running = server::start(&config).await.unwrap();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { running, client, folder }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The folder with its data.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The folder with its data, and the server.
    pub(crate) fn into_parts(self) -> (TempDir, Running) {
        (self.folder, self.running)
    }

    /// A request to a path.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address()))
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }

    /// The answer to a POST of JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.ask(Method::POST, path).json(body).send().await.unwrap()
    }
}

/// The header of an answer, or nothing.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Holds an answer against the form of problem details; gives its code.
pub(crate) async fn problem(response: Response, status: StatusCode) -> String {
    assert_eq!(response.status(), status);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let id = header(&response, "x-request-id").to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status.as_u16());
    assert_eq!(body["request_id"], id.as_str());
    let code = body["code"].as_str().unwrap().to_owned();
    assert_eq!(body["type"], format!("/docs/errors/{code}"));
    code
}

/// Holds an answer against the form of the WeChat family; gives errcode and the text before the request id.
pub(crate) async fn failure(response: Response) -> (i64, String) {
    assert_eq!(response.status(), StatusCode::OK);
    let id = header(&response, "x-request-id").to_owned();
    let body: Value = response.json().await.unwrap();
    let (text, rid) = body["errmsg"].as_str().unwrap().rsplit_once(" rid: ").unwrap();
    assert_eq!(rid, id);
    (body["errcode"].as_i64().unwrap(), text.to_owned())
}
