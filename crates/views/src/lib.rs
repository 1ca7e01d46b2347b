#![doc = include_str!("../README.md")]

mod track;

pub use track::{track_path, track_routes};
