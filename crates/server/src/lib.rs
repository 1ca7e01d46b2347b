#![doc = include_str!("../README.md")]

pub mod api;
pub mod assemble;
pub mod bench;
pub mod cli;
mod codes;
pub mod config;
pub mod demo;
pub mod doctor;
mod home;
pub mod http;
mod master_key;
pub mod observe;
pub mod replay;
pub mod rooms;
pub mod serve;
pub mod services;
mod signals;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod states_page;
mod tls;

pub use assemble::{Assembled, assemble, open_store};
pub use config::Config;
pub use serve::{Running, start};
