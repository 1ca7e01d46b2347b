//! Stores a picture: checks it, writes the object, then its row.

use bytes::Bytes;
use kernel::{Actor, Caller, Ctx, Denied, Permission, Scope};
use store::{Command, Key as OnceKey, Store, Tx, p};

use crate::{
    Error, Files,
    file::{Purpose, Stored, stored},
    picture::Picture,
    sql,
};

/// Stores `bytes` for whoever calls: a shop's staff or application, an operator, or the program itself in a scope.
/// The same picture of the same shop is stored once and keeps its first id and purpose.
pub async fn put(
    files: &Files,
    store: &Store,
    caller: &Caller,
    bytes: Bytes,
    purpose: Purpose,
) -> Result<Stored, Error> {
    let record = save(files, store, caller, bytes, purpose).await?;
    store.write(caller, record).await
}

/// The same under an idempotency key.
pub async fn put_once(
    files: &Files,
    store: &Store,
    caller: &Caller,
    key: OnceKey,
    bytes: Bytes,
    purpose: Purpose,
) -> Result<Stored, Error> {
    let record = save(files, store, caller, bytes, purpose).await?;
    store.once(caller, key, record).await
}

async fn save(
    files: &Files,
    store: &Store,
    caller: &Caller,
    bytes: Bytes,
    purpose: Purpose,
) -> Result<Record, Error> {
    owner(&store.ctx(caller).await?)?;
    let picture = Picture::read(&bytes)?;
    let size = i64::try_from(bytes.len()).map_err(|_| Error::TooLarge)?;
    files.save(&picture.key, bytes).await?;
    Ok(Record { picture, bytes: size, purpose })
}

/// The shop that the file belongs to; 0 for the platform.
pub(crate) fn owner(ctx: &Ctx) -> Result<i64, Denied> {
    match (ctx.actor, ctx.scope) {
        (Actor::Operator { .. }, _) => ctx
            .operator(Permission::PlatformProducts)
            .or_else(|_| ctx.operator(Permission::PlatformShops))
            .map(|()| Scope::Platform.key()),
        (Actor::System, Scope::Platform) => Ok(Scope::Platform.key()),
        _ => {
            ctx.shop(Permission::ProductWrite).or_else(|_| ctx.shop(Permission::ShopWrite)).map(|shop| shop.0)
        }
    }
}

/// Remembers an object that is stored.
struct Record {
    picture: Picture,
    bytes: i64,
    purpose: Purpose,
}

impl Command for Record {
    type Out = Stored;
    type Err = Error;
    const NAME: &'static str = "media.put";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Stored, Error> {
        let owner = owner(ctx)?;
        let key = self.picture.key.to_string();
        tx.exec(
            sql::INSERT_FILE,
            p![
                owner,
                ctx.id::<kernel::MediaId>(),
                &key,
                self.purpose,
                self.picture.key.format().content_type(),
                self.bytes,
                self.picture.width,
                self.picture.height,
                ctx.now
            ],
        )
        .await?;
        Ok(tx.one(sql::FILE_BY_KEY, p![owner, &key], stored).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{demo_picture, testing::*};
    use store::Registry;

    fn picture(seed: u64) -> Bytes {
        demo_picture(seed, "杯子").unwrap().into()
    }

    store::on_both! {
        rooms = rooms();

        async fn a_picture_sent_twice_keeps_its_id_and_another_shop_gets_its_own(kit) {
            let (files, store) = (Files::in_memory(""), kit.store(Registry::new()).await);
            let first = put(&files, &store, &staff(1), picture(1), Purpose::Product).await.unwrap();
            let again = put(&files, &store, &staff(1), picture(1), Purpose::Profile).await.unwrap();
            assert_eq!(first, again);
            let other = put(&files, &store, &staff(2), picture(1), Purpose::Product).await.unwrap();
            assert_eq!(other.url, first.url);
            assert_ne!(other.id, first.id);
            assert_eq!((first.content_type.as_str(), first.width > 0), ("image/png", true));
        }

        async fn only_those_who_keep_products_or_the_shop_may_store(kit) {
            let (files, store) = (Files::in_memory(""), kit.store(Registry::new()).await);
            let refused = put(&files, &store, &stranger(), picture(1), Purpose::Product).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Unauthenticated))));
            let refused = put(&files, &store, &shopper(), picture(1), Purpose::Product).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let platform = put(&files, &store, &operator(), picture(1), Purpose::Product).await;
            assert!(platform.is_ok());
        }

        async fn what_is_no_picture_leaves_nothing_behind(kit) {
            let (files, store) = (Files::in_memory(""), kit.store(Registry::new()).await);
            let refused = put(&files, &store, &staff(1), Bytes::from_static(b"text"), Purpose::Product).await;
            assert!(matches!(refused, Err(Error::NotPicture)));
            let mut tx = store.read().await.unwrap();
            let ctx = store.ctx(&staff(1)).await.unwrap();
            let all = crate::list(&mut tx, &ctx, None, kernel::PageSize::default()).await.unwrap();
            assert!(all.items.is_empty());
        }

        async fn a_key_used_for_another_picture_is_refused(kit) {
            let (files, store) = (Files::in_memory(""), kit.store(Registry::new()).await);
            let key = |bytes: &Bytes| OnceKey::new(1, "POST /api/v1/media", "k", bytes);
            let (one, two) = (picture(1), picture(2));
            put_once(&files, &store, &staff(1), key(&one), one.clone(), Purpose::Product).await.unwrap();
            let refused = put_once(&files, &store, &staff(1), key(&two), two, Purpose::Product).await;
            assert!(matches!(refused, Err(Error::Store(store::Error::KeyReused))));
        }
    }
}
