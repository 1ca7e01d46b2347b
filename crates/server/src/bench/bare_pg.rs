//! The limit of PostgreSQL: the same statements, those of a transaction in one round trip, over as many connections.

use anyhow::{Context, Result};
use futures::{
    StreamExt,
    future::{BoxFuture, join_all},
    pin_mut,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use store::Val;
use tokio_postgres::{Client, Statement, types::ToSql};

use super::{
    Plan,
    arrays::{self, Column},
    ground::Ground,
    script::{At, Round, Script, Steps, write_down, write_down_scarce},
    times::per_second,
};

/// Orders between two carryings of events.
const ORDERS: usize = 16;
/// As the program's own pool has them.
const CONNECTIONS_PER_CORE: usize = 8;

/// Orders placed and paid a second, as two transactions each; whoever pays the last of a round carries its events.
pub(super) async fn orders(ground: &Ground, plan: &Plan) -> Result<f64> {
    let script =
        Arc::new(write_down(ground, plan.written_down.div_ceil(ORDERS), ORDERS, At::EveryShop).await?);
    let every = script.rounds.iter().flat_map(|round| round.orders.iter().flatten().chain(&round.after));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let most = (cores * CONNECTIONS_PER_CORE).min(plan.clients);
    let lines = connections(ground, most, &every.collect::<Vec<_>>()).await?;
    let (next, time) = (Arc::new(AtomicUsize::new(0)), plan.time());
    let started = Instant::now();
    let paid = lines.into_iter().map(|line| {
        let (script, next) = (Arc::clone(&script), Arc::clone(&next));
        tokio::spawn(async move { until(&line, &script, &next, started + time).await })
    });
    let paid = all(join_all(paid).await)?.into_iter().sum();
    Ok(per_second(paid, started.elapsed()))
}

async fn until(line: &Line, script: &Script, next: &AtomicUsize, end: Instant) -> Result<usize> {
    let mut paid = 0;
    while Instant::now() < end {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        let round = turn / ORDERS;
        let by = script.span * i64::try_from(1 + round / script.rounds.len())?;
        let round = script.rounds.get(round % script.rounds.len()).context("there are rounds")?;
        for steps in round.orders.get(turn % ORDERS).context("a round has its orders")? {
            line.transact(steps, by, "COMMIT").await?;
        }
        paid += 1;
        if turn % ORDERS == ORDERS - 1 {
            for steps in &round.after {
                line.transact(steps, by, "COMMIT").await?;
            }
        }
    }
    Ok(paid)
}

/// Orders placed and paid a second in lots: of each statement one for all orders of a lot, a connection for each of
/// so many shops.
pub(super) async fn lots(ground: &Ground, plan: &Plan, shops: usize, lot: usize) -> Result<f64> {
    let rounds = shops * plan.written_down.div_ceil(shops * lot);
    let script = write_down(ground, rounds, lot, At::OneShopOf(shops)).await?;
    let every = script.rounds.iter().flat_map(|round| round.orders.iter().flatten().chain(&round.after));
    let lines = connections(ground, shops, &every.collect::<Vec<_>>()).await?;
    let (script, started) = (Arc::new(script), Instant::now());
    let end = started + plan.time();
    let paid = lines.into_iter().enumerate().map(|(shop, line)| {
        let script = Arc::clone(&script);
        tokio::spawn(async move {
            let (mut paid, mut by) = (0, 0);
            loop {
                by += script.span;
                for round in script.rounds.iter().skip(shop).step_by(shops) {
                    line.transact_lot(round, by).await?;
                    paid += round.orders.len();
                    if Instant::now() >= end {
                        return anyhow::Ok(paid);
                    }
                }
            }
        })
    });
    let paid = all(join_all(paid).await)?.into_iter().sum();
    Ok(per_second(paid, started.elapsed()))
}

/// Attempts a second at the one sku, in lots: as many orders as there are pieces, and refusals for the rest.
pub(super) async fn one_sku(ground: &Ground, plan: &Plan, lot: usize) -> Result<f64> {
    let ([placed, refused], span) = write_down_scarce(ground, plan.pieces).await?;
    let lines = connections(ground, 1, &[&placed, &refused]).await?;
    let line = lines.first().context("there is a connection")?;
    let (pieces, lot) = (usize::try_from(plan.pieces)?, lot.max(1));
    let started = Instant::now();
    for first in (0..plan.attempts).step_by(lot) {
        let last = (first + lot).min(plan.attempts);
        let sold = i64::try_from(first.min(pieces))?..i64::try_from(last.min(pieces))?;
        let mut sent = Vec::new();
        // The first piece went when it was written down: ids move by one span at least.
        line.merge(&mut sent, &sold.map(|n| (&placed, span * (n + 1))).collect::<Vec<_>>())?;
        line.merge(&mut sent, &(first.max(pieces)..last).map(|_| (&refused, 0)).collect::<Vec<_>>())?;
        line.send(&sent, if first < pieces { "COMMIT" } else { "ROLLBACK" }).await?;
    }
    Ok(per_second(plan.attempts, started.elapsed()))
}

fn all<T>(ended: Vec<Result<Result<T>, tokio::task::JoinError>>) -> Result<Vec<T>> {
    ended.into_iter().map(|one| one?).collect()
}

const BY_KEY: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// A connection with its statements, each for one row, and for many where it can be.
struct Line {
    client: Client,
    statements: HashMap<&'static str, (Statement, Option<Statement>)>,
}

/// A statement with its parameters, ready to be sent.
enum Ready<'a> {
    Row(&'a Statement, Vec<Val<'a>>),
    Rows(&'a Statement, Vec<Column>),
}

async fn connections(ground: &Ground, most: usize, every: &[&Steps]) -> Result<Vec<Line>> {
    let texts: HashSet<&'static str> =
        every.iter().flat_map(|steps| steps.iter()).map(|step| step.sql).collect();
    let mut lines = Vec::new();
    for _ in 0..most {
        let client = ground.connect().await?;
        // As the program's lots have it: rows are found by key, whatever is known of a table that has just grown.
        client.batch_execute(BY_KEY).await?;
        let mut statements = HashMap::new();
        for text in &texts {
            let single = client.prepare(text).await?;
            let many = match arrays::text(text, single.params()) {
                None => None,
                Some(text) => client.prepare(&text).await.ok(),
            };
            statements.insert(*text, (single, many));
        }
        lines.push(Line { client, statements });
    }
    Ok(lines)
}

impl Ready<'_> {
    fn parts(&self) -> (&Statement, Vec<&(dyn ToSql + Sync)>) {
        match self {
            Self::Row(statement, params) => {
                (statement, params.iter().map(|p| p as &(dyn ToSql + Sync)).collect())
            }
            Self::Rows(statement, params) => {
                (statement, params.iter().map(|p| &**p as &(dyn ToSql + Sync)).collect())
            }
        }
    }
}

