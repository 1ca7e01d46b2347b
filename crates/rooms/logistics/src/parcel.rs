//! A parcel of an order, as it is stored.

use kernel::{OrderId, ParcelId, ShopId, ShopperId, Timestamp};
use store::{Params, Row, Tx, p};

use crate::{Error, Reached, Stage, merge::Track, sql};

/// A parcel of an order that is being followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Whose.
    pub shop: ShopId,
    /// Its id.
    pub id: ParcelId,
    /// Of which order.
    pub order: OrderId,
    /// Who waits for it.
    pub shopper: ShopperId,
    /// The carrier, by the id that the order was shipped with.
    pub delivery_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// What is in it, in a few words.
    pub goods: String,
    /// Where it stands.
    pub stage: Stage,
    /// Where it has been.
    pub reached: Reached,
    /// Since when it is followed.
    pub followed_at: Timestamp,
    /// The carrier, by its id of the directory.
    pub(crate) carrier: String,
    pub(crate) version: i64,
    pub(crate) dropped_at: Option<Timestamp>,
}

impl Parcel {
    pub(crate) const fn track(&self) -> Track {
        Track { scope: self.shop.0, id: self.id.0, reached: self.reached, version: self.version }
    }
}

pub(crate) fn read(r: &Row<'_>) -> Result<Parcel, store::Error> {
    Ok(Parcel {
        shop: r.get(0)?,
        id: r.get(1)?,
        order: r.get(2)?,
        shopper: r.get(3)?,
        delivery_id: r.get(4)?,
        carrier: r.get(5)?,
        waybill_id: r.get(6)?,
        goods: r.get(7)?,
        stage: r.get(8)?,
        reached: Reached(r.get(9)?),
        version: r.get(10)?,
        followed_at: r.get(11)?,
        dropped_at: r.get(12)?,
    })
}

pub(crate) async fn one(tx: &mut Tx, sql: &'static str, key: Params<'_>) -> Result<Option<Parcel>, Error> {
    Ok(tx.opt(sql, key, read).await?)
}

/// The parcels of a shop with this number: a box may hold several orders.
pub(crate) async fn by_number(
    tx: &mut Tx,
    shop: ShopId,
    carrier: &str,
    waybill_id: &str,
) -> Result<Vec<Parcel>, Error> {
    Ok(tx.all(sql::parcel::BY_NUMBER, p![carrier, waybill_id, shop], read).await?)
}
