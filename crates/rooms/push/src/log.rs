//! The delivery log of a shop's applications.

use kernel::{Ctx, Cursor, Page, PageSize, PushId};
use store::{Row, Tx, p};

use crate::{Attempt, Error, Failure, Logged, Push, PushState, set_endpoint::owner, sql};

/// Which pushes are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that stand so.
    pub state: Option<PushState>,
    /// Only those of this event.
    pub event: Option<String>,
}

/// Characters of a push's body that the log shows.
const BODY_CHARS: usize = 4000;

/// The pushes of the caller's shop, the newest first. The cursor's key and id are both the id of the last one seen.
pub async fn pushes(
    tx: &mut Tx,
    ctx: &Ctx,
    filter: &Filter,
    after: Cursor,
    size: PageSize,
) -> Result<Page<Push>, Error> {
    let scope = owner(ctx)?.key();
    let (event, limit) = (filter.event.as_deref(), size.get() + 1);
    let rows = match filter.state {
        None => tx.all(sql::LIST_PUSHES, p![scope, after.id, event, limit], read).await?,
        Some(state) => {
            tx.all(sql::LIST_PUSHES_IN_STATE, p![scope, after.id, event, limit, state], read).await?
        }
    };
    Ok(Page::of(rows, size, |p| Cursor { key: p.id.get(), id: p.id.get() }))
}

/// One push of the caller's shop, with its deliveries.
pub async fn push(tx: &mut Tx, ctx: &Ctx, id: PushId) -> Result<Logged, Error> {
    let scope = owner(ctx)?.key();
    let found = tx
        .opt(sql::SELECT_PUSH, p![scope, id], |r| {
            let (to_user, from_user, body): (_, _, String) = (r.get(8)?, r.get(9)?, r.get(10)?);
            let body = body.chars().take(BODY_CHARS).collect();
            Ok(Logged { push: read(r)?, to_user, from_user, body, attempts: Vec::new() })
        })
        .await?
        .ok_or(Error::NoSuchPush)?;
    let attempts = tx.all(sql::LIST_ATTEMPTS, p![scope, id], read_attempt).await?;
    Ok(Logged { attempts, ..found })
}

pub(crate) fn read(row: &Row<'_>) -> Result<Push, store::Error> {
    let state: PushState = row.get(3)?;
    let planned = matches!(state, PushState::Waiting);
    Ok(Push {
        id: row.get(0)?,
        app: row.get(1)?,
        event: row.get(2)?,
        state,
        series: row.get(4)?,
        attempts: row.get(5)?,
        at: row.get(6)?,
        next_wall: if planned { Some(row.get(7)?) } else { None },
    })
}

fn read_attempt(row: &Row<'_>) -> Result<Attempt, store::Error> {
    Ok(Attempt {
        series: row.get(0)?,
        attempt: row.get(1)?,
        wall: row.get(2)?,
        latency_ms: row.get(3)?,
        status: row.get(4)?,
        failure: Failure::read(row, 5)?,
        answer: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Format, Mode,
        testing::{OTHER_SHOP, Receiver, SHOP, developer, drain, open, queued, to},
    };
    use axum::{http::StatusCode, response::IntoResponse};
    use store::Store;

    async fn listed(store: &Store, shop: kernel::ShopId, filter: &Filter) -> Vec<PushId> {
        let ctx = store.ctx(&developer(shop)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let (mut ids, mut after) = (Vec::new(), Cursor::NEWEST);
        loop {
            let page = pushes(&mut tx, &ctx, filter, after, PageSize::new(2).unwrap()).await.unwrap();
            ids.extend(page.items.iter().map(|p| p.id));
            let Some(next) = page.next else { return ids };
            after = Cursor::parse(&next).unwrap();
        }
    }

    fn with(state: Option<PushState>, event: Option<&str>) -> Filter {
        Filter { state, event: event.map(str::to_owned) }
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn the_log_is_filtered_by_state_and_event_and_is_the_shops_own(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::start(|seen, _| match seen.order() {
                2 => StatusCode::NOT_FOUND.into_response(),
                _ => "success".into_response(),
            })
            .await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            let mut ids = Vec::new();
            for order in 1..=3 {
                ids.push(queued(&store, order).await);
            }
            drain(&store).await;
            let all: Vec<PushId> = ids.iter().rev().copied().collect();
            assert_eq!(listed(&store, SHOP, &Filter::default()).await, all);
            assert_eq!(listed(&store, SHOP, &with(Some(PushState::Waiting), None)).await, [ids[1]]);
            assert_eq!(listed(&store, SHOP, &with(Some(PushState::Delivered), None)).await, [ids[2], ids[0]]);
            assert_eq!(listed(&store, SHOP, &with(None, Some("channels_ec_order_pay"))).await, all);
            assert_eq!(listed(&store, SHOP, &with(Some(PushState::Waiting), Some("other"))).await, []);
            assert_eq!(listed(&store, OTHER_SHOP, &Filter::default()).await, []);
            let ctx = store.ctx(&developer(OTHER_SHOP)).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert!(matches!(push(&mut tx, &ctx, ids[0]).await, Err(Error::NoSuchPush)));
        }
    }
}
