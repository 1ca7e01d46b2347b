//! Reads what is stored.

use kernel::{Ctx, Cursor, MediaId, Page, PageSize, ShopId};
use store::{Tx, p};

use crate::{
    Error,
    file::{Stored, stored},
    picture::Key,
    put::owner,
    sql,
};

/// A file of the caller's by its id.
pub async fn get(tx: &mut Tx, ctx: &Ctx, id: MediaId) -> Result<Stored, Error> {
    tx.opt(sql::FILE_BY_ID, p![owner(ctx)?, id], stored).await?.ok_or(Error::NotFound)
}

/// A file of the caller's by its path `/media/{key}`.
pub async fn get_by_path(tx: &mut Tx, ctx: &Ctx, path: &str) -> Result<Stored, Error> {
    let owner = owner(ctx)?;
    let key = Key::of_path(path).ok_or(Error::NotOurs)?;
    tx.opt(sql::FILE_BY_KEY, p![owner, key.to_string()], stored).await?.ok_or(Error::NotOurs)
}

/// The caller's files, the newest first.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Cursor>,
    size: PageSize,
) -> Result<Page<Stored>, Error> {
    let after = after.unwrap_or(Cursor::NEWEST);
    let rows = tx.all(sql::LIST_FILES, p![owner(ctx)?, after.id, size.get() + 1], stored).await?;
    Ok(Page::of(rows, size, |f| Cursor { key: f.id.0, id: f.id.0 }))
}

/// Those of `paths` that neither the shop nor the platform has stored: what a shop may not show.
pub async fn missing(tx: &mut Tx, shop: ShopId, paths: &[String]) -> Result<Vec<String>, store::Error> {
    let keys: Vec<Option<Key>> = paths.iter().map(|path| Key::of_path(path)).collect();
    let asked =
        keys.iter().map(|key| p![shop, key.as_ref().map(Key::to_string).unwrap_or_default()]).collect();
    let found = tx.opt_all(sql::MAY_SHOW, asked, |_| Ok(())).await?;
    let absent = paths.iter().zip(found).filter(|(_, found)| found.is_none());
    Ok(absent.map(|(path, _)| path.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Files, Purpose, demo_picture, put, testing::*};
    use store::{Registry, Store};

    async fn stored_by(store: &Store, caller: &kernel::Caller, seed: u64) -> Stored {
        let bytes = demo_picture(seed, "").unwrap().into();
        put(&Files::in_memory(""), store, caller, bytes, Purpose::Product).await.unwrap()
    }

    store::on_both! {
        rooms = rooms();

        async fn another_shops_file_answers_as_an_unknown_one(kit) {
            let store = kit.store(Registry::new()).await;
            let file = stored_by(&store, &staff(1), 1).await;
            let mut tx = store.read().await.unwrap();
            let own = store.ctx(&staff(1)).await.unwrap();
            let other = store.ctx(&staff(2)).await.unwrap();
            assert_eq!(get(&mut tx, &own, file.id).await.unwrap(), file);
            assert_eq!(get_by_path(&mut tx, &own, &file.url).await.unwrap(), file);
            assert!(matches!(get(&mut tx, &other, file.id).await, Err(Error::NotFound)));
            assert!(matches!(get_by_path(&mut tx, &other, &file.url).await, Err(Error::NotOurs)));
            assert!(matches!(get_by_path(&mut tx, &own, "/media/x").await, Err(Error::NotOurs)));
        }

        async fn a_list_goes_from_the_newest_page_by_page(kit) {
            let store = kit.store(Registry::new()).await;
            for seed in 0..3 {
                stored_by(&store, &staff(1), seed).await;
            }
            let ctx = store.ctx(&staff(1)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let size = PageSize::new(2).unwrap();
            let first = list(&mut tx, &ctx, None, size).await.unwrap();
            assert!(first.items[0].id > first.items[1].id);
            let after = first.next.as_deref().and_then(Cursor::parse);
            let last = list(&mut tx, &ctx, after, size).await.unwrap();
            assert_eq!((last.items.len(), last.next), (1, None));
        }

        async fn a_shop_may_show_its_own_and_the_platforms_pictures_only(kit) {
            let store = kit.store(Registry::new()).await;
            let own = stored_by(&store, &staff(1), 1).await.url;
            let platform = stored_by(&store, &operator(), 2).await.url;
            let other = stored_by(&store, &staff(2), 3).await.url;
            let paths = [own, platform, other.clone(), "https://elsewhere/x.png".to_owned()];
            let mut tx = store.read().await.unwrap();
            let absent = missing(&mut tx, ShopId(1), &paths).await.unwrap();
            assert_eq!(absent, [other, paths[3].clone()]);
        }
    }
}
