//! What the room promises, on both engines.

mod concurrency;
mod corrections;
mod faces;
mod holds;
mod pushes;
mod sequences;
