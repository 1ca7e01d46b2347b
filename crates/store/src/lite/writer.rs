//! The one thread that writes: it runs the commands that have come in, each in its own savepoint, commits them
//! together and answers them after the commit.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::{LiteTx, open};
use crate::{Error, Registry, Tx, tx::Engine};

/// A command on its way through the writer.
pub(crate) trait Work: Send {
    /// Runs inside its savepoint; true if the savepoint is to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers the caller, after the commit or instead of it.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

/// Most commands that share a commit: enough to make the disk's share small, few enough that the first of them
/// does not wait long.
const COMMANDS_PER_COMMIT: usize = 256;

/// How often the log is written back, and the log size (pages) beyond which it is cut off as well.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);
const LOG_PAGES_LIMIT: i64 = 32_000;

enum Message {
    Work(Box<dyn Work>),
    CutLog,
    Stop,
}

pub(crate) struct Writer {
    queue: Sender<Message>,
    thread: Option<JoinHandle<()>>,
    checkpointer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Writer {
    pub(crate) fn start(path: &Path, max_pages: Option<i64>, registry: Arc<Registry>) -> Result<Self, Error> {
        let tx = Tx::new(Engine::Lite(LiteTx::new(open(path, true, max_pages)?)), registry);
        let (queue, work) = channel();
        let thread = spawn("kaidian-writer", move || write(tx, &work))?;
        let log = LiteTx::new(open(path, true, max_pages)?);
        let (stop, stopped) = channel();
        let to_writer = queue.clone();
        let checkpointer = spawn("kaidian-checkpoint", move || checkpoint(&log, &stopped, &to_writer))?;
        Ok(Self { queue, thread: Some(thread), checkpointer: Some((stop, checkpointer)) })
    }

    pub(crate) fn send(&self, work: Box<dyn Work>) {
        if let Err(std::sync::mpsc::SendError(Message::Work(work))) = self.queue.send(Message::Work(work)) {
            work.answer(Err(Error::unavailable("the store is closed")));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.checkpointer.take() {
            drop(stop);
            let _ = thread.join();
        }
        let _ = self.queue.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(f)
        .map_err(|e| Error::internal(format!("no thread for the database: {e}")))
}

fn write(mut tx: Tx, queue: &Receiver<Message>) {
    while let Ok(message) = queue.recv() {
        match message {
            Message::Work(first) => {
                if commit_together(&mut tx, first, queue) {
                    return;
                }
            }
            Message::CutLog => cut_log(&tx),
            Message::Stop => return,
        }
    }
}

fn lite(tx: &mut Tx) -> &mut LiteTx {
    match &mut tx.engine {
        Engine::Lite(lite) => lite,
        Engine::Pg(_) => unreachable!("the writer's transaction is SQLite's"), // unwrap: made so in start()
    }
}

/// Runs `first` and whatever else has come in until then, in one transaction; true if the store is to stop.
fn commit_together(tx: &mut Tx, first: Box<dyn Work>, queue: &Receiver<Message>) -> bool {
    if let Err(e) = lite(tx).control("BEGIN IMMEDIATE") {
        first.answer(Err(e));
        return false;
    }
    let mut done = vec![first];
    let mut cut_log_after = false;
    let mut stop_after = false;
    run_one(tx, &mut done[0]);
    while done.len() < COMMANDS_PER_COMMIT && lite(tx).in_transaction() {
        match queue.try_recv() {
            Ok(Message::Work(mut work)) => {
                run_one(tx, &mut work);
                done.push(work);
            }
            Ok(Message::CutLog) => cut_log_after = true,
            Ok(Message::Stop) => {
                stop_after = true;
                break;
            }
            Err(_) => break,
        }
    }
    let committed = commit(lite(tx));
    metrics::histogram!("kaidian_store_commands_per_commit").record(u32::try_from(done.len()).unwrap_or(0));
    for work in done {
        work.answer(committed.clone());
    }
    if cut_log_after {
        cut_log(tx);
    }
    stop_after
}

fn run_one(tx: &mut Tx, work: &mut Box<dyn Work>) {
    tx.effects.clear();
    if lite(tx).control("SAVEPOINT command").is_err() {
        return;
    }
    let keep = work.run(tx);
    let lite = lite(tx);
    // A full disk ends the whole transaction by itself; then there is nothing to go back to.
    if lite.in_transaction() {
        let _ = if keep { Ok(()) } else { lite.control("ROLLBACK TO command") };
        let _ = lite.control("RELEASE command");
    }
}

fn commit(lite: &mut LiteTx) -> Result<(), Error> {
    if !lite.in_transaction() {
        return Err(Error::unavailable(
            "the transaction was ended by the database: no room left, or an I/O error",
        ));
    }
    let committed = lite.control("COMMIT");
    if committed.is_err() && lite.in_transaction() {
        lite.control("ROLLBACK")?;
    }
    committed
}

fn cut_log(tx: &Tx) {
    if let Engine::Lite(lite) = &tx.engine
        && let Err(e) = lite.checkpoint("TRUNCATE")
    {
        tracing::warn!(error = %e.for_log(), "the log could not be cut");
    }
}

/// Writes the log back once a second without stopping anybody; asks the writer to cut it off when it has grown,
/// which a passive checkpoint can't do while writes never pause.
fn checkpoint(log: &LiteTx, stopped: &Receiver<()>, writer: &Sender<Message>) {
    use std::sync::mpsc::RecvTimeoutError;
    while stopped.recv_timeout(CHECKPOINT_EVERY) == Err(RecvTimeoutError::Timeout) {
        match log.checkpoint("PASSIVE") {
            Ok(pages) if pages > LOG_PAGES_LIMIT => drop(writer.send(Message::CutLog)),
            Ok(_) => {}
            Err(e) => tracing::warn!(error = %e.for_log(), "the log could not be written back"),
        }
    }
}
