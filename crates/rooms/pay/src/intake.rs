//! News from channels on its way to the one completion path, whether it came by callback, return page or poll.

use futures::future::BoxFuture;
use kernel::{Caller, Scope};
use std::sync::Arc;
use store::{BoxFault, Store};

use crate::{
    AnomalyKind, BillNews, BillNo, CaptureCombined, Channel, Channels, Collected, EndBill, Error,
    NoteAnomaly, Notice, Paid, RawNotice, Receipt, RefundDone, RefundNews, RefundNo, RefundRefused,
    SharePaid, read,
};

/// What follows when money has come in. Implemented above this room: one command that calls
/// [`complete`](crate::complete) and lets the order follow, in one transaction.
pub trait Completion: Send + Sync + 'static {
    /// Completes the payment. Called once or more for the same money; faults of [`complete`](crate::complete) are to
    /// come through with their codes.
    fn paid(&self, store: Store, paid: Paid) -> BoxFuture<'_, Result<(), BoxFault>>;

    /// The same for a share of a combined payment, by [`complete_share`](crate::complete_share).
    fn share(&self, store: Store, share: SharePaid) -> BoxFuture<'_, Result<(), BoxFault>>;
}

/// Brings news from channels to where it belongs. A service of the program.
pub struct Intake {
    /// The channels that are set up.
    pub channels: Arc<Channels>,
    pub(crate) completion: Arc<dyn Completion>,
}

impl Intake {
    /// Over these channels; `completion` is what follows a capture.
    pub fn new(channels: Arc<Channels>, completion: Arc<dyn Completion>) -> Self {
        Self { channels, completion }
    }

    /// Takes a callback of the channel `name`: verifies it, acts on it, and says what to answer. Fails where there is
    /// no such channel or the channel did not sign it.
    pub async fn notice(&self, store: &Store, name: &str, raw: &RawNotice) -> Result<Receipt, Error> {
        let channel = self.channels.get(name)?;
        let taken = match channel.parse_notice(raw).await? {
            Notice::Paid(paid) => self.paid(store, channel.as_ref(), paid).await,
            Notice::Refund(no, news) => self.refund_news(store, name, no, news).await.map(drop),
            Notice::Other => Ok(()),
        };
        if let Err(e) = &taken {
            tracing::warn!(channel = name, error = %e, "a notice could not be taken; the channel will send it again");
        }
        Ok(channel.receipt(taken.is_ok()))
    }

    /// Asks the channel `name` how a bill stands, and acts on the answer.
    pub(crate) async fn look(&self, store: &Store, bill: &BillNo, name: &str) -> Result<BillNews, Error> {
        let channel = self.channels.get(name)?;
        let news = channel.query(bill).await?;
        self.bill_news(store, channel.as_ref(), bill, &news).await?;
        Ok(news)
    }

    /// Closes a bill at its channel, and acts on the answer: it may have been paid.
    pub(crate) async fn withdraw(&self, store: &Store, bill: &BillNo, name: &str) -> Result<BillNews, Error> {
        let channel = self.channels.get(name)?;
        let news = channel.close(bill).await?;
        self.bill_news(store, channel.as_ref(), bill, &news).await?;
        Ok(news)
    }

    async fn bill_news(
        &self,
        store: &Store,
        channel: &dyn Channel,
        bill: &BillNo,
        news: &BillNews,
    ) -> Result<(), Error> {
        match news {
            BillNews::Paid(Collected { bill: paid, .. })
                if (paid.scope, paid.payment) != (bill.scope, bill.payment) =>
            {
                Err(Error::BadNotice)
            }
            BillNews::Paid(paid) => self.paid(store, channel, paid.clone()).await,
            BillNews::Closed => store.write(&Caller::system(bill.scope), EndBill { bill: *bill }).await,
            BillNews::Unknown | BillNews::Waiting => Ok(()),
        }
    }

    /// The one way in for money.
    async fn paid(&self, store: &Store, channel: &dyn Channel, money: Collected) -> Result<(), Error> {
        if money.channel != channel.name() {
            return Err(Error::BadNotice);
        }
        let Err(fault) = self.taken(store, money.clone()).await else { return Ok(()) };
        let Some(kind) = AnomalyKind::of_refusal(fault.code()) else { return Err(Error::Completion(fault)) };
        let Collected { bill, channel, channel_txn, amount, .. } = money;
        let anomaly = NoteAnomaly { payment: bill.payment, kind, channel, channel_txn, amount };
        self.note(store, bill.scope, anomaly).await
    }

    async fn taken(&self, store: &Store, money: Collected) -> Result<(), BoxFault> {
        let Collected { bill: BillNo { scope, payment, .. }, channel, channel_txn, amount, paid_at } = money;
        match scope {
            Scope::Shop(shop) => {
                let paid = Paid { shop, payment, channel, channel_txn, amount, paid_at };
                self.completion.paid(store.clone(), paid).await
            }
            Scope::Shopper(payer) => {
                let capture = CaptureCombined { combined: payment, channel, channel_txn, amount, paid_at };
                store.write(&Caller::system(scope), capture).await?;
                // The shops are told at once if that goes well, and by the task in any case.
                let _ = self.spread(store, payer, payment).await;
                Ok(())
            }
            Scope::Platform => Err(Error::BadNotice.into()),
        }
    }

