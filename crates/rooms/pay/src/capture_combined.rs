//! Takes the money of a combined payment, whoever brings the news, in the payer's scope alone.
//!
//! The book of the payer holds what the channel has, and owes it to the shops: a transfer a share. A task carries each
//! share to its shop.

use kernel::{Ctx, Money, PaymentId, Timestamp};
use store::{Command, Tx, p};

use crate::{
    CloseBills, Combined, CombinedState, Error, PollBill, SpreadShares, books, combine, give_up::payer_of,
    sql::combined::CAPTURE,
};

/// Money that a channel says it has collected for a combined payment. By the program, in the payer's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureCombined {
    /// The combined payment.
    pub combined: PaymentId,
    /// The channel's name.
    pub channel: String,
    /// The channel's number of the transaction.
    pub channel_txn: String,
    /// What was collected.
    pub amount: Money,
    /// When, by the channel's clock.
    pub paid_at: Timestamp,
}

impl Command for CaptureCombined {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.capture_combined";

    /// The same money a second time changes nothing. Refuses with `NotFound`, `PaidTwice`, `PaidAfterClose`,
    /// `AmountMismatch`.
    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let payer = payer_of(ctx)?;
        let mut found = combine::whole(tx, payer, self.combined).await?.ok_or(Error::NotFound)?;
        if self.is_known(&found)? {
            return Ok(());
        }
        if !self.swap(tx, ctx, &found).await? {
            // Somebody was faster; what they did is visible now.
            found = combine::whole(tx, payer, self.combined).await?.ok_or(Error::NotFound)?;
            if self.is_known(&found)? {
                return Ok(());
            }
            if !self.swap(tx, ctx, &found).await? {
                return Err(Error::Changed);
            }
        }
        // Nothing below may refuse.
        for share in &found.shares {
            ledger::post(tx, ctx, &books::share_collected(share, found.amount.currency)).await?;
        }
        tx.cancel::<PollBill>(ctx, self.combined.0);
        if found.started_wall.is_some() && found.channel.as_ref() != Some(&self.channel) {
            tx.later(ctx, ctx.now, &CloseBills { payment: self.combined })?;
        }
        Ok(tx.later(ctx, ctx.now, &SpreadShares { combined: self.combined })?)
    }
}

impl CaptureCombined {
    /// True if it is still as it was read, and now captured.
    async fn swap(&self, tx: &mut Tx, ctx: &Ctx, found: &Combined) -> Result<bool, Error> {
        let params = p![
            &self.channel,
            &self.channel_txn,
            self.paid_at,
            ctx.now,
            found.payer,
            self.combined,
            found.state,
            found.version
        ];
        Ok(tx.exec(CAPTURE, params).await? == 1)
    }

    /// True if this very money was taken before.
    fn is_known(&self, found: &Combined) -> Result<bool, Error> {
        let same = found.channel.as_ref() == Some(&self.channel)
            && found.channel_txn.as_ref() == Some(&self.channel_txn);
        match found.state {
            CombinedState::Captured if same => Ok(true),
            CombinedState::Captured => Err(Error::PaidTwice),
            CombinedState::Closed => Err(Error::PaidAfterClose),
            CombinedState::Open | CombinedState::Closing if found.amount != self.amount => {
                Err(Error::AmountMismatch { expected: found.amount, got: self.amount })
            }
            CombinedState::Open | CombinedState::Closing => Ok(false),
        }
    }
}
