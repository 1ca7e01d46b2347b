//! A payment is completed: the one path for callback, return page and poll.

use futures::future::BoxFuture;
use kernel::{Caller, Ctx, Scope};
use pay::{Completed, Completion, NewRefund, Paid, RefundSource, SharePaid};
use serde::{Deserialize, Serialize};
use store::{BoxFault, Command, Store, Tx};

use crate::Error;

/// The news that a payment was made.
#[derive(Debug, Clone)]
pub struct PaymentCompleted(pub Paid);

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentOutcome {
    /// The order is paid now.
    Paid,
    /// It was paid before; nothing was changed.
    Already,
    /// The order had been given up: the money goes back in full.
    TooLate,
}

impl Command for PaymentCompleted {
    type Out = PaymentOutcome;
    type Err = Error;
    const NAME: &'static str = "flows.payment_completed";
    const IN_LOTS: bool = true;

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<PaymentOutcome, Error> {
        payment_completed(tx, ctx, &self.0).await
    }
}

/// The news that a combined payment was made: what of it completes one order.
#[derive(Debug, Clone)]
pub struct ShareCompleted(pub SharePaid);

impl Command for ShareCompleted {
    type Out = PaymentOutcome;
    type Err = Error;
    const NAME: &'static str = "flows.share_completed";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<PaymentOutcome, Error> {
        let completed = pay::complete_share(tx, ctx, &self.0).await?;
        follow(tx, ctx, completed).await
    }
}

/// Captures the money and marks the order paid; or captures and gives back what came too late.
pub async fn payment_completed(tx: &mut Tx, ctx: &Ctx, paid: &Paid) -> Result<PaymentOutcome, Error> {
    let completed = pay::complete(tx, ctx, paid).await?;
    follow(tx, ctx, completed).await
}

async fn follow(tx: &mut Tx, ctx: &Ctx, completed: Completed) -> Result<PaymentOutcome, Error> {
    match completed {
        Completed::Already(_) => Ok(PaymentOutcome::Already),
        Completed::First(payment) => {
            trade::paid(tx, ctx, payment.order).await?;
            Ok(PaymentOutcome::Paid)
        }
        Completed::AfterClose(payment) => {
            let refund = NewRefund {
                refund: ctx.id(),
                payment: payment.payment,
                amount: payment.amount,
                from: RefundSource::Pending,
                reason: "paid after the order was closed".into(),
            };
            pay::refund(tx, ctx, &refund).await?;
            Ok(PaymentOutcome::TooLate)
        }
    }
}

/// What the payment room calls when a poll or a return page finds money.
#[derive(Debug, Clone, Copy, Default)]
pub struct PaidFlow;

impl Completion for PaidFlow {
    fn paid(&self, store: Store, paid: Paid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(async move {
            let caller = Caller::system(Scope::Shop(paid.shop));
            store.write(&caller, PaymentCompleted(paid)).await?;
            Ok(())
        })
    }

    fn share(&self, store: Store, share: SharePaid) -> BoxFuture<'_, Result<(), BoxFault>> {
        Box::pin(async move {
            let caller = Caller::system(Scope::Shop(share.paid.shop));
            store.write(&caller, ShareCompleted(share)).await?;
            Ok(())
        })
    }
}
