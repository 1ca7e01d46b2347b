//! Lets a shopper pay: makes a bill at the channel that they chose, and tells where its cashier is.
//!
//! The steps are a transaction, a call outside, a transaction. Each may be repeated: what broke off is taken up by the
//! next try, and whatever is paid meanwhile is found by the poll that the first step has scheduled.

use kernel::{Actor, Caller, Denied, PaymentId, Scope, ShopperId};
use store::{Key, Store};

use crate::{
    BeginBill, Begun, BillNews, BillNo, BindShare, Channel, ChannelError, Combined, CombinedState, EndBill,
    Error, Intake, Prepay, SetCashier, Share,
    ask::{get, get_combined},
    bill::{self, Due},
    combine::of_order,
    return_link::return_link,
};

/// A wish to pay.
#[derive(Debug, Clone)]
pub struct Start {
    /// The payment.
    pub payment: PaymentId,
    /// The channel's name.
    pub channel: String,
    /// The page of this program to which the payer's browser returns, a path such as `/#/pages/order?id=1`; the
    /// payment's id is added to it. `None` for the plain return page.
    pub return_path: Option<String>,
    /// The request's idempotency key: a repeat is sent to the same bill.
    pub key: Option<Key>,
}

/// Where to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The payment.
    pub payment: PaymentId,
    /// The channel.
    pub channel: String,
    /// The address of the cashier.
    pub cashier_url: String,
}

impl Intake {
    /// Makes the bill, or finds it. An open bill at another channel is closed first; a combined payment that the payment
    /// was to be a share of is given up.
    pub async fn start(&self, store: &Store, caller: &Caller, start: &Start) -> Result<Started, Error> {
        let return_path = return_path(start)?;
        self.channels.get(&start.channel)?;
        let payment = get(store, caller, start.payment).await?;
        let plain_page = || return_link(store.vault(), payment.shop, payment.payment);
        let return_path = return_path.unwrap_or_else(plain_page);
        self.to_cashier(store, &caller.within(Scope::Shop(payment.shop)), start, &return_path).await
    }

    /// The same for a combined payment. Each of its payments is bound to it first: its own bill is closed, another
    /// combined payment given up. One that can't be paid any more refuses and gives this one up; the others can then be
    /// paid by themselves.
    pub async fn start_combined(
        &self,
        store: &Store,
        caller: &Caller,
        start: &Start,
    ) -> Result<Started, Error> {
        let return_path = return_path(start)?;
        self.channels.get(&start.channel)?;
        let combined = get_combined(store, caller, start.payment).await?;
        if combined.state == CombinedState::Open {
            self.bind_all(store, caller, &combined).await?;
        }
        let first = combined.shares.first().ok_or(Error::NotFound)?;
        let plain_page = || return_link(store.vault(), first.shop, first.payment);
        let return_path = return_path.unwrap_or_else(plain_page);
        let at_home = caller.within(Scope::Shopper(combined.payer));
        match self.to_cashier(store, &at_home, start, &return_path).await {
            // Given up while its payments were bound: nothing is to keep them.
            Err(Error::Closed) => {
                self.give_up(store, combined.payer, combined.combined).await?;
                Err(Error::Closed)
            }
            other => other,
        }
    }

    async fn bind_all(&self, store: &Store, caller: &Caller, combined: &Combined) -> Result<(), Error> {
        for share in &combined.shares {
            if let Err(why) = self.bind(store, caller, combined.combined, share).await {
                if matches!(why, Error::AlreadyPaid | Error::Closed | Error::Expired | Error::ShareChanged) {
                    self.give_up(store, combined.payer, combined.combined).await?;
                }
                return Err(of_order(share.shop, share.order, why));
            }
        }
        Ok(())
    }

