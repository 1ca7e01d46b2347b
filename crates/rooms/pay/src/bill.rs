//! Bills: attempts to collect a payment at a channel. A payment has at most one that is open.
//!
//! A bill is recorded before the channel hears of it, together with the task that asks after it: whatever is paid at a
//! channel is found, also after a crash.

use kernel::{Ctx, PaymentId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Tx, p};

use crate::{BillNo, Error, Payment, PaymentState, PollBill, door, read, reference::MOST_ATTEMPTS, sql};

/// A bill of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Which of the payment's, from 1.
    pub attempt: i64,
    /// At which channel.
    pub channel: String,
    /// Where the payer pays, once the channel has said so.
    pub cashier_url: Option<String>,
    /// When it was begun, wall time.
    pub began_wall: Timestamp,
    /// When it ceased to be payable, wall time.
    pub closed_wall: Option<Timestamp>,
}

/// Begins a bill, or finds the open one at the same channel. By the shopper who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeginBill {
    /// The payment.
    pub payment: PaymentId,
    /// The channel's name, one that is set up.
    pub channel: String,
}

/// A bill that may be put to the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Which bill of the payment.
    pub attempt: i64,
}

impl Command for BeginBill {
    type Out = Begun;
    type Err = Error;
    const NAME: &'static str = "pay.begin_bill";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Begun, Error> {
        let (shop, shopper) = door::shopper(ctx)?;
        let found = read::find(tx, shop, self.payment)
            .await?
            .filter(|payment| payment.shopper == shopper)
            .ok_or(Error::NotFound)?;
        may_pay(&found, ctx)?;
        if found.started_wall.is_some() {
            return same_channel(&found, &self.channel);
        }
        let attempt = found.attempt + 1;
        let mut batch = Batch::new();
        batch.add(sql::BEGIN_BILL, p![&self.channel, ctx.wall, shop, self.payment, found.version]);
        batch.add(sql::INSERT_BILL, p![shop, self.payment, attempt, &self.channel, ctx.wall]);
        if tx.exec_all(batch).await? != [1, 1] {
            return Err(Error::Changed);
        }
        tx.later(ctx, ctx.now, &PollBill { payment: self.payment })?;
        Ok(Begun { attempt })
    }
}

fn may_pay(payment: &Payment, ctx: &Ctx) -> Result<(), Error> {
    match payment.state {
        PaymentState::Captured => Err(Error::AlreadyPaid),
        PaymentState::Closed => Err(Error::Closed),
        PaymentState::Open if payment.expires_at <= ctx.now => Err(Error::Expired),
        PaymentState::Open if payment.attempt >= MOST_ATTEMPTS => Err(Error::Expired),
        PaymentState::Open => Ok(()),
    }
}

fn same_channel(payment: &Payment, channel: &str) -> Result<Begun, Error> {
    let attempt = payment.attempt;
    match &payment.channel {
        Some(open) if open != channel => Err(Error::OtherBillOpen { channel: open.clone(), attempt }),
        _ => Ok(Begun { attempt }),
    }
}

/// Notes where the payer pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCashier {
    /// The bill.
    pub bill: BillNo,
    /// The address that the channel gave.
    pub cashier_url: String,
}

impl Command for SetCashier {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.set_cashier";

    /// Refuses when the payment was given up or paid meanwhile: then nobody is to be sent to the cashier. A task
    /// closes the bill.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let shop = door::program(ctx)?;
        let BillNo { payment, attempt, .. } = self.bill;
        match read::find(tx, shop, payment).await?.ok_or(Error::NotFound)?.state {
            PaymentState::Captured => return Err(Error::AlreadyPaid),
            PaymentState::Closed => return Err(Error::Closed),
            PaymentState::Open => {}
        }
        match tx.exec(sql::SET_CASHIER, p![&self.cashier_url, shop, payment, attempt]).await? {
            1 => Ok(()),
            _ => Err(Error::Changed),
        }
    }
}

