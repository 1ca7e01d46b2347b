//! The room's tasks, put on the list of those that the workers do.

use std::sync::Arc;
use store::Registry;

use crate::{Channels, CloseBills, Completion, Intake, PollBill, SendRefund, poll, send};

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
        Box::pin(async move { poll::poll(&intake, &store, &caller, job).await })
    });
    let of_close = Arc::clone(&intake);
    registry.on_task::<CloseBills, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_close);
        Box::pin(async move { poll::close(&intake, &store, &caller, job).await })
    });
    let of_send = Arc::clone(&intake);
    registry.on_task::<SendRefund, _>(move |store, caller, job| {
        let intake = Arc::clone(&of_send);
        Box::pin(async move { send::send(&intake, &store, &caller, job).await })
    });
    intake
}
