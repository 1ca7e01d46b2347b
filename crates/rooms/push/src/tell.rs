//! Puts a notice into a shopper's inbox, once.
//!
//! Called by other rooms within their transaction, in the shopper's scope; who may cause a notice is decided at
//! their door.

use kernel::{Ctx, NoticeId, Scope};
use store::{Tx, p};

use crate::{
    Error, NewNotice,
    notice::{BODY_CHARS, TITLE_CHARS, shown},
    sql,
};

/// Tells it; the id of the notice, also when it was told before.
pub async fn tell(tx: &mut Tx, ctx: &Ctx, notice: &NewNotice) -> Result<NoticeId, Error> {
    let Scope::Shopper(shopper) = ctx.scope else { return Err(Error::NotAShopper) };
    let id: NoticeId = ctx.id();
    let (title, body) = (shown(&notice.title, TITLE_CHARS), shown(&notice.body, BODY_CHARS));
    let told = tx
        .exec(
            sql::INSERT_NOTICE,
            p![
                shopper,
                id,
                notice.kind,
                notice.subject,
                notice.dedupe,
                title,
                body,
                notice.link.as_deref(),
                ctx.now
            ],
        )
        .await?;
    if told == 1 {
        return Ok(id);
    }
    let key = p![shopper, notice.kind, notice.subject, notice.dedupe];
    Ok(tx.one(sql::SELECT_TOLD, key, |r| r.get(0)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SHOP, SHOPPER, Tell, open, system};
    use kernel::{Caller, Cursor, PageSize, ShopperId};

    pub(crate) fn shipped(parcel: i64) -> NewNotice {
        NewNotice {
            kind: "parcel.signed",
            subject: parcel,
            dedupe: 0,
            title: "签收".into(),
            body: "b".repeat(BODY_CHARS + 1),
            link: Some("/orders/1".into()),
        }
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_notice_told_twice_is_one_notice(kit) {
            let store = open(&kit).await;
            let me = Caller::shopper(SHOPPER);
            let first = store.write(&me, Tell(shipped(1))).await.unwrap();
            assert_eq!(store.write(&me, Tell(shipped(1))).await.unwrap(), first);
            let numbered = NewNotice { dedupe: 1, ..shipped(1) };
            assert_ne!(store.write(&me, Tell(numbered)).await.unwrap(), first);
            let other = Caller::shopper(ShopperId(32));
            assert_ne!(store.write(&other, Tell(shipped(1))).await.unwrap(), first);
            let ctx = store.ctx(&me).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let page = crate::notices(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await.unwrap();
            assert_eq!(page.items.len(), 2);
            assert_eq!(page.items[1].body.len(), BODY_CHARS);
            assert_eq!((page.items[1].title.as_str(), page.items[1].subject), ("签收", 1));
        }

        async fn a_notice_outside_a_shoppers_scope_is_refused(kit) {
            let store = open(&kit).await;
            let refused = store.write(&system(SHOP), Tell(shipped(1))).await;
            assert!(matches!(refused, Err(Error::NotAShopper)));
        }
    }
}
