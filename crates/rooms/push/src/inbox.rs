//! A shopper's inbox: what is in it, and what has been read.

use kernel::{Ctx, Cursor, NoticeId, Page, PageSize, ShopperId};
use store::{Command, Row, Tx, p};

use crate::{Error, Glance, Notice, sql};

/// The notices, the newest first. The cursor's key and id are both the id of the last notice seen.
pub async fn notices(tx: &mut Tx, ctx: &Ctx, after: Cursor, size: PageSize) -> Result<Page<Notice>, Error> {
    let shopper = ctx.shopper()?;
    let rows = tx.all(sql::LIST_NOTICES, p![shopper, after.id, size.get() + 1], read).await?;
    Ok(Page::of(rows, size, |n| Cursor { key: n.id.get(), id: n.id.get() }))
}

fn read(row: &Row<'_>) -> Result<Notice, store::Error> {
    Ok(Notice {
        id: row.get(0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        title: row.get(3)?,
        body: row.get(4)?,
        link: row.get(5)?,
        at: row.get(6)?,
        read_at: row.get(7)?,
    })
}

/// How many notices wait to be read, and which is the newest.
pub async fn glance(tx: &mut Tx, ctx: &Ctx) -> Result<Glance, Error> {
    Ok(glance_of(tx, ctx.shopper()?).await?)
}

pub(crate) async fn glance_of(tx: &mut Tx, shopper: ShopperId) -> Result<Glance, store::Error> {
    tx.one(sql::GLANCE, p![shopper], |r| Ok(Glance { unread: r.get(0)?, newest: r.get(1)? })).await
}

/// Marks one notice as read, or all of them. Reading twice changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkRead {
    /// This one.
    One(NoticeId),
    /// All that are in the inbox now.
    All,
}

/// Marks; what the inbox looks like afterwards.
pub async fn mark_read(tx: &mut Tx, ctx: &Ctx, cmd: &MarkRead) -> Result<Glance, Error> {
    let shopper = ctx.shopper()?;
    match cmd {
        MarkRead::All => {
            tx.exec(sql::MARK_ALL_READ, p![shopper, ctx.now]).await?;
        }
        MarkRead::One(id) => {
            let there = tx.opt(sql::SELECT_NOTICE, p![shopper, *id], |r| r.get::<NoticeId>(0)).await?;
            there.ok_or(Error::NoSuchNotice)?;
            tx.exec(sql::MARK_READ, p![shopper, *id, ctx.now]).await?;
        }
    }
    Ok(glance_of(tx, shopper).await?)
}

impl Command for MarkRead {
    type Out = Glance;
    type Err = Error;
    const NAME: &'static str = "push.mark_read";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Glance, Error> {
        mark_read(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        NewNotice,
        testing::{SHOP, SHOPPER, Tell, developer, open},
    };
    use kernel::{Actor, Caller, Denied, Scope};
    use store::Store;

    async fn told(store: &Store, subject: i64) -> NoticeId {
        let notice = NewNotice {
            kind: "order.paid",
            subject,
            dedupe: 0,
            title: "Paid".into(),
            body: "Thank you".into(),
            link: None,
        };
        store.write(&Caller::shopper(SHOPPER), Tell(notice)).await.unwrap()
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn the_inbox_comes_in_pages_the_newest_first(kit) {
            let store = open(&kit).await;
            let mut ids = Vec::new();
            for subject in 0..5 {
                ids.push(told(&store, subject).await);
            }
            ids.reverse();
            let ctx = store.ctx(&Caller::shopper(SHOPPER)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            let (mut seen, mut after) = (Vec::new(), Cursor::NEWEST);
            loop {
                let page = notices(&mut tx, &ctx, after, PageSize::new(2).unwrap()).await.unwrap();
                seen.extend(page.items.iter().map(|n| n.id));
                let Some(next) = page.next else { break };
                after = Cursor::parse(&next).unwrap();
            }
            assert_eq!(seen, ids);
        }

        async fn what_is_read_counts_no_more_and_keeps_its_time(kit) {
            let store = open(&kit).await;
            let me = Caller::shopper(SHOPPER);
            let (first, last) = (told(&store, 1).await, told(&store, 2).await);
            told(&store, 3).await;
            let read = store.write(&me, MarkRead::One(first)).await.unwrap();
            assert_eq!(read.unread, 2);
            let ctx = store.ctx(&me).await.unwrap();
            let read_at = async |id: NoticeId| {
                let mut tx = store.read().await.unwrap();
                let page = notices(&mut tx, &ctx, Cursor::NEWEST, PageSize::default()).await.unwrap();
                page.items.into_iter().find(|n| n.id == id).unwrap().read_at
            };
            let at = read_at(first).await;
            assert!(at.is_some() && read_at(last).await.is_none());
            store.advance(5000).await.unwrap();
            assert_eq!(store.write(&me, MarkRead::One(first)).await.unwrap().unread, 2);
            assert_eq!(store.write(&me, MarkRead::All).await.unwrap().unread, 0);
            assert_eq!(read_at(first).await, at);
            assert_eq!(glance(&mut store.read().await.unwrap(), &ctx).await.unwrap().unread, 0);
        }

        async fn a_notice_of_somebody_else_does_not_exist(kit) {
            let store = open(&kit).await;
            let id = told(&store, 1).await;
            let other = Caller::shopper(ShopperId(32));
            for id in [id, NoticeId(999)] {
                let before = store.statements();
                let refused = store.write(&other, MarkRead::One(id)).await;
                assert!(matches!(refused, Err(Error::NoSuchNotice)));
                assert_eq!(store.statements() - before, 1);
            }
            store.write(&other, MarkRead::All).await.unwrap();
            let ctx = store.ctx(&Caller::shopper(SHOPPER)).await.unwrap();
            let mine = glance(&mut store.read().await.unwrap(), &ctx).await.unwrap();
            assert_eq!(mine, Glance { unread: 1, newest: Some(id) });
        }

        async fn an_inbox_opens_for_shoppers_alone(kit) {
            let store = open(&kit).await;
            let nobody =
                Caller { scope: Scope::Platform, actor: Actor::Anonymous, request: "test".into() };
            let refused = store.write(&nobody, MarkRead::All).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Unauthenticated))));
            let refused = store.write(&developer(SHOP), MarkRead::All).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        }
    }
}
