use super::*;

fn load(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, Refused> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let loaded = Config::load(Layers::default(), Some(path.clone()), variables, |layers| {
        for (name, text) in flags {
            layers.set(*name, *text, format!("from the flag --{name}"));
        }
    });
    // The folder's name changes from run to run.
    let shown = format!("{}/", folder.path().display());
    loaded.map_err(|Refused(lines)| Refused(lines.iter().map(|line| line.replace(&shown, "")).collect()))
}

fn refusal(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    load(file, variables, flags).unwrap_err().to_string()
}

#[test]
fn the_defaults_hold_by_themselves() {
    let config = Config::from_pairs([]).unwrap();
    assert_eq!(config.node.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url(), "http://127.0.0.1:8080");
    assert_eq!(config.db_url(), "sqlite:./data/kaidian.db");
    assert_eq!(config.limits.body, Size(2 << 20));
    assert!(!config.demo.enabled);
}

#[test]
fn a_flag_is_stronger_than_the_environment_than_the_file_than_the_default() {
    let file = "[limits]\nbody = \"3 MiB\"\nupload = \"3 MiB\"\nip_per_second = 3\n";
    let env = [("KAIDIAN_LIMITS_UPLOAD", "4 MiB"), ("KAIDIAN_LIMITS_IP_PER_SECOND", "4")];
    let limits = load(file, &env, &[("limits.ip_per_second", "5")]).unwrap().limits;
    assert_eq!(limits.body, Size(3 << 20));
    assert_eq!(limits.upload, Size(4 << 20));
    assert_eq!(limits.ip_per_second, 5);
    assert_eq!(limits.credential_per_second, 200);
}

#[test]
fn a_wrong_value_is_one_line_with_key_problem_and_origin() {
    assert_eq!(
        refusal("\n[limits]\nbody = \"12 MB\"\n", &[], &[]),
        r#"limits.body is "12 MB" and must be a size such as 512 KiB, 2 MiB or 1 GiB (from shop.toml, line 3)"#
    );
    assert_eq!(
        refusal("", &[("KAIDIAN_LISTEN", "80")], &[]),
        r#"listen is "80" and must be an IP address with a port, such as 127.0.0.1:8080 (from the variable KAIDIAN_LISTEN)"#
    );
    assert_eq!(
        refusal("", &[], &[("roles", "cook")]),
        r#"roles is "cook" and must be one or more of api, worker, dispatcher (from the flag --roles)"#
    );
}

#[test]
fn a_wrong_secret_is_not_shown() {
    assert_eq!(
        refusal("", &[("KAIDIAN_MASTER_KEY", "5ecret")], &[]),
        "master_key must be 64 hexadecimal digits (from the variable KAIDIAN_MASTER_KEY)"
    );
    assert!(!refusal("db = 'mysql://u:hush@h/d'", &[], &[]).contains("hush"));
}

#[test]
fn a_key_of_digits_alone_stays_text() {
    let digits = "1234567890".repeat(7)[..64].to_owned();
    let config = load("", &[("KAIDIAN_MASTER_KEY", &digits)], &[]).unwrap();
    assert_eq!(hex::encode(*config.node.master_key.unwrap().0), digits);
}

#[test]
fn an_unknown_key_is_refused_and_an_unknown_variable_is_told() {
    assert_eq!(
        refusal("[limits]\nbodi = 1\n", &[], &[]),
        "limits.bodi is no setting (from shop.toml, line 2)"
    );
    let config = load("", &[("KAIDIAN_LISTN", "x"), ("KAIDIAN_TEST_PG", "x"), ("PATH", "x")], &[]).unwrap();
    assert_eq!(config.strange_variables, ["KAIDIAN_LISTN"]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text = refusal("listen = 1\n[demo]\nseed = \"x\"\n", &[], &[]);
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn a_file_that_is_no_toml_is_one_line() {
    let text = refusal("a = 1\nlisten = \n", &[], &[]);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("shop.toml, line 2: "), "{text}");
}

#[test]
fn a_named_file_must_be_there() {
    let absent = PathBuf::from("/nowhere/kaidian.toml");
    let text = Config::load(Layers::default(), Some(absent), [], |_| ()).unwrap_err().to_string();
    assert!(text.starts_with("the configuration file /nowhere/kaidian.toml can't be read: "), "{text}");
}

#[test]
fn values_that_need_each_other_are_checked_together() {
    assert_eq!(
        refusal("tls.cert = 'a.pem'", &[], &[]),
        "tls.cert and tls.key belong together: give both or neither"
    );
    let needs = "media.store is s3, which needs media.s3_bucket, media.s3_access_key and media.s3_secret_key";
    assert_eq!(refusal("media.store = 's3'\nmedia.s3_bucket = 'b'", &[], &[]), needs);
    let whole = "[media]\nstore = 's3'\ns3_bucket = 'b'\ns3_access_key = 'a'\ns3_secret_key = 's'";
    assert!(load(whole, &[], &[]).is_ok());
}

#[test]
fn a_list_may_be_an_array() {
    let config = load("roles = ['api', 'worker']", &[], &[]).unwrap();
    assert_eq!(config.node.roles, Roles { api: true, worker: true, dispatcher: false });
}

#[test]
fn keys_and_their_variables_are_unique() {
    let keys = Config::keys();
    let variables: std::collections::BTreeSet<_> = keys.iter().map(Key::variable).collect();
    assert_eq!(variables.len(), keys.len());
}