    /// Binds one payment; what stands in the way is ended first.
    async fn bind(
        &self,
        store: &Store,
        caller: &Caller,
        combined: PaymentId,
        share: &Share,
    ) -> Result<(), Error> {
        let caller = caller.within(Scope::Shop(share.shop));
        let bind = BindShare { payment: share.payment, combined, amount: share.amount };
        match store.write(&caller, bind).await {
            Err(in_the_way @ (Error::Bound { .. } | Error::OtherBillOpen { .. })) => {
                self.clear(store, &caller, share.payment, in_the_way).await?;
                store.write(&caller, bind).await
            }
            other => other,
        }
    }

    /// Begins a bill in the caller's scope and puts it to the channel.
    async fn to_cashier(
        &self,
        store: &Store,
        caller: &Caller,
        start: &Start,
        return_path: &str,
    ) -> Result<Started, Error> {
        let channel = self.channels.get(&start.channel)?;
        let attempt = self.begin(store, caller, start).await?.attempt;
        let no = BillNo { scope: caller.scope, payment: start.payment, attempt };
        let (due, known) = {
            let mut tx = store.read().await?;
            let due = bill::due(&mut tx, no.scope, no.payment).await?.ok_or(Error::NotFound)?;
            (due, bill::find(&mut tx, &no).await?.and_then(|bill| bill.cashier_url))
        };
        let cashier_url = match known {
            Some(url) => url,
            None => self.prepay(store, channel.as_ref(), due, no, return_path).await?,
        };
        Ok(Started { payment: start.payment, channel: start.channel.clone(), cashier_url })
    }

    async fn begin(&self, store: &Store, caller: &Caller, start: &Start) -> Result<Begun, Error> {
        match begin_once(store, caller, start).await {
            Err(in_the_way @ (Error::Bound { .. } | Error::OtherBillOpen { .. })) => {
                self.clear(store, caller, start.payment, in_the_way).await?;
                begin_once(store, caller, start).await
            }
            other => other,
        }
    }

    /// Ends what stands in the way of a bill: a bill at another channel, or a combined payment.
    async fn clear(
        &self,
        store: &Store,
        caller: &Caller,
        payment: PaymentId,
        in_the_way: Error,
    ) -> Result<(), Error> {
        match in_the_way {
            Error::Bound { combined } => {
                let payer = caller_shopper(caller)?;
                self.give_up(store, payer, combined).await
            }
            Error::OtherBillOpen { channel, attempt } => {
                let no = BillNo { scope: caller.scope, payment, attempt };
                match self.withdraw(store, &no, &channel).await? {
                    BillNews::Paid(_) => Err(Error::AlreadyPaid),
                    BillNews::Waiting => Err(Error::ChannelUnavailable),
                    BillNews::Unknown | BillNews::Closed => {
                        store.write(&Caller::system(caller.scope), EndBill { bill: no }).await
                    }
                }
            }
            other => Err(other),
        }
    }

    async fn prepay(
        &self,
        store: &Store,
        channel: &dyn Channel,
        due: Due,
        bill: BillNo,
        return_path: &str,
    ) -> Result<String, Error> {
        let ask = Prepay {
            bill,
            amount: due.amount,
            description: due.description,
            notify_url: self.channels.notify_url(channel.name()),
            return_url: self.channels.outside(return_path),
        };
        let caller = Caller::system(bill.scope);
        match channel.prepay(&ask).await {
            Ok(made) => {
                let cashier_url = made.cashier_url;
                store.write(&caller, SetCashier { bill, cashier_url: cashier_url.clone() }).await?;
                Ok(cashier_url)
            }
            Err(ChannelError::Refused(reason)) => {
                // No bill, or one that is over: unless it was paid, another may be begun.
                match self.look(store, &bill, channel.name()).await? {
                    BillNews::Paid(_) => Err(Error::AlreadyPaid),
                    BillNews::Waiting => Err(Error::ChannelUnavailable),
                    BillNews::Unknown | BillNews::Closed => {
                        store.write(&caller, EndBill { bill }).await?;
                        Err(Error::ChannelRefused { reason })
                    }
                }
            }
            Err(e) => Err(e.into()),
        }
    }
}

