//! What the program stands on fails while shoppers order and pay: the disk is full, the database server is restarted.
//! The program goes on by itself, and nothing that it had acknowledged is lost.
//!
//! The shoppers and the model are those of the crash test; here they bear with answers 503.

#![allow(clippy::print_stdout, reason = "a run tells its seed and how far it came")]

mod cluster;
mod full;
mod restart;

use futures::future::join_all;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::crash::{
    all_approved_is_paid,
    client::{Client, Refusals},
    process::{Launch, Process, doctor_finds_nothing},
    seed::Shelf,
    sizes,
};

/// The answers 503 of all shoppers, by their codes.
fn sum(refusals: &[Refusals]) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (code, n) in refusals.iter().flat_map(|some| some.lock().unwrap().clone()) {
        *sums.entry(code).or_default() += n;
    }
    sums
}

fn refusals(clients: &[Client]) -> BTreeMap<String, u64> {
    sum(&clients.iter().map(Client::refused).collect::<Vec<_>>())
}

/// The shoppers buy while `fault` runs.
async fn shop_during<F: Future<Output = ()>>(clients: &mut [Client], base: &str, shelf: &Shelf, fault: F) {
    let stop = AtomicBool::new(false);
    let working = join_all(clients.iter_mut().map(|client| client.shop_until(base, shelf, &stop)));
    let failing = async {
        fault.await;
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(working, failing);
}

/// Everything that was acknowledged is there, what is in doubt is settled by repeating it, all money arrives, and
/// `doctor` is content.
async fn all_is_there(launch: &Launch<'_>, process: Process, clients: &mut [Client]) {
    join_all(clients.iter_mut().map(|client| client.look_after(&process.base))).await;
    join_all(clients.iter_mut().map(|client| client.ask_after_money(&process.base))).await;
    all_approved_is_paid(clients, &process.base).await;
    process.end().await;
    doctor_finds_nothing(launch.folder, launch.db);
    let (orders, answers) = sizes(clients);
    println!("{orders} orders and {answers} answers are there; refused for a while: {:?}", refusals(clients));
    assert!(orders > 20 && answers > orders, "{orders} orders, {answers} answers: that proves little");
}
