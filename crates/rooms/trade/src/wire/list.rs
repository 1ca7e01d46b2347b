//! Lists of order ids.

use axum::extract::State;
use face::{
    App,
    wire::{Call, Failure, Id, Int, code, ok},
};
use kernel::{Cursor, OrderId, Page, PageSize, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Answered, WireError};
use crate::{By, Filter, OrderState, Search, find};

/// A next_key that belongs to other filters.
const OTHER_FILTERS: i64 = 606_006;

/// A range of time in seconds, both ends within.
#[derive(Debug, Deserialize, Hash, Clone, Copy)]
pub(super) struct Range {
    start_time: i64,
    end_time: i64,
}

/// What `order/list/get` takes.
#[derive(Debug, Deserialize)]
pub(super) struct ListIn {
    create_time_range: Option<Range>,
    update_time_range: Option<Range>,
    status: Option<Int>,
    openid: Option<String>,
    page_size: Int,
    #[serde(default)]
    next_key: String,
}

pub(super) async fn list_orders(State(app): State<App>, call: Call<ListIn>) -> Answered {
    let Call { caller, body } = call;
    let (by, range) = match (body.create_time_range, body.update_time_range) {
        (Some(range), _) => (By::Placed, range),
        (None, Some(range)) => (By::Updated, range),
        (None, None) => return Err(bad("create_time_range or update_time_range is needed").into()),
    };
    let size = page_size(body.page_size)?;
    let filters = filters_of(&(by == By::Placed, range, body.status.map(|s| s.0), &body.openid));
    let after = after(&body.next_key, filters, Cursor::OLDEST)?;
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let shopper = match (&body.openid, caller.actor) {
        (Some(openid), kernel::Actor::ShopApp { app, .. }) => {
            let shopper =
                identity::shopper_of_openid(&mut tx, app, openid).await.map_err(|e| Failure::of(&e))?;
            Some(shopper.ok_or_else(|| Failure::new(40_003, "invalid openid"))?)
        }
        _ => None,
    };
    let filter = Filter {
        states: states_of(body.status)?,
        by,
        from: Timestamp::from_secs(range.start_time),
        to: Timestamp::from_secs(range.end_time.saturating_add(1)),
        shopper,
    };
    let page = find::list_ids(&mut tx, &ctx, &filter, after, size).await?;
    Ok(ok(listed(&page, filters)))
}

/// What `order/search` takes.
#[derive(Debug, Deserialize)]
pub(super) struct SearchIn {
    #[serde(default)]
    search_condition: Conditions,
    on_aftersale_order_exist: Option<Int>,
    status: Option<Int>,
    page_size: Int,
    #[serde(default)]
    next_key: String,
}

#[derive(Debug, Default, Deserialize)]
struct Conditions {
    title: Option<String>,
    sku_code: Option<String>,
    user_name: Option<String>,
    tel_number: Option<String>,
    tel_number_last4: Option<String>,
    order_id: Option<Id>,
    merchant_notes: Option<String>,
    customer_notes: Option<String>,
}

pub(super) async fn search_orders(State(app): State<App>, call: Call<SearchIn>) -> Answered {
    let Call { caller, body } = call;
    let search = search_of(body.search_condition)?;
    let size = page_size(body.page_size)?;
    let filters = filters_of(&(format!("{search:?}"), body.status.map(|s| s.0)));
    let after = after(&body.next_key, filters, Cursor::NEWEST)?;
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = if body.on_aftersale_order_exist.is_some_and(|n| n.0 == 1) {
        // There is no after-sale order yet that could be open.
        Page { items: Vec::new(), next: None }
    } else {
        find::search_ids(&mut tx, &ctx, &search, &states_of(body.status)?, after, size).await?
    };
    let mut answer = listed(&page, filters);
    // Two clients read two names of the same list.
    if let (Some(ids), Some(members)) = (answer.get("order_id_list").cloned(), answer.as_object_mut()) {
        members.insert("orders".into(), ids);
    }
    Ok(ok(answer))
}

fn search_of(c: Conditions) -> Result<Search, Failure> {
    let given = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
    let last4 = |text: String| {
        let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
        digits[digits.len().saturating_sub(4)..].iter().collect::<String>()
    };
    let search = Search {
        title: given(c.title),
        sku_code: given(c.sku_code),
        user_name: given(c.user_name),
        tel_last4: given(c.tel_number_last4).or_else(|| given(c.tel_number)).map(last4),
        order: c.order_id.map(|id| OrderId(id.0)),
        merchant_notes: given(c.merchant_notes),
        customer_notes: given(c.customer_notes),
    };
    let any = search.title.is_some()
        || search.sku_code.is_some()
        || search.user_name.is_some()
        || search.tel_last4.is_some()
        || search.order.is_some()
        || search.merchant_notes.is_some()
        || search.customer_notes.is_some();
    if any { Ok(search) } else { Err(bad("search_condition needs at least one condition")) }
}

/// Filter 20 includes 21, 30 includes 21, 250 covers every cancelled order.
fn states_of(status: Option<Int>) -> Result<Vec<OrderState>, WireError> {
    use OrderState::{Cancelled, PartShipped, Refunded, Shipped, ToShip};
    let Some(Int(status)) = status else { return Ok(Vec::new()) };
    match OrderState::of(status) {
        Some(ToShip) => Ok(vec![ToShip, PartShipped]),
        Some(Shipped) => Ok(vec![Shipped, PartShipped]),
        Some(Cancelled) => Ok(vec![Cancelled, Refunded]),
        Some(other) => Ok(vec![other]),
        None => Err(bad("no such status").into()),
    }
}

fn page_size(n: Int) -> Result<PageSize, Failure> {
    PageSize::new(n.0).ok_or_else(|| bad("page_size is 1 to 100"))
}

fn filters_of(filters: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    filters.hash(&mut hasher);
    hasher.finish()
}

/// A next_key is a cursor and the filters that it belongs to.
fn after(next_key: &str, filters: u64, first: Cursor) -> Result<Cursor, Failure> {
    if next_key.is_empty() {
        return Ok(first);
    }
    let (cursor, of) = next_key.rsplit_once('.').ok_or_else(|| bad("invalid next_key"))?;
    if u64::from_str_radix(of, 16) != Ok(filters) {
        return Err(Failure::new(OTHER_FILTERS, "next_key belongs to other filters"));
    }
    Cursor::parse(cursor).ok_or_else(|| bad("invalid next_key"))
}

fn listed(page: &Page<OrderId>, filters: u64) -> Value {
    let ids: Vec<String> = page.items.iter().map(ToString::to_string).collect();
    let next_key = page.next.as_ref().map_or_else(String::new, |c| format!("{c}.{filters:x}"));
    json!({ "order_id_list": ids, "next_key": next_key, "has_more": page.next.is_some() })
}

fn bad(text: &'static str) -> Failure {
    Failure::new(code::BAD_ARGUMENTS, text)
}
