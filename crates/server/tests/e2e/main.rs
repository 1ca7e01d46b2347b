//! The program from outside: in this process, over real sockets, on a database of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is surprised must fail")]

mod kit;

mod api;
mod bench;
mod body_limit;
mod combined;
mod crash;
mod credentials;
mod demo;
mod faults;
mod first_shop;
mod health;
mod model;
mod order_changes;
mod pay_return;
mod program;
mod rate_limit;
mod replay;
mod shutdown;
mod tls;
mod unknown_paths;
mod walk;
mod wire;
