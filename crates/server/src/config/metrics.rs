//! `[metrics]`

use super::{section::section, setting::Secret};

section! {
    /// Figures for Prometheus at `/metrics`.
    Metrics "metrics." {
        /// Shown as `Authorization: Bearer …` by whoever may read them. Without it only this machine itself may.
        token: Option<Secret> = "";
    }
}
