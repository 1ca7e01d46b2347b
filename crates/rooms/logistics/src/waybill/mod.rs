//! Waybills that applications make: `order/add` and what belongs to it.

pub(crate) mod add;
pub(crate) mod cancel;
mod code128;
pub(crate) mod label;
pub(crate) mod order;
pub(crate) mod read;
pub(crate) mod track;

use kernel::{AppId, ShopId, ShopperId, WaybillId};
use store::{FromCol, Params, Row, Tx, Val, Vault, p};

use crate::{Error, LabelDatum, NewWaybill, Reached, merge::Track, sql};

/// The states of a waybill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaybillState {
    /// The carrier is being asked for it.
    Creating,
    /// The carrier made it.
    Made,
    /// The carrier is being asked to cancel it.
    Cancelling,
    /// It is dead.
    Cancelled,
}

/// The moves of a waybill. A carrier's refusal leads back, or away with the row.
pub const WAYBILL_MOVES: &[(WaybillState, WaybillState)] = &[
    // Whoever asked the carrier is gone: the claim has run out.
    (WaybillState::Creating, WaybillState::Creating),
    (WaybillState::Creating, WaybillState::Made),
    (WaybillState::Made, WaybillState::Cancelling),
    (WaybillState::Cancelling, WaybillState::Cancelling),
    (WaybillState::Cancelling, WaybillState::Made),
    (WaybillState::Cancelling, WaybillState::Cancelled),
];

impl WaybillState {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Creating, Self::Made, Self::Cancelling, Self::Cancelled];

    /// The code in the database.
    pub const fn code(self) -> i64 {
        self as i64
    }
}

impl From<WaybillState> for Val<'_> {
    fn from(state: WaybillState) -> Self {
        Val::from(state.code())
    }
}

impl FromCol for WaybillState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, store::Error> {
        let code: i64 = row.get(index)?;
        Self::ALL
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| store::Error::internal("an unknown state of a waybill is stored"))
    }
}

/// A waybill as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Waybill {
    pub(crate) app: AppId,
    pub(crate) order_id: String,
    pub(crate) key: WaybillId,
    /// The shop whose application made it; `None` for a mini program.
    pub(crate) shop: Option<ShopId>,
    pub(crate) shopper: Option<ShopperId>,
    pub(crate) openid: String,
    pub(crate) delivery_id: String,
    pub(crate) biz_id: String,
    pub(crate) waybill_id: String,
    pub(crate) state: WaybillState,
    pub(crate) hash: Vec<u8>,
    /// The order, sealed: it holds names and addresses.
    pub(crate) details: Vec<u8>,
    pub(crate) label_data: Vec<LabelDatum>,
    pub(crate) reached: Reached,
    /// The track's version; 0 while there is no step.
    pub(crate) version: i64,
}

/// What a waybill's order is sealed for.
const PURPOSE: &str = "logistics waybill";

impl Waybill {
    pub(crate) const fn track(&self) -> Track {
        Track { scope: self.app.0, id: self.key.0, reached: self.reached, version: self.version }
    }

    /// The order that it was made for.
    pub(crate) fn order(&self, vault: &Vault) -> Result<NewWaybill, Error> {
        let plain = vault.open(PURPOSE, &self.details)?;
        let order = serde_json::from_slice(&plain)
            .map_err(|e| store::Error::internal(format!("a waybill's order can't be read: {e}")))?;
        Ok(order)
    }
}

fn encoded(order: &NewWaybill) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(order)
        .map_err(|e| store::Error::internal(format!("a waybill's order can't be written: {e}")).into())
}

fn row(r: &Row<'_>) -> Result<Waybill, store::Error> {
    Ok(Waybill {
        app: r.get(0)?,
        order_id: r.get(1)?,
        key: r.get(2)?,
        shop: r.get(3)?,
        shopper: r.get(4)?,
        openid: r.get(5)?,
        delivery_id: r.get(6)?,
        biz_id: r.get(7)?,
        waybill_id: r.get(8)?,
        state: r.get(9)?,
        hash: r.get(10)?,
        details: r.get(11)?,
        label_data: r.json(12)?,
        reached: Reached(r.get(13)?),
        version: r.get(14)?,
    })
}

pub(crate) async fn one(tx: &mut Tx, sql: &'static str, key: Params<'_>) -> Result<Option<Waybill>, Error> {
    Ok(tx.opt(sql, key, row).await?)
}

/// The waybills of all applications with this number. Only for the program itself: it decides whose count.
pub(crate) async fn of_number(
    tx: &mut Tx,
    delivery_id: &str,
    waybill_id: &str,
) -> Result<Vec<Waybill>, Error> {
    let owners: Vec<(AppId, WaybillId)> = tx
        .all(sql::waybill::OWNERS_OF_NUMBER, p![delivery_id, waybill_id], |r| Ok((r.get(0)?, r.get(1)?)))
        .await?;
    let keys = owners.into_iter().map(|(app, key)| p![app, key]).collect();
    Ok(tx.opt_all(sql::waybill::BY_KEY, keys, row).await?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_places_and_only_an_end_is_a_dead_end() {
        for (place, state) in (0_i64..).zip(WaybillState::ALL) {
            assert_eq!(state.code(), place);
            let moves_on = WAYBILL_MOVES.iter().any(|(from, _)| *from == state);
            assert_eq!(moves_on, state != WaybillState::Cancelled);
        }
    }
}
