//! The key that seals secrets at rest: given, or kept in a file beside the data.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};
use zeroize::Zeroizing;

use crate::config::{Config, Setting};

const FILE: &str = "master.key";

/// The key that was given, else the one in the data folder, else a new one, which is kept there.
pub(crate) fn load(config: &Config) -> Result<Zeroizing<[u8; 32]>> {
    if let Some(given) = &config.node.master_key {
        return Ok(given.0.clone());
    }
    let path = config.node.data.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &Zeroizing::new(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => create(&path),
        Err(e) => Err(e).with_context(|| format!("the master key {} can't be read", path.display())),
    }
}

fn parse(path: &Path, text: &str) -> Result<Zeroizing<[u8; 32]>> {
    match crate::config::MasterKey::parse(text.trim()) {
        Ok(key) => Ok(key.0),
        Err(problem) => bail!("the master key in {} {problem}", path.display()),
    }
}

/// Two processes that start together must not make two keys: the file is written whole under another name, and
/// linked into place, which fails where there is one.
fn create(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let told = || format!("the master key can't be kept in {}", folder.display());
    let key = fresh();
    let draft = folder.join(format!("{FILE}.{}", std::process::id()));
    write_private(&draft, &Zeroizing::new(hex::encode(*key))).with_context(told)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).with_context(told)?;
    match linked {
        Ok(()) => Ok(key),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            let text = Zeroizing::new(fs::read_to_string(path).with_context(told)?);
            parse(path, &text)
        }
        Err(e) => Err(e).with_context(told),
    }
}

/// Writes a new file that nobody else may read, down to the disk.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "the one key that everything secret hangs on must be random")]
fn fresh() -> Zeroizing<[u8; 32]> {
    Zeroizing::new(rand::random())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> Config {
        Config::from_pairs([("data", folder.to_str().unwrap())]).unwrap()
    }

    #[test]
    fn a_key_is_made_once_and_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(&config(folder.path())).unwrap();
        assert_eq!(load(&config(folder.path())).unwrap(), first);
        assert_ne!(*first, [0; 32]);
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(files, [FILE]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "abc").unwrap();
        let told = load(&config(folder.path())).unwrap_err().to_string();
        assert!(told.ends_with("master.key must be 64 hexadecimal digits"), "{told}");
        assert!(!told.contains("abc"));
    }

    #[test]
    fn a_given_key_needs_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let config = Config::from_pairs([("data", data), ("master_key", &"07".repeat(32))]).unwrap();
        assert_eq!(*load(&config).unwrap(), [7; 32]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
