//! Reaches merchants' URLs: one client with all its limits, for pushes and for checks.

use kernel::{AppId, Timestamp};
use rand::RngExt;
use reqwest::{Client, RequestBuilder, Response, Url, redirect::Policy};
use std::{
    error::Error as StdError,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    Error, Failure,
    envelope::{self, Claimed, Fresh, Route},
    target::{Forbidden, Guard, Targets, Unknown},
};

/// From the first packet to the last byte of the answer (`docs/wire/push.md`).
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const ANSWER_BYTES: usize = 4096;
/// Characters of an answer that are kept.
const KEPT_CHARS: usize = 500;

/// The client that carries pushes. Cheap to clone; one for the whole program.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    guard: Guard,
    gates: Arc<[Mutex<()>; GATES]>,
}

/// Endpoints share this many gates.
const GATES: usize = 16;

/// How a request went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Went {
    pub(crate) latency_ms: i64,
    pub(crate) status: Option<i64>,
    pub(crate) failure: Option<Failure>,
    /// The beginning of the answer.
    pub(crate) answer: String,
}

impl Went {
    /// It did not even begin.
    pub(crate) const fn nowhere(failure: Failure) -> Self {
        Self { latency_ms: 0, status: None, failure: Some(failure), answer: String::new() }
    }
}

impl Sender {
    /// The client, which reaches these targets and no others.
    pub fn new(targets: Targets) -> Result<Self, Error> {
        let guard = Guard(targets);
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(guard)
            .user_agent("Kaidian")
            .build()
            .map_err(Error::Client)?;
        Ok(Self { client, guard, gates: Arc::default() })
    }

    /// Held while a push of this application is taken up. Correctness does not need it: the claim compares and
    /// swaps. But jobs that all reach for the same first push would mostly go away with nothing.
    pub(crate) async fn gate(&self, app: AppId) -> Option<MutexGuard<'_, ()>> {
        let which = usize::try_from(app.get()).unwrap_or_default() % GATES;
        Some(self.gates.get(which)?.lock().await)
    }

    /// Delivers a push once. It is acknowledged by status 200 with nothing, `success`, or JSON with errcode 0.
    pub(crate) async fn deliver(
        &self,
        route: &Route,
        push: &Claimed,
        wall: Timestamp,
    ) -> Result<Went, Error> {
        let sealed = envelope::seal(route, push, &fresh(), wall)?;
        let Some(url) = self.target(&route.url, &sealed.query) else {
            return Ok(Went::nowhere(Failure::TargetForbidden));
        };
        let request = self
            .client
            .post(url)
            .header(reqwest::header::CONTENT_TYPE, sealed.content_type)
            .body(sealed.body);
        Ok(ask(request, is_receipt).await)
    }

    /// Checks a URL: it must echo a text that nobody can guess.
    pub(crate) async fn check(&self, route: &Route, wall: Timestamp) -> Went {
        let echo = hex::encode(fresh().salt);
        let query = envelope::check_query(route, &echo, &fresh(), wall);
        match self.target(&route.url, &query) {
            Some(url) => ask(self.client.get(url), |body| body == echo.as_bytes()).await,
            None => Went::nowhere(Failure::TargetForbidden),
        }
    }

    /// The URL with the query added to its own, if it may be asked at all.
    fn target(&self, url: &str, query: &[(&'static str, String)]) -> Option<Url> {
        let mut url = Url::parse(url).ok()?;
        self.guard.check(&url).ok()?;
        url.query_pairs_mut().extend_pairs(query);
        Some(url)
    }
}

async fn ask(request: RequestBuilder, is_good: impl Fn(&[u8]) -> bool) -> Went {
    let began = Instant::now();
    // One limit over everything, the resolution of the name and the reading of the answer included.
    let answered = match tokio::time::timeout(TIMEOUT, exchange(request)).await {
        Ok(answered) => answered.map_err(|e| class_of(&e)),
        Err(_) => Err(Failure::Timeout),
    };
    let latency_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    match answered {
        Ok((status, body)) => Went {
            latency_ms,
            status: Some(status.into()),
            failure: match status {
                200 if is_good(&body) => None,
                200 => Some(Failure::Answer),
                _ => Some(Failure::Status),
            },
            answer: kept(&body),
        },
        Err(failure) => Went { latency_ms, ..Went::nowhere(failure) },
    }
}

async fn exchange(request: RequestBuilder) -> Result<(u16, Vec<u8>), reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok((status, read(response).await?))
}

