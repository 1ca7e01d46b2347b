use crate::kit::TestApp;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends the head of a request and half of its body, and makes sure that the server is at work on it.
async fn begun(app: &TestApp) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    let head =
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told[..], b"HTTP/1.1 100 Continue\r\n\r\n", "a handler waits for the body");
    stream.write_all(b"{}").await.unwrap();
    stream
}

async fn refuses(app: std::net::SocketAddr) {
    for _ in 0..200 {
        if TcpStream::connect(app).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still listening");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_flight_is_finished_and_a_new_one_is_not_begun() {
    let app = TestApp::new().await;
    let mut stream = begun(&app).await;
    let address = app.address();
    let stopping = tokio::spawn(app.running.stop());
    refuses(address).await;
    stream.write_all(b"  ").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("request.invalid_body"), "{answer}");
    stopping.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let app = TestApp::with(&[("stop_within", "200 ms")]).await;
    let _stream = begun(&app).await;
    tokio::time::timeout(Duration::from_secs(10), app.running.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_opens_again_after_the_server_has_stopped() {
    let (folder, running) = TestApp::new().await.into_parts();
    let key = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
    running.stop().await.unwrap();
    let data = folder.path().to_str().unwrap();
    let config = server::Config::from_pairs([("data", data), ("listen", "127.0.0.1:0")]).unwrap();
    server::start(&config).await.unwrap().stop().await.unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("master.key")).unwrap(), key);
}
