//! What the room's tests share: a till that can be told what to answer, and a completion that stands for the rooms
//! above.

use futures::future::BoxFuture;
use kernel::{
    Actor, Caller, Ctx, Currency, Fault, Money, OrderId, PaymentId, Permission, Permissions, RefundId, Scope,
    ShopId, ShopperId, StaffId, Timestamp,
};
use std::{
    collections::{BTreeMap, VecDeque},
    marker::PhantomData,
    sync::{Arc, Mutex},
};
use store::{BoxFault, Command, Finding, Registry, Store, Tx, testkit::Kit};

use crate::{
    AskRefund, BillNews, BillNo, Channel, ChannelError, Channels, Completed, Completion, Error, Intake,
    NewRefund, Notice, OpenPayment, Paid, Payment, Prepaid, Prepay, RawNotice, Receipt, Refund, RefundNews,
    RefundNo, RefundSource, Start, Started,
};

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

/// A channel in memory. What is queued in `answers` comes before what it would say by itself.
pub(crate) struct Till {
    name: &'static str,
    pub(crate) bills: Mutex<BTreeMap<String, BillNews>>,
    pub(crate) refunds: Mutex<BTreeMap<String, RefundNews>>,
    pub(crate) answers: Mutex<VecDeque<Result<RefundNews, ChannelError>>>,
    pub(crate) down: Mutex<Option<ChannelError>>,
    refuses_prepay: Mutex<Option<&'static str>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Till {
    pub(crate) fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            bills: Mutex::default(),
            refunds: Mutex::default(),
            answers: Mutex::default(),
            down: Mutex::default(),
            refuses_prepay: Mutex::default(),
            asked: Mutex::default(),
        })
    }

    /// The payer pays; nobody is told.
    pub(crate) fn pay(&self, bill: &BillNo, amount: i64) -> Paid {
        let paid = Paid {
            shop: bill.shop,
            payment: bill.payment,
            channel: self.name.into(),
            channel_txn: format!("{}:{bill}", self.name),
            amount: Money::fen(amount),
            paid_at: Timestamp::from_ms(1_000),
        };
        self.bills.lock().unwrap().insert(bill.to_string(), BillNews::Paid(paid.clone()));
        paid
    }

    /// Refuses the next bill.
    pub(crate) fn refuse_prepay(&self, why: &'static str) {
        *self.refuses_prepay.lock().unwrap() = Some(why);
    }

    fn up(&self, what: String) -> Result<(), ChannelError> {
        self.asked.lock().unwrap().push(what);
        self.down.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Channel for Till {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepay<'a>(&'a self, ask: &'a Prepay) -> BoxFuture<'a, Result<Prepaid, ChannelError>> {
        Box::pin(async move {
            self.up(format!("prepay {}", ask.bill))?;
            if let Some(why) = self.refuses_prepay.lock().unwrap().take() {
                return Err(ChannelError::Refused(why.into()));
            }
            self.bills.lock().unwrap().entry(ask.bill.to_string()).or_insert(BillNews::Waiting);
            Ok(Prepaid { cashier_url: format!("https://{}/{}", self.name, ask.bill) })
        })
    }

    /// The test's notices are JSON of [`Paid`], or `refund NUMBER` for one that is done; the header `sign` says who
    /// signed.
    fn parse_notice<'a>(&'a self, raw: &'a RawNotice) -> BoxFuture<'a, Result<Notice, ChannelError>> {
        Box::pin(async move {
            if raw.header("sign") != Some(self.name) {
                return Err(ChannelError::BadNotice("not signed"));
            }
            let text = std::str::from_utf8(&raw.body).map_err(|_| ChannelError::BadNotice("no text"))?;
            match text.strip_prefix("refund ") {
                Some(no) => {
                    let no: RefundNo = no.parse().map_err(|_| ChannelError::BadNotice("no refund"))?;
                    Ok(Notice::Refund(no, done()))
                }
                None => serde_json::from_str(text)
                    .map(Notice::Paid)
                    .map_err(|_| ChannelError::BadNotice("no JSON")),
            }
        })
    }

    fn receipt(&self, taken: bool) -> Receipt {
        Receipt { status: if taken { 200 } else { 500 }, content_type: "text/plain", body: String::new() }
    }

    fn query<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("query {bill}"))?;
            Ok(self.bills.lock().unwrap().get(&bill.to_string()).cloned().unwrap_or(BillNews::Unknown))
        })
    }

    fn close<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("close {bill}"))?;
            let mut bills = self.bills.lock().unwrap();
            let Some(news) = bills.get_mut(&bill.to_string()) else { return Ok(BillNews::Unknown) };
            if *news == BillNews::Waiting {
                *news = BillNews::Closed;
            }
            Ok(news.clone())
        })
    }

    fn refund<'a>(&'a self, ask: &'a AskRefund) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("refund {}", ask.refund))?;
            let said = self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Ok(done()))?;
            self.refunds.lock().unwrap().insert(ask.refund.to_string(), said.clone());
            Ok(said)
        })
    }

    fn query_refund<'a>(&'a self, refund: &'a RefundNo) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("query_refund {refund}"))?;
            if let Some(said) = self.answers.lock().unwrap().pop_front() {
                return said;
            }
            Ok(self.refunds.lock().unwrap().get(&refund.to_string()).cloned().unwrap_or(RefundNews::Unknown))
        })
    }
}

pub(crate) fn done() -> RefundNews {
    RefundNews::Done { channel_refund: "r1".into(), at: Timestamp::from_ms(2_000) }
}

/// Stands for the rooms above: completes, and gives late money back.
struct Above;

impl Completion for Above {
    fn paid(&self, store: Store, paid: Paid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(async move {
            let caller = Caller::system(Scope::Shop(paid.shop));
            let refund: RefundId = store.ctx(&caller).await?.id();
            let completed = write(&store, &caller, move |tx, ctx| {
                let paid = paid.clone();
                Box::pin(async move {
                    let completed = crate::complete(tx, ctx, &paid).await?;
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
        })
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
    BillNo { shop: SHOP, payment: PAYMENT, attempt }
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
