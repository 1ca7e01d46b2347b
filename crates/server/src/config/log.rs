//! `[log]`

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use super::{section::section, setting::Setting};

section! {
    /// What is written to standard error.
    Log "log." {
        /// How much: `error`, `warn`, `info`, `debug` or `trace`, also for single parts: `info,store=debug`.
        level: Level = "info";
        /// `compact` for people, `json` for machines.
        format: Format = "compact";
    }
}

/// Which events are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level(pub String);

impl Setting for Level {
    const SHAPE: &'static str = "a level, or several such as info,store=debug";

    fn parse(text: &str) -> Result<Self, String> {
        // A lone word is taken for the name of a part unless it is a level: a slip such as `inof` would silence all.
        let known = |part: &str| part.contains('=') || part.trim().parse::<LevelFilter>().is_ok();
        let sound =
            !text.is_empty() && text.split(',').all(known) && EnvFilter::builder().parse(text).is_ok();
        if sound { Ok(Self(text.to_owned())) } else { Err(format!("must be {}", Self::SHAPE)) }
    }
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Compact,
    /// One JSON object a line.
    Json,
}

impl Setting for Format {
    const SHAPE: &'static str = "compact or json";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "compact" => Ok(Self::Compact),
            "json" => Ok(Self::Json),
            _ => Err(format!("must be {}", Self::SHAPE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_level_is_refused() {
        assert!(Level::parse("info,store=debug").is_ok());
        assert!(Level::parse("inof").is_err());
        assert!(Level::parse("store=loud").is_err());
        assert!(Level::parse("").is_err());
    }
}
