//! The program is killed at random instants while shoppers order and pay; whatever it had acknowledged is there after
//! each start.
//!
//! A model outside the program keeps every answer. `KAIDIAN_CRASH_KILLS` sets how often the program is killed,
//! `KAIDIAN_CRASH_SEED` repeats the instants and the choices of a run.

#![allow(clippy::print_stdout, reason = "a run tells its seed and how far it came")]

pub(crate) mod client;
mod model;
pub(crate) mod process;
pub(crate) mod seed;

use futures::future::join_all;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::time::{Duration, Instant};
use store::testkit::{Engine, Kit};

use client::Client;
use process::{Launch, Process};
use seed::Shelf;

/// Kills, if nobody says otherwise; on PostgreSQL, which has no part in the program's death, a quarter of it.
const KILLS: u64 = 20;
/// Shoppers, each at work on one order at a time.
const CLIENTS: usize = 8;
/// A start is killed this long after it has begun to serve, at least and at most.
const LIVES_MS: std::ops::Range<u64> = 20..1_500;
/// Approved bills lead to paid orders within this time.
const PAID_WITHIN: Duration = Duration::from_mins(1);

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text}")))
}

#[expect(clippy::disallowed_methods, reason = "the seed of a run is drawn here and printed")]
pub(crate) fn seed_of_run() -> u64 {
    number("KAIDIAN_CRASH_SEED").unwrap_or_else(rand::random)
}

mod nothing_acknowledged_is_lost_when_the_program_is_killed {
    use super::{Engine, KILLS, Kit, kill_again_and_again, number};

    #[tokio::test]
    async fn sqlite() {
        kill_again_and_again(None, number("KAIDIAN_CRASH_KILLS").unwrap_or(KILLS)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        let kit = Kit::new(Engine::Postgres, server::rooms::MIGRATIONS).await;
        let kills = number("KAIDIAN_CRASH_KILLS").unwrap_or(KILLS).div_ceil(4);
        kill_again_and_again(Some(&kit.options.url), kills).await;
    }
}

async fn kill_again_and_again(db: Option<&str>, kills: u64) {
    let seed = seed_of_run();
    println!("KAIDIAN_CRASH_SEED={seed}, {kills} kills");
    let folder = tempfile::tempdir().unwrap();
    let (shelf, mut clients) = shoppers(folder.path(), db, seed).await;
    let mut random = StdRng::seed_from_u64(seed);
    let launch = Launch::new(folder.path(), process::free_address(), db);
    let mut process = Process::start(&launch).await;
    for kill in 1..=kills {
        let lives = Duration::from_millis(random.random_range(LIVES_MS));
        live_and_die(&mut clients, &shelf, process, lives).await;
        process = Process::start(&launch).await;
        join_all(clients.iter_mut().map(|client| client.look_after(&process.base))).await;
        let (orders, answers) = sizes(&clients);
        println!("kill {kill} after {lives:?}: {orders} orders and {answers} answers are there");
    }
    // The program died with notices and polls in its hands: they are taken up again when their lease is over.
    join_all(clients.iter_mut().map(|client| client.ask_after_money(&process.base))).await;
    all_approved_is_paid(&mut clients, &process.base).await;
    process.end().await;
    process::doctor_finds_nothing(folder.path(), db);
    let (orders, answers) = sizes(&clients);
    assert!(orders >= kills && answers > orders, "{orders} orders, {answers} answers: that proves little");
}

/// A shop in a fresh database, and the shoppers who go there.
pub(crate) async fn shoppers(folder: &std::path::Path, db: Option<&str>, seed: u64) -> (Shelf, Vec<Client>) {
    let (shelf, tokens) = seed::fill(folder, db, CLIENTS).await;
    let random = |n: usize| StdRng::seed_from_u64(seed ^ (n as u64 + 1));
    let clients = tokens.into_iter().enumerate().map(|(n, token)| Client::new(n, token, random(n)));
    (shelf, clients.collect())
}

/// The clients work until the program dies under them.
async fn live_and_die(clients: &mut [Client], shelf: &Shelf, process: Process, lives: Duration) {
    let base = process.base.clone();
    let working = join_all(clients.iter_mut().map(|client| client.shop_until_it_dies(&base, shelf)));
    let dying = async {
        tokio::time::sleep(lives).await;
        process.kill().await;
    };
    tokio::join!(working, dying);
}

/// Waits until every bill that was approved has led to a paid order.
pub(crate) async fn all_approved_is_paid(clients: &mut [Client], base: &str) {
    let started = Instant::now();
    loop {
        join_all(clients.iter_mut().map(|client| client.look(base))).await;
        let waiting: Vec<String> = clients.iter().flat_map(|c| c.model.approved_and_unpaid()).collect();
        if waiting.is_empty() {
            return;
        }
        assert!(started.elapsed() < PAID_WITHIN, "approved and never paid: {waiting:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Orders and answers that the models hold.
pub(crate) fn sizes(clients: &[Client]) -> (u64, u64) {
    let orders: usize = clients.iter().map(|client| client.model.orders.len()).sum();
    let answers: usize = clients.iter().map(|client| client.model.answered.len()).sum();
    (orders as u64, answers as u64)
}
