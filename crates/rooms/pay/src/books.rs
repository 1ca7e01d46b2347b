//! What the room writes into the ledger. Pure.

use kernel::{Currency, PaymentId, RefundId, Scope, ShopperId, TransferId};
use ledger::{Account, AccountKind, Posting};

use crate::{Payment, Refund, Share};

/// Why a collected sum is posted.
pub(crate) const COLLECTED: &str = "pay.captured";
/// Why a sum given back is posted.
pub(crate) const GIVEN_BACK: &str = "pay.refunded";

/// Money that a channel holds for the shop.
pub(crate) const AT_CHANNELS: Account = Account::of(AccountKind::ChannelClearing);
const PENDING: Account = Account::of(AccountKind::ShopPending);
/// The shop's own balance.
pub(crate) const AVAILABLE: Account = Account::of(AccountKind::ShopAvailable);

/// What stands for the money on the other side of a shop's book: the channel, or, for what was paid as a share of a
/// combined payment, the payer in whose book the channel stands.
pub(crate) const fn source(payer: ShopperId, combined: Option<PaymentId>) -> Account {
    match combined {
        Some(_) => Account::peer(Scope::Shopper(payer)),
        None => AT_CHANNELS,
    }
}

/// The transfer from payer to shop carries the number of the payment that it completes.
const fn of_share(payment: PaymentId) -> TransferId {
    TransferId(payment.0)
}

/// The transfer back carries the refund's number.
pub(crate) const fn of_refund(refund: RefundId) -> TransferId {
    TransferId(refund.0)
}

/// The channel, or the payer, holds the money, and the shop is owed it.
pub(crate) fn collected(payment: &Payment) -> Posting {
    let source = source(payment.shopper, payment.combined);
    Posting {
        currency: payment.amount.currency,
        reason: COLLECTED,
        subject: payment.order.0,
        transfer: payment.combined.map(|_| of_share(payment.payment)),
        legs: vec![source.debit(payment.captured), PENDING.credit(payment.captured)],
    }
}

/// Money has gone back that the shop was owed, to the channel or to the payer's book.
pub(crate) fn given_back(refund: &Refund, source: Account, transfer: Option<TransferId>) -> Posting {
    Posting {
        currency: refund.amount.currency,
        reason: GIVEN_BACK,
        subject: refund.order.0,
        transfer,
        legs: vec![PENDING.debit(refund.amount.minor), source.credit(refund.amount.minor)],
    }
}

/// In the payer's book: the channel holds a share, and the shop is owed it.
pub(crate) fn share_collected(share: &Share, currency: Currency) -> Posting {
    let shop = Account::peer(Scope::Shop(share.shop));
    Posting {
        currency,
        reason: COLLECTED,
        subject: share.order.0,
        transfer: Some(of_share(share.payment)),
        legs: vec![AT_CHANNELS.debit(share.amount), shop.credit(share.amount)],
    }
}

/// In the payer's book: the channel has given back what the shop has given back.
pub(crate) fn share_given_back(refund: &Refund) -> Posting {
    let (shop, amount) = (Account::peer(Scope::Shop(refund.shop)), refund.amount.minor);
    Posting {
        currency: refund.amount.currency,
        reason: GIVEN_BACK,
        subject: refund.order.0,
        transfer: Some(of_refund(refund.refund)),
        legs: vec![shop.debit(amount), AT_CHANNELS.credit(amount)],
    }
}

/// True for a posting of this room.
pub(crate) fn is_ours(reason: &str) -> bool {
    reason == COLLECTED || reason == GIVEN_BACK
}
