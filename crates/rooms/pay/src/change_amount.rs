//! Changes what is to be paid, as long as nobody has begun to pay.

use kernel::{Ctx, Money, PaymentId};
use store::{Tx, p};

use crate::{Error, PaymentState, door, open::check_amount, read, sql};

/// Sets the amount of an open payment that has no bill at a channel and is bound to no combined payment; in the currency
/// that it has.
pub async fn change_amount(tx: &mut Tx, ctx: &Ctx, payment: PaymentId, amount: Money) -> Result<(), Error> {
    let shop = door::shop_scope(ctx)?;
    check_amount(amount)?;
    let params = p![amount.minor, shop, payment, amount.currency];
    if tx.exec(sql::CHANGE_AMOUNT, params).await? == 1 {
        return Ok(());
    }
    let found = read::find(tx, shop, payment).await?.ok_or(Error::NotFound)?;
    Err(match found.state {
        PaymentState::Captured => Error::AlreadyPaid,
        PaymentState::Closed => Error::Closed,
        PaymentState::Open if found.amount.currency != amount.currency => Error::CurrencyMismatch,
        PaymentState::Open if found.started_wall.is_some() || found.combined.is_some() => Error::Started,
        PaymentState::Open => Error::Changed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, House, PAYMENT, code, opening, paid, system};
    use store::Store;

    async fn change(store: &Store, payment: PaymentId, amount: Money) -> Result<(), Error> {
        testing::write(store, &system(), move |tx, ctx| Box::pin(change_amount(tx, ctx, payment, amount)))
            .await
    }

    store::on_both! {
        rooms = testing::rooms();

        async fn the_amount_changes_until_somebody_begins_to_pay(kit) {
            let house = House::new(&kit).await;
            let store = &house.store;
            testing::open(store, opening(100)).await.unwrap();
            assert_eq!(code(&change(store, PAYMENT, Money::fen(0)).await), "pay.bad_amount");
            assert_eq!(code(&change(store, PaymentId(1), Money::fen(1)).await), "pay.not_found");
            let dollars = Money::new(90, kernel::Currency::USD);
            assert_eq!(code(&change(store, PAYMENT, dollars).await), "pay.currency_mismatch");
            change(store, PAYMENT, Money::fen(90)).await.unwrap();
            assert_eq!(testing::payment(store).await.amount, Money::fen(90));
            house.start("till").await.unwrap();
            assert_eq!(code(&change(store, PAYMENT, Money::fen(80)).await), "pay.started");
            testing::complete(store, paid(90)).await.unwrap();
            assert_eq!(code(&change(store, PAYMENT, Money::fen(80)).await), "pay.already_paid");
        }

        async fn a_closed_payment_keeps_its_amount(kit) {
            let store = kit.store(store::Registry::new()).await;
            testing::open(&store, opening(100)).await.unwrap();
            testing::close(&store, PAYMENT).await.unwrap();
            assert_eq!(code(&change(&store, PAYMENT, Money::fen(80)).await), "pay.closed");
        }
    }
}
