use crate::kit::TestApp;

#[tokio::test]
async fn the_server_speaks_https_with_a_given_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let settings = [("tls.cert", cert.to_str().unwrap()), ("tls.key", key.to_str().unwrap())];
    let app = TestApp::with(&settings).await;
    let certificate = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap();
    let answer = client.get(format!("https://{}/healthz", app.address())).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok\n");
    assert!(app.client.get(format!("http://{}/healthz", app.address())).send().await.is_err());
}

#[tokio::test]
async fn a_certificate_that_can_not_be_used_stops_the_start() {
    let config = server::Config::from_pairs([
        ("listen", "127.0.0.1:0"),
        ("tls.cert", "/nowhere"),
        ("tls.key", "/nowhere"),
    ]);
    let told = match server::start(&config.unwrap()).await {
        Ok(_) => panic!("it started"),
        Err(e) => format!("{e:#}"),
    };
    assert!(told.contains("tls.key /nowhere can't be used"), "{told}");
}
