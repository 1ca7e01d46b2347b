//! Checks a push URL: it must echo a signed request's text.

use futures::future::BoxFuture;
use kernel::{AppId, Caller, Ctx};
use serde::{Deserialize, Serialize};
use store::{Command, Job, Outcome, Store, Tx, p};

use crate::{
    Endpoint, EndpointState, Error,
    claim::route,
    sender::{Sender, Went},
    set_endpoint::{endpoint, owner},
    sql,
};

/// Asks for a check of the URL, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyEndpoint {
    /// Whose.
    pub app: AppId,
}

/// Puts the check on its way; the endpoint, unverified until it is over.
pub async fn verify_endpoint(tx: &mut Tx, ctx: &Ctx, cmd: &VerifyEndpoint) -> Result<Endpoint, Error> {
    let scope = owner(ctx)?;
    let asked = tx.exec(sql::ASK_FOR_CHECK, p![scope.key(), cmd.app, EndpointState::Unverified]).await?;
    if asked == 0 {
        return Err(Error::NoSuchEndpoint);
    }
    let ctx = ctx.as_system(scope);
    tx.later(&ctx, ctx.now, &VerifyUrl { app: cmd.app })?;
    endpoint(tx, &ctx, cmd.app).await?.ok_or(Error::NoSuchEndpoint)
}

impl Command for VerifyEndpoint {
    type Out = Endpoint;
    type Err = Error;
    const NAME: &'static str = "push.verify_endpoint";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Endpoint, Error> {
        verify_endpoint(tx, ctx, self).await
    }
}

/// Checks the URL of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VerifyUrl {
    pub(crate) app: AppId,
}

impl Job for VerifyUrl {
    const KIND: &'static str = "push.verify";

    fn key(&self) -> i64 {
        self.app.get()
    }
}

/// The task: one request. A URL that does not echo stays failed until somebody asks again.
pub(crate) fn run(
    sender: Sender,
    store: Store,
    caller: Caller,
    job: VerifyUrl,
) -> BoxFuture<'static, Result<Outcome, store::BoxFault>> {
    Box::pin(async move {
        let found = {
            let mut tx = store.read().await?;
            route(&mut tx, caller.scope, job.app).await?
        };
        if let Some(route) = found {
            let went = sender.check(&route, store.wall()).await;
            store.write(&caller, RecordCheck { app: job.app, version: route.version, went }).await?;
        }
        Ok(Outcome::Done)
    })
}

/// Writes down what a check came to, unless the endpoint was set or asked about anew meanwhile.
struct RecordCheck {
    app: AppId,
    version: i64,
    went: Went,
}

impl Command for RecordCheck {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "push.record_check";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        let state = if self.went.failure.is_none() { EndpointState::Verified } else { EndpointState::Failed };
        let recorded = tx
            .exec(
                sql::RECORD_CHECK,
                p![
                    ctx.scope.key(),
                    self.app,
                    self.version,
                    EndpointState::Unverified,
                    state,
                    self.went.failure,
                    ctx.wall
                ],
            )
            .await?;
        tracing::debug!(app = %self.app, recorded, state = state.as_str(), "a push URL was checked");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Failure, Format, Mode, RemoveEndpoint,
        testing::{APP, OTHER_SHOP, Receiver, SHOP, developer, drain, endpoint as shown, open, system, to},
    };

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_url_that_echoes_is_verified(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            for mode in [Mode::Plain, Mode::Safe] {
                store.write(&developer(SHOP), to(&receiver.url, mode, Format::Xml)).await.unwrap();
                assert_eq!(shown(&store).await.state, EndpointState::Unverified);
                drain(&store).await;
                let now = shown(&store).await;
                assert_eq!((now.state, now.failure), (EndpointState::Verified, None));
                assert!(now.checked_wall.is_some());
            }
            assert!(receiver.seen().is_empty(), "a check is a GET");
        }

        async fn a_url_that_does_not_echo_is_failed_until_asked_again(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            // Without its own query the receiver refuses.
            let bare = receiver.url.replace("?shop=1", "");
            store.write(&developer(SHOP), to(&bare, Mode::Plain, Format::Json)).await.unwrap();
            drain(&store).await;
            let failed = shown(&store).await;
            assert_eq!((failed.state, failed.failure), (EndpointState::Failed, Some(Failure::Status)));
            let asked = store.write(&developer(SHOP), VerifyEndpoint { app: APP }).await.unwrap();
            assert_eq!((asked.state, asked.failure), (EndpointState::Unverified, None));
            drain(&store).await;
            assert_eq!(shown(&store).await.state, EndpointState::Failed);
        }

        async fn a_check_of_an_older_setting_does_not_count(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            let old = shown(&store).await.version;
            store.write(&developer(SHOP), to("http://127.0.0.1:1/", Mode::Plain, Format::Json)).await.unwrap();
            let went = Went { latency_ms: 1, status: Some(200), failure: None, answer: String::new() };
            store.write(&system(SHOP), RecordCheck { app: APP, version: old, went }).await.unwrap();
            assert_eq!(shown(&store).await.state, EndpointState::Unverified);
            drain(&store).await;
            assert_eq!(shown(&store).await.failure, Some(Failure::Connect));
        }

        async fn only_an_endpoint_of_ones_own_can_be_checked(kit) {
            let store = open(&kit).await;
            store.write(&developer(SHOP), to("http://127.0.0.1:1/", Mode::Plain, Format::Json)).await.unwrap();
            let refused = store.write(&developer(OTHER_SHOP), VerifyEndpoint { app: APP }).await;
            assert!(matches!(refused, Err(Error::NoSuchEndpoint)));
            store.write(&developer(SHOP), RemoveEndpoint { app: APP }).await.unwrap();
            let refused = store.write(&developer(SHOP), VerifyEndpoint { app: APP }).await;
            assert!(matches!(refused, Err(Error::NoSuchEndpoint)));
            drain(&store).await;
        }
    }
}
