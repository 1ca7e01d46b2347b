//! The room's tasks, put on the list of those that the workers do.

use std::sync::Arc;
use store::{BoxFault, Outcome, Registry};

use crate::{
    Channels, CloseBills, Completion, Intake, LeaveCombined, PollBill, ReturnShare, SendRefund, SpreadShares,
    give_up, poll, send, spread,
};

/// Registers the tasks over these channels. What follows a capture is `completion`, from the rooms above. Gives the
/// intake, which callback and return page need as a service.
pub fn register(
    registry: &mut Registry,
    channels: Arc<Channels>,
    completion: Arc<dyn Completion>,
) -> Arc<Intake> {
    let intake = Arc::new(Intake::new(channels, completion));
    let of_poll = Arc::clone(&intake);
    registry.on_task::<PollBill, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_poll);
        Box::pin(async move { patient(poll::poll(&intake, &store, &caller, job).await) })
    });
    let of_close = Arc::clone(&intake);
    registry.on_task::<CloseBills, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_close);
        Box::pin(async move { patient(poll::close(&intake, &store, &caller, job).await) })
    });
    let of_send = Arc::clone(&intake);
    registry.on_task::<SendRefund, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_send);
        Box::pin(async move { patient(send::send(&intake, &store, &caller, job).await) })
    });
    register_combined(registry, &intake);
    intake
}

fn register_combined(registry: &mut Registry, intake: &Arc<Intake>) {
    let of_leave = Arc::clone(intake);
    registry.on_task::<LeaveCombined, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_leave);
        Box::pin(async move { patient(give_up::leave(&intake, &store, &caller, job).await) })
    });
    let of_spread = Arc::clone(intake);
    registry.on_task::<SpreadShares, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_spread);
        Box::pin(async move { patient(spread::spread_shares(&intake, &store, &caller, job).await) })
    });
    registry.on_task::<ReturnShare, _>(|store, caller, job| {
        Box::pin(async move { patient(spread::return_share(&store, &caller, job).await) })
    });
}

/// The pause after a failure that may pass by itself, in ms of wall time.
const PAUSE_MS: i64 = kernel::second_ms(30);

/// These tasks ask for as long as it takes, far more often than the workers bear with failures: one that may pass by
/// itself is no reason to give up what has gone well a hundred times.
fn patient(result: Result<Outcome, BoxFault>) -> Result<Outcome, BoxFault> {
    match result {
        Err(e) if e.kind().may_retry() => {
            tracing::info!(code = e.code(), error = %e, "a payment task waits and tries again");
            Ok(Outcome::Again { in_ms: PAUSE_MS })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn only_what_may_pass_by_itself_is_waited_for() {
        let waits = |e: Error| matches!(patient(Err(e.into())), Ok(Outcome::Again { .. }));
        assert!(waits(Error::ChannelUnavailable));
        assert!(waits(store::Error::unavailable("asleep").into()));
        assert!(!waits(Error::BadNotice));
        assert!(!waits(store::Error::internal("a fault").into()));
        assert!(matches!(patient(Ok(Outcome::Done)), Ok(Outcome::Done)));
    }
}
