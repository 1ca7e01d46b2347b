//! Runs other programs and minds Ctrl-C while they run.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The code of a program that a signal ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// What ends a wait.
enum Event {
    Signal(i32),
    Exit(std::io::Result<ExitStatus>),
}

/// Signals that would end this process are received here instead, so that what it started can be cleaned up.
pub(crate) struct Stop {
    events: Receiver<Event>,
    sender: Sender<Event>,
}

impl Stop {
    /// Takes over Ctrl-C and the ordinary request to end.
    pub(crate) fn listen() -> Result<Self> {
        let (sender, events) = channel();
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("listening for signals")?;
        let signalled = sender.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                if signalled.send(Event::Signal(signal)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { events, sender })
    }

    /// Whether somebody asked while nothing was waited for.
    fn asked(&self) -> bool {
        matches!(self.events.try_recv(), Ok(Event::Signal(_)))
    }

    /// Blocks until somebody asks this process to end.
    pub(crate) fn wait(&self) {
        while let Ok(Event::Exit(_)) = self.events.recv() {}
    }
}

/// Runs a program to its end and returns the code to pass on.
///
/// On Ctrl-C the terminal has told the program too, so it is left to end in its own way; a second one kills it. A
/// request to end that came to this process alone is passed on.
pub(crate) fn until_done(command: &mut Command, stop: &Stop) -> Result<u8> {
    if stop.asked() {
        return Ok(INTERRUPTED);
    }
    wait_for(start(command)?, stop)
}

/// Like [`until_done`], and returns what the program wrote to standard error from the last line that `is_first`
/// chooses; everything is shown as it comes.
pub(crate) fn keeping(
    command: &mut Command,
    stop: &Stop,
    is_first: fn(&str) -> bool,
) -> Result<(u8, Vec<String>)> {
    if stop.asked() {
        return Ok((INTERRUPTED, Vec::new()));
    }
    let mut child = start(command.stderr(Stdio::piped()))?;
    let said = child.stderr.take().context("reading what a program says")?;
    let reader = thread::spawn(move || pass_on(said, is_first));
    let code = wait_for(child, stop)?;
    // The reader ends with the program's output; it has no way to fail.
    Ok((code, reader.join().unwrap_or_default()))
}

fn pass_on(said: ChildStderr, is_first: fn(&str) -> bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in BufReader::new(said).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        eprintln!("{line}");
        if is_first(&line) {
            kept.clear();
            kept.push(line);
        } else if !kept.is_empty() {
            kept.push(line);
        }
    }
    kept
}

fn start(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("starting {}", command.get_program().display()))
}

fn wait_for(child: Child, stop: &Stop) -> Result<u8> {
    let pid = child.id();
    report_exit(child, stop.sender.clone());
    let mut interrupted = false;
    loop {
        match stop.events.recv().context("waiting for a program")? {
            Event::Exit(status) => return Ok(code(status?, interrupted)),
            Event::Signal(SIGINT) if !interrupted => interrupted = true,
            Event::Signal(SIGINT) => send("KILL", pid)?,
            Event::Signal(_) => {
                interrupted = true;
                send("TERM", pid)?;
            }
        }
    }
}

fn report_exit(mut child: Child, sender: Sender<Event>) {
    thread::spawn(move || {
        // Nobody listens any more only when this process is ending.
        let _ = sender.send(Event::Exit(child.wait()));
    });
}

/// Sends a signal by the shell's own `kill`: the program of that name is not on every machine.
fn send(signal: &str, pid: u32) -> Result<()> {
    let kill = format!("kill -s {signal} {pid}");
    Command::new("sh").args(["-c", &kill]).status().context("passing a signal on")?;
    Ok(())
}

/// The program's own code, or a failure when it was ended by a signal.
fn code(status: ExitStatus, interrupted: bool) -> u8 {
    match status.code() {
        Some(0) if interrupted => INTERRUPTED,
        Some(code) => u8::try_from(code).unwrap_or(1),
        None => INTERRUPTED,
    }
}

/// A cargo command that does not inherit what `cargo run` set for this process alone; build scripts that watch those
/// variables would otherwise run again each time.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|own| name.starts_with(own)) {
            command.env_remove(&*name);
        }
    }
    command
}
