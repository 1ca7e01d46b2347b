//! What the room promises, on both engines.

mod concurrency;
mod holds;
mod postings;
mod routes;
mod sequences;
mod snapshots;
mod statements;
