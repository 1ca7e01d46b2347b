//! `POST /sandbox/clock`: moves business time, and runs what falls due.

use axum::{Json, Router, extract::State, routing::post};
use face::{App, Body, Problem, Rest};
use kernel::{Kind, Timestamp, day_ms};
use serde::{Deserialize, Serialize};

/// The route. To be mounted in the demo alone.
pub fn clock_routes() -> Router<App> {
    Router::new().route("/sandbox/clock", post(advance))
}

/// A year and a month at once are enough.
const MOST_MS: i64 = day_ms(400);
/// What falls due may make more fall due; after so many rounds the workers go on by themselves.
const ROUNDS: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Milliseconds forwards; 0 only runs what is due.
    advance_ms: i64,
}

#[derive(Debug, Serialize)]
struct Advanced {
    /// Business time now.
    now_ms: Timestamp,
    /// The same.
    now: Timestamp,
    /// False if there is still something to do.
    done: bool,
}

async fn advance(State(app): State<App>, Body(ask): Body<Advance>) -> Rest<Advanced> {
    if !(0..=MOST_MS).contains(&ask.advance_ms) {
        let told = "the clock goes forwards, by 400 days at most";
        return Err(Problem::new(Kind::Invalid, "sandbox.clock_out_of_range", told));
    }
    app.store.advance(ask.advance_ms).await?;
    let done = app.store.drain(ROUNDS).await?;
    let now = app.store.now();
    Ok(Json(Advanced { now_ms: now, now, done }))
}
