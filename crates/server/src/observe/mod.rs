//! What the program shows of itself: log lines, figures, health.

mod health;
mod logs;
mod metrics;
mod request;

pub use health::{Health, routes};
pub use logs::start_logs;
pub use metrics::{Figures, figures};
pub use request::record;
