//! The rows of the embedded database, and of the program served from it.

use anyhow::Result;
use std::path::Path;

use super::{
    Part, Plan, bare_lite,
    existing::{self, Seen},
    ground::Base,
    http,
    orders::{self, Crowd, Until},
    report::{Asked, Row},
    times::Times,
};

/// All of them.
pub(super) async fn measure(folder: &Path, plan: &Plan) -> Result<Vec<Row>> {
    let base = Base::fill(&folder.join("embedded"), None, plan).await?;
    let mut rows = Vec::new();
    if plan.has(Part::Orders) {
        rows.push(in_process(&base, plan).await?);
    }
    if plan.has(Part::Http) {
        rows.extend(over_http(&base, plan).await?);
    }
    if plan.has(Part::OneSku) {
        rows.push(one_sku(&base, plan).await?);
    }
    if plan.has(Part::Statements) {
        rows.push(statements(&base).await?);
    }
    if plan.has(Part::Server) {
        rows.extend(on_existing(existing::watch(&base, plan).await?));
    }
    base.remove().await?;
    Ok(rows)
}

async fn in_process(base: &Base, plan: &Plan) -> Result<Row> {
    let (mut paces, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        let ground = base.copy().await?;
        let pace = orders::placed_and_paid(&ground, Crowd::of(plan, Until::Over(plan.time()))).await?;
        ground.remove().await?;
        let ground = base.copy().await?;
        limits.push(bare_lite::orders(&ground, plan, bare_lite::whole(pace.per_commit)).await?);
        ground.remove().await?;
        paces.push(pace);
    }
    let of = |figure: fn(&orders::Pace) -> f64| paces.iter().map(figure).collect::<Vec<_>>();
    let what = "order placed and paid, in process, embedded";
    let row = Row::of("orders", what, "orders/s", Asked::AtLeast(3_500.0), of(|p| p.orders));
    Ok(row
        .limited("bare SQLite", 0.7, limits)
        .beside("orders_a_commit", &of(|p| p.per_commit))
        .beside("deliveries", &of(|p| p.deliveries))
        .beside("deliveries_open_at_the_end", &of(|p| p.open))
        .beside("then_carried_in_ms", &of(|p| p.behind_ms)))
}

async fn over_http(base: &Base, plan: &Plan) -> Result<Vec<Row>> {
    let mut paces = Vec::new();
    for _ in 0..plan.runs {
        let ground = base.copy().await?;
        paces.push(http::run(&ground, plan).await?);
        ground.remove().await?;
    }
    let of = |figure: fn(&http::Pace) -> f64| paces.iter().map(figure).collect::<Vec<_>>();
    let rate = Asked::AtLeast(1_500.0);
    let what = "order placed and paid, over HTTP (three requests)";
    let orders = Row::of("http_orders", what, "orders/s", rate, of(|p| p.orders))
        .beside("request_p50_ms", &of(|p| p.request_times.p50()))
        .beside("request_p99_ms", &of(|p| p.request_times.p99()))
        .beside("order_p50_ms", &of(|p| p.order_times.p50()));
    let what = "the same: 99 of 100 orders, all three requests, take no longer than";
    let p99 = Row::of("http_order_p99", what, "ms", Asked::AtMost(100.0), of(|p| p.order_times.p99()));
    let page = |name, what, per_second: fn(&http::Pace) -> f64, times: fn(&http::Pace) -> &Times| {
        let each = |figure: fn(&Times) -> f64| paces.iter().map(|p| figure(times(p))).collect::<Vec<_>>();
        Row::of(name, what, "pages/s", Asked::AtLeast(8_000.0), of(per_second))
            .beside("p50_ms", &each(Times::p50))
            .beside("p99_ms", &each(Times::p99))
    };
    let product =
        page("product_page", "product page, over HTTP", |p| p.products.per_second, |p| &p.products.times);
    let order =
        page("order_page", "order page, over HTTP", |p| p.order_pages.per_second, |p| &p.order_pages.times);
    Ok(vec![orders, p99, product, order])
}

async fn one_sku(base: &Base, plan: &Plan) -> Result<Row> {
    let mut rates = Vec::new();
    for _ in 0..plan.runs {
        let ground = base.copy().await?;
        rates.push(orders::one_sku(&ground, plan, plan.clients).await?);
        ground.remove().await?;
    }
    let what = "one sku, more attempts than pieces, every piece sold once, embedded";
    Ok(Row::of("one_sku", what, "attempts/s", Asked::AtLeast(3_500.0), rates))
}

async fn statements(base: &Base) -> Result<Row> {
    let ground = base.copy().await?;
    let counted = orders::statements(&ground).await?;
    ground.remove().await?;
    let what = "SQL statements of place and pay, embedded";
    Ok(Row::of("statements", what, "statements", Asked::AtMost(25.0), vec![counted]))
}

fn on_existing(seen: Seen) -> [Row; 3] {
    let what = "start to ready on an existing database";
    let ready = Row::of("start", what, "ms", Asked::AtMost(300.0), seen.ready_ms);
    let memory = |name, what, most, runs: Vec<f64>| {
        let asked = Asked::AtMost(most);
        if runs.is_empty() {
            return Row::not_run(name, what, "MB", asked, "the system does not tell");
        }
        Row::of(name, what, "MB", asked, runs)
    };
    let idle = memory("memory_idle", "resident memory, idle", 60.0, seen.idle_mb);
    let loaded = memory("memory_loaded", "resident memory, most under load", 250.0, seen.loaded_mb);
    [ready, idle, loaded.beside("after_the_load", &seen.after_mb)]
}
