//! `DATA/demo.json`: everything one needs to act as anybody in the demo.

use anyhow::{Context, Result};
use kernel::ShopId;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
};

/// The name of the file in the data folder.
pub(super) const FILE: &str = "demo.json";

/// Every credential of the demo.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the server is, without a slash at the end.
    pub base_url: String,
    /// The shops, each with its application.
    pub shops: Vec<ShopKeys>,
    /// The mini programs.
    pub miniprograms: Vec<MiniProgram>,
    /// The staff of all shops.
    pub staff: Vec<Staff>,
    /// Those who run the platform.
    pub operators: Vec<Operator>,
    /// The shoppers.
    pub shoppers: Vec<Shopper>,
    /// The platform at the payment service.
    pub merchants: Vec<Merchant>,
    /// Carriers that push tracks.
    pub carriers: Vec<Carrier>,
}

/// A shop and its application.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopKeys {
    /// The shop, as a decimal string.
    pub shop_id: ShopId,
    /// Its name.
    pub name: String,
    /// The application that acts for it.
    pub appid: String,
    /// The application's secret.
    pub secret: String,
    /// A token to sign pushes with, for whoever sets the shop's push URL.
    pub push_token: String,
    /// An EncodingAESKey of 43 characters for the same.
    pub push_aes_key: String,
}

/// A mini program.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiniProgram {
    /// Its appid.
    pub appid: String,
    /// Its secret.
    pub secret: String,
    /// The shops that it is linked with.
    pub shop_ids: Vec<ShopId>,
}

/// A member of a shop's staff.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// The shop.
    pub shop_id: ShopId,
    /// The role.
    pub role: String,
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

/// A person who runs the platform.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The role.
    pub role: String,
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

/// A shopper.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shopper {
    /// The phone that they log in with.
    pub phone: String,
    /// What each application knows them by, by its appid.
    pub openids: BTreeMap<String, String>,
    /// The token of a session that began when the server was started.
    pub token: String,
}

/// The platform at a payment service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// Who it is there.
    pub mchid: String,
    /// The channel's name.
    pub channel: String,
    /// The key under which the service signs its notices: 32 bytes in hex.
    pub notice_key: String,
}

/// A carrier.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    /// Its id.
    pub delivery_id: String,
    /// What its pushes are signed with.
    pub push_secret: String,
}

/// Nothing of it belongs into a log.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Reads them from the data folder; `None` if there is no such file.
    pub fn load(data: &Path) -> Result<Option<Self>> {
        let path = data.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e).with_context(|| format!("{} can't be read", path.display())),
        };
        // The cause could quote a secret.
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|e| anyhow::anyhow!("{} is damaged in line {}", path.display(), e.line()))
    }

    /// Writes them whole into the data folder, readable for nobody but the owner.
    pub(super) fn save(&self, data: &Path) -> Result<()> {
        let path = data.join(FILE);
        let draft = data.join(format!("{FILE}.{}", std::process::id()));
        let text = serde_json::to_vec_pretty(self)?;
        write_private(&draft, &text)
            .and_then(|()| fs::rename(&draft, &path))
            .with_context(|| format!("{} can't be written", path.display()))
    }
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    // One that a crash has left behind may have another mode.
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            base_url: "http://127.0.0.1:8080".into(),
            shops: Vec::new(),
            miniprograms: Vec::new(),
            staff: vec![Staff {
                shop_id: ShopId(7),
                role: "owner".into(),
                login: "li".into(),
                password: "hush".into(),
            }],
            operators: Vec::new(),
            shoppers: Vec::new(),
            merchants: Vec::new(),
            carriers: Vec::new(),
        }
    }

    #[test]
    fn they_come_back_as_they_were_saved_and_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Credentials::load(folder.path()).unwrap(), None);
        for _ in 0..2 {
            credentials().save(folder.path()).unwrap();
        }
        assert_eq!(Credentials::load(folder.path()).unwrap(), Some(credentials()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"base_url\": hush").unwrap();
        let told = format!("{:#}", Credentials::load(folder.path()).unwrap_err());
        assert!(told.contains("demo.json is damaged in line 1") && !told.contains("hush"), "{told}");
    }
}
