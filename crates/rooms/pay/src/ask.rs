//! Asks channels how a payment stands, for the return page, and looks it up.

use kernel::{Caller, Fault, PaymentId, Scope};
use store::Store;

use crate::{
    Bill, BillNo, Combined, CombinedState, Error, Intake, Payment, PaymentState, bill, combine, read,
};

impl Intake {
    /// Asks the channel how a payment stands, for the return page: by the shopper who pays or the shop that is paid.
    /// Gives the payment as it is afterwards; where the channel gives no answer, as it is known here.
    pub async fn ask(&self, store: &Store, caller: &Caller, payment: PaymentId) -> Result<Payment, Error> {
        let found = get(store, caller, payment).await?;
        match (found.state, found.combined) {
            (PaymentState::Open, Some(all)) => {
                self.ask_after(store, Scope::Shopper(found.shopper), all).await?;
            }
            (PaymentState::Open, None) if found.started_wall.is_some() => {
                self.ask_after(store, Scope::Shop(found.shop), payment).await?;
            }
            _ => return Ok(found),
        }
        get(store, caller, payment).await
    }

    /// The same for a combined payment, by the shopper who pays.
    pub async fn ask_combined(
        &self,
        store: &Store,
        caller: &Caller,
        combined: PaymentId,
    ) -> Result<Combined, Error> {
        let found = get_combined(store, caller, combined).await?;
        let waits = matches!(found.state, CombinedState::Open | CombinedState::Closing);
        if !waits || found.started_wall.is_none() {
            return Ok(found);
        }
        self.ask_after(store, Scope::Shopper(found.payer), combined).await?;
        get_combined(store, caller, combined).await
    }

    async fn ask_after(&self, store: &Store, scope: Scope, payment: PaymentId) -> Result<(), Error> {
        for bill in open_bills(store, scope, payment).await? {
            let no = BillNo { scope, payment, attempt: bill.attempt };
            match self.look(store, &no, &bill.channel).await {
                Err(e) if !e.kind().may_retry() => return Err(e),
                Err(e) => tracing::info!(payment = payment.0, error = %e, "the poll will ask again"),
                Ok(_) => {}
            }
        }
        Ok(())
    }
}

/// The payment, for whoever may see it.
pub(crate) async fn get(store: &Store, caller: &Caller, payment: PaymentId) -> Result<Payment, Error> {
    let ctx = store.ctx(caller).await?;
    let mut tx = store.read().await?;
    read::get(&mut tx, &ctx, payment).await
}

/// The combined payment, for the shopper who pays.
pub(crate) async fn get_combined(
    store: &Store,
    caller: &Caller,
    combined: PaymentId,
) -> Result<Combined, Error> {
    let ctx = store.ctx(caller).await?;
    let mut tx = store.read().await?;
    combine::combined(&mut tx, &ctx, combined).await
}

pub(crate) async fn open_bills(store: &Store, scope: Scope, payment: PaymentId) -> Result<Vec<Bill>, Error> {
    let mut tx = store.read().await?;
    bill::open_ones(&mut tx, scope, payment).await
}
