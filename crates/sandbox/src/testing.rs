//! What the tests share: a platform that takes payments through the sandbox, within one process.

use futures::future::BoxFuture;
use kernel::{Caller, Ctx, Money, OrderId, PaymentId, RefundId, Scope, ShopId, ShopperId, Timestamp};
use pay::{BillNo, Channels, Completed, Completion, Intake, NewRefund, Paid, RefundSource, SharePaid, Start};
use std::sync::Arc;
use store::{BoxFault, Command, Registry, Store, Tx, testkit::Kit};

use crate::{Bill, Delivery, Faults, Key, Sandbox, SandboxChannel, SetFaults, make, service::caller};

pub(crate) const SHOP: ShopId = ShopId(7);
pub(crate) const SHOPPER: ShopperId = ShopperId(70);
pub(crate) const PAYMENT: PaymentId = PaymentId(500);

pub(crate) fn rooms() -> [store::Room; 3] {
    [ledger::MIGRATIONS, pay::MIGRATIONS, crate::MIGRATIONS]
}

pub(crate) fn key() -> Key {
    Key::new([7; 32])
}

pub(crate) fn system() -> Caller {
    Caller::system(Scope::Shop(SHOP))
}

/// Stands for the rooms above: completes, and gives late money back.
struct Above;

struct Complete(Paid);

impl Command for Complete {
    type Out = ();
    type Err = pay::Error;
    const NAME: &'static str = "test.complete";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), pay::Error> {
        if let Completed::AfterClose(late) = pay::complete(tx, ctx, &self.0).await? {
            let refund = refund(ctx.id(), late.amount.minor);
            pay::refund(tx, ctx, &refund).await?;
        }
        Ok(())
    }
}

struct CompleteShare(SharePaid);

impl Command for CompleteShare {
    type Out = ();
    type Err = pay::Error;
    const NAME: &'static str = "test.complete_share";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), pay::Error> {
        pay::complete_share(tx, ctx, &self.0).await.map(drop)
    }
}

impl Completion for Above {
    fn paid(&self, store: Store, paid: Paid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(
            async move { Ok(store.write(&Caller::system(Scope::Shop(paid.shop)), Complete(paid)).await?) },
        )
    }

    fn share(&self, store: Store, share: SharePaid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(async move {
            let caller = Caller::system(Scope::Shop(share.paid.shop));
            Ok(store.write(&caller, CompleteShare(share)).await?)
        })
    }
}

pub(crate) fn refund(refund: RefundId, amount: i64) -> NewRefund {
    let (payment, amount) = (PAYMENT, Money::fen(amount));
    NewRefund { refund, payment, amount, from: RefundSource::Pending, reason: "chipped".into() }
}

struct Open;

impl Command for Open {
    type Out = ();
    type Err = pay::Error;
    const NAME: &'static str = "test.open";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), pay::Error> {
        let opening = pay::OpenPayment {
            payment: PAYMENT,
            order: OrderId(400),
            shopper: SHOPPER,
            amount: Money::fen(1_234),
            description: "two cups".into(),
            expires_at: Timestamp::from_ms(i64::MAX),
        };
        pay::open(tx, ctx, &opening).await
    }
}

struct Close;

impl Command for Close {
    type Out = ();
    type Err = pay::Error;
    const NAME: &'static str = "test.close";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), pay::Error> {
        pay::close(tx, ctx, PAYMENT).await
    }
}

struct GiveBack(NewRefund);

impl Command for GiveBack {
    type Out = pay::Refund;
    type Err = pay::Error;
    const NAME: &'static str = "test.refund";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<pay::Refund, pay::Error> {
        pay::refund(tx, ctx, &self.0).await
    }
}

/// Lets jobs that wait for real time run now.
pub(crate) struct Hurry;

impl Command for Hurry {
    type Out = ();
    type Err = store::Error;
    const NAME: &'static str = "test.hurry";

