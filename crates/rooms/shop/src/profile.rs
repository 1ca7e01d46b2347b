//! Changes what a shop says of itself.

use kernel::{Ctx, Permission, clean_text};
use store::{Command, Tx, p};

use crate::{Error, Shop, create::name, find, sql};

/// What to change; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct ChangeProfile {
    /// The name, 1 to 64 characters.
    pub name: Option<String>,
    /// Path of a picture that the shop has stored; empty for none.
    pub headimg: Option<String>,
    /// What the shop says of itself, at most 500 characters; may be empty.
    pub intro: Option<String>,
}

const INTRO_CHARS: usize = 500;

/// Changes the caller's shop.
pub async fn update_profile(tx: &mut Tx, ctx: &Ctx, cmd: &ChangeProfile) -> Result<Shop, Error> {
    let shop = ctx.shop(Permission::ShopWrite)?;
    let mut new = find::get(tx, shop).await?.ok_or(Error::NotFound)?;
    if let Some(raw) = &cmd.name {
        new.name = name(raw)?.into();
    }
    if let Some(raw) = &cmd.intro {
        new.intro = clean_text(raw, INTRO_CHARS).map_err(|why| Error::Text { field: "intro", why })?;
    }
    if let Some(path) = &cmd.headimg {
        let absent = media::missing(tx, shop, std::slice::from_ref(path)).await?;
        if !path.is_empty() && !absent.is_empty() {
            return Err(Error::Picture);
        }
        new.headimg.clone_from(path);
    }
    let changed =
        tx.exec(sql::UPDATE_PROFILE, p![shop, &new.name, &new.headimg, &new.intro, new.version]).await?;
    if changed == 0 {
        return Err(Error::Raced);
    }
    Ok(Shop { version: new.version + 1, ..new })
}

impl Command for ChangeProfile {
    type Out = Shop;
    type Err = Error;
    const NAME: &'static str = "shop.update_profile";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Shop, Error> {
        update_profile(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use kernel::{Denied, TextError};
    use media::{Files, Purpose};
    use store::Registry;

    store::on_both! {
        rooms = rooms();

        async fn what_is_left_out_stays(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let intro = ChangeProfile { intro: Some(" 好茶 ".into()), ..ChangeProfile::default() };
            store.write(&staff(shop.0), intro).await.unwrap();
            let renamed = ChangeProfile { name: Some("新店".into()), ..ChangeProfile::default() };
            let found = store.write(&staff(shop.0), renamed).await.unwrap();
            assert_eq!((found.name.as_str(), found.intro.as_str()), ("新店", "好茶"));
            let mut tx = store.read().await.unwrap();
            assert_eq!(crate::get(&mut tx, shop).await.unwrap().unwrap(), found);
        }

        async fn a_head_picture_is_one_of_the_shops_own(kit) {
            let store = kit.store(Registry::new()).await;
            let (shop, other) = (open_shop(&store).await, open_shop(&store).await);
            let bytes = media::demo_picture(1, "").unwrap().into();
            let path = media::put(&Files::in_memory(""), &store, &staff(shop.0), bytes, Purpose::Profile).await.unwrap().url;
            let change = |path: &str| ChangeProfile { headimg: Some(path.into()), ..ChangeProfile::default() };
            let refused = store.write(&staff(other.0), change(&path)).await;
            assert!(matches!(refused, Err(Error::Picture)));
            assert_eq!(store.write(&staff(shop.0), change(&path)).await.unwrap().headimg, path);
            assert_eq!(store.write(&staff(shop.0), change("")).await.unwrap().headimg, "");
        }

        async fn texts_have_limits_and_readers_may_not_write(kit) {
            let store = kit.store(Registry::new()).await;
            let shop = open_shop(&store).await;
            let long = ChangeProfile { intro: Some("x".repeat(501)), ..ChangeProfile::default() };
            let refused = store.write(&staff(shop.0), long).await;
            assert!(matches!(refused, Err(Error::Text { field: "intro", why: TextError::TooLong { max: 500 } })));
            let refused = store.write(&reader(shop.0), ChangeProfile::default()).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            let refused = store.write(&staff(1), ChangeProfile::default()).await;
            assert!(matches!(refused, Err(Error::NotFound)));
        }
    }
}
