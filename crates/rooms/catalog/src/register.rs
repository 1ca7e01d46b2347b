//! What the room hears and does by itself.

use store::Registry;

use crate::{
    product::{EraseProduct, ListProduct, erase, list_in_time},
    pushes, shops,
};

/// Enters the room's subscribers and jobs.
pub fn register(registry: &mut Registry) {
    registry.on_events("catalog.shops", shops::HEARS, |tx, ctx, happened| {
        Box::pin(async move { Ok(shops::hear(tx, ctx, happened).await?) })
    });
    registry.on_events("catalog.pushes", pushes::HEARS, |tx, ctx, happened| {
        Box::pin(pushes::tell(tx, ctx, happened))
    });
    registry
        .on_job(|tx, ctx, job: ListProduct| Box::pin(async move { Ok(list_in_time(tx, ctx, job).await?) }));
    registry.on_job(|tx, ctx, job: EraseProduct| Box::pin(async move { Ok(erase(tx, ctx, job).await?) }));
}
