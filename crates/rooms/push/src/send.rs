//! Sends pushes to merchants' URLs.
//!
//! A job a push. Each time a job is taken up, it begins the first push in its endpoint's line, whichever that is,
//! and repeats its own push if that is due. Jobs are taken up in no particular order; since the line is as long as
//! there are jobs, every push is begun, and in the order of the line. Nothing waits for a push that fails: it
//! has left the line with its first delivery.

use futures::future::{BoxFuture, join_all};
use kernel::{AppId, Caller, Ctx, PushId};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Job, Outcome, Store, Tx, p};

use crate::{
    Error, Failure, PushState,
    claim::Claim,
    envelope::{Claimed, Route},
    schedule::wait_after,
    sender::{Sender, Went},
    sql,
};

/// Sends a push, until it is acknowledged or given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendPush {
    pub(crate) push: PushId,
    pub(crate) app: AppId,
}

impl Job for SendPush {
    const KIND: &'static str = "push.send";

    fn key(&self) -> i64 {
        self.push.get()
    }
}

/// The task: what is to be done now, then when to come again.
pub(crate) fn run(
    sender: Sender,
    store: Store,
    caller: Caller,
    job: SendPush,
) -> BoxFuture<'static, Result<Outcome, store::BoxFault>> {
    Box::pin(async move {
        let claim = {
            let _one_at_a_time = sender.gate(job.app).await;
            store.write(&caller, Claim(job)).await?
        };
        let sent = claim
            .pushes
            .into_iter()
            .map(|push| send_one(&sender, &store, &caller, claim.route.as_ref(), push, job));
        join_all(sent).await.into_iter().collect::<Result<(), Error>>()?;
        Ok(next(&store, &caller, job).await?)
    })
}

async fn send_one(
    sender: &Sender,
    store: &Store,
    caller: &Caller,
    route: Option<&Route>,
    push: Claimed,
    job: SendPush,
) -> Result<(), Error> {
    let began = store.wall();
    let went = match route {
        Some(route) => sender.deliver(route, &push, began).await?,
        None => Went::nowhere(Failure::EndpointRemoved),
    };
    store.write(caller, Settle { push, app: job.app, job: job.push, began, went }).await
}

/// When the job is to be taken up again: when its own push is due.
async fn next(store: &Store, caller: &Caller, job: SendPush) -> Result<Outcome, Error> {
    let mut tx = store.read().await?;
    let standing = tx
        .opt(sql::SELECT_STANDING, p![caller.scope.key(), job.push], |r| {
            Ok((r.get::<PushState>(0)?, r.get::<kernel::Timestamp>(1)?))
        })
        .await?;
    Ok(match standing {
        None | Some((PushState::Delivered | PushState::Failed, _)) => Outcome::Done,
        Some((PushState::Queued, _)) => Outcome::Again { in_ms: 0 },
        // A push that another job is sending just now: that one brings this job back when it is through.
        Some((PushState::Waiting | PushState::Sending, at)) => {
            Outcome::Again { in_ms: (at - store.wall()).max(0) }
        }
    })
}

/// Writes down how a delivery went.
struct Settle {
    push: Claimed,
    app: AppId,
    /// The job that sent it, which may be another push's.
    job: PushId,
    began: kernel::Timestamp,
    went: Went,
}

impl Settle {
    /// Where the push stands now, and when it is due again.
    fn standing(&self, wall: kernel::Timestamp) -> (PushState, kernel::Timestamp) {
        match (self.went.failure, wait_after(self.push.attempt)) {
            (None, _) => (PushState::Delivered, wall),
            (Some(Failure::EndpointRemoved), _) | (Some(_), None) => (PushState::Failed, wall),
            (Some(_), Some(wait)) => (PushState::Waiting, wall + wait),
        }
    }
}

