//! A walk over every operation of the served description: whoever may not, is told so; what does not fit, is refused;
//! what was refused, has changed nothing. New operations are walked without a word here; one that can't be placed
//! fails the test that meets it.

#![allow(clippy::print_stdout, reason = "a walk tells how far it went")]

mod api;
mod audience;
mod base;
mod bodies;
mod excuses;
mod foreign;
mod furnish;
mod house;
mod mutation;
mod places;
mod queries;
mod replays;
mod report;
mod request;
mod sample;
mod shape;
mod strangers;
mod tables;
mod wire;
mod wire_excuses;
mod wire_replays;
