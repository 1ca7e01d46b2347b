//! Operators keep the tree.

use kernel::{CategoryId, Ctx, Permission, Text};
use store::{Command, Tx, p};

use super::{CategoryRules, LEAF_LEVEL, category};
use crate::{Error, sql};

/// A new category.
#[derive(Debug, Clone)]
pub struct AddCategory {
    /// The one above; `None` for the top.
    pub parent: Option<CategoryId>,
    /// Its place among its siblings.
    pub position: i64,
    /// Its name, 1 to 40 characters.
    pub name: String,
    /// What it asks of products.
    pub rules: CategoryRules,
}

/// Adds it; for operators.
pub async fn add_category(tx: &mut Tx, ctx: &Ctx, cmd: &AddCategory) -> Result<CategoryId, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let name = name(&cmd.name)?;
    check_position(cmd.position)?;
    cmd.rules.check()?;
    let level = match cmd.parent {
        None => 1,
        Some(parent) => category(tx, parent).await?.ok_or(Error::NoSuchCategory)?.level + 1,
    };
    if level > LEAF_LEVEL {
        return Err(Error::TooDeep);
    }
    let id: CategoryId = ctx.short_id();
    let parent = cmd.parent.unwrap_or(CategoryId(0));
    let rules = stored_rules(&cmd.rules)?;
    tx.exec(sql::INSERT_CATEGORY, p![id, parent, level, cmd.position, name.as_str(), rules]).await?;
    Ok(id)
}

/// A new content of a category; it stays where it is in the tree.
#[derive(Debug, Clone)]
pub struct ChangeCategory {
    /// Which.
    pub id: CategoryId,
    /// Its place among its siblings.
    pub position: i64,
    /// Its name, 1 to 40 characters.
    pub name: String,
    /// What it asks of products that are sent to audit from now on.
    pub rules: CategoryRules,
}

/// Far more places than any category has children.
const MOST_POSITION: i64 = 1_000_000;

fn check_position(position: i64) -> Result<(), Error> {
    if (0..=MOST_POSITION).contains(&position) {
        Ok(())
    } else {
        Err(Error::CategoryRule { field: "position" })
    }
}

/// Changes it; for operators.
pub async fn change_category(tx: &mut Tx, ctx: &Ctx, cmd: &ChangeCategory) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let name = name(&cmd.name)?;
    check_position(cmd.position)?;
    cmd.rules.check()?;
    let params = p![cmd.id, cmd.position, name.as_str(), stored_rules(&cmd.rules)?];
    match tx.exec(sql::UPDATE_CATEGORY, params).await? {
        0 => Err(Error::NoSuchCategory),
        _ => Ok(()),
    }
}

/// A category that shall take no products any more.
#[derive(Debug, Clone, Copy)]
pub struct RetireCategory(pub CategoryId);

/// Retires a category and all under it; products that lie there stay as they are. For operators.
pub async fn retire_category(tx: &mut Tx, ctx: &Ctx, id: CategoryId) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    match tx.exec(sql::RETIRE_CATEGORY, p![id, ctx.now]).await? {
        0 => Err(Error::NoSuchCategory),
        _ => Ok(()),
    }
}

fn name(raw: &str) -> Result<Text<40>, Error> {
    Text::new(raw).map_err(|why| Error::Text { field: "name", why })
}

pub(super) fn stored_rules(rules: &CategoryRules) -> Result<String, Error> {
    let text = serde_json::to_string(rules);
    Ok(text.map_err(|e| store::Error::internal(format!("rules can't be stored: {e}")))?)
}

impl Command for AddCategory {
    type Out = CategoryId;
    type Err = Error;
    const NAME: &'static str = "catalog.add_category";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<CategoryId, Error> {
        add_category(tx, ctx, self).await
    }
}

impl Command for ChangeCategory {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.change_category";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        change_category(tx, ctx, self).await
    }
}

impl Command for RetireCategory {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.retire_category";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        retire_category(tx, ctx, self.0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::{Denied, TextError};
    use store::Registry;

    fn new(parent: Option<CategoryId>, name: &str) -> AddCategory {
        AddCategory { parent, position: 1, name: name.into(), rules: CategoryRules::default() }
    }

    store::on_both! {
        rooms = rooms();

        async fn the_tree_has_three_levels(kit) {
            let store = kit.store(Registry::new()).await;
            let top = store.write(&operator(), new(None, "一")).await.unwrap();
            let middle = store.write(&operator(), new(Some(top), "二")).await.unwrap();
            let leaf = store.write(&operator(), new(Some(middle), "三")).await.unwrap();
            assert!(matches!(store.write(&operator(), new(Some(leaf), "四")).await, Err(Error::TooDeep)));
            let mut tx = store.read().await.unwrap();
            assert_eq!(category(&mut tx, leaf).await.unwrap().unwrap().level, LEAF_LEVEL);
        }

        async fn only_operators_change_it_and_only_what_is_there(kit) {
            let store = kit.store(Registry::new()).await;
            let top = store.write(&operator(), new(None, "一")).await.unwrap();
            let change = |id| ChangeCategory { id, position: 2, name: "新".into(), rules: CategoryRules::default() };
            let unknown = CategoryId(1);
            let denied = |e: Error| matches!(e, Error::Denied(Denied::Forbidden));
            assert!(denied(store.write(&staff(), new(None, "一")).await.unwrap_err()));
            assert!(denied(store.write(&staff(), change(top)).await.unwrap_err()));
            assert!(denied(store.write(&staff(), RetireCategory(top)).await.unwrap_err()));
            let absent = |e: Error| matches!(e, Error::NoSuchCategory);
            assert!(absent(store.write(&operator(), new(Some(unknown), "一")).await.unwrap_err()));
            assert!(absent(store.write(&operator(), change(unknown)).await.unwrap_err()));
            assert!(absent(store.write(&operator(), RetireCategory(unknown)).await.unwrap_err()));
            store.write(&operator(), change(top)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert_eq!(category(&mut tx, top).await.unwrap().unwrap().name, "新");
        }

        async fn names_and_rules_are_checked(kit) {
            let store = kit.store(Registry::new()).await;
            let refused = store.write(&operator(), new(None, "")).await;
            assert!(matches!(refused, Err(Error::Text { field: "name", why: TextError::Empty })));
            let rules = CategoryRules { return_days: 91, ..CategoryRules::default() };
            let refused = store.write(&operator(), AddCategory { rules, ..new(None, "一") }).await;
            assert!(matches!(refused, Err(Error::CategoryRule { field: "return_days" })));
        }
    }
}
