//! The program itself, as a person starts it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// The program with these arguments, in a folder of its own and without settings from outside.
pub(crate) fn kaidian(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaidian"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KAIDIAN_")) {
        command.env_remove(name);
    }
    command
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kaidian.toml"), "[limits]\nbody = 12\n").unwrap();
    let output = kaidian(folder.path(), &["serve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "kaidian: limits.body is \"12\" and must be a size such as 512 KiB, 2 MiB or 1 GiB \
         (from kaidian.toml, line 2)\n"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was made");
}

#[test]
fn a_taken_address_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = kaidian(folder.path(), &["serve", "--listen", &address]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with(&format!("kaidian: can't listen on {address}: ")),
        "{}",
        stderr(&output)
    );
    assert_eq!(stderr(&output).lines().count(), 1);
}

#[test]
fn migrate_makes_a_database_and_may_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = kaidian(folder.path(), &["migrate", "--data", "d"]).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(folder.path().join("d/kaidian.db").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("d")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }
}

/// Starts a server and waits until it says where it is.
fn started(folder: &Path, arguments: &[&str]) -> (Child, String) {
    let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
    let mut child =
        kaidian(folder, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("Kaidian is at ").unwrap_or_else(|| panic!("{line}")).to_owned();
    (child, address)
}

/// Ends it by this signal; what it wrote to standard error.
#[cfg(unix)]
fn ended(child: Child, signal: &str) -> String {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stderr(&output).to_owned()
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let (child, _) = started(folder.path(), &[]);
        let log = ended(child, signal);
        assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_line_names_the_route_and_nothing_that_a_caller_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (child, address) = started(folder.path(), &["--log-format", "json", "--log-level", "trace"]);
    let client = reqwest::Client::new();
    let asked = client.get(format!("{address}/docs/errors/secret.path?access_token=secret-token"));
    let answer = asked.bearer_auth("secret-bearer").body("secret-body").send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let log = ended(child, "-TERM");
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = lines.iter().find(|line| line["message"] == "answered").unwrap();
    assert_eq!(told["route"], "/docs/errors/{code}");
    assert_eq!(told["method"], "GET");
    assert_eq!(told["status"], 200);
    assert_eq!(told["span"]["id"], id.as_str());
    assert!(told["ms"].is_string() || told["ms"].is_number());
    for secret in ["secret.path", "secret-token", "secret-bearer", "secret-body"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
