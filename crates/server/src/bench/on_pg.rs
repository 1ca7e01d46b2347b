//! The rows of PostgreSQL.

use anyhow::Result;
use std::path::Path;

use super::{
    Part, Plan, bare_pg,
    ground::Base,
    orders::{self, Crowd, Pace, Until},
    pg::Server,
    report::{Asked, Row},
};

const ORDERS: &str = "order placed and paid, in process, PostgreSQL, single";
const LOTS: &str = "order placed and paid, in process, PostgreSQL, in lots";
const ONE_SKU: &str = "one sku, more attempts than pieces, every piece sold once, PostgreSQL, in lots";
const STATEMENTS: &str = "SQL statements of place and pay, PostgreSQL";
const RATE: Asked = Asked::AtLeast(1_200.0);
const MOST_STATEMENTS: Asked = Asked::AtMost(25.0);
const BARE: &str = "bare tokio-postgres";
const IN_LOTS: Asked = Asked::AtLeast(5_000.0);
const BARE_SET: &str = "bare tokio-postgres, set-based";

/// Lots form where many wait for the same scope: so many times the clients of the plan, at so many shops.
const LOT_CLIENTS: usize = 4;
const LOT_SHOPS: usize = 4;
/// The store makes no larger lots.
const LOT_MOST: usize = 128;

/// All of them.
pub(super) async fn measure(folder: &Path, server: Option<Server>, plan: &Plan) -> Result<Vec<Row>> {
    if !plan.has(Part::Pg) {
        return Ok(Vec::new());
    }
    if server.is_none() {
        let why = "no PostgreSQL (--pg)";
        return Ok(vec![
            Row::not_run("pg_orders", ORDERS, "orders/s", RATE, why),
            Row::not_run("pg_orders_in_lots", LOTS, "orders/s", IN_LOTS, why),
            Row::not_run("pg_one_sku", ONE_SKU, "attempts/s", IN_LOTS, why),
            Row::not_run("pg_statements", STATEMENTS, "statements", MOST_STATEMENTS, why),
        ]);
    }
    let base = Base::fill(&folder.join("postgresql"), server, plan).await?;
    let rows = vec![
        orders(&base, plan).await?,
        in_lots(&base, plan).await?,
        one_sku(&base, plan).await?,
        statements(&base).await?,
    ];
    base.remove().await?;
    Ok(rows)
}

async fn orders(base: &Base, plan: &Plan) -> Result<Row> {
    let (mut paces, mut limits) = (Vec::new(), Vec::new());
    let crowd = Crowd::of(plan, Until::Over(plan.time()));
    for _ in 0..plan.runs {
        paces.push(measured(base, crowd).await?);
        let ground = base.copy().await?;
        limits.push(bare_pg::orders(&ground, plan).await?);
        ground.remove().await?;
    }
    Ok(row("pg_orders", ORDERS, RATE, &paces).limited(BARE, 0.7, limits))
}

async fn in_lots(base: &Base, plan: &Plan) -> Result<Row> {
    let (mut paces, mut limits) = (Vec::new(), Vec::new());
    let shops = LOT_SHOPS.min(plan.shops);
    let crowd = Crowd { clients: plan.clients * LOT_CLIENTS, shops, until: Until::Over(plan.time()) };
    // Half of the clients of a shop place, the others pay.
    let lot = (crowd.clients / shops / 2).clamp(1, LOT_MOST);
    for _ in 0..plan.runs {
        paces.push(measured(base, crowd).await?);
        let ground = base.copy().await?;
        limits.push(bare_pg::lots(&ground, plan, shops, lot).await?);
        ground.remove().await?;
    }
    Ok(row("pg_orders_in_lots", LOTS, IN_LOTS, &paces).limited(BARE_SET, 0.7, limits))
}

async fn measured(base: &Base, crowd: Crowd) -> Result<Pace> {
    let ground = base.copy().await?;
    let pace = orders::placed_and_paid(&ground, crowd).await?;
    ground.remove().await?;
    Ok(pace)
}

fn row(name: &'static str, what: &'static str, asked: Asked, paces: &[Pace]) -> Row {
    let of = |figure: fn(&Pace) -> f64| paces.iter().map(figure).collect::<Vec<_>>();
    Row::of(name, what, "orders/s", asked, of(|p| p.orders))
        .beside("deliveries", &of(|p| p.deliveries))
        .beside("deliveries_open_at_the_end", &of(|p| p.open))
        .beside("then_carried_in_ms", &of(|p| p.behind_ms))
}

async fn one_sku(base: &Base, plan: &Plan) -> Result<Row> {
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    let clients = plan.clients * LOT_CLIENTS;
    for _ in 0..plan.runs {
        let ground = base.copy().await?;
        rates.push(orders::one_sku(&ground, plan, clients).await?);
        ground.remove().await?;
        let ground = base.copy().await?;
        limits.push(bare_pg::one_sku(&ground, plan, clients.min(LOT_MOST)).await?);
        ground.remove().await?;
    }
    Ok(Row::of("pg_one_sku", ONE_SKU, "attempts/s", IN_LOTS, rates).limited(BARE_SET, 0.7, limits))
}

async fn statements(base: &Base) -> Result<Row> {
    let ground = base.copy().await?;
    let counted = orders::statements(&ground).await?;
    ground.remove().await?;
    Ok(Row::of("pg_statements", STATEMENTS, "statements", MOST_STATEMENTS, vec![counted]))
}
