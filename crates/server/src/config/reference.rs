//! The reference of the configuration, `docs/configuration.md`, written from the sections themselves.

use std::fmt::Write;

use super::{Key, sections};

const INTRODUCTION: &str = "\
# Configuration

<!-- Written from `crates/server/src/config`; the test `the_reference_is_up_to_date` compares. -->

Every setting has a default that works. What is given is taken in this order, the strongest first:

1. a flag: the few common ones have a name (`kaidian serve --help`), every one can be set by `--set NAME=VALUE`;
2. an environment variable: `KAIDIAN_` and the name in capitals, with `_` for the dot;
3. a TOML file: the one named by `--config` or `KAIDIAN_CONFIG`, else `kaidian.toml` in the working folder;
4. the default.

All of it is checked before anything starts. A wrong value, and a key that nobody knows, stops the start with one line
that names the key, what is wrong and where it was given. A variable that begins with `KAIDIAN_` and is no setting is
named in the log.

```toml
listen = \"0.0.0.0:8443\"
public_url = \"https://shop.example\"

[tls]
cert = \"/etc/kaidian/cert.pem\"
key = \"/etc/kaidian/key.pem\"

[limits]
body = \"4 MiB\"
```
";

/// The whole reference, in Markdown.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (name, about, keys) in sections() {
        let title = if name.is_empty() { "Top level".to_owned() } else { format!("`[{name}]`") };
        // Writing to a String can't fail.
        let _ = write!(text, "\n## {title}\n\n{}\n", paragraph(about));
        for key in keys {
            describe(&mut text, key);
        }
    }
    text
}

fn describe(text: &mut String, key: &Key) {
    let default = if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) };
    let _ = write!(
        text,
        "\n### `{}`\n\n{}\n\n- A value: {}\n- Default: {default}\n- Variable: `{}`\n",
        key.name,
        paragraph(key.doc),
        key.shape,
        key.variable(),
    );
}

/// Doc lines as a paragraph.
fn paragraph(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");

    #[test]
    fn the_reference_is_up_to_date() {
        let expected = reference();
        let there = std::fs::read_to_string(FILE).unwrap_or_default();
        assert!(there == expected, "docs/configuration.md must read:\n{expected}");
    }
}
