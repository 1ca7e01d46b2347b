//! Notices: written with the fact, sent by a job, signed anew each time, until they are taken.

use kernel::{Caller, Ctx, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{BoxFault, Command, Job, Outcome, Store, Tx, p};

use crate::{
    Error, Sandbox,
    bill::{Bill, Refund, RefundState},
    sign::{NONCE, SIGNATURE, TIMESTAMP},
    sql,
};

/// The payer has begun.
pub(crate) const PROCESSING: &str = "bill.processing";
/// The bill was paid.
pub(crate) const PAID: &str = "bill.paid";
/// A refund was accepted.
pub(crate) const REFUND_ACCEPTED: &str = "refund.accepted";
/// A refund was carried out.
pub(crate) const REFUND_DONE: &str = "refund.done";
/// A refund was refused.
pub(crate) const REFUND_FAILED: &str = "refund.failed";

/// Something to be told to the merchant.
pub(crate) struct Tell<'a> {
    bill: i64,
    url: &'a str,
    kind: &'static str,
    data: Value,
}

impl<'a> Tell<'a> {
    pub(crate) fn paid(bill: &'a Bill) -> Self {
        Self { bill: bill.bill, url: &bill.notify_url, kind: PAID, data: bill_data(bill) }
    }

    pub(crate) fn processing(bill: &'a Bill) -> Self {
        let data = json!({ "out_no": bill.out_no, "bill": bill.bill.to_string() });
        Self { bill: bill.bill, url: &bill.notify_url, kind: PROCESSING, data }
    }

    pub(crate) fn refund(bill: &Bill, refund: &'a Refund) -> Self {
        let kind = match refund.state {
            RefundState::Pending => REFUND_ACCEPTED,
            RefundState::Done => REFUND_DONE,
            RefundState::Failed => REFUND_FAILED,
        };
        let data = json!({
            "out_no": refund.out_no,
            "refund": refund.refund.to_string(),
            "bill": refund.bill.to_string(),
            "amount": refund.amount,
            "currency": bill.amount.currency,
            "done_at": refund.done_at,
        });
        Self { bill: refund.bill, url: &refund.notify_url, kind, data }
    }
}

fn bill_data(bill: &Bill) -> Value {
    json!({
        "out_no": bill.out_no,
        "bill": bill.bill.to_string(),
        "txn": bill.txn,
        "amount": bill.amount.minor,
        "currency": bill.amount.currency,
        "paid_at": bill.paid_at,
    })
}

/// Writes the notice and schedules its sending, `delay_ms` of wall time from now.
pub(crate) async fn tell(tx: &mut Tx, ctx: &Ctx, tell: &Tell<'_>, delay_ms: i64) -> Result<(), Error> {
    let notice: i64 = ctx.id();
    let body = json!({
        "id": notice.to_string(),
        "type": tell.kind,
        "created": ctx.wall.secs(),
        "data": tell.data,
    });
    let params = p![notice, tell.bill, tell.kind, tell.url, body.to_string(), ctx.wall, ctx.wall + delay_ms];
    tx.exec(sql::INSERT_NOTICE, params).await?;
    Ok(tx.later(ctx, ctx.now, &Notify { notice })?)
}

/// Sends a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    /// Which.
    pub notice: i64,
}

impl Job for Notify {
    const KIND: &'static str = "sandbox.notify";
    fn key(&self) -> i64 {
        self.notice
    }
}

/// A notice on its way.
pub(crate) struct Queued {
    pub(crate) notice: i64,
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) send_wall: Timestamp,
    pub(crate) attempts: i64,
    pub(crate) taken_wall: Option<Timestamp>,
}

/// How notices reach the merchant.
pub enum Delivery {
    /// Over the network, to the address that the merchant gave.
    Http(reqwest::Client),
    /// Within this process, whatever the address: for tests, and where the program can't reach itself.
    Loopback(Arc<pay::Intake>),
}

const TIMEOUT: Duration = Duration::from_secs(5);

/// Pauses before a notice is sent again, in seconds of wall time. After the last it is given up.
const PAUSES_S: [i64; 9] = [1, 5, 10, 30, 60, 300, 600, 1800, 3600];

impl Delivery {
    /// Over the network.
    pub fn http() -> Result<Self, Error> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
        client.build().map(Self::Http).map_err(|_| Error::NoClient)
    }

    /// Sends one notice; what the merchant answered, and whether that means taken.
    async fn send(
        &self,
        store: &Store,
        url: &str,
        headers: Vec<(String, String)>,
        body: String,
    ) -> (bool, String) {
        match self {
            Self::Http(client) => {
                let mut request = client.post(url).header("Content-Type", "application/json").body(body);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                match request.send().await {
                    Ok(answer) => (answer.status() == reqwest::StatusCode::OK, answer.status().to_string()),
                    Err(e) => (false, if e.is_timeout() { "timeout".into() } else { "no connection".into() }),
                }
            }
            Self::Loopback(intake) => {
                let raw = pay::RawNotice { headers, body: body.into_bytes(), wall: store.wall() };
                match intake.notice(store, crate::channel::NAME, &raw).await {
                    Ok(receipt) => (receipt.status == 200, receipt.status.to_string()),
                    Err(e) => (false, kernel::Fault::code(&e).to_owned()),
                }
            }
        }
    }
}

/// The job: sends the notice when its time has come.
pub(crate) async fn notify(
    sandbox: &Sandbox,
    delivery: &Delivery,
    store: &Store,
    caller: &Caller,
    job: Notify,
) -> Result<Outcome, BoxFault> {
    let queued = {
        let mut tx = store.read().await?;
        tx.opt(sql::SELECT_NOTICE, p![job.notice], sql::queued).await?
    };
    let Some(queued) = queued.filter(|q| q.taken_wall.is_none()) else { return Ok(Outcome::Done) };
    let early = queued.send_wall - store.wall();
    if early > 0 {
        return Ok(Outcome::Again { in_ms: early });
    }
    let headers = signed(sandbox, store.wall(), &queued.body);
    let (taken, answer) = delivery.send(store, &queued.url, headers, queued.body).await;
    store.write(caller, NoteDelivery { notice: queued.notice, taken, answer }).await?;
    let pause = usize::try_from(queued.attempts).ok().and_then(|n| PAUSES_S.get(n));
    Ok(match pause {
        Some(pause) if !taken => Outcome::Again { in_ms: kernel::second_ms(*pause) },
        _ => Outcome::Done,
    })
}

fn signed(sandbox: &Sandbox, wall: Timestamp, body: &str) -> Vec<(String, String)> {
    let (timestamp, nonce) = (wall.secs().to_string(), fresh_nonce());
    let signature = sandbox.key().sign(&timestamp, &nonce, body.as_bytes());
    vec![(TIMESTAMP.into(), timestamp), (NONCE.into(), nonce), (SIGNATURE.into(), signature)]
}

#[expect(clippy::disallowed_methods, reason = "a nonce must be fresh; nothing depends on which")]
fn fresh_nonce() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

struct NoteDelivery {
    notice: i64,
    taken: bool,
    answer: String,
}

impl Command for NoteDelivery {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "sandbox.note_delivery";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let taken = self.taken.then_some(ctx.wall);
        tx.exec(sql::NOTE_DELIVERY, p![taken, &self.answer, self.notice]).await?;
        Ok(())
    }
}
