//! Rows on their way in and out: orders, lines, parcels, steps.

use identity::Address;
use kernel::{Bps, OrderId, ParcelId, ShopId};
use store::{Batch, Error, Row, p};

use crate::{Line, Order, OrderState, Parcel, ParcelItem, Step, sql};

/// The receiver as it is kept: JSON, members in the order of the struct.
pub(crate) fn receiver_text(receiver: Option<&Address>) -> Result<Option<String>, Error> {
    receiver
        .map(|r| {
            serde_json::to_string(r).map_err(|e| Error::internal(format!("an address can't be kept: {e}")))
        })
        .transpose()
}

/// The order and its lines.
pub(crate) fn insert_order<'a>(batch: &mut Batch<'a>, order: &'a Order, receiver: Option<String>) {
    batch.add(
        sql::INSERT_ORDER,
        p![
            order.shop,
            order.id,
            order.shopper,
            order.state.number(),
            order.version,
            order.currency,
            order.goods,
            order.discount,
            order.discount_reason.as_ref(),
            order.change_down,
            order.original_freight,
            order.freight,
            order.total,
            order.refunded,
            order.fee.0,
            order.payment,
            receiver,
            &order.customer_notes,
            &order.merchant_notes,
            order.placed_at,
            order.expires_at,
            order.paid_at,
            order.updated_at
        ],
    );
    for (index, line) in (0_i64..).zip(&order.lines) {
        batch.add(
            sql::INSERT_LINE,
            p![
                order.shop,
                order.id,
                index,
                line.product,
                line.sku,
                line.quantity,
                line.unit_price,
                line.market_price,
                line.discount,
                line.payable,
                &line.title,
                &line.sku_code,
                &line.attrs,
                &line.thumb
            ],
        );
    }
}

/// Columns 0 to 27 of `SELECT_ORDER`.
pub(crate) fn header(r: &Row<'_>) -> Result<Order, Error> {
    let receiver: Option<String> = r.get(15)?;
    let receiver = receiver
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|e| Error::internal(format!("a kept address can't be read: {e}")))?;
    Ok(Order {
        shop: r.get(0)?,
        id: r.get(1)?,
        shopper: r.get(2)?,
        state: r.get(3)?,
        version: r.get(4)?,
        currency: r.get(5)?,
        goods: r.get(6)?,
        discount: r.get(7)?,
        discount_reason: r.get(8)?,
        change_down: r.get(9)?,
        freight: r.get(10)?,
        total: r.get(11)?,
        refunded: r.get(12)?,
        fee: Bps(u32::try_from(r.get::<i64>(13)?).unwrap_or(0)),
        payment: r.get(14)?,
        receiver,
        customer_notes: r.get(16)?,
        merchant_notes: r.get(17)?,
        cancel_type: r.get(18)?,
        confirm_type: r.get(19)?,
        placed_at: r.get(20)?,
        expires_at: r.get(21)?,
        paid_at: r.get(22)?,
        shipped_at: r.get(23)?,
        finished_at: r.get(24)?,
        closed_at: r.get(25)?,
        updated_at: r.get(26)?,
        original_freight: r.get(27)?,
        lines: Vec::new(),
    })
}

/// Columns 28 to 40 of `SELECT_ORDER`.
pub(crate) fn line(r: &Row<'_>) -> Result<Line, Error> {
    Ok(Line {
        product: r.get(28)?,
        sku: r.get(29)?,
        quantity: r.get(30)?,
        shipped: r.get(31)?,
        unit_price: r.get(32)?,
        market_price: r.get(33)?,
        discount: r.get(34)?,
        change_price: r.get(35)?,
        payable: r.get(36)?,
        title: r.get(37)?,
        sku_code: r.get(38)?,
        attrs: r.get(39)?,
        thumb: r.get(40)?,
    })
}

/// A row of a list of keys: shop, order, the time that the list is ordered by.
pub(crate) fn key(r: &Row<'_>) -> Result<(ShopId, OrderId, i64), Error> {
    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
}

pub(crate) fn parcel(r: &Row<'_>) -> Result<Parcel, Error> {
    Ok(Parcel {
        id: r.get(0)?,
        delivery_id: r.get(1)?,
        waybill_id: r.get(2)?,
        deliver_type: r.get(3)?,
        shipped_at: r.get(4)?,
        signed_at: r.get(5)?,
        items: Vec::new(),
    })
}

pub(crate) fn parcel_item(r: &Row<'_>) -> Result<(ParcelId, ParcelItem), Error> {
    Ok((r.get(0)?, ParcelItem { line: r.get(1)?, quantity: r.get(2)? }))
}

pub(crate) fn step(r: &Row<'_>) -> Result<Step, Error> {
    Ok(Step {
        version: r.get(0)?,
        from: r.get::<Option<i64>>(1)?.and_then(OrderState::of),
        to: r.get(2)?,
        deed: r.get(3)?,
        actor: r.get(4)?,
        at: r.get(5)?,
    })
}
