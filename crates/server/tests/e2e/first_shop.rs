//! The page `docs/walkthroughs/first-shop.md`, done as it stands there.

use reqwest::Method;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::Write,
    process::{Output, Stdio},
};
use store::testkit::{Engine, Kit};

use crate::{kit::TestApp, program::kaidian};

const PAGE: &str = include_str!("../../../../docs/walkthroughs/first-shop.md");

/// The blocks of the page that are written in `language`.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// What answers have given so far, by the names that the page has for them.
#[derive(Default)]
struct Known(BTreeMap<String, String>);

impl Known {
    fn put_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Takes what `{NAME} = path.to.member, …` says out of an answer.
    fn take(&mut self, wanted: &str, answer: &Value) {
        for one in wanted.split(", ") {
            let (name, path) = one.split_once(" = ").unwrap();
            let found = answer.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            assert!(!found.is_null(), "{path} of {answer}");
            self.0.insert(name.trim_matches(['{', '}']).to_owned(), text);
        }
    }
}

/// Sends one block of the page and holds the answer against its last line.
async fn send(app: &TestApp, known: &mut Known, n: usize, block: &str) {
    let (request, expected) = block.rsplit_once("\n\n").unwrap();
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut head = head.lines();
    let (method, path) = head.next().unwrap().split_once(' ').unwrap();
    let path = known.put_in(path);
    let mut asked = app.ask(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    for (name, value) in head.map(|line| line.split_once(": ").unwrap()) {
        let boundary = if value.starts_with("multipart") { "; boundary=part" } else { "" };
        asked = asked.header(name, known.put_in(value) + boundary);
    }
    if method == "POST" {
        asked = asked.header("Idempotency-Key", format!("step-{n}"));
    }
    asked = match body.strip_prefix("file=@") {
        Some(file) => asked.body(form(file, u64::try_from(n).unwrap())),
        None => asked.body(known.put_in(body)),
    };
    let answer = asked.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let (wanted, names) = expected.split_once(" → ").unwrap_or((expected, ""));
    assert_eq!(status.as_str(), wanted, "{method} {path}: {text}");
    if !names.is_empty() {
        known.take(names, &serde_json::from_str(&text).unwrap());
    }
}

/// A form with a picture.
fn form(name: &str, seed: u64) -> Vec<u8> {
    let head =
        format!("--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), &media::demo_picture(seed, name).unwrap(), b"\r\n--part--\r\n"].concat()
}

/// Runs `kaidian operator add` with `password` on its standard input.
fn add_operator(arguments: &[&str], password: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = kaidian(folder.path(), &[&["operator", "add"], arguments].concat());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child.wait_with_output().unwrap()
}

/// Does everything that the page says, against a server with an empty database.
async fn walk(settings: &[(&str, &str)]) {
    let app = TestApp::with(settings).await;
    let [command] = blocks("sh")[..] else { panic!("the page has one command") };
    let (said, command) = command.split_once(" | kaidian operator add ").unwrap();
    let password = said.strip_prefix("echo '").unwrap().trim_end_matches('\'');
    let db = settings.iter().find(|(name, _)| *name == "db").map(|(_, url)| *url);
    let mut arguments: Vec<&str> =
        command.split(' ').chain(["--data", app.data().to_str().unwrap()]).collect();
    arguments.extend(db.into_iter().flat_map(|url| ["--db", url]));
    let added = add_operator(&arguments, password);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert!(String::from_utf8_lossy(&added.stdout).starts_with("added the operator root with the id "));
    let mut known = Known::default();
    for (n, block) in blocks("http").into_iter().enumerate() {
        send(&app, &mut known, n, block).await;
    }
    assert_eq!(known.0["SHOWN"], known.0["PRODUCT"]);
    assert_eq!(known.0["TITLE"], "山茶花白瓷茶杯");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_platform_comes_to_its_first_shop_as_the_page_says() {
    walk(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_platform_comes_to_its_first_shop_on_postgresql_too() {
    let kit = Kit::new(Engine::Postgres, server::rooms::MIGRATIONS).await;
    walk(&[("db", &kit.options.url)]).await;
}

#[test]
fn an_operator_who_can_not_be_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let good = ["--login", "root", "--password-stdin", "--data", data];
    assert!(add_operator(&good, "a long password").status.success());
    for (arguments, password, told) in [
        (&good, "another password", "kaidian: this login is taken\n"),
        (&["--login", "root2", "--password-stdin", "--data", data], "short", "kaidian: a password has "),
        (&["--login", "r", "--password-stdin", "--data", data], "a long password", "kaidian: a login is "),
    ] {
        let refused = add_operator(arguments, password);
        assert_eq!(refused.status.code(), Some(1));
        let line = String::from_utf8_lossy(&refused.stderr);
        assert!(line.starts_with(told) && line.lines().count() == 1, "{line}");
    }
    let secret = add_operator(&["--login", "root3", "--password", "a long password", "--data", data], "");
    assert_eq!(secret.status.code(), Some(2), "no password comes as an argument");
}
