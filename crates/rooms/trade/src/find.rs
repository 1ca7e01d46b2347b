//! Reading orders.

use kernel::{Ctx, Cursor, OrderId, Page, PageSize, Permission, Scope, ShopId, ShopperId, Timestamp, day_ms};
use store::{Params, Tx, p};

use crate::{Error, Order, OrderState, Parcel, Step, rows, sql};

/// The widest range of a list by time.
const RANGE_MAX_MS: i64 = day_ms(7);

/// By which time a list is ordered and cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// When the order was placed.
    Placed,
    /// When it last changed.
    Updated,
}

/// Which orders of a shop.
#[derive(Debug, Clone)]
pub struct Filter {
    /// In which states; empty for all.
    pub states: Vec<OrderState>,
    /// By which time.
    pub by: By,
    /// From this moment on.
    pub from: Timestamp,
    /// Until before this moment.
    pub to: Timestamp,
    /// Of one shopper.
    pub shopper: Option<ShopperId>,
}

/// What a search looks for; each given condition must hold.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A part of a line's title.
    pub title: Option<String>,
    /// A line's sku code.
    pub sku_code: Option<String>,
    /// The receiver's name.
    pub user_name: Option<String>,
    /// The last four digits of the receiver's number.
    pub tel_last4: Option<String>,
    /// The order's id.
    pub order: Option<OrderId>,
    /// A part of the shop's note.
    pub merchant_notes: Option<String>,
    /// A part of the shopper's remark.
    pub customer_notes: Option<String>,
}

/// The order, in the scope of a shop: for use cases that have checked their door.
pub(crate) async fn load(tx: &mut Tx, scope: Scope, order: OrderId) -> Result<Order, Error> {
    let Scope::Shop(shop) = scope else { return Err(Error::NotFound) };
    read(tx, shop, order).await?.ok_or(Error::NotFound)
}

