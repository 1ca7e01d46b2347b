//! Brands: kept by operators, used by every shop.

use kernel::{BrandId, Ctx, Cursor, Page, PageSize, Permission, Text, Timestamp};
use store::{Command, Error as StoreError, Row, Tx, p};

use crate::{
    Error,
    fold::{contains, fold},
    sql,
};

/// A brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its name.
    pub name: String,
    /// Its English name; may be empty.
    pub name_en: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// It is used for no new products.
    pub retired: bool,
}

impl Brand {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            name_en: row.get(2)?,
            created_at: row.get(3)?,
            retired: row.get::<Option<Timestamp>>(4)?.is_some(),
        })
    }
}

/// A new brand.
#[derive(Debug, Clone)]
pub struct AddBrand {
    /// Its name, 1 to 60 characters; there is one brand of a name.
    pub name: String,
    /// Its English name, at most 60 characters; may be empty.
    pub name_en: String,
}

/// Adds it; for operators.
pub async fn add_brand(tx: &mut Tx, ctx: &Ctx, cmd: &AddBrand) -> Result<BrandId, Error> {
    ctx.operator(Permission::PlatformProducts)?;
    let name = Text::<60>::new(&cmd.name).map_err(|why| Error::Text { field: "name", why })?;
    let name_en =
        kernel::clean_text(&cmd.name_en, 60).map_err(|why| Error::Text { field: "name_en", why })?;
    let id: BrandId = ctx.short_id();
    let folded = fold(name.as_str());
    match tx.exec(sql::INSERT_BRAND, p![id, name.as_str(), name_en, folded, ctx.now]).await? {
        0 => Err(Error::BrandExists),
        _ => Ok(id),
    }
}

/// A brand that shall be used for no new products.
#[derive(Debug, Clone, Copy)]
pub struct RetireBrand(pub BrandId);

/// Retires it; products that have it stay as they are. For operators.
pub async fn retire_brand(tx: &mut Tx, ctx: &Ctx, id: BrandId) -> Result<(), Error> {
    ctx.operator(Permission::PlatformProducts)?;
    match tx.exec(sql::RETIRE_BRAND, p![id, ctx.now]).await? {
        0 => Err(Error::NoSuchBrand),
        _ => Ok(()),
    }
}

/// A brand, also one that is retired; `None` for an unknown one.
pub async fn brand(tx: &mut Tx, id: BrandId) -> Result<Option<Brand>, StoreError> {
    tx.opt(sql::BRAND, p![id], Brand::from_row).await
}

/// Brands in use whose name holds `text`, by id.
pub async fn brands(
    tx: &mut Tx,
    text: &str,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Brand>, StoreError> {
    let rows =
        tx.all(sql::LIST_BRANDS, p![contains(text), after.id, size.get() + 1], Brand::from_row).await?;
    Ok(Page::of(rows, size, |b| Cursor { key: b.id.0, id: b.id.0 }))
}

impl Command for AddBrand {
    type Out = BrandId;
    type Err = Error;
    const NAME: &'static str = "catalog.add_brand";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<BrandId, Error> {
        add_brand(tx, ctx, self).await
    }
}

impl Command for RetireBrand {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "catalog.retire_brand";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        retire_brand(tx, ctx, self.0).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::{Denied, TextError};
    use store::Registry;

    fn new(name: &str) -> AddBrand {
        AddBrand { name: name.into(), name_en: String::new() }
    }

    store::on_both! {
        rooms = rooms();

        async fn there_is_one_brand_of_a_name(kit) {
            let store = kit.store(Registry::new()).await;
            let id = store.write(&operator(), new("山茶 Tea")).await.unwrap();
            assert!(matches!(store.write(&operator(), new("山茶 tea")).await, Err(Error::BrandExists)));
            let mut tx = store.read().await.unwrap();
            assert_eq!(brand(&mut tx, id).await.unwrap().unwrap().name, "山茶 Tea");
            assert_eq!(brand(&mut tx, BrandId(1)).await.unwrap(), None);
        }

        async fn a_list_is_searched_and_leaves_out_what_is_retired(kit) {
            let store = kit.store(Registry::new()).await;
            let mut ids = Vec::new();
            for name in ["山茶", "山月", "100%", "海风"] {
                ids.push(store.write(&operator(), new(name)).await.unwrap());
            }
            store.write(&operator(), RetireBrand(ids[1])).await.unwrap();
            let found = async |text: &str| {
                let mut tx = store.read().await.unwrap();
                let page = brands(&mut tx, text, Cursor::OLDEST, PageSize::default()).await.unwrap();
                page.items.iter().map(|b| b.id).collect::<Vec<_>>()
            };
            assert_eq!(found("山").await, [ids[0]]);
            assert_eq!(found("%").await, [ids[2]]);
            assert_eq!(found("").await, [ids[0], ids[2], ids[3]]);
        }

        async fn only_operators_keep_brands(kit) {
            let store = kit.store(Registry::new()).await;
            assert!(matches!(store.write(&staff(), new("山茶")).await, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&staff(), RetireBrand(BrandId(1))).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            assert!(matches!(store.write(&operator(), RetireBrand(BrandId(1))).await, Err(Error::NoSuchBrand)));
            let refused = store.write(&operator(), new(" ")).await;
            assert!(matches!(refused, Err(Error::Text { field: "name", why: TextError::Empty })));
            let long = AddBrand { name_en: "x".repeat(61), ..new("山") };
            let refused = store.write(&operator(), long).await;
            assert!(matches!(refused, Err(Error::Text { field: "name_en", why: TextError::TooLong { max: 60 } })));
        }
    }
}