/// The answer's body, up to one byte more than is looked at: an endless one is not waited for.
async fn read(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES {
            body.truncate(ANSWER_BYTES + 1);
            break;
        }
    }
    Ok(body)
}

/// The beginning of an answer as text that a database can keep.
fn kept(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| *c != '\0').take(KEPT_CHARS).collect()
}

/// Whether an answer is a receipt.
fn is_receipt(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    if text.is_empty() || text.eq_ignore_ascii_case(b"success") {
        return true;
    }
    if body.len() > ANSWER_BYTES {
        return false;
    }
    serde_json::from_slice::<serde_json::Value>(text)
        .is_ok_and(|answer| answer.get("errcode") == Some(&0.into()))
}

fn class_of(e: &reqwest::Error) -> Failure {
    if has_cause::<Forbidden>(e) {
        Failure::TargetForbidden
    } else if has_cause::<Unknown>(e) {
        Failure::Dns
    } else if e.is_connect() {
        Failure::Connect
    } else {
        Failure::Network
    }
}

fn has_cause<C: StdError + 'static>(e: &reqwest::Error) -> bool {
    let mut next = e.source();
    while let Some(cause) = next {
        if cause.is::<C>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Nonces must be fresh, and the salt unknown beforehand; nothing else depends on which they are.
#[expect(clippy::disallowed_methods, reason = "the one place of this room that asks for chance")]
fn fresh() -> Fresh {
    let mut chance = rand::rng();
    let half: [u8; 8] = chance.random();
    let mut salt = [0; 16];
    // Sixteen hex digits, as in the published samples.
    for (pair, byte) in salt.chunks_exact_mut(2).zip(half) {
        pair.copy_from_slice(hex::encode([byte]).as_bytes());
    }
    Fresh { nonce: chance.random_range(100_000_000..2_000_000_000_u32).to_string(), salt }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_success_and_errcode_0_are_receipts_and_nothing_else() {
        for good in ["", "  \n", "success", "SUCCESS\n", r#"{"errcode":0,"errmsg":"ok"}"#] {
            assert!(is_receipt(good.as_bytes()), "{good}");
        }
        let endless = "s".repeat(ANSWER_BYTES + 1);
        for bad in
            ["ok", "\"success\"", "fail", r#"{"errcode":1}"#, r#"{"errcode":"0"}"#, "{}", "0", &endless]
        {
            assert!(!is_receipt(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn chance_has_the_published_form_and_does_not_repeat() {
        let (a, b) = (fresh(), fresh());
        assert!(a.salt.iter().all(u8::is_ascii_hexdigit));
        assert!(a.nonce.bytes().all(|c| c.is_ascii_digit()) && (9..=10).contains(&a.nonce.len()));
        assert_ne!(a.salt, b.salt);
    }

    #[test]
    fn the_query_is_added_to_the_urls_own() {
        let sender = Sender::new(Targets::Public).unwrap();
        let query = [("signature", "a b&c".to_owned())];
        let url = sender.target("https://merchant.example/wx?shop=1#top", &query).unwrap();
        assert_eq!(url.query(), Some("shop=1&signature=a+b%26c"));
        assert!(sender.target("http://10.0.0.1/", &query).is_none());
    }

    #[test]
    fn answers_are_kept_short_and_without_what_a_database_refuses() {
        assert_eq!(kept(&[b'a', 0, 0xff]), "a\u{fffd}");
        assert_eq!(kept("开".repeat(2000).as_bytes()).chars().count(), KEPT_CHARS);
    }

    fn route(url: &str) -> Route {
        Route {
            url: url.into(),
            token: "AAAAA".into(),
            aes_key: None,
            appid: "wx1".into(),
            mode: crate::Mode::Plain,
            format: crate::Format::Json,
            version: 1,
        }
    }

    async fn delivered(sender: &Sender, url: &str) -> Went {
        let push = Claimed {
            push: 1.into(),
            series: 1,
            attempt: 1,
            event: "e".into(),
            to_user: "gh_1".into(),
            from_user: "o1".into(),
            at: Timestamp::from_ms(0),
            body: "{}".into(),
        };
        sender.deliver(&route(url), &push, Timestamp::from_ms(0)).await.unwrap()
    }

    /// A server that writes `answer` to each connection and then keeps it open without a word.
    async fn silent_after(answer: &'static str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = tokio::io::AsyncReadExt::read(&mut socket, &mut request).await;
                let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, answer.as_bytes()).await;
                open.push(socket);
            }
        });
        format!("http://{address}/")
    }

    #[tokio::test]
    async fn a_receiver_that_does_not_answer_is_left_after_five_seconds() {
        let sender = Sender::new(Targets::All).unwrap();
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsuc";
        let (mute, slow) = (silent_after("").await, silent_after(half).await);
        let (mute, slow) = tokio::join!(delivered(&sender, &mute), delivered(&sender, &slow));
        for went in [mute, slow] {
            assert_eq!(went.failure, Some(Failure::Timeout), "{went:?}");
            assert!((4_500..8_000).contains(&went.latency_ms), "{}", went.latency_ms);
        }
    }

    #[tokio::test]
    async fn an_endless_answer_is_not_read_to_its_end() {
        let sender = Sender::new(Targets::All).unwrap();
        let endless = axum::Router::new().fallback(|| async {
            axum::body::Body::from_stream(futures::stream::repeat_with(|| {
                Ok::<_, std::io::Error>("s".repeat(1000))
            }))
        });
        let went = delivered(&sender, &serve(endless).await).await;
        assert_eq!((went.status, went.failure), (Some(200), Some(Failure::Answer)));
        assert_eq!(went.answer.len(), KEPT_CHARS);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let sender = Sender::new(Targets::All).unwrap();
        let followed = serve(axum::Router::new().fallback(|| async { "success" })).await;
        let there = followed.clone();
        let moved =
            axum::Router::new().fallback(move || async move { axum::response::Redirect::temporary(&there) });
        assert_eq!(delivered(&sender, &followed).await.failure, None);
        let went = delivered(&sender, &serve(moved).await).await;
        assert_eq!((went.status, went.failure), (Some(307), Some(Failure::Status)));
    }

    #[tokio::test]
    async fn targets_within_are_refused_before_a_connection_is_made() {
        let strict = Sender::new(Targets::Public).unwrap();
        let hits = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = std::sync::Arc::clone(&hits);
        let inside = serve(axum::Router::new().fallback(move || async move {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            "success"
        }))
        .await;
        let by_name = inside.replace("127.0.0.1", "localhost");
        for url in [&inside, &by_name] {
            assert_eq!(delivered(&strict, url).await.failure, Some(Failure::TargetForbidden), "{url}");
            assert_eq!(
                strict.check(&route(url), Timestamp::from_ms(0)).await.failure,
                Some(Failure::TargetForbidden)
            );
        }
        assert_eq!(hits.load(std::sync::atomic::Ordering::Relaxed), 0);
        assert_eq!(delivered(&Sender::new(Targets::All).unwrap(), &by_name).await.failure, None);
    }

    #[tokio::test]
    async fn names_and_ports_where_nobody_is_are_told_apart() {
        let sender = Sender::new(Targets::All).unwrap();
        let nowhere = delivered(&sender, "http://nobody.invalid/").await;
        assert_eq!((nowhere.status, nowhere.failure), (None, Some(Failure::Dns)));
        assert_eq!(delivered(&sender, "http://127.0.0.1:1/").await.failure, Some(Failure::Connect));
        let plain = serve(axum::Router::new()).await.replace("http:", "https:");
        assert_eq!(delivered(&sender, &plain).await.failure, Some(Failure::Connect));
    }

    async fn serve(router: axum::Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/")
    }
}
