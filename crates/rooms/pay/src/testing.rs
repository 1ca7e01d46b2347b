//! What the room's tests share: a till that can be told what to answer, and a completion that stands for the rooms
//! above.

use futures::future::BoxFuture;
use kernel::{
    Actor, Caller, Ctx, Currency, Fault, Money, OrderId, PaymentId, Permission, Permissions, RefundId, Scope,
    ShopId, ShopperId, StaffId, Timestamp,
};
use std::{marker::PhantomData, sync::Arc};
use store::{BoxFault, Command, Finding, Registry, Store, Tx, testkit::Kit};

use crate::{
    BillNo, Channel, Channels, Completed, Completion, Error, Intake, NewRefund, OpenPayment, Paid, Payment,
    RawNotice, Receipt, Refund, RefundSource, SharePaid, Start, Started,
};

mod till;

pub(crate) use self::till::{Till, done};

pub(crate) const SHOP: ShopId = ShopId(7);
pub(crate) const OTHER_SHOP: ShopId = ShopId(8);
pub(crate) const SHOPPER: ShopperId = ShopperId(70);
pub(crate) const PAYMENT: PaymentId = PaymentId(500);
pub(crate) const ORDER: OrderId = OrderId(400);

pub(crate) fn rooms() -> [store::Room; 2] {
    [ledger::MIGRATIONS, crate::MIGRATIONS]
}

pub(crate) fn system() -> Caller {
    Caller::system(Scope::Shop(SHOP))
}

pub(crate) fn shopper() -> Caller {
    Caller::shopper(SHOPPER)
}

pub(crate) fn staff(may: &[Permission]) -> Caller {
    let actor = Actor::Staff { shop: SHOP, staff: StaffId(1), may: Permissions::of(may) };
    Caller { scope: Scope::Shop(SHOP), actor, request: "t".into() }
}

pub(crate) fn operator() -> Caller {
    let may = Permissions::of(&[Permission::PlatformMoney]);
    let actor = Actor::Operator { operator: kernel::OperatorId(3), may };
    Caller { scope: Scope::Platform, actor, request: "t".into() }
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
    const NAME: &'static str = "pay.test";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<T, Error> {
        (self.0)(tx, ctx).await
    }
}

/// Runs a closure in a transaction.
pub(crate) async fn write<T, F>(store: &Store, caller: &Caller, f: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<T, Error>> + Send + Sync + 'static,
{
    store.write(caller, Do(f, PhantomData)).await
}

pub(crate) fn opening(amount: i64) -> OpenPayment {
    OpenPayment {
        payment: PAYMENT,
        order: ORDER,
        shopper: SHOPPER,
        amount: Money::fen(amount),
        description: "two cups".into(),
        expires_at: Timestamp::from_ms(i64::MAX),
    }
}

pub(crate) async fn open(store: &Store, cmd: OpenPayment) -> Result<(), Error> {
    write(store, &system(), move |tx, ctx| {
        let cmd = cmd.clone();
        Box::pin(async move { crate::open(tx, ctx, &cmd).await })
    })
    .await
}

pub(crate) fn paid(amount: i64) -> Paid {
    Paid {
        shop: SHOP,
        payment: PAYMENT,
        channel: "till".into(),
        channel_txn: "t1".into(),
        amount: Money::fen(amount),
        paid_at: Timestamp::from_ms(1_000),
    }
}

pub(crate) async fn complete(store: &Store, paid: Paid) -> Result<Completed, Error> {
    let caller = Caller::system(Scope::Shop(paid.shop));
    write(store, &caller, move |tx, ctx| {
        let paid = paid.clone();
        Box::pin(async move { crate::complete(tx, ctx, &paid).await })
    })
    .await
}

pub(crate) async fn close(store: &Store, payment: PaymentId) -> Result<(), Error> {
    write(store, &system(), move |tx, ctx| Box::pin(async move { crate::close(tx, ctx, payment).await }))
        .await
}

pub(crate) fn refund_of(id: i64, amount: i64) -> NewRefund {
    NewRefund {
        refund: RefundId(id),
        payment: PAYMENT,
        amount: Money::fen(amount),
        from: RefundSource::Pending,
        reason: "chipped".into(),
    }
}

pub(crate) async fn refund(store: &Store, cmd: NewRefund) -> Result<Refund, Error> {
    write(store, &system(), move |tx, ctx| {
        let cmd = cmd.clone();
        Box::pin(async move { crate::refund(tx, ctx, &cmd).await })
    })
    .await
}

/// An open payment of this amount that was paid.
pub(crate) async fn captured(store: &Store, amount: i64) {
    open(store, opening(amount)).await.unwrap();
    complete(store, paid(amount)).await.unwrap();
}

pub(crate) async fn payment(store: &Store) -> Payment {
    crate::find(&mut store.read().await.unwrap(), SHOP, PAYMENT).await.unwrap().unwrap()
}

pub(crate) async fn the_refund(store: &Store, id: i64) -> Refund {
    crate::refund_of(&mut store.read().await.unwrap(), SHOP, RefundId(id)).await.unwrap().unwrap()
}

pub(crate) async fn balance(store: &Store, kind: ledger::AccountKind) -> i64 {
    let ctx = store.ctx(&system()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    ledger::balance(&mut tx, &ctx, ledger::Account::of(kind), Currency::CNY).await.unwrap()
}

/// The findings of both rooms.
pub(crate) async fn findings(store: &Store) -> Vec<Finding> {
    let ctx = store.ctx(&system()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut found = crate::check(&mut tx, &ctx).await.unwrap();
    found.extend(ledger::check(&mut tx).await.unwrap());
    found.extend(
        ledger::trial_balance(&mut tx)
            .await
            .unwrap()
            .iter()
            .filter(|s| s.sum != 0)
            .map(|s| Finding::new("ledger.trial_balance", format!("{s:?}"))),
    );
    found
}

/// How many events of a kind the payments have said.
pub(crate) async fn events(store: &Store, kind: &'static str) -> i64 {
    let mut tx = store.read().await.unwrap();
    tx.one("SELECT count(*) FROM store_event WHERE kind = $1", store::p![kind], |r| r.get(0)).await.unwrap()
}

/// Which jobs wait or are parked.
pub(crate) async fn jobs(store: &Store) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    tx.all("SELECT kind FROM store_job ORDER BY kind", store::p![], |r| r.get(0)).await.unwrap()
}

pub(crate) fn code<T>(result: &Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(e) => e.code(),
    }
}

/// Stands for the rooms above: completes, and gives late money back.
struct Above;

impl Above {
    async fn take(store: Store, paid: Paid, combined: Option<PaymentId>) -> Result<(), BoxFault> {
        let caller = Caller::system(Scope::Shop(paid.shop));
        let refund: RefundId = store.ctx(&caller).await?.id();
        let completed = write(&store, &caller, move |tx, ctx| {
            let paid = paid.clone();
            Box::pin(async move {
                let completed = match combined {
                    None => crate::complete(tx, ctx, &paid).await?,
                    Some(combined) => crate::complete_share(tx, ctx, &SharePaid { combined, paid }).await?,
                };
                if let Completed::AfterClose(payment) = &completed {
                    let (payment, amount) = (payment.payment, payment.amount);
                    let (from, reason) = (RefundSource::Pending, "too late".into());
                    crate::refund(tx, ctx, &NewRefund { refund, payment, amount, from, reason }).await?;
                }
                Ok(completed)
            })
        });
        completed.await?;
        Ok(())
    }
}

impl Completion for Above {
    fn paid(&self, store: Store, paid: Paid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(Self::take(store, paid, None))
    }

    fn share(&self, store: Store, share: SharePaid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(Self::take(store, share.paid, Some(share.combined)))
    }
}

/// A store whose workers have two tills.
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) intake: Arc<Intake>,
    pub(crate) till: Arc<Till>,
    pub(crate) other: Arc<Till>,
}