/// Notes that a bill can't be paid any more; another may then be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndBill {
    /// The bill.
    pub bill: BillNo,
}

impl Command for EndBill {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.end_bill";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let shop = door::program(ctx)?;
        let BillNo { payment, attempt, .. } = self.bill;
        let mut batch = Batch::new();
        batch.add(sql::END_BILL, p![ctx.wall, shop, payment, attempt]);
        batch.add(sql::FREE_PAYMENT, p![shop, payment, attempt]);
        tx.exec_all(batch).await?;
        Ok(())
    }
}

/// The bill of this number.
pub(crate) async fn find(tx: &mut Tx, bill: &BillNo) -> Result<Option<Bill>, Error> {
    Ok(tx.opt(sql::SELECT_BILL, p![bill.shop, bill.payment, bill.attempt], sql::bill).await?)
}

/// The bills that may still be paid: one, unless something went wrong.
pub(crate) async fn open_ones(tx: &mut Tx, shop: ShopId, payment: PaymentId) -> Result<Vec<Bill>, Error> {
    Ok(tx.all(sql::SELECT_OPEN_BILLS, p![shop, payment], sql::bill).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, PAYMENT, SHOP, bill, code, opening, shopper, system};
    use kernel::{Caller, Scope, ShopperId};

    fn begin(channel: &str) -> BeginBill {
        BeginBill { payment: PAYMENT, channel: channel.into() }
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn a_payment_has_one_open_bill(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let payer = shopper().within(Scope::Shop(SHOP));
            assert_eq!(store.write(&payer, begin("till")).await.unwrap(), Begun { attempt: 1 });
            assert_eq!(store.write(&payer, begin("till")).await.unwrap(), Begun { attempt: 1 });
            let other = store.write(&payer, begin("other")).await;
            assert!(matches!(other, Err(Error::OtherBillOpen { attempt: 1, .. })), "{other:?}");
            for _ in 0..2 {
                store.write(&system(), EndBill { bill: bill(1) }).await.unwrap();
            }
            assert_eq!(store.write(&payer, begin("other")).await.unwrap(), Begun { attempt: 2 });
            store.write(&system(), EndBill { bill: bill(1) }).await.unwrap();
            assert!(testing::payment(&store).await.started_wall.is_some(), "an old bill frees nothing");
        }

        async fn of_two_channels_at_once_one_gets_the_bill(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let payer = shopper().within(Scope::Shop(SHOP));
            let all = ["a", "b", "c", "d", "e", "f"].map(|channel| store.write(&payer, begin(channel)));
            let all = futures::future::join_all(all).await;
            assert_eq!(all.iter().filter(|b| b.is_ok()).count(), 1, "{all:?}");
            let open = open_ones(&mut store.read().await.unwrap(), SHOP, PAYMENT).await.unwrap();
            assert_eq!(open.len(), 1);
        }

        async fn a_bill_is_begun_by_the_payer_and_by_nobody_else(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let stranger = Caller::shopper(ShopperId(71)).within(Scope::Shop(SHOP));
            assert_eq!(code(&store.write(&stranger, begin("till")).await), "pay.not_found");
            assert_eq!(code(&store.write(&system(), begin("till")).await), "auth.forbidden");
            assert_eq!(code(&store.write(&shopper(), begin("till")).await), "auth.forbidden");
        }

        async fn the_cashier_of_a_bill_that_ended_is_not_noted(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            store.write(&shopper().within(Scope::Shop(SHOP)), begin("till")).await.unwrap();
            store.write(&system(), EndBill { bill: bill(1) }).await.unwrap();
            let set = || SetCashier { bill: bill(1), cashier_url: "https://till".into() };
            assert_eq!(code(&store.write(&system(), set()).await), "pay.changed");
            testing::complete(&store, testing::paid(100)).await.unwrap();
            assert_eq!(code(&store.write(&system(), set()).await), "pay.already_paid");
        }
    }
}
