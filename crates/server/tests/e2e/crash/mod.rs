//! The program is killed at random instants while shoppers order and pay; whatever it had acknowledged is there after
//! each start.
//!
//! A model outside the program keeps every answer. `KAIDIAN_CRASH_KILLS` sets how often the program is killed,
//! `KAIDIAN_CRASH_SEED` repeats the instants and the choices of a run.

mod client;
mod model;
mod process;
mod seed;

use futures::future::join_all;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::time::{Duration, Instant};

use client::Client;
use process::Process;
use seed::Shelf;

/// Kills, if nobody says otherwise.
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
fn seed_of_run() -> u64 {
    number("KAIDIAN_CRASH_SEED").unwrap_or_else(rand::random)
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_program_is_killed() {
    let (seed, kills) = (seed_of_run(), number("KAIDIAN_CRASH_KILLS").unwrap_or(KILLS));
    println!("KAIDIAN_CRASH_SEED={seed}, {kills} kills");
    let folder = tempfile::tempdir().unwrap();
    let (shelf, tokens) = seed::fill(folder.path(), CLIENTS).await;
    let mut random = StdRng::seed_from_u64(seed);
    let mut clients: Vec<Client> = tokens
        .into_iter()
        .enumerate()
        .map(|(n, token)| Client::new(n, token, StdRng::seed_from_u64(seed ^ (n as u64 + 1))))
        .collect();
    let address = process::free_address();
    let mut process = Process::start(folder.path(), address).await;
    for kill in 1..=kills {
        let lives = Duration::from_millis(random.random_range(LIVES_MS));
        live_and_die(&mut clients, &shelf, process, lives).await;
        process = Process::start(folder.path(), address).await;
        join_all(clients.iter_mut().map(|client| client.look_after(&process.base))).await;
        let (orders, answers) = sizes(&clients);
        println!("kill {kill} after {lives:?}: {orders} orders and {answers} answers are there");
    }
    all_approved_is_paid(&mut clients, &process.base).await;
    process.end().await;
    process::doctor_finds_nothing(folder.path());
    let (orders, answers) = sizes(&clients);
    assert!(orders >= kills && answers > orders, "{orders} orders, {answers} answers: that proves little");
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

async fn all_approved_is_paid(clients: &mut [Client], base: &str) {
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
fn sizes(clients: &[Client]) -> (u64, u64) {
    let orders: usize = clients.iter().map(|client| client.model.orders.len()).sum();
    let answers: usize = clients.iter().map(|client| client.model.answered.len()).sum();
    (orders as u64, answers as u64)
}
