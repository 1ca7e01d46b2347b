//! The flow: every change of what is available, the newest first.

use kernel::{Ctx, Cursor, HoldId, Page, PageSize, Permission, ShopId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Batch, FromCol, Row, Tx, Val, p};
use utoipa::ToSchema;

use crate::{Error, sql};

/// Why the number of available pieces changed. Stored as the `op_type` of the WeChat-compatible face: 4 is published,
/// the others are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = stock::Reason)]
pub enum Reason {
    /// Promised to an order.
    Ordered = 4,
    /// Came in.
    Received = 101,
    /// Was corrected.
    Corrected = 102,
    /// An order let go of them before it was paid.
    Released = 103,
    /// An order gave them back after it was paid.
    Returned = 104,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Ordered, Self::Received, Self::Corrected, Self::Released, Self::Returned];

    /// The stored number.
    pub const fn op_type(self) -> i64 {
        self as i64
    }

    /// The reason of this number.
    pub fn of(op_type: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.op_type() == op_type)
    }
}

impl FromCol for Reason {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        let n = i64::from_col(row, index)?;
        Self::of(n).ok_or_else(|| store::Error::internal(format!("a reason {n} of stock is unknown")))
    }
}

/// A line of the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLine {
    /// The level's version with it: the order of lines.
    pub version: i64,
    /// Why.
    pub reason: Reason,
    /// Pieces: above zero more, below fewer.
    pub amount: i64,
    /// Available before it.
    pub before: i64,
    /// Available after it.
    pub after: i64,
    /// The order.
    pub order: Option<HoldId>,
    /// What was noted with it.
    pub note: Option<String>,
    /// When, in business time.
    pub at: Timestamp,
}

/// Which lines are wanted.
#[derive(Debug, Clone)]
pub struct FlowFilter {
    /// From this moment on.
    pub from: Timestamp,
    /// Until before this moment.
    pub until: Timestamp,
    /// For these reasons; empty for all.
    pub reasons: Vec<Reason>,
}

impl FlowFilter {
    /// Everything.
    pub const ALL: Self =
        Self { from: Timestamp::from_ms(i64::MIN), until: Timestamp::from_ms(i64::MAX), reasons: Vec::new() };

    /// Five numbers for five places; -1 is no reason.
    fn op_types(&self) -> [i64; 5] {
        Reason::ALL
            .map(|r| if self.reasons.is_empty() || self.reasons.contains(&r) { r.op_type() } else { -1 })
    }
}

/// A page of the flow of the caller's sku; [`Cursor::NEWEST`] begins. Needs [`Permission::ProductRead`].
pub async fn flow(
    tx: &mut Tx,
    ctx: &Ctx,
    sku: SkuId,
    filter: &FlowFilter,
    cursor: Cursor,
    size: PageSize,
) -> Result<Page<FlowLine>, Error> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let mut params = p![shop, sku, cursor.key, filter.from, filter.until];
    params.extend(filter.op_types().map(Val::from));
    params.extend(p![Reason::Ordered.op_type(), size.get() + 1]);
    let lines = tx.all(sql::FLOW, params, line).await?;
    Ok(Page::of(lines, size, |line| Cursor { key: line.version, id: 0 }))
}

fn line(r: &Row<'_>) -> Result<FlowLine, store::Error> {
    let (amount, after): (i64, i64) = (r.get(2)?, r.get(3)?);
    Ok(FlowLine {
        version: r.get(0)?,
        reason: r.get(1)?,
        amount,
        before: after - amount,
        after,
        order: r.get(4)?,
        note: r.get(5)?,
        at: r.get(6)?,
    })
}

/// What an update of a level gave back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) product: kernel::ProductId,
    pub(crate) available: i64,
    pub(crate) version: i64,
}

pub(crate) fn moved(r: &Row<'_>) -> Result<Moved, store::Error> {
    Ok(Moved { product: r.get(0)?, available: r.get(1)?, version: r.get(2)? })
}

/// A line to be written.
pub(crate) struct NewLine<'a> {
    pub(crate) sku: SkuId,
    pub(crate) reason: Reason,
    pub(crate) amount: i64,
    pub(crate) moved: Moved,
    pub(crate) hold: Option<HoldId>,
    pub(crate) note: Option<&'a str>,
}

impl<'a> NewLine<'a> {
    pub(crate) fn write(&self, batch: &mut Batch<'a>, shop: ShopId, at: Timestamp) {
        batch.add(
            sql::INSERT_FLOW,
            p![
                shop,
                self.sku,
                self.moved.version,
                self.reason.op_type(),
                self.amount,
                self.moved.available,
                self.hold,
                self.note,
                at
            ],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_by_the_number_it_is_written_with() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of(reason.op_type()), Some(reason));
        }
        assert_eq!(Reason::of(6), None);
    }

    #[test]
    fn a_filter_without_reasons_lets_all_through() {
        assert_eq!(FlowFilter::ALL.op_types(), [4, 101, 102, 103, 104]);
        let some = FlowFilter { reasons: vec![Reason::Released], ..FlowFilter::ALL };
        assert_eq!(some.op_types(), [-1, -1, -1, 103, -1]);
    }
}
