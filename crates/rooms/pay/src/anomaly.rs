//! Money at a channel that no payment could take: noted for the operator, who settles it by hand.

use kernel::{Ctx, Cursor, Fault, Money, Page, PageSize, PaymentId, Permission, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Command, Error as StoreError, FromCol, Row, Tx, Val, p};

use crate::{Error, door, error::AMOUNT_MISMATCH, sql};

/// What is odd about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyKind {
    /// Another sum, or another currency, than was asked for.
    AmountMismatch,
    /// A second transaction for what was paid before.
    PaidTwice,
    /// For a payment that does not exist.
    NoSuchPayment,
    /// A refund that the channel had refused for good, and carried out after all.
    RefundAfterRefusal,
    /// For a combined payment whose bills the channel had closed.
    PaidAfterClose,
}

impl AnomalyKind {
    /// As the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmountMismatch => "amount_mismatch",
            Self::PaidTwice => "paid_twice",
            Self::NoSuchPayment => "no_such_payment",
            Self::RefundAfterRefusal => "refund_after_refusal",
            Self::PaidAfterClose => "paid_after_close",
        }
    }

    /// What a refusal to take money with this code comes to; `None` where it may still be taken.
    pub(crate) fn of_refusal(code: &str) -> Option<Self> {
        [
            (Error::PaidTwice, Self::PaidTwice),
            (Error::NotFound, Self::NoSuchPayment),
            (Error::PaidAfterClose, Self::PaidAfterClose),
        ]
        .into_iter()
        .find_map(|(refusal, kind)| (refusal.code() == code).then_some(kind))
        .or((code == AMOUNT_MISMATCH).then_some(Self::AmountMismatch))
    }
}

impl From<AnomalyKind> for Val<'_> {
    fn from(kind: AnomalyKind) -> Self {
        Val::from(kind.as_str())
    }
}

impl FromCol for AnomalyKind {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match String::from_col(row, index)?.as_str() {
            "amount_mismatch" => Ok(Self::AmountMismatch),
            "paid_twice" => Ok(Self::PaidTwice),
            "no_such_payment" => Ok(Self::NoSuchPayment),
            "refund_after_refusal" => Ok(Self::RefundAfterRefusal),
            "paid_after_close" => Ok(Self::PaidAfterClose),
            other => Err(StoreError::internal(format!("no anomaly is called {other}"))),
        }
    }
}

/// A movement at a channel that the books do not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// The shop that the channel named; for a combined payment its payer.
    pub scope: Scope,
    /// Which; its number is an id of its own.
    pub anomaly: i64,
    /// The payment that the channel named.
    pub payment: PaymentId,
    /// What is odd.
    pub kind: AnomalyKind,
    /// The channel.
    pub channel: String,
    /// The channel's number of the transaction, or of the refund.
    pub channel_txn: String,
    /// How much the channel moved.
    pub amount: Money,
    /// When it was noted, business time.
    pub noted_at: Timestamp,
    /// When the operator settled it, business time.
    pub resolved_at: Option<Timestamp>,
    /// How.
    pub resolution: Option<String>,
}

/// Notes an anomaly, once however often the channel speaks of it. By the program, in the scope of the payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteAnomaly {
    /// The payment that the channel named.
    pub payment: PaymentId,
    /// What is odd.
    pub kind: AnomalyKind,
    /// The channel.
    pub channel: String,
    /// The channel's number.
    pub channel_txn: String,
    /// How much the channel moved.
    pub amount: Money,
}

/// Notes it; false if it was noted before.
pub async fn note(tx: &mut Tx, ctx: &Ctx, cmd: &NoteAnomaly) -> Result<bool, Error> {
    let scope = door::tenant(ctx)?;
    let payer = if let Scope::Shopper(payer) = scope { Some(payer) } else { None };
    let params = p![
        scope.key(),
        ctx.id::<i64>(),
        cmd.payment,
        cmd.kind,
        &cmd.channel,
        &cmd.channel_txn,
        cmd.amount.minor,
        cmd.amount.currency,
        ctx.now,
        payer
    ];
    Ok(tx.exec(sql::INSERT_ANOMALY, params).await? == 1)
}

/// All anomalies, the newest first. Needs [`Permission::PlatformMoney`].
pub async fn anomalies(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Anomaly>, Error> {
    ctx.operator(Permission::PlatformMoney)?;
    let params = p![after.key, after.id, size.get() + 1];
    let rows = tx.all(sql::LIST_ANOMALIES, params, sql::anomaly).await?;
    Ok(Page::of(rows, size, |a| Cursor { key: a.noted_at.ms(), id: a.anomaly }))
}

/// Marks an anomaly as settled by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveAnomaly {
    /// The number of the shop, or of the payer where the money was for a combined payment.
    pub owner: i64,
    /// Which.
    pub anomaly: i64,
    /// What was done, 1 to 200 characters.
    pub resolution: String,
}

const RESOLUTION_CHARS: usize = 200;

/// Marks it. Needs [`Permission::PlatformMoney`].
pub async fn resolve(tx: &mut Tx, ctx: &Ctx, cmd: &ResolveAnomaly) -> Result<(), Error> {
    ctx.operator(Permission::PlatformMoney)?;
    let resolution = kernel::Text::<RESOLUTION_CHARS>::new(&cmd.resolution)
        .map_err(|reason| Error::BadText { field: "resolution", reason })?;
    let params = p![ctx.now, resolution.as_str(), cmd.owner, cmd.anomaly];
    match tx.exec(sql::RESOLVE_ANOMALY, params).await? {
        1 => Ok(()),
        _ => Err(Error::AnomalyNotFound),
    }
}

impl Command for NoteAnomaly {
    type Out = bool;
    type Err = Error;
    const NAME: &'static str = "pay.note_anomaly";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<bool, Error> {
        note(tx, ctx, self).await
    }
}

impl Command for ResolveAnomaly {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "pay.resolve_anomaly";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        resolve(tx, ctx, self).await
    }
}
