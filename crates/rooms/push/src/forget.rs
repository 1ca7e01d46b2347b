//! Keeps the delivery log to thirty days. A job of each shop, so that no transaction crosses shops; it ends when the
//! shop has neither an endpoint nor a log left.

use kernel::{Ctx, day_ms};
use serde::{Deserialize, Serialize};
use store::{Batch, Job, Tx, p};

use crate::{Error, sql};

/// How long a push that has ended is kept, in ms of business time.
pub const KEEP_MS: i64 = day_ms(30);
/// How often old ones are looked for.
pub(crate) const EVERY_MS: i64 = day_ms(1);
/// How many are removed in one transaction.
const LOT: i64 = 500;

/// Removes a shop's old pushes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ForgetPushes {}

impl Job for ForgetPushes {
    const KIND: &'static str = "push.forget";

    fn key(&self) -> i64 {
        0
    }
}

/// Removes a lot, and comes again: at once if there may be more, else tomorrow.
pub(crate) async fn forget(tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
    ctx.system()?;
    let (scope, before) = (ctx.scope.key(), ctx.now + -KEEP_MS);
    let mut batch = Batch::new();
    batch.add(sql::FORGET_ATTEMPTS, p![scope, before, LOT]);
    batch.add(sql::FORGET_MESSAGES, p![scope, before, LOT]);
    let gone = tx.exec_all(batch).await?;
    let full = gone.last().is_some_and(|n| i64::try_from(*n).unwrap_or(LOT) >= LOT);
    let left = tx.opt(sql::ANYTHING_LEFT, p![scope], |r| r.get::<i64>(0)).await?;
    if left.is_some() {
        let due = if full { ctx.now } else { ctx.now + EVERY_MS };
        tx.later(ctx, due, &ForgetPushes {})?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error, Filter, Format, Mode, RemoveEndpoint,
        testing::{APP, Receiver, SHOP, developer, drain, open, queued, to},
    };
    use kernel::{Cursor, PageSize, PushId};
    use store::Store;

    async fn kept(store: &Store) -> Vec<PushId> {
        let ctx = store.ctx(&developer(SHOP)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let size = PageSize::default();
        let page = crate::pushes(&mut tx, &ctx, &Filter::default(), Cursor::NEWEST, size).await.unwrap();
        page.items.into_iter().map(|p| p.id).collect()
    }

    async fn jobs(store: &Store) -> i64 {
        let sql = "SELECT count(*) FROM store_job WHERE kind = 'push.forget'";
        store.read().await.unwrap().one(sql, p![], |r| r.get(0)).await.unwrap()
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn what_ended_thirty_days_ago_is_forgotten_and_what_has_not_ended_is_not(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            let old = queued(&store, 1).await;
            drain(&store).await;
            store.write(&developer(SHOP), to("http://127.0.0.1:1/", Mode::Plain, Format::Json)).await.unwrap();
            let waiting = queued(&store, 2).await;
            drain(&store).await;
            store.advance(KEEP_MS - EVERY_MS).await.unwrap();
            drain(&store).await;
            assert_eq!(kept(&store).await, [waiting, old]);
            store.advance(EVERY_MS + 1).await.unwrap();
            drain(&store).await;
            assert_eq!(kept(&store).await, [waiting]);
            assert_eq!(jobs(&store).await, 1);
            let ctx = store.ctx(&developer(SHOP)).await.unwrap();
            let gone = crate::push(&mut store.read().await.unwrap(), &ctx, old).await;
            assert!(matches!(gone, Err(Error::NoSuchPush)));
        }

        async fn a_shop_without_endpoint_and_log_has_no_job(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            queued(&store, 1).await;
            drain(&store).await;
            store.write(&developer(SHOP), RemoveEndpoint { app: APP }).await.unwrap();
            store.advance(EVERY_MS).await.unwrap();
            drain(&store).await;
            assert_eq!(jobs(&store).await, 1, "the log is still there");
            store.advance(KEEP_MS).await.unwrap();
            drain(&store).await;
            assert_eq!((kept(&store).await.len(), jobs(&store).await), (0, 0));
        }
    }
}
