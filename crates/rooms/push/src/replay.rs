//! Sends a push that has ended again: a new series of deliveries, with the same content.

use kernel::{Ctx, PushId};
use store::{Command, Tx, p};

use crate::{Error, Push, log, send::SendPush, set_endpoint::owner, sql};

/// Sends it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// Which.
    pub push: PushId,
}

/// Begins the new series; the push as it stands then.
///
/// It does not queue up behind others: it was in line before.
pub async fn replay(tx: &mut Tx, ctx: &Ctx, cmd: &Replay) -> Result<Push, Error> {
    let scope = owner(ctx)?;
    let begun = tx.exec(sql::REPLAY, p![scope.key(), cmd.push, ctx.wall]).await?;
    let push =
        tx.opt(sql::SELECT_PUSH, p![scope.key(), cmd.push], log::read).await?.ok_or(Error::NoSuchPush)?;
    if begun == 0 {
        return Err(Error::UnderWay);
    }
    let ctx = ctx.as_system(scope);
    tx.later(&ctx, ctx.now, &SendPush { push: push.id, app: push.app })?;
    Ok(push)
}

impl Command for Replay {
    type Out = Push;
    type Err = Error;
    const NAME: &'static str = "push.replay";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Push, Error> {
        replay(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Format, Mode, PushState,
        testing::{
            HURRY, OTHER_SHOP, Receiver, SHOP, developer, drain, logged, open, queued, staff, system, to,
        },
    };
    use kernel::{Denied, Permission};

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_push_is_sent_again_with_the_same_content(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            let push = queued(&store, 1).await;
            drain(&store).await;
            store.advance(60_000).await.unwrap();
            let begun = store.write(&developer(SHOP), Replay { push }).await.unwrap();
            assert_eq!((begun.state, begun.series, begun.attempts), (PushState::Waiting, 2, 0));
            drain(&store).await;
            let log = logged(&store, push).await;
            assert_eq!((log.push.state, log.attempts.len()), (PushState::Delivered, 2));
            assert_eq!((log.attempts[1].series, log.attempts[1].attempt), (2, 1));
            assert_eq!(receiver.seen()[0].body, receiver.seen()[1].body);
        }

        async fn a_push_on_its_way_can_t_be_sent_again(kit) {
            let store = open(&kit).await;
            store.write(&developer(SHOP), to("http://127.0.0.1:1/", Mode::Plain, Format::Json)).await.unwrap();
            let push = queued(&store, 1).await;
            assert!(matches!(store.write(&developer(SHOP), Replay { push }).await, Err(Error::UnderWay)));
            drain(&store).await;
            store.write(&system(SHOP), HURRY).await.unwrap();
            assert!(matches!(store.write(&developer(SHOP), Replay { push }).await, Err(Error::UnderWay)));
        }

        async fn a_push_of_another_shop_does_not_exist(kit) {
            let store = open(&kit).await;
            store.write(&developer(SHOP), to("http://127.0.0.1:1/", Mode::Plain, Format::Json)).await.unwrap();
            let push = queued(&store, 1).await;
            for push in [push, PushId(999)] {
                let before = store.statements();
                let refused = store.write(&developer(OTHER_SHOP), Replay { push }).await;
                assert!(matches!(refused, Err(Error::NoSuchPush)));
                assert_eq!(store.statements() - before, 2);
            }
            let refused = store.write(&staff(SHOP, &[Permission::OrderRead]), Replay { push }).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
        }
    }
}
