//! Customer accounts with carriers that an application has bound.

pub(crate) mod bind;
pub(crate) mod decide;
pub(crate) mod quota;

use kernel::{AppId, Ctx, Permission, ShopId, Timestamp};
use store::{FromCol, Row, Tx, Val, p};

use crate::{CarrierAccount, Error, directory::CarrierInfo, door::client, sql};

/// The states of a binding, with their published codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// It may be used.
    Bound,
    /// The carrier looks at it.
    UnderReview,
    /// The carrier refused; it may be tried again.
    Refused,
}

/// The moves of a binding. Undoing one removes it.
pub const BINDING_MOVES: &[(Binding, Binding)] =
    &[(Binding::UnderReview, Binding::Bound), (Binding::UnderReview, Binding::Refused)];

impl Binding {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Bound, Self::UnderReview, Self::Refused];

    /// The published code.
    pub const fn code(self) -> i64 {
        self as i64
    }
}

impl From<Binding> for Val<'_> {
    fn from(state: Binding) -> Self {
        Val::from(state.code())
    }
}

impl FromCol for Binding {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        let code: i64 = row.get(index)?;
        Self::ALL
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| store::Error::internal("an unknown state of a binding is stored"))
    }
}

/// A bound account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The carrier.
    pub delivery_id: String,
    /// The customer code.
    pub biz_id: String,
    /// What the carrier's reviewer was told.
    pub remark: String,
    /// Why it was refused; empty otherwise.
    pub wrong: String,
    /// Where the binding stands.
    pub state: Binding,
    /// Waybill numbers left, as last heard.
    pub quota: i64,
    /// When that was heard; 0 for never.
    pub quota_at: Timestamp,
    /// When it was bound.
    pub created_at: Timestamp,
    /// When the binding last changed.
    pub updated_at: Timestamp,
}

struct Stored {
    account: Account,
    shop: Option<ShopId>,
    sealed: Vec<u8>,
}

fn row(r: &Row<'_>) -> Result<Stored, store::Error> {
    let account = Account {
        delivery_id: r.get(0)?,
        biz_id: r.get(1)?,
        remark: r.get(4)?,
        wrong: r.get(5)?,
        state: r.get(6)?,
        quota: r.get(7)?,
        quota_at: r.get(8)?,
        created_at: r.get(9)?,
        updated_at: r.get(10)?,
    };
    Ok(Stored { account, shop: r.get(2)?, sealed: r.get(3)? })
}

/// What a password is sealed for.
fn purpose(app: AppId, delivery_id: &str, biz_id: &str) -> String {
    format!("logistics account {app} {delivery_id} {biz_id}")
}

async fn stored(
    tx: &mut Tx,
    app: AppId,
    delivery_id: &str,
    biz_id: &str,
) -> Result<Option<Stored>, store::Error> {
    tx.opt(sql::account::SELECT, p![app, delivery_id, biz_id], row).await
}

/// The accounts that the calling application has bound, the oldest first.
pub async fn accounts(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Account>, Error> {
    let client = client(ctx, Permission::OrderRead)?;
    let stored = tx.all(sql::account::LIST, p![client.app], row).await?;
    Ok(stored.into_iter().map(|s| s.account).collect())
}

/// The account with its password, if waybills may be made with it.
pub(crate) async fn usable(
    tx: &mut Tx,
    app: AppId,
    carrier: &CarrierInfo,
    biz_id: &str,
) -> Result<CarrierAccount, Error> {
    let account = |password| CarrierAccount { biz_id: biz_id.to_owned(), password, remark: String::new() };
    if carrier.is_open_account(biz_id) {
        return Ok(account(String::new()));
    }
    let stored = stored(tx, app, carrier.id, biz_id).await?;
    let stored = stored.filter(|s| s.account.state == Binding::Bound).ok_or(Error::NotBound)?;
    let plain = tx.vault().open(&purpose(app, carrier.id, biz_id), &stored.sealed)?;
    Ok(account(String::from_utf8_lossy(&plain).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_published_and_only_a_review_ends() {
        assert_eq!(Binding::ALL.map(Binding::code), [0, 1, 2]);
        assert!(BINDING_MOVES.iter().all(|(from, to)| *from == Binding::UnderReview && to != from));
    }
}
