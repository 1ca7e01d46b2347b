//! Bills: attempts to collect a payment, or a combined one, at a channel. Each has at most one that is open.
//!
//! A bill is recorded before the channel hears of it, together with the task that asks after it: whatever is paid at a
//! channel is found, also after a crash.

use kernel::{Ctx, Money, PaymentId, Scope, ShopperId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Tx, p};

use crate::{
    BillNo, Combined, CombinedState, Error, Payment, PaymentState, PollBill, combine, door, read,
    reference::MOST_ATTEMPTS, sql::bills,
};

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

/// What a bill is made for, of a payment or of a combined one.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) payer: ShopperId,
    pub(crate) amount: Money,
    pub(crate) description: String,
    pub(crate) state: PaymentState,
    pub(crate) started: bool,
    channel: Option<String>,
    attempt: i64,
    expires_at: Timestamp,
    version: i64,
    combined: Option<PaymentId>,
}

impl From<Payment> for Due {
    fn from(p: Payment) -> Self {
        Self {
            payer: p.shopper,
            amount: p.amount,
            description: p.description,
            state: p.state,
            started: p.started_wall.is_some(),
            channel: p.channel,
            attempt: p.attempt,
            expires_at: p.expires_at,
            version: p.version,
            combined: p.combined,
        }
    }
}

impl From<Combined> for Due {
    fn from(c: Combined) -> Self {
        let state = match c.state {
            CombinedState::Open => PaymentState::Open,
            CombinedState::Closing | CombinedState::Closed => PaymentState::Closed,
            CombinedState::Captured => PaymentState::Captured,
        };
        Self {
            payer: c.payer,
            amount: c.amount,
            description: c.description,
            state,
            started: c.started_wall.is_some(),
            channel: c.channel,
            attempt: c.attempt,
            expires_at: c.expires_at,
            version: c.version,
            combined: None,
        }
    }
}

/// The payment of this scope, or the combined one: they are told apart by where they lie.
pub(crate) async fn due(tx: &mut Tx, scope: Scope, payment: PaymentId) -> Result<Option<Due>, Error> {
    Ok(match scope {
        Scope::Shop(shop) => read::find(tx, shop, payment).await?.map(Due::from),
        Scope::Shopper(payer) => combine::head(tx, payer, payment).await?.map(Due::from),
        Scope::Platform => None,
    })
}

/// Begins a bill, or finds the open one at the same channel. By the shopper who pays: in the shop's scope, for a combined
/// payment in their own.
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
        let payer = door::payer(ctx)?;
        let found = due(tx, ctx.scope, self.payment)
            .await?
            .filter(|due| due.payer == payer)
            .ok_or(Error::NotFound)?;
        may_pay(&found, ctx)?;
        if let Some(combined) = found.combined {
            return Err(Error::Bound { combined });
        }
        if found.started {
            return same_channel(&found, &self.channel);
        }
        let (attempt, scope, bills) = (found.attempt + 1, ctx.scope.key(), bills(ctx.scope));
        let mut batch = Batch::new();
        batch.add(bills.begin, p![&self.channel, ctx.wall, scope, self.payment, found.version]);
        batch.add(bills.insert, p![scope, self.payment, attempt, &self.channel, ctx.wall]);
        if tx.exec_all(batch).await? != [1, 1] {
            return Err(Error::Changed);
        }
        tx.later(ctx, ctx.now, &PollBill { payment: self.payment })?;
        Ok(Begun { attempt })
    }
}

fn may_pay(due: &Due, ctx: &Ctx) -> Result<(), Error> {
    still_open(due.state)?;
    if due.expires_at <= ctx.now || due.attempt >= MOST_ATTEMPTS { Err(Error::Expired) } else { Ok(()) }
}

/// Refuses what is paid or given up.
pub(crate) const fn still_open(state: PaymentState) -> Result<(), Error> {
    match state {
        PaymentState::Captured => Err(Error::AlreadyPaid),
        PaymentState::Closed => Err(Error::Closed),
        PaymentState::Open => Ok(()),
    }
}

fn same_channel(due: &Due, channel: &str) -> Result<Begun, Error> {
    let attempt = due.attempt;
    match &due.channel {
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
        let scope = door::tenant(ctx)?;
        let BillNo { payment, attempt, .. } = self.bill;
        still_open(due(tx, scope, payment).await?.ok_or(Error::NotFound)?.state)?;
        let params = p![&self.cashier_url, scope.key(), payment, attempt];
        match tx.exec(bills(scope).set_cashier, params).await? {
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
        let scope = door::tenant(ctx)?;
        let BillNo { payment, attempt, .. } = self.bill;
        let mut batch = Batch::new();
        batch.add(bills(scope).end, p![ctx.wall, scope.key(), payment, attempt]);
        batch.add(bills(scope).free, p![scope.key(), payment, attempt]);
        tx.exec_all(batch).await?;
        Ok(())
    }
}

/// The bill of this number.
pub(crate) async fn find(tx: &mut Tx, no: &BillNo) -> Result<Option<Bill>, Error> {
    let key = p![no.scope.key(), no.payment, no.attempt];
    Ok(tx.opt(bills(no.scope).select, key, crate::sql::bill).await?)
}

/// The bills that may still be paid: one, unless something went wrong.
pub(crate) async fn open_ones(tx: &mut Tx, scope: Scope, payment: PaymentId) -> Result<Vec<Bill>, Error> {
    Ok(tx.all(bills(scope).select_open, p![scope.key(), payment], crate::sql::bill).await?)
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
            let open = open_ones(&mut store.read().await.unwrap(), Scope::Shop(SHOP), PAYMENT).await.unwrap();
            assert_eq!(open.len(), 1);
        }

        async fn a_bill_is_begun_by_the_payer_and_by_nobody_else(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            let stranger = Caller::shopper(ShopperId(71)).within(Scope::Shop(SHOP));
            assert_eq!(code(&store.write(&stranger, begin("till")).await), "pay.not_found");
            assert_eq!(code(&store.write(&system(), begin("till")).await), "auth.forbidden");
            let at_home = store.write(&shopper(), begin("till")).await;
            assert_eq!(code(&at_home), "pay.not_found", "there they have combined payments only");
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
