#![doc = include_str!("../README.md")]

mod demo;
mod error;
mod file;
mod files;
mod find;
mod http;
mod picture;
mod put;
mod sql;
#[cfg(test)]
mod testing;
mod wire;

pub use demo::demo_picture;
pub use error::Error;
pub use file::{Purpose, Stored};
pub use files::{Bucket, Config, Files, Place};
pub use find::{get, get_by_path, list, missing};
pub use http::routes;
pub use picture::{Format, Key, MAX_BYTES, MAX_SIDE, Picture};
pub use put::{put, put_once};
pub use wire::wire_routes;

/// The room's tables.
pub const MIGRATIONS: store::Room = store::migrations!("media", "V1__media");
