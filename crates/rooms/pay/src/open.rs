//! Opens a payment: so much is to be paid for that order.
//!
//! Called by the room trade within the transaction that places the order. One insert.

use kernel::{Actor, Ctx, Denied, Money, OrderId, PaymentId, ShopperId, Timestamp};
use store::{Tx, p};

use crate::{Error, PaymentState, door, sql};

/// A payment to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPayment {
    /// Its id, made by the caller.
    pub payment: PaymentId,
    /// The order that it pays for.
    pub order: OrderId,
    /// Who is to pay.
    pub shopper: ShopperId,
    /// How much; more than nothing.
    pub amount: Money,
    /// What the payer reads at the channel, at most 127 characters.
    pub description: String,
    /// When the caller will give it up, business time.
    pub expires_at: Timestamp,
}

/// The most that a payment may come to, minor units: what a leg of the ledger carries.
pub(crate) const MOST_AMOUNT: i64 = 1_000_000_000_000_000;

const DESCRIPTION_CHARS: usize = 127;

/// Opens the payment in the shop's scope.
pub async fn open(tx: &mut Tx, ctx: &Ctx, cmd: &OpenPayment) -> Result<(), Error> {
    let shop = door::shop_scope(ctx)?;
    if matches!(ctx.actor, Actor::Shopper(shopper) if shopper != cmd.shopper) {
        return Err(Denied::Forbidden.into());
    }
    check_amount(cmd.amount)?;
    let description = kernel::clean_text(&cmd.description, DESCRIPTION_CHARS)
        .map_err(|reason| Error::BadText { field: "description", reason })?;
    let params = p![
        shop,
        cmd.payment,
        cmd.order,
        cmd.shopper,
        cmd.amount.minor,
        cmd.amount.currency,
        description,
        PaymentState::Open,
        ctx.now,
        cmd.expires_at
    ];
    tx.exec(sql::INSERT_PAYMENT, params).await?;
    Ok(())
}

/// Refuses an amount that can't be collected.
pub(crate) fn check_amount(amount: Money) -> Result<(), Error> {
    if (1..=MOST_AMOUNT).contains(&amount.minor) { Ok(()) } else { Err(Error::BadAmount) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, code, open, opening};
    use kernel::{Caller, Scope};

    store::on_both! {
        rooms = testing::rooms();

        async fn a_payment_is_opened_for_something_and_within_reason(kit) {
            let store = kit.store(store::Registry::new()).await;
            for amount in [0, -1, MOST_AMOUNT + 1] {
                assert_eq!(code(&open(&store, opening(amount)).await), "pay.bad_amount");
            }
            let talkative = OpenPayment { description: "x".repeat(128), ..opening(1) };
            assert_eq!(code(&open(&store, talkative).await), "pay.bad_text");
            open(&store, opening(100)).await.unwrap();
            let opened = testing::payment(&store).await;
            assert_eq!((opened.state, opened.amount), (PaymentState::Open, Money::fen(100)));
            assert_eq!((opened.captured, opened.refundable(), opened.version), (0, 0, 1));
        }

        async fn a_shopper_opens_no_payment_for_another(kit) {
            let store = kit.store(store::Registry::new()).await;
            let stranger = Caller::shopper(ShopperId(71)).within(Scope::Shop(testing::SHOP));
            let opened = testing::write(&store, &stranger, |tx, ctx| {
                Box::pin(async move { crate::open(tx, ctx, &opening(100)).await })
            });
            assert_eq!(code(&opened.await), "auth.forbidden");
        }
    }
}
