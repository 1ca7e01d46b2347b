//! Three shops, an unpaid order each, and a combined payment for them.

use kernel::{Caller, Currency, Money, OrderId, PaymentId, RefundId, Scope, ShopId};
use ledger::{Account, AccountKind};
use store::{Command, Store, testkit::Kit};

use crate::{
    BillNo, Combine, Combined, Error, NewRefund, OpenPayment, Payment, PaymentState, RefundSource, Start,
    Started,
    testing::{self, House, SHOPPER, findings, hurry, shopper},
};

pub(super) const SHOPS: [ShopId; 3] = [ShopId(7), ShopId(8), ShopId(9)];

pub(super) fn amount(shop: ShopId) -> i64 {
    shop.0 * 100
}

/// The sum of the three shares.
pub(super) const ALL: i64 = 2_400;

pub(super) const fn order(shop: ShopId) -> OrderId {
    OrderId(shop.0 + 400)
}

pub(super) const fn payment_of(shop: ShopId) -> PaymentId {
    PaymentId(shop.0 + 500)
}

pub(super) fn in_shop(shop: ShopId) -> Caller {
    Caller::system(Scope::Shop(shop))
}

/// Three shops, an unpaid order each, and a combined payment for them.
pub(super) struct Together {
    pub(super) house: House,
    pub(super) combined: Combined,
}

impl Together {
    pub(super) async fn new(kit: &Kit) -> Self {
        let house = House::new(kit).await;
        for shop in SHOPS {
            open(&house.store, shop).await;
        }
        let combined = combine(&house.store, &SHOPS).await.unwrap();
        Self { house, combined }
    }

    pub(super) async fn start(&self, channel: &str) -> Result<Started, Error> {
        let start = wish(self.combined.combined, channel);
        self.house.intake.start_combined(&self.house.store, &shopper(), &start).await
    }

    /// The payer begins to pay one order by itself.
    pub(super) async fn start_alone(&self, shop: ShopId) -> Result<Started, Error> {
        self.house.intake.start(&self.house.store, &shopper(), &wish(payment_of(shop), "till")).await
    }

    pub(super) const fn bill(&self, attempt: i64) -> BillNo {
        BillNo { scope: Scope::Shopper(SHOPPER), payment: self.combined.combined, attempt }
    }

    /// The payer pays what the bill says; nobody is told.
    pub(super) fn pay(&self, attempt: i64) {
        self.house.till.pay(&self.bill(attempt), ALL);
    }

    pub(super) async fn ask(&self) -> Result<Combined, Error> {
        self.house.intake.ask_combined(&self.house.store, &shopper(), self.combined.combined).await
    }

    pub(super) async fn now(&self) -> Combined {
        let mut tx = self.house.store.read().await.unwrap();
        crate::combine::whole(&mut tx, SHOPPER, self.combined.combined).await.unwrap().unwrap()
    }

    pub(super) async fn payments(&self) -> Vec<Payment> {
        let mut all = Vec::new();
        for shop in SHOPS {
            all.push(payment(&self.house.store, shop).await);
        }
        all
    }

    pub(super) async fn states(&self) -> Vec<PaymentState> {
        self.payments().await.iter().map(|p| p.state).collect()
    }

    pub(super) async fn close(&self, shop: ShopId) -> Result<(), Error> {
        testing::write(&self.house.store, &in_shop(shop), move |tx, ctx| {
            Box::pin(crate::close(tx, ctx, payment_of(shop)))
        })
        .await
    }

    pub(super) async fn reprice(&self, shop: ShopId, minor: i64) -> Result<(), Error> {
        testing::write(&self.house.store, &in_shop(shop), move |tx, ctx| {
            Box::pin(crate::change_amount(tx, ctx, payment_of(shop), Money::fen(minor)))
        })
        .await
    }

    /// Everything that waits, real time included.
    pub(super) async fn settle_down(&self) {
        for _ in 0..4 {
            hurry(&self.house.store).await;
            self.house.work().await;
        }
    }

    /// A bill that its channel does not know by now will not reach it any more.
    pub(super) async fn minutes_later(&self) {
        let store = &self.house.store;
        store
            .write(&Caller::system(PAYER), Spoil("UPDATE pay_combined_attempt SET began_wall = 0"))
            .await
            .unwrap();
        store.write(&Caller::system(PAYER), Spoil("UPDATE pay_attempt SET began_wall = 0")).await.unwrap();
    }

    pub(super) async fn held(&self, scope: Scope, account: Account) -> i64 {
        balance(&self.house.store, scope, account).await
    }

    /// Nothing is wrong, and no money is on its way.
    pub(super) async fn healthy(&self) {
        assert_eq!(findings(&self.house.store).await, []);
        let mut tx = self.house.store.read().await.unwrap();
        assert_eq!(ledger::in_flight(&mut tx).await.unwrap(), 0);
    }
}

pub(super) fn wish(payment: PaymentId, channel: &str) -> Start {
    Start { payment, channel: channel.into(), return_path: Some("/".into()), key: None }
}

pub(super) async fn open(store: &Store, shop: ShopId) {
    let opening =
        OpenPayment { payment: payment_of(shop), order: order(shop), ..testing::opening(amount(shop)) };
    testing::write(store, &in_shop(shop), move |tx, ctx| {
        let opening = opening.clone();
        Box::pin(async move { crate::open(tx, ctx, &opening).await })
    })
    .await
    .unwrap();
}

pub(super) async fn combine(store: &Store, shops: &[ShopId]) -> Result<Combined, Error> {
    let orders = shops.iter().map(|shop| (*shop, order(*shop))).collect();
    store.write(&shopper(), Combine { orders }).await
}

pub(super) async fn payment(store: &Store, shop: ShopId) -> Payment {
    crate::find(&mut store.read().await.unwrap(), shop, payment_of(shop)).await.unwrap().unwrap()
}

pub(super) async fn balance(store: &Store, scope: Scope, account: Account) -> i64 {
    let ctx = store.ctx(&Caller::system(scope)).await.unwrap();
    ledger::balance(&mut store.read().await.unwrap(), &ctx, account, Currency::CNY).await.unwrap()
}

pub(super) async fn give_back(store: &Store, shop: ShopId, id: i64, minor: i64) -> Result<(), Error> {
    let refund = NewRefund {
        refund: RefundId(id),
        payment: payment_of(shop),
        amount: Money::fen(minor),
        from: RefundSource::Pending,
        reason: "chipped".into(),
    };
    testing::write(store, &in_shop(shop), move |tx, ctx| {
        let refund = refund.clone();
        Box::pin(async move { crate::refund(tx, ctx, &refund).await.map(drop) })
    })
    .await
}

pub(super) const AT_CHANNELS: Account = Account::of(AccountKind::ChannelClearing);
pub(super) const PENDING: Account = Account::of(AccountKind::ShopPending);
pub(super) const PAYER: Scope = Scope::Shopper(SHOPPER);

/// Changes rows behind the room's back.
pub(super) struct Spoil(pub(super) &'static str);

impl Command for Spoil {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "test.spoil";

    async fn run(&self, tx: &mut store::Tx, _: &kernel::Ctx) -> Result<(), Error> {
        tx.exec(self.0, store::p![]).await?;
        Ok(())
    }
}
