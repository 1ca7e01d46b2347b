//! Reads the tree.

use kernel::{CategoryId, ShopId, Timestamp};
use std::collections::HashSet;
use store::{Error, Row, Tx, p};

use super::{CategoryRules, granted};
use crate::{Flaw, sql};

/// The level of the categories that products lie in.
pub const LEAF_LEVEL: i64 = 3;

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id, below 2^53.
    pub id: CategoryId,
    /// The one above; `None` at the top.
    pub parent: Option<CategoryId>,
    /// 1 at the top, 3 at the leaves.
    pub level: i64,
    /// Its place among its siblings.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it asks of products.
    pub rules: CategoryRules,
    /// It takes no products any more.
    pub retired: bool,
}

impl Category {
    /// True for the categories that products lie in.
    pub const fn is_leaf(&self) -> bool {
        self.level == LEAF_LEVEL
    }

    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let parent: CategoryId = row.get(1)?;
        Ok(Self {
            id: row.get(0)?,
            parent: (parent.0 != 0).then_some(parent),
            level: row.get(2)?,
            position: row.get(3)?,
            name: row.get(4)?,
            rules: row.json(5)?,
            retired: row.get::<Option<Timestamp>>(6)?.is_some(),
        })
    }
}

/// A category, also one that is retired; `None` for an unknown one.
pub async fn category(tx: &mut Tx, id: CategoryId) -> Result<Option<Category>, Error> {
    tx.opt(sql::CATEGORY, p![id], Category::from_row).await
}

/// The whole tree, each level in its order; what is retired, or lies under what is, is left out.
pub async fn tree(tx: &mut Tx) -> Result<Vec<Category>, Error> {
    let all = tx.all(sql::TREE, p![], Category::from_row).await?;
    let mut shown = HashSet::new();
    // A parent comes before its children.
    Ok(all
        .into_iter()
        .filter(|c| c.parent.is_none_or(|parent| shown.contains(&parent)) && shown.insert(c.id))
        .collect())
}

/// The tree as a shop may use it: without leaves that need a grant which the shop does not have, and without
/// branches that this leaves bare.
pub async fn usable_by(tx: &mut Tx, shop: ShopId) -> Result<Vec<Category>, Error> {
    let grants: HashSet<CategoryId> = granted(tx, shop).await?.into_iter().collect();
    let all = tree(tx).await?;
    let mut used = HashSet::new();
    let mut kept: Vec<Category> = Vec::new();
    for category in all.into_iter().rev() {
        let open = !category.rules.permit_required || grants.contains(&category.id);
        if if category.is_leaf() { open } else { used.contains(&category.id) } {
            used.extend(category.parent);
            kept.push(category);
        }
    }
    kept.reverse();
    Ok(kept)
}

/// Where a product lies: its leaf with the two above it.
pub(crate) struct Place {
    pub(crate) leaf: Category,
    pub(crate) chain: [CategoryId; 3],
}

/// The place of a leaf that takes products.
pub(crate) async fn place(tx: &mut Tx, shop: ShopId, leaf: CategoryId) -> Result<Place, crate::Error> {
    let found = tx
        .opt(sql::CHAIN, p![leaf], |row| {
            let above: [Option<Timestamp>; 2] = [row.get(8)?, row.get(9)?];
            Ok((Category::from_row(row)?, row.get::<CategoryId>(7)?, above.iter().any(Option::is_some)))
        })
        .await?;
    let Some((leaf_found, top, above_retired)) = found else {
        return Err(match category(tx, leaf).await? {
            Some(_) => Flaw::CategoryChain.into(),
            None => Flaw::CategoryUnknown.into(),
        });
    };
    if leaf_found.retired || above_retired {
        return Err(Flaw::CategoryUnusable.into());
    }
    if leaf_found.rules.permit_required {
        let granted = tx.opt(sql::IS_GRANTED, p![shop, leaf], |_| Ok(())).await?;
        granted.ok_or(Flaw::CategoryNotGranted)?;
    }
    let chain = [top, leaf_found.parent.unwrap_or(top), leaf];
    Ok(Place { leaf: leaf_found, chain })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error as Refusal, Grant, RetireCategory, testing::*};
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn the_tree_is_read_level_by_level_and_a_leaf_knows_its_chain(kit) {
            let store = kit.store(Registry::new()).await;
            let all = seeded(&store).await;
            assert!(all.windows(2).all(|pair| pair[0].level <= pair[1].level));
            let leaf = all.iter().find(|c| c.is_leaf()).unwrap();
            let mut tx = store.read().await.unwrap();
            let found = place(&mut tx, SHOP, leaf.id).await.unwrap();
            assert_eq!(found.chain[2], leaf.id);
            assert_eq!(Some(found.chain[1]), leaf.parent);
            assert_eq!(category(&mut tx, leaf.id).await.unwrap().as_ref(), Some(leaf));
            assert_eq!(category(&mut tx, CategoryId(1)).await.unwrap(), None);
        }

        async fn a_branch_is_no_place_for_a_product_and_neither_is_what_is_retired(kit) {
            let store = kit.store(Registry::new()).await;
            let all = seeded(&store).await;
            let leaf = all.iter().find(|c| c.is_leaf()).unwrap();
            let flaw = async |id| {
                let mut tx = store.read().await.unwrap();
                match place(&mut tx, SHOP, id).await {
                    Err(Refusal::Flaw(flaw)) => Some(flaw),
                    _ => None,
                }
            };
            assert_eq!(flaw(all[0].id).await, Some(Flaw::CategoryChain));
            assert_eq!(flaw(CategoryId(1)).await, Some(Flaw::CategoryUnknown));
            assert_eq!(flaw(leaf.id).await, None);
            store.write(&operator(), RetireCategory(leaf.parent.unwrap())).await.unwrap();
            assert_eq!(flaw(leaf.id).await, Some(Flaw::CategoryUnusable));
            let mut tx = store.read().await.unwrap();
            assert!(!tree(&mut tx).await.unwrap().iter().any(|c| c.id == leaf.id));
        }

        async fn a_leaf_that_needs_a_grant_is_for_shops_that_have_it(kit) {
            let store = kit.store(Registry::new()).await;
            let all = seeded(&store).await;
            let guarded = all.iter().find(|c| c.rules.permit_required).unwrap().id;
            let sees = async |shop| {
                let mut tx = store.read().await.unwrap();
                let listed = usable_by(&mut tx, shop).await.unwrap().iter().any(|c| c.id == guarded);
                let placed = place(&mut tx, shop, guarded).await.is_ok();
                assert_eq!(listed, placed);
                placed
            };
            assert!(!sees(SHOP).await);
            store.write(&operator(), Grant { shop: SHOP, category: guarded }).await.unwrap();
            assert!(sees(SHOP).await);
            assert!(!sees(OTHER).await);
        }
    }
}
