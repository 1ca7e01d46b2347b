//! What the room writes into the ledger. Pure.

use ledger::{Account, AccountKind, Posting};

use crate::{Payment, Refund};

/// Why a collected sum is posted.
pub(crate) const COLLECTED: &str = "pay.captured";
/// Why a sum given back is posted.
pub(crate) const GIVEN_BACK: &str = "pay.refunded";

/// Money that a channel holds for the shop.
pub(crate) const AT_CHANNELS: Account = Account::of(AccountKind::ChannelClearing);
const PENDING: Account = Account::of(AccountKind::ShopPending);
/// The shop's own balance.
pub(crate) const AVAILABLE: Account = Account::of(AccountKind::ShopAvailable);

/// The channel holds the money, and the shop is owed it.
pub(crate) fn collected(payment: &Payment) -> Posting {
    Posting {
        currency: payment.amount.currency,
        reason: COLLECTED,
        subject: payment.order.0,
        transfer: None,
        legs: vec![AT_CHANNELS.debit(payment.captured), PENDING.credit(payment.captured)],
    }
}

/// The channel has given money back that the shop was owed.
pub(crate) fn given_back(refund: &Refund) -> Posting {
    Posting {
        currency: refund.amount.currency,
        reason: GIVEN_BACK,
        subject: refund.order.0,
        transfer: None,
        legs: vec![PENDING.debit(refund.amount.minor), AT_CHANNELS.credit(refund.amount.minor)],
    }
}

/// True for a posting of this room.
pub(crate) fn is_ours(reason: &str) -> bool {
    reason == COLLECTED || reason == GIVEN_BACK
}