impl Command for Settle {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "push.settle";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        ctx.system()?;
        let (scope, push, went) = (ctx.scope.key(), &self.push, &self.went);
        let (state, next) = self.standing(ctx.wall);
        let mut batch = Batch::new();
        // Touches nothing if the lease ran out and somebody else took the push up since; the attempt is logged
        // all the same.
        batch.add(sql::SETTLE_ATTEMPT, p![scope, push.push, push.series, push.attempt, state, next]);
        batch.add(
            sql::INSERT_ATTEMPT,
            p![
                scope,
                push.push,
                push.series,
                push.attempt,
                self.began,
                went.latency_ms,
                went.status,
                went.failure,
                &went.answer
            ],
        );
        tx.exec_all(batch).await?;
        if push.push != self.job {
            tx.later(ctx, ctx.now, &SendPush { push: push.push, app: self.app })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Format, Logged, Mode, RemoveEndpoint, SetEndpoint, Targets,
        schedule::LEASE_MS,
        testing::{
            APP, HURRY, OTHER_SHOP, Queue, Receiver, SHOP, Seen, developer, drain, logged, open, paid,
            queued, system, to,
        },
    };
    use axum::{http::StatusCode, response::IntoResponse};
    use serde_json::Value;

    async fn set(store: &Store, endpoint: SetEndpoint) {
        store.write(&developer(SHOP), endpoint).await.unwrap();
    }

    fn failures(log: &Logged) -> Vec<Option<Failure>> {
        log.attempts.iter().map(|a| a.failure).collect()
    }

