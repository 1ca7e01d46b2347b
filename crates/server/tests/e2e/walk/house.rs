//! A filled demo in this process, asked without sockets, with nothing at work but what is asked.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use server::{Assembled, Config, demo::Credentials};
use std::{
    convert::Infallible,
    net::SocketAddr,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{
    api::{Operation, operations},
    audience::Credential,
    request::Ask,
    tables::Tables,
};

/// The largest body that is taken.
pub(super) const BODY_BYTES: usize = 256 * 1024;
/// More than any answer has.
const ANSWER_BYTES: usize = 8 << 20;

pub(super) struct House {
    pub(super) tables: Tables,
    pub(super) operations: Vec<Operation>,
    pub(super) credentials: Credentials,
    /// How many requests were made.
    pub(super) asked: u64,
    assembled: Assembled,
    router: Router,
    keys: AtomicU64,
    /// Access tokens of the shops, for the wire; the last one has expired.
    pub(super) access: Vec<String>,
    pub(super) sessions: Vec<(Credential, String)>,
    folder: TempDir,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) content_type: String,
    /// With the request's id taken out.
    pub(super) text: String,
    /// The request's id was in it where it belongs.
    pub(super) is_signed: bool,
    /// Statements that the database was asked.
    pub(super) statements: u64,
}

impl House {
    pub(super) async fn open() -> Self {
        // In memory where there is such a folder: nothing here is about disks.
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let body = format!("{} KiB", BODY_BYTES / 1024);
        let settings = [
            ("data", folder.path().to_str().unwrap()),
            ("demo.enabled", "true"),
            ("limits.ip_per_second", "0"),
            ("limits.credential_per_second", "0"),
            ("limits.body", &body),
            ("push.allow_private_targets", "true"),
        ];
        let assembled = server::assemble(&Config::from_pairs(settings).unwrap()).await.unwrap();
        let credentials = Credentials::load(folder.path()).unwrap().unwrap();
        let router = assembled.router.clone();
        let (tables, sessions) = (Tables::open(folder.path()), Vec::new());
        let (operations, keys, access) = (Vec::new(), AtomicU64::new(1), Vec::new());
        let mut house = Self {
            tables,
            operations,
            credentials,
            asked: 0,
            assembled,
            router,
            keys,
            access,
            sessions,
            folder,
        };
        let api = house.ask(&Ask::get("/api/openapi.json")).await;
        house.operations = operations_of(&api);
        house.log_everybody_in().await;
        house.furnish().await;
        house.tables.keep(&house.folder.path().join("kept.db"));
        house
    }

    /// Asks; the answer is read to its end, except where it has none.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Told {
        self.asked += 1;
        let before = self.assembled.app.store.statements();
        let answer = self.router.clone().oneshot(self.request(ask)).await.unwrap();
        let status = answer.status();
        let header = |name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let content_type = header("content-type");
        let id = header("x-request-id");
        let bytes = if content_type == "text/event-stream" {
            Bytes::new()
        } else {
            to_bytes(answer.into_body(), ANSWER_BYTES).await.unwrap()
        };
        let text = String::from_utf8_lossy(&bytes);
        let is_signed = text.contains(&format!("\"request_id\":\"{id}\""));
        let text = text.replace(&id, "ID");
        let statements = self.assembled.app.store.statements() - before;
        Told { status, content_type, text, is_signed, statements }
    }

    fn request(&self, ask: &Ask) -> Request<Body> {
        let mut request = Request::builder().method(ask.method.clone()).uri(&ask.path);
        if let Some(token) = &ask.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if ask.is_keyed {
            let key = ask.key.clone().unwrap_or_else(|| self.key());
            request = request.header("idempotency-key", key);
        }
        if let Some(kind) = &ask.content_type {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let body = if ask.is_streamed {
            let pieces: Vec<_> = ask
                .body
                .chunks(64 * 1024)
                .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
                .collect();
            Body::from_stream(futures::stream::iter(pieces))
        } else {
            request = request.header(header::CONTENT_LENGTH, ask.body.len());
            Body::from(ask.body.clone())
        };
        let client = SocketAddr::from(([127, 0, 0, 1], 40_000));
        request.extension(ConnectInfo(client)).body(body).unwrap()
    }

    /// A key that was not used before.
    pub(super) fn key(&self) -> String {
        format!("walk-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Business time, s.
    pub(super) fn now(&self) -> i64 {
        self.assembled.app.store.now().secs()
    }

    /// Carries events and does jobs until nothing is due.
    pub(super) async fn settle(&self) {
        assert!(self.assembled.app.store.drain(1000).await.unwrap());
    }

    /// The answer to a request of the preparations, which must succeed.
    pub(super) async fn done(&mut self, ask: &Ask) -> Value {
        let told = self.ask(ask).await;
        assert!(told.status.is_success(), "{} {}: {} {}", ask.method, ask.path, told.status, told.text);
        serde_json::from_str(&told.text).unwrap_or(Value::Null)
    }

    /// A session of who has this login.
    pub(super) async fn log_in(&mut self, login: &str) -> String {
        let body = json!({ "login": login, "password": "kaidian-demo" });
        let session = self.done(&Ask::post("/api/v1/auth/login", &body)).await;
        session["token"].as_str().unwrap().to_owned()
    }
}

fn operations_of(api: &Told) -> Vec<Operation> {
    operations(&serde_json::from_str(&api.text).unwrap())
}
