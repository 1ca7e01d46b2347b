//! Test support: holds an answer or a push of ours against the wire facts in `docs/wire`.
//!
//! The facts are two files of JSON lines, compiled in: `routes.jsonl` (one line per route) and `events.jsonl` (one
//! line per push). Their notation is described in `docs/wire/README.md` and read by [`Tree`]. A face test asks for
//! the facts of a route and checks what the server answered:
//!
//! ```
//! use serde_json::json;
//! use wirecheck::{Routes, check_answer};
//!
//! let routes = Routes::load()?;
//! let facts = routes.get("POST", "/channels/ec/product/list/get").ok_or("no such route")?;
//! let answer = json!({"errcode": 0, "errmsg": "ok", "product_ids": [17], "next_key": "", "total_num": 1});
//! let found = check_answer(facts, &answer);
//! assert_eq!(found[0].to_string(), "/product_ids/0: expected a string (an id), found the number 17");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Only for `dev-dependencies`: nothing here belongs into the running program.

mod check;
mod facts;
mod tree;

pub use check::{Mismatch, check_answer, check_event};
pub use facts::{EventFacts, Events, FactsError, Family, RouteFacts, Routes};
pub use tree::{Field, Fields, Tree, TreeError};