    /// Takes up one job by hand, whatever the store would choose.
    async fn take_up(store: &Store, push: PushId) -> Outcome {
        let job = SendPush { push, app: APP };
        run(Sender::new(Targets::All).unwrap(), store.clone(), system(SHOP), job).await.unwrap()
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_push_that_fails_twice_is_acknowledged_the_third_time(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::start(|_, number| match number {
                0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                1 => "what?".into_response(),
                _ => "success".into_response(),
            })
            .await;
            set(&store, to(&receiver.url, Mode::Safe, Format::Json)).await;
            let push = queued(&store, 37).await;
            drain(&store).await;
            let log = logged(&store, push).await;
            assert_eq!((log.push.state, log.push.attempts), (PushState::Delivered, 3));
            assert_eq!(failures(&log), [Some(Failure::Status), Some(Failure::Answer), None]);
            assert_eq!(log.attempts[0].status, Some(500));
            assert_eq!(log.attempts[1].answer, "what?");
            let seen = receiver.seen();
            assert_eq!(seen.len(), 3);
            let first = seen[0].fields();
            assert_eq!(first["Event"], "channels_ec_order_pay");
            assert_eq!(first["CreateTime"], Value::from(log.push.at.secs()));
            assert_eq!(seen[0].query["openid"], "oBuyer");
            assert!(seen.iter().all(|s| s.fields() == first), "a repeat changed");
            assert_ne!(seen[0].body, seen[1].body, "the salt was used twice");
        }

        async fn pushes_begin_in_line_whatever_order_their_jobs_are_taken_up_in(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Json)).await;
            let mut pushes = Vec::new();
            for order in 1..=5 {
                pushes.push(queued(&store, order).await);
            }
            for push in pushes.iter().rev() {
                take_up(&store, *push).await;
            }
            let orders: Vec<i64> = receiver.seen().iter().map(Seen::order).collect();
            assert_eq!(orders, [1, 2, 3, 4, 5]);
            drain(&store).await;
            assert_eq!(receiver.seen().len(), 5, "something was sent twice");
        }

        async fn many_pushes_all_arrive_once(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            set(&store, to(&receiver.url, Mode::Compatible, Format::Json)).await;
            for order in 0..150 {
                queued(&store, order).await;
            }
            drain(&store).await;
            let mut orders: Vec<i64> = receiver.seen().iter().map(Seen::order).collect();
            orders.sort_unstable();
            assert_eq!(orders, (0..150).collect::<Vec<_>>());
        }

        async fn nothing_waits_for_a_push_that_fails(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::start(|seen, _| match seen.order() {
                1 => StatusCode::BAD_GATEWAY.into_response(),
                _ => "".into_response(),
            })
            .await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Json)).await;
            let (bad, good) = (queued(&store, 1).await, queued(&store, 2).await);
            drain(&store).await;
            assert_eq!(logged(&store, good).await.push.state, PushState::Delivered);
            let waiting = logged(&store, bad).await.push;
            // The first two waits are nothing, the third is ten seconds.
            assert_eq!((waiting.state, waiting.attempts), (PushState::Waiting, 3));
            let wait = waiting.next_wall.unwrap() - store.wall();
            assert!((1..=10_000).contains(&wait), "{wait}");
        }

        async fn a_push_is_given_up_after_ten_deliveries(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::start(|_, _| "no".into_response()).await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Xml)).await;
            let push = queued(&store, 1).await;
            for _ in 0..9 {
                assert!(matches!(take_up(&store, push).await, Outcome::Again { .. }));
                store.write(&system(SHOP), HURRY).await.unwrap();
            }
            assert_eq!(take_up(&store, push).await, Outcome::Done);
            assert_eq!(take_up(&store, push).await, Outcome::Done);
            let log = logged(&store, push).await;
            assert_eq!((log.push.state, log.attempts.len()), (PushState::Failed, 10));
            assert_eq!(receiver.seen().len(), 10);
            assert!(receiver.seen()[0].body.starts_with("<xml><ToUserName><![CDATA[gh_"));
        }

        async fn a_job_waits_as_long_as_its_push(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::start(|_, _| "no".into_response()).await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Json)).await;
            let push = queued(&store, 1).await;
            for expected in [0..=0, 0..=0, 9_000..=10_000] {
                let Outcome::Again { in_ms } = take_up(&store, push).await else { panic!("over") };
                assert!(expected.contains(&in_ms), "{in_ms}");
            }
            take_up(&store, push).await;
            assert_eq!(receiver.seen().len(), 3, "sent before its time");
        }

        async fn a_push_whose_sender_died_is_taken_up_when_the_lease_ends(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Json)).await;
            let push = queued(&store, 1).await;
            let claims = store.write(&system(SHOP), Claim(SendPush { push, app: APP })).await.unwrap();
            assert_eq!(claims.pushes.len(), 1);
            let Outcome::Again { in_ms } = take_up(&store, push).await else { panic!("over") };
            assert!((LEASE_MS - 5_000..=LEASE_MS).contains(&in_ms), "{in_ms}");
            assert!(receiver.seen().is_empty(), "sent while another may be sending it");
            store.write(&system(SHOP), HURRY).await.unwrap();
            assert_eq!(take_up(&store, push).await, Outcome::Done);
            let log = logged(&store, push).await;
            assert_eq!((log.push.state, log.push.attempts, log.attempts.len()), (PushState::Delivered, 2, 1));
        }

        async fn a_late_report_of_a_lost_lease_changes_nothing(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            set(&store, to(&receiver.url, Mode::Plain, Format::Json)).await;
            let push = queued(&store, 1).await;
            let mut claims = store.write(&system(SHOP), Claim(SendPush { push, app: APP })).await.unwrap();
            store.write(&system(SHOP), HURRY).await.unwrap();
            take_up(&store, push).await;
            let (late, began) = (claims.pushes.remove(0), store.wall());
            let went = Went::nowhere(Failure::Timeout);
            store.write(&system(SHOP), Settle { push: late, app: APP, job: push, began, went }).await.unwrap();
            let log = logged(&store, push).await;
            assert_eq!(log.push.state, PushState::Delivered);
            assert_eq!(failures(&log), [Some(Failure::Timeout), None]);
        }

        async fn the_endpoint_of_the_moment_is_used(kit) {
            let store = open(&kit).await;
            let (old, new) = (Receiver::start(|_, _| "no".into_response()).await, Receiver::willing().await);
            set(&store, to(&old.url, Mode::Plain, Format::Json)).await;
            let push = queued(&store, 1).await;
            take_up(&store, push).await;
            set(&store, to(&new.url, Mode::Safe, Format::Json)).await;
            drain(&store).await;
            assert_eq!((old.seen().len(), new.seen().len()), (1, 1));
            assert_eq!(new.seen()[0].order(), 1);
        }

        async fn shops_do_not_hold_each_other_up(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            for shop in [SHOP, OTHER_SHOP] {
                let endpoint = to(&receiver.url, Mode::Plain, Format::Json);
                store.write(&developer(shop), endpoint).await.unwrap();
                store.write(&system(shop), Queue(paid(shop.get()))).await.unwrap();
            }
            store.write(&developer(OTHER_SHOP), RemoveEndpoint { app: APP }).await.unwrap();
            drain(&store).await;
            let orders: Vec<i64> = receiver.seen().iter().map(Seen::order).collect();
            assert_eq!(orders, [SHOP.get()]);
        }
    }
}