    pub(crate) async fn note(&self, store: &Store, scope: Scope, anomaly: NoteAnomaly) -> Result<(), Error> {
        tracing::error!(
            scope = scope.key(),
            payment = anomaly.payment.0,
            kind = anomaly.kind.as_str(),
            "an anomaly"
        );
        store.write(&Caller::system(scope), anomaly).await.map(drop)
    }

    /// Acts on what a channel says of a refund; true if it has come to an end.
    pub(crate) async fn refund_news(
        &self,
        store: &Store,
        channel: &str,
        no: RefundNo,
        news: RefundNews,
    ) -> Result<bool, Error> {
        let RefundNo { shop, refund, attempt } = no;
        let caller = Caller::system(Scope::Shop(shop));
        match news {
            RefundNews::Unknown | RefundNews::Pending => Ok(false),
            RefundNews::Failed { reason } => {
                store.write(&caller, RefundRefused { refund, attempt, reason }).await.map(|()| true)
            }
            RefundNews::Done { channel_refund, at } => {
                let done = RefundDone { refund, attempt, channel_refund: channel_refund.clone(), at };
                match store.write(&caller, done).await {
                    Err(Error::RefundMoved) => {
                        self.done_after_all(store, channel, no, channel_refund).await.map(|()| true)
                    }
                    other => other.map(|()| true),
                }
            }
        }
    }

    /// The channel has carried out what it had refused: the books can't follow by themselves.
    async fn done_after_all(
        &self,
        store: &Store,
        channel: &str,
        no: RefundNo,
        channel_txn: String,
    ) -> Result<(), Error> {
        let mut tx = store.read().await?;
        let refund = read::refund_of(&mut tx, no.shop, no.refund).await?.ok_or(Error::RefundNotFound)?;
        drop(tx);
        let anomaly = NoteAnomaly {
            payment: refund.payment,
            kind: AnomalyKind::RefundAfterRefusal,
            channel: channel.to_owned(),
            channel_txn,
            amount: refund.amount,
        };
        self.note(store, Scope::Shop(no.shop), anomaly).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PaymentState, RefundState,
        testing::{self, House, PAYMENT, bill, code, opening, paid, refund, refund_of, the_refund},
    };
    use kernel::{Money, PaymentId, RefundId};

    fn json(paid: &Paid) -> Vec<u8> {
        serde_json::to_vec(paid).unwrap()
    }

    async fn noted(house: &House) -> Vec<(AnomalyKind, Money)> {
        let ctx = house.store.ctx(&testing::operator()).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        let page = crate::anomalies(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default());
        page.await.unwrap().items.into_iter().map(|a| (a.kind, a.amount)).collect()
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn notice_return_page_and_poll_come_to_the_same(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            let paid = house.till.pay(&bill(1), 100);
            let shopper = testing::shopper();
            let (by_notice, by_page, ()) = tokio::join!(
                house.notice(json(&paid)),
                house.intake.ask(&house.store, &shopper, PAYMENT),
                house.work(),
            );
            assert_eq!(by_notice.unwrap().status, 200);
            assert_eq!(by_page.unwrap().state, PaymentState::Captured);
            assert_eq!(testing::payment(&house.store).await.captured, 100);
            assert_eq!(testing::events(&house.store, "pay.captured").await, 1);
            assert_eq!(testing::findings(&house.store).await, []);
            assert_eq!(house.notice(json(&paid)).await.unwrap().status, 200, "and once more");
        }

        async fn a_lost_notice_is_made_up_by_the_return_page(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            let shopper = testing::shopper();
            let ask = || house.intake.ask(&house.store, &shopper, PAYMENT);
            assert_eq!(ask().await.unwrap().state, PaymentState::Open);
            house.till.pay(&bill(1), 100);
            assert_eq!(ask().await.unwrap().state, PaymentState::Captured);
            let asked = house.till.asked.lock().unwrap().len();
            ask().await.unwrap();
            assert_eq!(house.till.asked.lock().unwrap().len(), asked, "what is known is not asked");
        }

        async fn a_channel_that_does_not_answer_leaves_the_payment_as_it_is_known(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            *house.till.down.lock().unwrap() = Some(crate::ChannelError::Unavailable("cut".into()));
            let asked = house.intake.ask(&house.store, &testing::shopper(), PAYMENT).await;
            assert_eq!(asked.unwrap().state, PaymentState::Open);
        }

        async fn what_the_channel_did_not_sign_is_no_notice(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            let raw = RawNotice { headers: vec![], body: json(&paid(100)), wall: house.store.wall() };
            let unsigned = house.intake.notice(&house.store, "till", &raw).await;
            assert_eq!(code(&unsigned), "pay.bad_notice");
            assert_eq!(code(&house.intake.notice(&house.store, "nowhere", &raw).await), "pay.no_such_channel");
            assert_eq!(testing::payment(&house.store).await.captured, 0);
        }

        async fn a_channel_speaks_for_itself_only(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            let borrowed = Paid { channel: "other_till".into(), ..paid(100) };
            assert_eq!(house.notice(json(&borrowed)).await.unwrap().status, 500);
            house.start("till").await.unwrap();
            let for_another = Paid { payment: PaymentId(9), ..paid(100) };
            house.till.bills.lock().unwrap().insert(bill(1).to_string(), BillNews::Paid(for_another.into()));
            let asked = house.intake.ask(&house.store, &testing::shopper(), PAYMENT).await;
            assert_eq!(code(&asked), "pay.bad_notice");
            assert_eq!(testing::payment(&house.store).await.captured, 0);
        }

        async fn money_that_no_payment_takes_is_noted_once(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            for _ in 0..2 {
                assert_eq!(house.notice(json(&paid(99))).await.unwrap().status, 200);
            }
            assert_eq!(noted(&house).await, [(AnomalyKind::AmountMismatch, Money::fen(99))]);
            assert_eq!(house.notice(json(&Paid { channel_txn: "t2".into(), ..paid(100) })).await.unwrap().status, 200);
            assert_eq!(house.notice(json(&Paid { channel_txn: "t3".into(), ..paid(100) })).await.unwrap().status, 200);
            let unknown = Paid { payment: PaymentId(1), ..paid(7) };
            assert_eq!(house.notice(json(&unknown)).await.unwrap().status, 200);
            let mut kinds: Vec<_> = noted(&house).await.into_iter().map(|(kind, _)| kind.as_str()).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["amount_mismatch", "no_such_payment", "paid_twice"]);
            let waiting = testing::findings(&house.store).await;
            assert!(waiting.len() == 3 && waiting.iter().all(|f| f.check == "pay.anomalies"), "{waiting:?}");
        }