/// The shopper's own order, in the shop of the scope.
pub(crate) async fn load_own(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<Order, Error> {
    let shopper = ctx.shopper()?;
    let order = load(tx, ctx.scope, order).await?;
    if order.shopper == shopper { Ok(order) } else { Err(Error::NotFound) }
}

/// The whole order with its lines: one statement.
async fn read(tx: &mut Tx, shop: ShopId, order: OrderId) -> Result<Option<Order>, Error> {
    let rows = tx.all(sql::SELECT_ORDER, p![shop, order], |r| Ok((rows::header(r)?, rows::line(r)?))).await?;
    let mut rows = rows.into_iter();
    let Some((mut order, first)) = rows.next() else { return Ok(None) };
    order.lines.push(first);
    order.lines.extend(rows.map(|(_, line)| line));
    Ok(Some(order))
}

/// An order of the caller's shop.
pub async fn get(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<Order, Error> {
    let shop = ctx.shop(Permission::OrderRead)?;
    load(tx, Scope::Shop(shop), order).await
}

/// The shopper's own order with this shop.
pub async fn get_of_shopper(tx: &mut Tx, ctx: &Ctx, shop: ShopId, order: OrderId) -> Result<Order, Error> {
    let shopper = ctx.shopper()?;
    let order = load(tx, Scope::Shop(shop), order).await?;
    if order.shopper == shopper { Ok(order) } else { Err(Error::NotFound) }
}

/// The parcels of an order that the caller was allowed to read.
pub async fn parcels(tx: &mut Tx, order: &Order) -> Result<Vec<Parcel>, Error> {
    let mut parcels = tx.all(sql::SELECT_PARCELS, p![order.shop, order.id], rows::parcel).await?;
    let items = tx.all(sql::SELECT_PARCEL_ITEMS, p![order.shop, order.id], rows::parcel_item).await?;
    for (parcel, item) in items {
        if let Some(parcel) = parcels.iter_mut().find(|p| p.id == parcel) {
            parcel.items.push(item);
        }
    }
    Ok(parcels)
}

/// The history of an order that the caller was allowed to read, from the beginning.
pub async fn history(tx: &mut Tx, order: &Order) -> Result<Vec<Step>, Error> {
    Ok(tx.all(sql::SELECT_HISTORY, p![order.shop, order.id], rows::step).await?)
}

/// Orders of the caller's shop, the latest change first.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    state: Option<OrderState>,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Order>, Error> {
    let shop = ctx.shop(Permission::OrderRead)?;
    let ids = match state {
        None => tx.all(sql::LIST_BY_CHANGE, p![shop, after.key, after.id, size.get() + 1], rows::key).await?,
        Some(state) => {
            tx.all(
                sql::LIST_IN_STATE,
                p![shop, state.number(), after.key, after.id, size.get() + 1],
                rows::key,
            )
            .await?
        }
    };
    with_orders(tx, Page::of(ids, size, |(_, id, at)| Cursor { key: *at, id: id.0 })).await
}

/// The shopper's own orders, the latest first.
pub async fn list_of_shopper(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Order>, Error> {
    let shopper = ctx.shopper()?;
    let ids =
        tx.all(sql::LIST_OF_SHOPPER, p![shopper, after.key, after.id, size.get() + 1], rows::key).await?;
    with_orders(tx, Page::of(ids, size, |(_, id, at)| Cursor { key: *at, id: id.0 })).await
}

async fn with_orders(tx: &mut Tx, page: Page<(ShopId, OrderId, i64)>) -> Result<Page<Order>, Error> {
    let mut items = Vec::with_capacity(page.items.len());
    for (shop, id, _) in &page.items {
        items.extend(read(tx, *shop, *id).await?);
    }
    Ok(Page { items, next: page.next })
}

/// Ids of the caller's orders in a range of time of at most seven days, oldest first, with the time that they are
/// ordered by. Refuses with `Range`.
pub async fn list_ids(
    tx: &mut Tx,
    ctx: &Ctx,
    filter: &Filter,
    after: Cursor,
    size: PageSize,
) -> Result<Page<OrderId>, Error> {
    let shop = ctx.shop(Permission::OrderRead)?;
    if filter.to < filter.from || filter.to - filter.from > RANGE_MAX_MS {
        return Err(Error::Range);
    }
    let from = after.key.max(filter.from.ms());
    let rows = match filter.by {
        By::Placed => {
            let params = range_params(shop, filter, from, after, size);
            tx.all(sql::LIST_IDS_BY_PLACED, params, rows::key).await?
        }
        By::Updated => {
            let params = range_params(shop, filter, from, after, size);
            tx.all(sql::LIST_IDS_BY_UPDATED, params, rows::key).await?
        }
    };
    Ok(Page::of(rows, size, |(_, id, at)| Cursor { key: *at, id: id.0 }).map(|(_, id, _)| id))
}

/// The nine states as nine parameters: a state that is not asked for becomes one that no order has.
fn range_params(shop: ShopId, filter: &Filter, from: i64, after: Cursor, size: PageSize) -> Params<'static> {
    let mut params = p![shop, from, filter.to, after.key, after.id, filter.shopper, size.get() + 1];
    for state in OrderState::ALL {
        let wanted = filter.states.is_empty() || filter.states.contains(state);
        params.push(if wanted { state.number() } else { -1 }.into());
    }
    params
}

/// Ids of the caller's orders that match, the latest placed first.
pub async fn search_ids(
    tx: &mut Tx,
    ctx: &Ctx,
    search: &Search,
    states: &[OrderState],
    after: Cursor,
    size: PageSize,
) -> Result<Page<OrderId>, Error> {
    let shop = ctx.shop(Permission::OrderRead)?;
    let part = |text: &Option<String>| text.as_ref().map(|t| format!("%{}%", escape(&t.to_lowercase())));
    let mut params = p![
        shop,
        after.key,
        after.id,
        size.get() + 1,
        search.order,
        part(&search.title),
        search.sku_code.clone(),
        search.user_name.clone().map(|n| format!("%\"user_name\":{}%", escape(&json_text(&n)))),
        search.tel_last4.clone().map(|n| format!("%\"tel_number\":\"%{}\"%", escape(&n))),
        part(&search.merchant_notes),
        part(&search.customer_notes)
    ];
    for state in OrderState::ALL {
        let wanted = states.is_empty() || states.contains(state);
        params.push(if wanted { state.number() } else { -1 }.into());
    }
    let rows = tx.all(sql::SEARCH_IDS, params, rows::key).await?;
    Ok(Page::of(rows, size, |(_, id, at)| Cursor { key: *at, id: id.0 }).map(|(_, id, _)| id))
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `LIKE` finds these signs themselves, not what they stand for.
fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
