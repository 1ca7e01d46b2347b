#![doc = include_str!("../README.md")]

pub mod api;
pub mod assemble;
pub mod cli;
pub mod config;
pub mod http;
mod master_key;
pub mod observe;
pub mod rooms;
pub mod serve;
mod signals;
mod tls;

pub use assemble::{Assembled, assemble, open_store};
pub use config::Config;
pub use serve::{Running, start};
