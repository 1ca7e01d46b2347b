//! `kaidian bench`: what this machine does, as medians of several runs, each beside a limit measured in the same run.

mod arrays;
mod bare_lite;
mod bare_pg;
mod child;
mod connection;
mod existing;
mod goods;
mod ground;
mod http;
mod machine;
mod on_lite;
mod on_pg;
mod orders;
mod pg;
mod plan;
mod report;
mod script;
mod times;

use anyhow::Result;
use std::path::Path;

pub use machine::Machine;
pub use plan::{Part, Plan};
pub use report::{Asked, Limit, Report, Row};

use pg::Server;

/// Measures on embedded databases in `folder`, and on the PostgreSQL server at `pg`, whose user may make databases.
/// Everything that was made is removed again, unless something fails.
pub async fn bench(folder: &Path, pg: Option<&str>, plan: Plan) -> Result<Report> {
    std::fs::create_dir_all(folder)?;
    // The recorder of figures has to be there before the first figure.
    let _ = crate::observe::figures();
    let machine = Machine::of(folder)?;
    let mut rows = Vec::new();
    if plan.only != [Part::Pg] {
        rows.extend(on_lite::measure(folder, &plan).await?);
    }
    rows.extend(on_pg::measure(folder, pg.map(|url| Server::at(url, plan.quiet)), &plan).await?);
    std::fs::remove_dir_all(folder)?;
    Ok(Report { machine, plan, rows })
}
