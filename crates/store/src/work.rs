//! The workers: loops that carry events, do jobs and keep house, until they are told to stop.

use kernel::Timestamp;
use std::time::Duration;
use tokio::{sync::watch, task::JoinSet};

use crate::{Error, Store, clock::Clock, command, deliver, jobs, run};

/// Which loops a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Do jobs.
    pub worker: bool,
    /// Carry events.
    pub dispatcher: bool,
}

impl Roles {
    /// Everything.
    pub const ALL: Self = Self { worker: true, dispatcher: true };
}

/// Stops the workers when it is dropped or told to.
pub struct Stop {
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

impl Stop {
    /// Lets each loop finish what it has in hand, and waits for it.
    pub async fn and_wait(mut self) {
        let _ = self.stop.send(true);
        while self.loops.join_next().await.is_some() {}
    }
}

/// Another process's work is found this late at most; our own wakes the loops at once.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const KEEP_HOUSE_EVERY: Duration = Duration::from_secs(30);
const READ_CLOCK_EVERY: Duration = Duration::from_secs(1);

impl Store {
    /// Starts the loops.
    pub fn start_work(&self, roles: Roles) -> Stop {
        self.start_loops(roles, LOOK_EVERY)
    }

    pub(crate) fn start_loops(&self, roles: Roles, look_every: Duration) -> Stop {
        let (stop, stopped) = watch::channel(false);
        let mut loops = JoinSet::new();
        let pace = |stopped: &watch::Receiver<bool>| Pace { look_every, stopped: stopped.clone() };
        if roles.dispatcher {
            loops.spawn(carry_events(self.clone(), pace(&stopped)));
        }
        if roles.worker {
            loops.spawn(do_jobs(self.clone(), pace(&stopped)));
        }
        loops.spawn(keep_house(self.clone(), stopped.clone()));
        loops.spawn(follow_clock(self.clone(), stopped));
        Stop { stop, loops }
    }

    /// Delivers events and does jobs until nothing is due, or `most` rounds have passed; true if nothing is left.
    pub async fn drain(&self, most: usize) -> Result<bool, Error> {
        for _ in 0..most {
            let delivered = deliver::deliver_due(self).await?;
            let done = jobs::do_due(self).await?;
            if delivered + done == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

async fn carry_events(store: Store, mut pace: Pace) {
    take_over(&store, deliver::take_over(&store)).await;
    loop {
        // Asked for before the look, so that what is written during the look wakes too.
        let woken = store.0.wake.notified();
        let handled = deliver::deliver_due(&store).await;
        if !pace.go_on(handled, woken).await {
            return;
        }
    }
}

async fn do_jobs(store: Store, mut pace: Pace) {
    let mut running = JoinSet::new();
    take_over(&store, jobs::take_over(&store)).await;
    loop {
        let woken = store.0.wake.notified();
        let begun = jobs::begin_due(&store, &mut running).await;
        if !pace.go_on(begun, woken).await {
            break;
        }
    }
    while running.join_next().await.is_some() {}
}

/// An embedded database has one process that does its work: what another left leased died with it, and need not wait
/// for the lease to run out.
async fn take_over(store: &Store, leases: impl Future<Output = Result<u64, Error>>) {
    if store.is_postgres() {
        return;
    }
    match leases.await {
        Ok(0) => {}
        Ok(n) => tracing::info!(n, "work that another process had begun is taken over"),
        Err(e) => tracing::warn!(error = %e.for_log(), "leases could not be taken over"),
    }
}

/// When a loop looks for work.
struct Pace {
    look_every: Duration,
    stopped: watch::Receiver<bool>,
}

impl Pace {
    /// Waits until there may be more to do; false when it is time to stop.
    async fn go_on(&mut self, handled: Result<usize, Error>, woken: impl Future<Output = ()>) -> bool {
        if *self.stopped.borrow() {
            return false;
        }
        match handled {
            Ok(n) if n > 0 => tokio::task::yield_now().await,
            Ok(_) => {
                tokio::select! {
                    () = woken => tokio::time::sleep(Duration::from_millis(2)).await,
                    () = tokio::time::sleep(self.look_every) => {}
                    _ = self.stopped.changed() => {}
                }
            }
            Err(e) => {
                tracing::warn!(error = %e.for_log(), "the workers can't reach the database");
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    _ = self.stopped.changed() => {}
                }
            }
        }
        !*self.stopped.borrow()
    }
}

async fn keep_house(store: Store, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(KEEP_HOUSE_EVERY) => {}
            _ = stopped.changed() => return,
        }
        let tidied = async {
            store.keep_node().await?;
            forget_answers(&store, Clock::wall(), FORGET_AT_ONCE).await
        };
        if let Err(e) = tidied.await {
            tracing::warn!(error = %e.for_log(), "housekeeping failed");
        }
    }
}

/// Forgets the answers whose time is over at `wall`, some at a time, so that no command waits long; how many.
pub(crate) async fn forget_answers(store: &Store, wall: Timestamp, at_once: i64) -> Result<u64, Error> {
    let mut sum = 0;
    loop {
        let forgotten = run::internal(store, move |tx| Box::pin(command::forget(tx, wall, at_once))).await?;
        sum += forgotten;
        if forgotten < at_once.unsigned_abs() {
            return Ok(sum);
        }
    }
}

async fn follow_clock(store: Store, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(READ_CLOCK_EVERY) => {}
            _ = stopped.changed() => return,
        }
        if let Err(e) = store.refresh_clock().await {
            tracing::warn!(error = %e.for_log(), "the business clock can't be read");
        }
    }
}

const FORGET_AT_ONCE: i64 = 1000;
