//! Log lines on standard error.

use std::{any::Any, io};
use tracing_subscriber::{EnvFilter, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Format, Log};

/// Parts that tell at each start what nobody wants to know; the configuration may name them again.
const QUIET: &str = "refinery_core=warn";

/// Starts to write log lines. Only the first call of a process counts: tests start many servers.
pub fn start_logs(log: &Log) {
    let filter = EnvFilter::builder().parse_lossy(format!("{QUIET},{}", log.level.0));
    let registry = Registry::default().with(filter);
    let colours = io::IsTerminal::is_terminal(&io::stderr());
    let started = match log.format {
        Format::Compact => {
            registry.with(fmt::layer().compact().with_ansi(colours).with_writer(io::stderr)).try_init()
        }
        Format::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).try_init()
        }
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            tracing::error!(place, reason = fixed_text(info.payload()), "a panic");
        }));
    }
}

/// The text of a panic if it stands in the program; one that was put together may hold what a request brought.
fn fixed_text(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("not shown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_with_a_text_made_at_run_time_does_not_show_it() {
        assert_eq!(fixed_text(&"index out of bounds"), "index out of bounds");
        assert_eq!(fixed_text(&format!("no such phone {}", 138)), "not shown");
    }
}