        async fn a_refund_notice_ends_the_refund(kit) {
            let house = House::new(&kit).await;
            testing::captured(&house.store, 100).await;
            house.till.answers.lock().unwrap().push_back(Ok(RefundNews::Pending));
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            house.work().await;
            for _ in 0..2 {
                assert_eq!(house.notice("refund r7-1-1").await.unwrap().status, 200);
            }
            assert_eq!(the_refund(&house.store, 1).await.state, RefundState::Done);
            assert_eq!(testing::payment(&house.store).await.refunded, 60);
            assert!(testing::jobs(&house.store).await.is_empty());
            assert_eq!(house.notice("refund r7-9-1").await.unwrap().status, 500, "not known here, or not yet");
        }

        async fn a_refund_carried_out_after_its_refusal_is_noted(kit) {
            let house = House::new(&kit).await;
            testing::captured(&house.store, 100).await;
            let refused = RefundNews::Failed { reason: "no".into() };
            house.till.answers.lock().unwrap().push_back(Ok(refused));
            refund(&house.store, refund_of(1, 60)).await.unwrap();
            house.work().await;
            assert_eq!(house.notice("refund r7-1-1").await.unwrap().status, 200);
            assert_eq!(noted(&house).await, [(AnomalyKind::RefundAfterRefusal, Money::fen(60))]);
            assert_eq!(the_refund(&house.store, 1).await.refund, RefundId(1));
        }

        async fn the_operator_settles_an_anomaly_once(kit) {
            let house = House::new(&kit).await;
            house.notice(json(&paid(99))).await.unwrap();
            let ctx = house.store.ctx(&testing::operator()).await.unwrap();
            let all = {
                let mut tx = house.store.read().await.unwrap();
                crate::anomalies(&mut tx, &ctx, kernel::Cursor::NEWEST, kernel::PageSize::default()).await.unwrap()
            };
            let anomaly = all.items[0].anomaly;
            let settle = |shop: kernel::ShopId, text: &str| {
                let resolve = crate::ResolveAnomaly { owner: shop.0, anomaly, resolution: text.into() };
                let store = house.store.clone();
                async move { store.write(&testing::operator(), resolve).await }
            };
            assert_eq!(code(&settle(testing::SHOP, " ").await), "pay.bad_text");
            assert_eq!(code(&settle(testing::OTHER_SHOP, "sent back").await), "pay.anomaly_not_found");
            settle(testing::SHOP, "sent back by hand").await.unwrap();
            assert_eq!(code(&settle(testing::SHOP, "again").await), "pay.anomaly_not_found");
            assert_eq!(testing::findings(&house.store).await, []);
            let staff = testing::staff(&[kernel::Permission::MoneyWrite]);
            let resolve = crate::ResolveAnomaly { owner: testing::SHOP.0, anomaly, resolution: "x".into() };
            assert_eq!(code(&house.store.write(&staff, resolve).await), "auth.forbidden");
        }
    }
}