impl House {
    /// Bills and refunds are asked after at once, again and again.
    pub(crate) async fn new(kit: &Kit) -> Self {
        Self::polled_at(kit, vec![0, 0]).await
    }

    pub(crate) async fn polled_at(kit: &Kit, ages_ms: Vec<i64>) -> Self {
        let (till, other) = (Till::new("till"), Till::new("other_till"));
        let channels = Channels::new("https://shop.example")
            .with(Arc::clone(&till) as Arc<dyn Channel>)
            .with(Arc::clone(&other) as Arc<dyn Channel>)
            .polled_at(ages_ms);
        let mut registry = Registry::new();
        let intake = crate::register(&mut registry, Arc::new(channels), Arc::new(Above));
        Self { store: kit.store(registry).await, intake, till, other }
    }

    pub(crate) async fn start(&self, channel: &str) -> Result<Started, Error> {
        let start = Start { payment: PAYMENT, channel: channel.into(), return_path: None, key: None };
        self.intake.start(&self.store, &shopper(), &start).await
    }

    pub(crate) async fn notice(&self, body: impl Into<Vec<u8>>) -> Result<Receipt, Error> {
        let headers = vec![("sign".into(), "till".into())];
        let raw = RawNotice { headers, body: body.into(), wall: self.store.wall() };
        self.intake.notice(&self.store, "till", &raw).await
    }

    /// Does what is due; a job that asks to be done again waits a second.
    pub(crate) async fn work(&self) {
        self.store.drain(10).await.unwrap();
    }
}

pub(crate) fn bill(attempt: i64) -> BillNo {
    BillNo { scope: Scope::Shop(SHOP), payment: PAYMENT, attempt }
}

/// Lets jobs that wait for real time run now.
pub(crate) async fn hurry(store: &Store) {
    write(store, &system(), |tx, _| {
        Box::pin(async move {
            tx.exec("UPDATE store_job SET not_before = 0", store::p![]).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// Moves a sum from what is pending to the shop's balance, as settling an order does.
pub(crate) async fn settle(store: &Store, amount: i64) {
    write(store, &system(), move |tx, ctx| {
        Box::pin(async move {
            let (pending, available) = (ledger::AccountKind::ShopPending, ledger::AccountKind::ShopAvailable);
            let legs = vec![
                ledger::Account::of(pending).debit(amount),
                ledger::Account::of(available).credit(amount),
            ];
            let posting = ledger::Posting {
                currency: Currency::CNY,
                reason: "test.settle",
                subject: ORDER.0,
                transfer: None,
                legs,
            };
            ledger::post(tx, ctx, &posting).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// The shop's balance less what is held on it.
pub(crate) async fn free_balance(store: &Store) -> i64 {
    let ctx = store.ctx(&system()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    ledger::available(&mut tx, &ctx, crate::books::AVAILABLE, Currency::CNY).await.unwrap()
}
