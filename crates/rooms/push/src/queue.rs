//! Puts an event in line for an application's push URL.
//!
//! Called by other rooms within their transaction, in the scope that the endpoint lies in: the shop's. One
//! statement, and one more for the job when the application has an endpoint.

use kernel::{Ctx, PushId};
use store::{Tx, p};

use crate::{Error, Message, send::SendPush, sql};

/// Queues it; `None` when the application has no endpoint in this scope.
///
/// CreateTime is the business time of `ctx`. Together with FromUserName and Event it is how receivers know a
/// repeat, so it is written down here and never changes.
pub async fn queue(tx: &mut Tx, ctx: &Ctx, message: &Message) -> Result<Option<PushId>, Error> {
    let push: PushId = ctx.id();
    let body = serde_json::to_string(&message.body).map_err(Error::Encoding)?;
    let queued = tx
        .exec(
            sql::INSERT_MESSAGE,
            p![ctx.scope.key(), message.app, push, message.event, &message.from_user, ctx.now, body],
        )
        .await?;
    if queued == 0 {
        return Ok(None);
    }
    tx.later(ctx, ctx.now, &SendPush { push, app: message.app })?;
    Ok(Some(push))
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Mode, PushState,
        testing::{APP, OTHER_SHOP, Queue, SHOP, developer, logged, open, paid, queued, system, to},
    };

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn an_application_without_endpoint_costs_one_statement(kit) {
            let store = open(&kit).await;
            let caller = system(SHOP);
            store.write(&caller, Queue(paid(1))).await.unwrap();
            let before = store.statements();
            assert_eq!(store.write(&caller, Queue(paid(1))).await.unwrap(), None);
            assert_eq!(store.statements() - before, 1);
        }

        async fn an_event_is_kept_with_its_envelope(kit) {
            let store = open(&kit).await;
            let endpoint = to("https://merchant.example/wx", Mode::Plain, Format::Json);
            store.write(&developer(SHOP), endpoint).await.unwrap();
            let push = queued(&store, 37).await;
            let kept = logged(&store, push).await;
            assert_eq!((kept.to_user.as_str(), kept.from_user.as_str()), ("gh_0123456789ab", "oBuyer"));
            assert_eq!((kept.push.app, kept.push.state), (APP, PushState::Queued));
            assert_eq!((kept.push.series, kept.push.attempts, kept.push.next_wall), (1, 0, None));
            assert_eq!(kept.body, r#"{"order_info":{"order_id":"37","pay_time":5}}"#);
        }

        async fn the_endpoint_of_another_shop_is_not_used(kit) {
            let store = open(&kit).await;
            let endpoint = to("https://merchant.example/wx", Mode::Plain, Format::Json);
            store.write(&developer(SHOP), endpoint).await.unwrap();
            assert_eq!(store.write(&system(OTHER_SHOP), Queue(paid(1))).await.unwrap(), None);
        }
    }
}