fn caller_shopper(caller: &Caller) -> Result<ShopperId, Error> {
    match caller.actor {
        Actor::Shopper(shopper) => Ok(shopper),
        _ => Err(Denied::Forbidden.into()),
    }
}

async fn begin_once(store: &Store, caller: &Caller, start: &Start) -> Result<Begun, Error> {
    let begin = BeginBill { payment: start.payment, channel: start.channel.clone() };
    match &start.key {
        None => store.write(caller, begin).await,
        Some(key) => store.once(caller, key.clone(), begin).await,
    }
}

const RETURN_CHARS: usize = 512;

/// The page that was asked for, with the payment's id: a path of this program and nothing that leads elsewhere.
fn return_path(start: &Start) -> Result<Option<String>, Error> {
    let Some(path) = start.return_path.as_deref() else { return Ok(None) };
    let stays = path.starts_with('/') && !path.starts_with("//") && path.len() <= RETURN_CHARS;
    if !stays || path.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(Error::BadReturn);
    }
    let join = if path.contains('?') { '&' } else { '?' };
    Ok(Some(format!("{path}{join}payment={}", start.payment)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, House, PAYMENT, SHOPPER, bill, code, opening, shopper};

    fn path(return_path: Option<&str>) -> Result<Option<String>, Error> {
        let return_path = return_path.map(str::to_owned);
        super::return_path(&Start { payment: PaymentId(5), channel: "c".into(), return_path, key: None })
    }

    #[test]
    fn the_payer_returns_to_a_page_of_this_program_only() {
        assert_eq!(path(None).unwrap(), None);
        let named = path(Some("/#/pages/order?id=1")).unwrap();
        assert_eq!(named.as_deref(), Some("/#/pages/order?id=1&payment=5"));
        for bad in ["//evil.example", "https://evil.example", "/\\evil", "/a b", "", "/a\u{7}"] {
            assert!(matches!(path(Some(bad)), Err(Error::BadReturn)), "{bad}");
        }
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn whoever_begins_twice_is_sent_to_the_same_cashier(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            let first = house.start("till").await.unwrap();
            assert_eq!(first.cashier_url, format!("https://till/{}", bill(1)));
            assert_eq!(house.start("till").await.unwrap(), first);
            assert_eq!(house.till.asked.lock().unwrap().len(), 1, "the address is kept");
            assert_eq!(testing::jobs(&house.store).await, ["pay.poll"]);
        }

        async fn the_same_request_gets_the_same_answer_also_when_it_is_paid(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            let key = Key::new(SHOPPER.0, "POST /start", "k", b"till");
            let start = Start { payment: PAYMENT, channel: "till".into(), return_path: None, key: Some(key) };
            let first = house.intake.start(&house.store, &shopper(), &start).await.unwrap();
            testing::complete(&house.store, testing::paid(100)).await.unwrap();
            assert_eq!(house.intake.start(&house.store, &shopper(), &start).await.unwrap(), first);
            let other = Key::new(SHOPPER.0, "POST /start", "k", b"other");
            let other = Start { channel: "other_till".into(), key: Some(other), ..start };
            let reused = house.intake.start(&house.store, &shopper(), &other).await;
            assert_eq!(code(&reused), "idempotency.key_reused");
        }

        async fn a_broken_off_beginning_is_taken_up_under_the_same_number(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            *house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("cut".into()));
            assert_eq!(code(&house.start("till").await), "pay.channel_unavailable");
            *house.till.down.lock().unwrap() = None;
            house.start("till").await.unwrap();
            let prepay = format!("prepay {}", bill(1));
            assert_eq!(*house.till.asked.lock().unwrap(), [prepay.clone(), prepay]);
        }

        async fn a_refusal_lets_another_bill_be_begun(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            *house.other.down.lock().unwrap() = None;
            house.till.refuse_prepay("no such merchant");
            assert!(matches!(house.start("till").await, Err(Error::ChannelRefused { reason }) if reason == "no such merchant"));
            let there = house.start("other_till").await.unwrap();
            assert_eq!(there.cashier_url, format!("https://other_till/{}", bill(2)));
        }

        async fn another_channel_closes_the_bill_at_the_first(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.start("other_till").await.unwrap();
            assert_eq!(house.till.bills.lock().unwrap().get(&bill(1).to_string()), Some(&BillNews::Closed));
            let now = testing::payment(&house.store).await;
            assert_eq!((now.channel.as_deref(), now.attempt), (Some("other_till"), 2));
            // And back again: the first channel gets a new bill.
            assert_eq!(house.start("till").await.unwrap().cashier_url, format!("https://till/{}", bill(3)));
        }

        async fn a_bill_that_never_reached_the_first_channel_is_given_up(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            *house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("cut".into()));
            house.start("till").await.unwrap_err();
            *house.till.down.lock().unwrap() = None;
            house.start("other_till").await.unwrap();
            assert_eq!(testing::payment(&house.store).await.channel.as_deref(), Some("other_till"));
        }

        async fn what_was_paid_at_the_first_channel_is_found_before_a_second_bill_is_made(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            house.till.pay(&bill(1), 100);
            assert_eq!(code(&house.start("other_till").await), "pay.already_paid");
            assert_eq!(testing::payment(&house.store).await.captured, 100);
            assert!(house.other.asked.lock().unwrap().is_empty());
        }

        async fn a_channel_that_does_not_answer_keeps_its_bill(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            house.start("till").await.unwrap();
            *house.till.down.lock().unwrap() = Some(ChannelError::Unavailable("cut".into()));
            assert_eq!(code(&house.start("other_till").await), "pay.channel_unavailable");
            assert_eq!(testing::payment(&house.store).await.channel.as_deref(), Some("till"));
        }

        async fn nobody_begins_to_pay_what_is_over_or_not_theirs(kit) {
            let house = House::new(&kit).await;
            assert_eq!(code(&house.start("till").await), "pay.not_found");
            let soon = house.store.now() + 1_000;
            testing::open(&house.store, crate::OpenPayment { expires_at: soon, ..opening(100) }).await.unwrap();
            assert_eq!(code(&house.start("nowhere").await), "pay.no_such_channel");
            let start = Start { payment: PAYMENT, channel: "till".into(), return_path: None, key: None };
            let stranger = Caller::shopper(kernel::ShopperId(71));
            let theirs = house.intake.start(&house.store, &stranger, &start).await;
            assert_eq!(code(&theirs), "pay.not_found");
            let staff = testing::staff(&[kernel::Permission::OrderRead]);
            assert_eq!(code(&house.intake.start(&house.store, &staff, &start).await), "auth.forbidden");
            let away = Start { return_path: Some("//evil".into()), ..start };
            assert_eq!(code(&house.intake.start(&house.store, &shopper(), &away).await), "pay.bad_return");
            house.store.advance(1_000).await.unwrap();
            assert_eq!(code(&house.start("till").await), "pay.expired");
            testing::close(&house.store, PAYMENT).await.unwrap();
            assert_eq!(code(&house.start("till").await), "pay.closed");
        }

        async fn nobody_is_sent_to_the_cashier_of_what_was_given_up_meanwhile(kit) {
            let house = House::new(&kit).await;
            testing::open(&house.store, opening(100)).await.unwrap();
            let begin = BeginBill { payment: PAYMENT, channel: "till".into() };
            let in_shop = shopper().within(Scope::Shop(testing::SHOP));
            house.store.write(&in_shop, begin).await.unwrap();
            testing::close(&house.store, PAYMENT).await.unwrap();
            let set = SetCashier { bill: bill(1), cashier_url: "https://till".into() };
            assert_eq!(code(&house.store.write(&testing::system(), set).await), "pay.closed");
            house.work().await;
            // Unknown to the channel, the bill may still be on its way there: it is not forgotten yet.
            assert_eq!(testing::jobs(&house.store).await, ["pay.close"]);
        }
    }
}