impl Line {
    /// Executes the steps in a transaction.
    async fn transact(&self, steps: &Steps, by: i64, end: &str) -> Result<()> {
        let mut sent = Vec::new();
        self.merge(&mut sent, &[(steps, by)])?;
        self.send(&sent, end).await
    }

    /// Places all orders of a round in one transaction, pays them in another, and carries their events.
    async fn transact_lot(&self, round: &Round, by: i64) -> Result<()> {
        let mut sent = Vec::new();
        self.merge(&mut sent, &round.orders.iter().map(|[place, _]| (place, by)).collect::<Vec<_>>())?;
        self.send(&sent, "COMMIT").await?;
        sent.clear();
        self.merge(&mut sent, &round.orders.iter().map(|[_, pay]| (pay, by)).collect::<Vec<_>>())?;
        self.send(&sent, "COMMIT").await?;
        for steps in &round.after {
            self.transact(steps, by, "COMMIT").await?;
        }
        Ok(())
    }

    /// Makes commands of one kind ready to be sent: of the steps that all of them have, one statement for all.
    fn merge<'a>(&'a self, sent: &mut Vec<Ready<'a>>, commands: &[(&'a Steps, i64)]) -> Result<()> {
        let Some((first, _)) = commands.first() else { return Ok(()) };
        for (place, step) in first.iter().enumerate() {
            let mut rows = Vec::new();
            for (steps, by) in commands {
                let same = steps.get(place).filter(|other| other.sql == step.sql);
                rows.extend(same.context("commands of one kind differ")?.moved(*by));
            }
            let (single, many) = self.statements.get(step.sql).context("it was prepared")?;
            match many {
                Some(many) if rows.len() > 1 => {
                    sent.push(Ready::Rows(many, arrays::columns(&rows, single.params())));
                }
                _ => sent.extend(rows.into_iter().map(|row| Ready::Row(single, row))),
            }
        }
        Ok(())
    }

    /// Sends everything before it waits for the first answer.
    async fn send(&self, sent: &[Ready<'_>], end: &str) -> Result<()> {
        let mut work: Vec<BoxFuture<'_, Result<(), tokio_postgres::Error>>> =
            Vec::with_capacity(sent.len() + 2);
        work.push(Box::pin(self.client.batch_execute("BEGIN")));
        for one in sent {
            let (statement, params) = one.parts();
            work.push(Box::pin(self.run(statement, params)));
        }
        // In one list with the rest, so that it can't overtake.
        work.push(Box::pin(self.client.batch_execute(end)));
        Ok(join_all(work).await.into_iter().collect::<Result<(), _>>()?)
    }

    async fn run(
        &self,
        statement: &Statement,
        params: Vec<&(dyn ToSql + Sync)>,
    ) -> Result<(), tokio_postgres::Error> {
        let rows = self.client.query_raw(statement, params).await?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await {
            row?;
        }
        Ok(())
    }
}
