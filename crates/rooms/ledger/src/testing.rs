//! What the room's tests share.

use kernel::{Caller, Ctx, Currency, HoldId, PostingId, Scope, ShopId, TransferId};
use std::marker::PhantomData;
use store::{BoxFuture, Command, Store, Tx};

use crate::{Account, AccountKind, Capture, Error, Hold, Leg, Posting};

pub(crate) fn rooms() -> [store::Room; 1] {
    [crate::MIGRATIONS]
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
    const NAME: &'static str = "ledger.test";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<T, Error> {
        (self.0)(tx, ctx).await
    }
}

/// Runs a closure in a transaction in `scope`.
pub(crate) async fn write<T, F>(store: &Store, scope: Scope, f: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    store.write(&Caller::system(scope), Do(f, PhantomData)).await
}

pub(crate) const SHOP: Scope = Scope::Shop(ShopId(7));
pub(crate) const PENDING: Account = Account::of(AccountKind::ShopPending);
pub(crate) const AVAILABLE: Account = Account::of(AccountKind::ShopAvailable);
pub(crate) const OUT: Account = Account::of(AccountKind::WithdrawalClearing);
pub(crate) const CHANNEL: Account = Account::of(AccountKind::ChannelClearing);

pub(crate) fn posting(legs: Vec<Leg>) -> Posting {
    Posting { currency: Currency::CNY, reason: "test.move", subject: 1, transfer: None, legs }
}

pub(crate) fn hold(id: i64, amount: i64) -> Hold {
    Hold { hold: HoldId(id), account: AVAILABLE, currency: Currency::CNY, amount }
}

pub(crate) fn capture(id: i64, amount: i64) -> Capture {
    Capture { hold: HoldId(id), amount, to: OUT, reason: "test.take", subject: 1, transfer: None }
}

pub(crate) async fn post(store: &Store, scope: Scope, posting: Posting) -> Result<PostingId, Error> {
    write(store, scope, move |tx, ctx| {
        let posting = posting.clone();
        Box::pin(async move { crate::post(tx, ctx, &posting).await })
    })
    .await
}

/// Moves `amount` from one account to another.
pub(crate) async fn shift(
    store: &Store,
    scope: Scope,
    from: Account,
    to: Account,
    amount: i64,
) -> Result<PostingId, Error> {
    post(store, scope, posting(vec![from.debit(amount), to.credit(amount)])).await
}

pub(crate) async fn authorise(store: &Store, scope: Scope, cmd: Hold) -> Result<(), Error> {
    write(store, scope, move |tx, ctx| Box::pin(async move { crate::authorise(tx, ctx, &cmd).await })).await
}

pub(crate) async fn take(store: &Store, scope: Scope, cmd: Capture) -> Result<PostingId, Error> {
    write(store, scope, move |tx, ctx| Box::pin(async move { crate::capture(tx, ctx, &cmd).await })).await
}

pub(crate) async fn release(store: &Store, scope: Scope, id: i64) -> Result<(), Error> {
    write(store, scope, move |tx, ctx| Box::pin(async move { crate::release(tx, ctx, HoldId(id)).await }))
        .await
}

/// One half of a transfer.
pub(crate) fn half(transfer: i64, legs: Vec<Leg>) -> Posting {
    Posting { transfer: Some(TransferId(transfer)), ..posting(legs) }
}

pub(crate) async fn balance(store: &Store, scope: Scope, account: Account) -> i64 {
    let ctx = store.ctx(&Caller::system(scope)).await.unwrap();
    let mut tx = store.read().await.unwrap();
    crate::balance(&mut tx, &ctx, account, Currency::CNY).await.unwrap()
}

pub(crate) async fn available(store: &Store, scope: Scope, account: Account) -> i64 {
    let ctx = store.ctx(&Caller::system(scope)).await.unwrap();
    let mut tx = store.read().await.unwrap();
    crate::available(&mut tx, &ctx, account, Currency::CNY).await.unwrap()
}

pub(crate) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(e) => kernel::Fault::code(&e),
    }
}
