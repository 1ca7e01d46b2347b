//! Sends login codes by whatever gateway the program was assembled with.

use kernel::Caller;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{BoxFault, BoxFuture, Job, Outcome, Registry, Store, p};

use crate::{Phone, code, sql};

/// A code could not be sent; it is tried again while it lives.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the message gateway did not take the code")]
pub struct CodeNotSent;

/// Brings a login code to a phone: a text message gateway, or nothing at all in a demo.
pub trait CodeSender: Send + Sync + 'static {
    /// Sends `code` to `phone`.
    fn send<'a>(&'a self, phone: &'a Phone, code: &'a str) -> BoxFuture<'a, Result<(), CodeNotSent>>;
}

/// Sends nothing: codes are read by [`demo_codes`](crate::demo_codes).
#[derive(Debug, Clone, Copy, Default)]
pub struct DemoSender;

impl CodeSender for DemoSender {
    fn send<'a>(&'a self, _: &'a Phone, _: &'a str) -> BoxFuture<'a, Result<(), CodeNotSent>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Pause before a code is handed to the gateway again, in ms of wall time.
const AGAIN_MS: i64 = kernel::second_ms(5);

/// A code is to be sent. The code itself stays where it is sealed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct SendCode {
    pub(crate) code: i64,
}

impl Job for SendCode {
    const KIND: &'static str = "identity.send_code";
    fn key(&self) -> i64 {
        self.code
    }
}

pub(crate) fn register(registry: &mut Registry, sender: Arc<dyn CodeSender>) {
    registry.on_task(move |store: Store, _: Caller, job: SendCode| {
        let sender = Arc::clone(&sender);
        Box::pin(async move { send(&store, sender.as_ref(), job).await.map_err(BoxFault::from) })
    });
}

/// Hands a code to the gateway, unless it was used, replaced or ran out in the meantime.
pub(crate) async fn send(
    store: &Store,
    sender: &dyn CodeSender,
    job: SendCode,
) -> Result<Outcome, store::Error> {
    let found = {
        let mut tx = store.read().await?;
        let read = |r: &store::Row<'_>| Ok((r.get::<Phone>(0)?, r.get::<Vec<u8>>(1)?));
        tx.opt(sql::shopper::CODE, p![job.code, store.wall()], read).await?
    };
    let Some((phone, sealed)) = found else { return Ok(Outcome::Done) };
    let digits = store.vault().open(code::PURPOSE, &sealed)?;
    match sender.send(&phone, &String::from_utf8_lossy(&digits)).await {
        Ok(()) => Ok(Outcome::Done),
        Err(CodeNotSent) => Ok(Outcome::Again { in_ms: AGAIN_MS }),
    }
}
