//! Plants a tree where there is none.

use kernel::{CategoryId, Ctx};
use store::{Command, Params, Tx, p};

use super::{Seed, change::stored_rules};
use crate::{Error, sql};

/// Plants these categories.
#[derive(Debug, Clone)]
pub struct SeedCategories(pub Vec<Seed>);

/// Plants `seeds` if there are no categories yet; how many were made. For the program itself.
pub async fn seed_categories(tx: &mut Tx, ctx: &Ctx, seeds: &[Seed]) -> Result<u64, Error> {
    ctx.system()?;
    if tx.opt(sql::ANY_CATEGORY, p![], |_| Ok(())).await?.is_some() {
        return Ok(0);
    }
    let mut rows = Vec::new();
    plant(ctx, seeds, CategoryId(0), 1, &mut rows)?;
    Ok(tx.exec_many(sql::INSERT_CATEGORY, &rows).await?)
}

fn plant<'a>(
    ctx: &Ctx,
    seeds: &'a [Seed],
    parent: CategoryId,
    level: i64,
    rows: &mut Vec<Params<'a>>,
) -> Result<(), Error> {
    for (position, seed) in (1i64..).zip(seeds) {
        let id: CategoryId = ctx.short_id();
        rows.push(p![id, parent, level, position, &seed.name, stored_rules(&seed.rules)?]);
        plant(ctx, &seed.children, id, level + 1, rows)?;
    }
    Ok(())
}

impl Command for SeedCategories {
    type Out = u64;
    type Err = Error;
    const NAME: &'static str = "catalog.seed_categories";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<u64, Error> {
        seed_categories(tx, ctx, &self.0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{default_categories, testing::*};
    use kernel::{Caller, Denied, Scope};
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn a_tree_is_planted_once_and_by_nobody_but_the_program(kit) {
            let store = kit.store(Registry::new()).await;
            let system = Caller::system(Scope::Platform);
            let refused = store.write(&operator(), SeedCategories(default_categories())).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let planted = store.write(&system, SeedCategories(default_categories())).await.unwrap();
            assert!(planted > 60);
            assert_eq!(store.write(&system, SeedCategories(default_categories())).await.unwrap(), 0);
        }
    }
}
