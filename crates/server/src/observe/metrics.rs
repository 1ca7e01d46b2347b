//! Figures for Prometheus.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// The figures of this process. Cheap to clone.
#[derive(Clone)]
pub struct Figures(PrometheusHandle);

static INSTALLED: OnceLock<Option<Figures>> = OnceLock::new();

/// Bounds of the latency histogram, in seconds: a product page takes a millisecond, a timeout thirty seconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The recorder of the process; `None` if somebody else installed another before.
pub fn figures() -> Option<Figures> {
    INSTALLED.get_or_init(|| install().ok().map(Figures)).clone()
}

fn install() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    metrics::describe_counter!("kaidian_http_requests_total", "requests answered");
    metrics::describe_histogram!(
        "kaidian_http_request_seconds",
        metrics::Unit::Seconds,
        "time until the answer's head was ready"
    );
    metrics::describe_counter!("kaidian_commands_total", "commands run by the store");
    Ok(handle)
}

impl Figures {
    /// All figures, in Prometheus' text form.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Sorts what was measured into the histograms; call it now and then, or memory grows with requests.
    pub fn settle(&self) {
        self.0.run_upkeep();
    }
}