    async fn run(&self, tx: &mut Tx, _: &Ctx) -> Result<(), store::Error> {
        tx.exec("UPDATE store_job SET not_before = 0", store::p![]).await?;
        Ok(())
    }
}

/// A platform with a payment of 12.34 that is open, and the sandbox behind it.
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) intake: Arc<Intake>,
    pub(crate) sandbox: Arc<Sandbox>,
}

impl House {
    /// Bills and refunds are asked after once a minute: what is found sooner came by notice.
    pub(crate) async fn new(kit: &Kit) -> Self {
        Self::polled_at(kit, vec![60_000, 120_000]).await
    }

    pub(crate) async fn polled_at(kit: &Kit, ages_ms: Vec<i64>) -> Self {
        let sandbox = Sandbox::new("https://pay.example", key());
        let channels =
            Channels::new("https://shop.example").with(SandboxChannel::new(&sandbox)).polled_at(ages_ms);
        let mut registry = Registry::new();
        let intake = pay::register(&mut registry, Arc::new(channels), Arc::new(Above));
        crate::register(&mut registry, &sandbox, Delivery::Loopback(Arc::clone(&intake)));
        let store = kit.store(registry).await;
        sandbox.open(store.clone());
        store.write(&system(), Open).await.unwrap();
        Self { store, intake, sandbox }
    }

    /// The shopper begins to pay; the service's number of the bill.
    pub(crate) async fn start(&self) -> i64 {
        let start = Start { payment: PAYMENT, channel: "sandbox".into(), return_path: None, key: None };
        let started = self.intake.start(&self.store, &Caller::shopper(SHOPPER), &start).await.unwrap();
        let number = started.cashier_url.strip_prefix("https://pay.example/sandbox/cashier/").unwrap();
        number.parse().unwrap()
    }

    pub(crate) async fn faults(&self, faults: Faults) {
        self.store.write(&caller(), SetFaults(faults)).await.unwrap();
    }

    pub(crate) async fn bill(&self, bill: i64) -> Bill {
        make::by_id(&mut self.store.read().await.unwrap(), bill).await.unwrap()
    }

    pub(crate) async fn payment(&self) -> pay::Payment {
        pay::find(&mut self.store.read().await.unwrap(), SHOP, PAYMENT).await.unwrap().unwrap()
    }

    pub(crate) async fn close(&self) {
        self.store.write(&system(), Close).await.unwrap();
    }

    /// Asks for a refund and lets it come to its end, as far as it will by itself.
    pub(crate) async fn give_back(&self, id: i64, amount: i64) {
        self.store.write(&system(), GiveBack(refund(RefundId(id), amount))).await.unwrap();
        self.work().await;
    }

    pub(crate) async fn refund(&self, id: i64) -> pay::Refund {
        let mut tx = self.store.read().await.unwrap();
        pay::refund_of(&mut tx, SHOP, RefundId(id)).await.unwrap().unwrap()
    }

    /// Does what is due.
    pub(crate) async fn work(&self) {
        self.store.drain(20).await.unwrap();
    }

    /// Does what is due and what waits for real time.
    pub(crate) async fn work_later(&self) {
        self.store.write(&system(), Hurry).await.unwrap();
        self.work().await;
    }

    /// How often notices were sent, and how many were taken.
    pub(crate) async fn sent(&self) -> (i64, i64) {
        let mut tx = self.store.read().await.unwrap();
        let counted = tx.one(
            "SELECT CAST(COALESCE(sum(attempts), 0) AS BIGINT), count(taken_wall) FROM sandbox_notice",
            store::p![],
            |r| Ok((r.get(0)?, r.get(1)?)),
        );
        counted.await.unwrap()
    }
}

pub(crate) fn bill_no(attempt: i64) -> BillNo {
    BillNo { scope: Scope::Shop(SHOP), payment: PAYMENT, attempt }
}
