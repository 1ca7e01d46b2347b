//! What the room's tests share.

use kernel::{Caller, Ctx, Cursor, HoldId, Item, PageSize, ProductId, Scope, ShopId, SkuId};
use std::marker::PhantomData;
use store::{BoxFuture, Command, Store, Tx};

use crate::{Change, Correction, Error, FlowFilter, FlowLine, Level, Movement};

pub(crate) fn rooms() -> [store::Room; 3] {
    [media::MIGRATIONS, catalog::MIGRATIONS, crate::MIGRATIONS]
}

/// With those of the application that hears pushes.
pub(crate) fn rooms_with_pushes() -> [store::Room; 5] {
    [identity::MIGRATIONS, media::MIGRATIONS, push::MIGRATIONS, catalog::MIGRATIONS, crate::MIGRATIONS]
}

/// A closure as a command.
struct Do<T, F>(F, PhantomData<fn() -> T>);

impl<T, F> Command for Do<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    type Out = T;
    type Err = Error;
    const NAME: &'static str = "stock.test";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<T, Error> {
        (self.0)(tx, ctx).await
    }
}

/// Runs a closure in a transaction of `caller`.
pub(crate) async fn write<T, F>(store: &Store, caller: &Caller, f: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    store.write(caller, Do(f, PhantomData)).await
}

pub(crate) fn shop(id: i64) -> Caller {
    Caller::system(Scope::Shop(ShopId(id)))
}

pub(crate) fn item(sku: i64, quantity: i64) -> Item {
    Item { sku: SkuId(sku), quantity }
}

pub(crate) async fn receive(store: &Store, by: &Caller, sku: i64, quantity: i64) -> Result<(), Error> {
    let cmd = Movement { sku: SkuId(sku), product: ProductId(1), quantity, note: None };
    write(store, by, move |tx, ctx| {
        let cmd = cmd.clone();
        Box::pin(async move { crate::receive(tx, ctx, &cmd).await })
    })
    .await
}

pub(crate) async fn correct(store: &Store, by: &Caller, sku: i64, change: Change) -> Result<i64, Error> {
    let cmd = Correction { sku: SkuId(sku), product: ProductId(1), change, note: None };
    write(store, by, move |tx, ctx| {
        let cmd = cmd.clone();
        Box::pin(async move { crate::correct(tx, ctx, &cmd).await })
    })
    .await
}

pub(crate) async fn reserve(store: &Store, by: &Caller, hold: i64, items: &[Item]) -> Result<(), Error> {
    let items = items.to_vec();
    write(store, by, move |tx, ctx| {
        let items = items.clone();
        Box::pin(async move { crate::reserve(tx, ctx, HoldId(hold), &items).await })
    })
    .await
}

pub(crate) async fn commit(store: &Store, by: &Caller, hold: i64, items: &[Item]) -> Result<(), Error> {
    let items = items.to_vec();
    write(store, by, move |tx, ctx| {
        let items = items.clone();
        Box::pin(async move { crate::commit(tx, ctx, HoldId(hold), &items).await })
    })
    .await
}

pub(crate) async fn release(store: &Store, by: &Caller, hold: i64, items: &[Item]) -> Result<(), Error> {
    let items = items.to_vec();
    write(store, by, move |tx, ctx| {
        let items = items.clone();
        Box::pin(async move { crate::release(tx, ctx, HoldId(hold), &items).await })
    })
    .await
}

pub(crate) async fn give_back(
    store: &Store,
    by: &Caller,
    reference: i64,
    hold: i64,
    items: &[Item],
) -> Result<(), Error> {
    let items = items.to_vec();
    write(store, by, move |tx, ctx| {
        let items = items.clone();
        Box::pin(async move { crate::give_back(tx, ctx, reference, HoldId(hold), &items).await })
    })
    .await
}

pub(crate) async fn level(store: &Store, by: &Caller, sku: i64) -> Level {
    let mut tx = store.read().await.unwrap();
    crate::level(&mut tx, ShopId(by.scope.key()), SkuId(sku)).await.unwrap()
}

/// Available, reserved, sold and returned.
pub(crate) async fn counts(store: &Store, by: &Caller, sku: i64) -> (i64, i64, i64, i64) {
    let level = level(store, by, sku).await;
    (level.available, level.reserved, level.sold, level.returned)
}

/// The whole flow of a sku, page by page.
pub(crate) async fn flow(
    store: &Store,
    by: &Caller,
    sku: i64,
    filter: &FlowFilter,
    size: i64,
) -> Vec<FlowLine> {
    let ctx = store.ctx(by).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let size = PageSize::new(size).unwrap();
    let (mut cursor, mut lines) = (Cursor::NEWEST, Vec::new());
    loop {
        let page = crate::flow(&mut tx, &ctx, SkuId(sku), filter, cursor, size).await.unwrap();
        lines.extend(page.items);
        let Some(next) = page.next else { return lines };
        cursor = Cursor::parse(&next).unwrap();
    }
}

/// Each line begins where the one before it ended.
pub(crate) fn assert_chain(lines: &[FlowLine]) {
    let mut available = 0;
    for line in lines.iter().rev() {
        assert_eq!((line.before, line.before + line.amount), (available, line.after), "{line:?}");
        available = line.after;
    }
}

pub(crate) async fn findings(store: &Store) -> Vec<store::Finding> {
    let mut tx = store.read().await.unwrap();
    crate::check(&mut tx).await.unwrap()
}

pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(e) => kernel::Fault::code(&e),
    }
}
