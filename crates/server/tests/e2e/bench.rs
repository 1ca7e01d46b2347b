//! The bench at a small scale: that every row is measured, not how fast anything is.

use serde_json::Value;
use std::path::Path;

use crate::program::kaidian;

fn figures(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [&["bench", "--quick", "--json"], arguments].concat();
    let output = kaidian(folder, &arguments).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let kept = std::fs::read_to_string(folder.join("target/bench.json")).unwrap();
    assert_eq!(kept, told, "what is printed is kept");
    assert!(folder.join("data/bench").read_dir().unwrap().next().is_none(), "databases stayed behind");
    serde_json::from_str(&told).unwrap()
}

fn row<'a>(figures: &'a Value, name: &str) -> &'a Value {
    let rows = figures["rows"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no row {name}: {figures}"))
}

fn median(figures: &Value, name: &str) -> f64 {
    row(figures, name)["median"].as_f64().unwrap()
}

/// The limit was executed too.
fn is_limited(figures: &Value, name: &str) {
    let limit = &row(figures, name)["limit"];
    assert!(limit["median"].as_f64().unwrap() > 0.0, "{name}: {limit}");
    assert!(limit["ratio"].as_f64().unwrap() > 0.0, "{name}: {limit}");
}

#[test]
fn every_row_of_the_bench_is_measured_on_an_embedded_database() {
    let folder = tempfile::tempdir().unwrap();
    let figures = figures(folder.path(), &[]);
    assert!(figures["machine"]["cores"].as_u64().unwrap() > 0, "{figures}");
    for rate in ["orders", "http_orders", "one_sku", "product_page", "order_page"] {
        assert!(median(&figures, rate) > 0.0, "{rate}: {figures}");
    }
    is_limited(&figures, "orders");
    for name in ["http_order_p99", "start", "memory_idle", "memory_loaded"] {
        assert!(median(&figures, name) > 0.1, "{name}: {figures}");
    }
    assert!((5.0..=25.0).contains(&median(&figures, "statements")), "{figures}");
    let orders = &row(&figures, "orders")["beside"];
    assert!(orders["orders_a_commit"].as_f64().unwrap() > 0.0, "{orders}");
    assert!(orders["deliveries"].as_f64().unwrap() > 0.0, "events were carried beside: {orders}");
    assert_eq!(row(&figures, "pg_orders")["not_run"], "no PostgreSQL (--pg)");
}

#[test]
fn every_row_of_the_bench_is_measured_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::var("KAIDIAN_TEST_PG").unwrap();
    let figures = figures(folder.path(), &["--pg", &url, "--only", "pg"]);
    for rate in ["pg_orders", "pg_orders_in_lots", "pg_one_sku"] {
        assert!(median(&figures, rate) > 0.0, "{rate}: {figures}");
        is_limited(&figures, rate);
    }
    assert!((5.0..=25.0).contains(&median(&figures, "pg_statements")), "{figures}");
}
