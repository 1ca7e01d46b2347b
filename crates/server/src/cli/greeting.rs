//! What a person reads when the server is up: where it is, and in the demo how to come in.

use serde::Deserialize;
use std::{fs, io::Write, path::Path};

use super::tell;

/// The credentials that a filled demo leaves in its data folder.
const CREDENTIALS: &str = "demo.json";

/// Those of them that a person types in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Credentials {
    operators: Vec<Person>,
    staff: Vec<Person>,
    shoppers: Vec<Shopper>,
    shops: Vec<Shop>,
}

#[derive(Debug, Deserialize)]
struct Person {
    #[serde(default)]
    shop_id: Option<String>,
    role: String,
    login: String,
    password: String,
}

#[derive(Debug, Deserialize)]
struct Shopper {
    phone: String,
}

#[derive(Debug, Deserialize)]
struct Shop {
    shop_id: String,
    name: String,
}

/// Says where the server is.
pub(super) fn greet(out: &mut impl Write, base: &str) {
    tell(out, &format!("Kaidian is at {base}"));
    tell(out, &format!("  API to read        {base}/api/docs"));
    tell(out, &format!("  API for programs   {base}/api/openapi.json"));
}

/// Says who may come in to the demo whose data lie in `data`.
pub(super) fn introduce(out: &mut impl Write, data: &Path) {
    let path = data.join(CREDENTIALS);
    let read = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Credentials>(&bytes).ok());
    let Some(who) = read else { return };
    for person in who.operators.iter().chain(&who.staff) {
        let of = who.shops.iter().find(|shop| Some(&shop.shop_id) == person.shop_id.as_ref());
        let of = of.map_or("the platform", |shop| shop.name.as_str());
        tell(out, &format!("  {:<18} {:<24} {:<18} {of}", person.role, person.login, person.password));
    }
    for shopper in &who.shoppers {
        tell(out, &format!("  {:<18} {:<24} by the code in the inbox", "shopper", shopper.phone));
    }
    tell(out, &format!("  All credentials, also for programs: {}", path.display()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_tells_every_login_and_its_shop() {
        let folder = tempfile::tempdir().unwrap();
        let file = r#"{ "base_url": "x", "shops": [{ "shop_id": "1", "name": "Tea", "secret": "hush" }],
            "operators": [{ "role": "admin", "login": "op", "password": "p1" }],
            "staff": [{ "shop_id": "1", "role": "owner", "login": "li", "password": "p2" }],
            "shoppers": [{ "phone": "13800000001", "token": "hush" }] }"#;
        fs::write(folder.path().join(CREDENTIALS), file).unwrap();
        let mut out = Vec::new();
        introduce(&mut out, folder.path());
        let out = String::from_utf8(out).unwrap();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = out.lines().map(words).collect();
        assert_eq!(lines[0], "admin op p1 the platform");
        assert_eq!(lines[1], "owner li p2 Tea");
        assert_eq!(lines[2], "shopper 13800000001 by the code in the inbox");
        assert!(!out.contains("hush"));
    }

    #[test]
    fn where_there_are_no_credentials_nothing_is_said() {
        let mut out = Vec::new();
        introduce(&mut out, Path::new("/nowhere"));
        assert!(out.is_empty());
    }
}
