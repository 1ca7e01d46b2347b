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
    /// Runs inside its savepoint; true if the savepoint is to be kept. It may be run again, if what it ran in could
    /// not be committed.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers the caller, after the commit or instead of it.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

/// Most commands that share a commit: enough to make the disk's share small, few enough that the first of them
/// does not wait long.
const COMMANDS_PER_COMMIT: usize = 256;

/// When the log is written back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checkpoints {
    /// How often it is written back in the background.
    pub(crate) every: Duration,
    /// The log size, in pages, beyond which its file is emptied as well.
    pub(crate) most_pages: i64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self { every: Duration::from_secs(1), most_pages: 32_000 }
    }
}

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
    pub(crate) fn start(
        path: &Path,
        max_pages: Option<i64>,
        checkpoints: Checkpoints,
        registry: Arc<Registry>,
    ) -> Result<Self, Error> {
        let tx = Tx::new(Engine::Lite(LiteTx::new(open(path, true, max_pages)?)), registry);
        let (queue, work) = channel();
        let thread = spawn("kaidian-writer", move || write(tx, &work))?;
        let log = LiteTx::new(open(path, true, max_pages)?);
        let (stop, stopped) = channel();
        let to_writer = queue.clone();
        let checkpointer =
            spawn("kaidian-checkpoint", move || checkpoint(&log, checkpoints, &stopped, &to_writer))?;
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
        // The last handle may go with the last command, on the writer's own thread, which can't wait for itself.
        let elsewhere = |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(elsewhere) {
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
        Engine::Pg(_) | Engine::Lot(_) => unreachable!("the writer's transaction is SQLite's"), // unwrap: made so in start()
    }
}

/// Runs `first` and whatever else has come in until then, in one transaction; true if the store is to stop.
fn commit_together(tx: &mut Tx, first: Box<dyn Work>, queue: &Receiver<Message>) -> bool {
    if let Err(e) = begin(lite(tx)) {
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
    metrics::histogram!("kaidian_store_commands_per_commit").record(u32::try_from(done.len()).unwrap_or(0));
    end_together(tx, done);
    if cut_log_after {
        cut_log(tx);
    }
    stop_after
}

/// Commits and answers. Where one of several spoiled the commit for all (it filled the disk, or broke a constraint
/// that is looked at last), each is run again by itself, and the one bears it alone.
fn end_together(tx: &mut Tx, done: Vec<Box<dyn Work>>) {
    match commit(lite(tx)) {
        Err(_) if done.len() > 1 => {
            for mut work in done {
                let ended = begin(lite(tx)).and_then(|()| {
                    run_one(tx, &mut work);
                    commit(lite(tx))
                });
                work.answer(ended);
            }
        }
        committed => {
            for work in done {
                work.answer(committed.clone());
            }
        }
    }
}

fn begin(lite: &mut LiteTx) -> Result<(), Error> {
    if lite.in_transaction() {
        // Left over from a commit that could not even be undone.
        lite.control("ROLLBACK")?;
    }
    lite.control("BEGIN IMMEDIATE")
}

/// Runs one command in its savepoint. Where even the savepoint fails, the whole transaction is given up.
fn run_one(tx: &mut Tx, work: &mut Box<dyn Work>) {
    tx.next_command();
    let ended = lite(tx).control("SAVEPOINT command").and_then(|()| {
        let keep = work.run(tx);
        let lite = lite(tx);
        if !lite.in_transaction() {
            return Ok(()); // a full disk ends the whole transaction by itself
        }
        if !keep {
            lite.control("ROLLBACK TO command")?;
        }
        lite.control("RELEASE command")
    });
    if let Err(e) = ended {
        tracing::error!(error = %e.for_log(), "a savepoint failed");
        let _ = lite(tx).control("ROLLBACK");
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
    let Engine::Lite(lite) = &tx.engine else { return };
    match lite.cut_log() {
        Ok(true) => {}
        Ok(false) => tracing::debug!("a reader still needs the log; it is cut later"),
        Err(e) => tracing::warn!(error = %e.for_log(), "the log could not be cut"),
    }
}

/// Writes the log back again and again without stopping anybody; asks the writer to empty it when it has grown,
/// which a passive checkpoint can't do while writes never pause.
fn checkpoint(log: &LiteTx, when: Checkpoints, stopped: &Receiver<()>, writer: &Sender<Message>) {
    use std::sync::mpsc::RecvTimeoutError;
    while stopped.recv_timeout(when.every) == Err(RecvTimeoutError::Timeout) {
        match log.write_log_back() {
            Ok(pages) if pages > when.most_pages => drop(writer.send(Message::CutLog)),
            Ok(_) => {}
            Err(e) => tracing::warn!(error = %e.for_log(), "the log could not be written back"),
        }
    }
}
