//! `kaidian replay`: sends a file of real purchases through the same use cases that the API calls.
//!
//! A line of the CDNOW file is one order: n pieces at the unit price rounded up, less the exact discount that makes it
//! the amount of the line. The order is placed, paid, shipped, signed for and, ten days later, confirmed by time and
//! settled; business time moves through the months of the file.

mod cdnow;
mod report;
mod run;
mod seed;

pub use cdnow::{FileError, Purchase, read};
pub use report::Report;
pub use run::{Clients, replay};
