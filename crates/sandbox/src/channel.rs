//! The channel `sandbox`, which stands to the room pay as a real one does.

use futures::future::BoxFuture;
use kernel::{Currency, Money, Timestamp};
use pay::{
    AskRefund, BillNews, BillNo, Channel, ChannelError, Collected, Notice, Prepaid, Prepay, RawNotice,
    Receipt, RefundNews, RefundNo,
};
use serde::Deserialize;
use std::sync::Arc;

use crate::{
    Error, Sandbox,
    bill::{Bill, BillState, Refund, RefundState},
    faults,
    make::{MakeBill, by_no},
    notice::{PAID, REFUND_ACCEPTED, REFUND_DONE, REFUND_FAILED},
    refund::{self, FinishRefund, MakeRefund},
    service::caller,
    settle::CloseBill,
    sign::{NONCE, SIGNATURE, TIMESTAMP, is_fresh},
};

/// The channel's name.
pub const NAME: &str = "sandbox";

/// The client side of the simulated service.
pub struct SandboxChannel(Arc<Sandbox>);

impl SandboxChannel {
    /// The channel of this service.
    pub fn new(sandbox: &Arc<Sandbox>) -> Arc<Self> {
        Arc::new(Self(Arc::clone(sandbox)))
    }

    async fn make(&self, ask: &Prepay) -> Result<Prepaid, Error> {
        let make = MakeBill {
            out_no: ask.bill.to_string(),
            amount: ask.amount,
            description: ask.description.clone(),
            notify_url: ask.notify_url.clone(),
            return_url: ask.return_url.clone(),
        };
        let bill = self.0.store()?.write(&caller(), make).await?;
        Ok(Prepaid { cashier_url: self.0.cashier_url(bill.bill) })
    }

    async fn find(&self, no: &BillNo) -> Result<BillNews, Error> {
        let store = self.0.store()?;
        let mut tx = store.read().await?;
        faults::answered(&mut tx).await?;
        Ok(by_no(&mut tx, &no.to_string()).await?.map_or(BillNews::Unknown, |bill| bill_news(no, bill)))
    }

    async fn end(&self, no: &BillNo) -> Result<BillNews, Error> {
        let bill = self.0.store()?.write(&caller(), CloseBill { out_no: no.to_string() }).await?;
        Ok(bill.map_or(BillNews::Unknown, |bill| bill_news(no, bill)))
    }

    async fn give_back(&self, ask: &AskRefund) -> Result<RefundNews, Error> {
        let make = MakeRefund {
            out_no: ask.refund.to_string(),
            txn: ask.channel_txn.clone(),
            amount: ask.amount.minor,
            notify_url: ask.notify_url.clone(),
        };
        Ok(refund_news(&self.0.store()?.write(&caller(), make).await?))
    }

    async fn find_refund(&self, no: &RefundNo) -> Result<RefundNews, Error> {
        let store = self.0.store()?;
        let found = {
            let mut tx = store.read().await?;
            faults::answered(&mut tx).await?;
            refund::by_no(&mut tx, &no.to_string()).await?
        };
        Ok(match found {
            None => RefundNews::Unknown,
            Some(found) if refund::is_ready(&found, store.wall()) => {
                refund_news(&store.write(&caller(), FinishRefund { refund: found.refund }).await?)
            }
            Some(found) => refund_news(&found),
        })
    }

    fn read(&self, raw: &RawNotice) -> Result<Notice, ChannelError> {
        let bad = ChannelError::BadNotice;
        let header = |name| raw.header(name).ok_or(bad("a header is missing"));
        let (timestamp, nonce, signature) = (header(TIMESTAMP)?, header(NONCE)?, header(SIGNATURE)?);
        if !self.0.key().verifies(timestamp, nonce, &raw.body, signature) {
            return Err(bad("the signature is not the service's"));
        }
        if !is_fresh(timestamp, raw.wall) {
            return Err(bad("it is too old, or from the future"));
        }
        let notice: Wire = serde_json::from_slice(&raw.body).map_err(|_| bad("the body can't be read"))?;
        meaning(&notice)
    }
}

/// A notice as it is sent.
#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    out_no: String,
    txn: Option<String>,
    refund: Option<String>,
    amount: Option<i64>,
    currency: Option<Currency>,
    paid_at: Option<Timestamp>,
    done_at: Option<Timestamp>,
}

fn meaning(notice: &Wire) -> Result<Notice, ChannelError> {
    let incomplete = || ChannelError::BadNotice("a field is missing");
    let foreign = |_| ChannelError::BadNotice("the number is not one of ours");
    let data = &notice.data;
    let refund = |news| data.out_no.parse().map(|no| Notice::Refund(no, news)).map_err(foreign);
    match notice.kind.as_str() {
        PAID => {
            let no: BillNo = data.out_no.parse().map_err(foreign)?;
            let txn = data.txn.clone().ok_or_else(incomplete)?;
            let amount =
                Money::new(data.amount.ok_or_else(incomplete)?, data.currency.ok_or_else(incomplete)?);
            Ok(Notice::Paid(paid(&no, txn, amount, data.paid_at.ok_or_else(incomplete)?)))
        }
        REFUND_ACCEPTED => refund(RefundNews::Pending),
        REFUND_FAILED => refund(RefundNews::Failed { reason: FAILURE.into() }),
        REFUND_DONE => refund(RefundNews::Done {
            channel_refund: data.refund.clone().ok_or_else(incomplete)?,
            at: data.done_at.ok_or_else(incomplete)?,
        }),
        _ => Ok(Notice::Other),
    }
}

const FAILURE: &str = "the sandbox was told to refuse it";

fn paid(no: &BillNo, channel_txn: String, amount: Money, paid_at: Timestamp) -> Collected {
    Collected { bill: *no, channel: NAME.into(), channel_txn, amount, paid_at }
}

fn bill_news(no: &BillNo, bill: Bill) -> BillNews {
    match (bill.state, bill.txn, bill.paid_at) {
        (BillState::Paid, Some(txn), Some(at)) => BillNews::Paid(paid(no, txn, bill.amount, at)),
        (BillState::Declined | BillState::Closed, ..) => BillNews::Closed,
        (BillState::Waiting | BillState::Paid, ..) => BillNews::Waiting,
    }
}

fn refund_news(refund: &Refund) -> RefundNews {
    match (refund.state, refund.done_at) {
        (RefundState::Done, Some(at)) => RefundNews::Done { channel_refund: refund.refund.to_string(), at },
        (RefundState::Failed, _) => RefundNews::Failed { reason: FAILURE.into() },
        (RefundState::Pending | RefundState::Done, _) => RefundNews::Pending,
    }
}

impl Channel for SandboxChannel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepay<'a>(&'a self, ask: &'a Prepay) -> BoxFuture<'a, Result<Prepaid, ChannelError>> {
        Box::pin(async move { Ok(self.make(ask).await?) })
    }

    fn parse_notice<'a>(&'a self, raw: &'a RawNotice) -> BoxFuture<'a, Result<Notice, ChannelError>> {
        Box::pin(async move { self.read(raw) })
    }

    fn receipt(&self, taken: bool) -> Receipt {
        let (status, code) = if taken { (200, "SUCCESS") } else { (500, "FAIL") };
        Receipt { status, content_type: "application/json", body: format!(r#"{{"code":"{code}"}}"#) }
    }

    fn query<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move { Ok(self.find(bill).await?) })
    }

    fn close<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move { Ok(self.end(bill).await?) })
    }

    fn refund<'a>(&'a self, ask: &'a AskRefund) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move { Ok(self.give_back(ask).await?) })
    }

    fn query_refund<'a>(&'a self, refund: &'a RefundNo) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move { Ok(self.find_refund(refund).await?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Key,
        testing::{bill_no, key},
    };

    const WALL: Timestamp = Timestamp::from_secs(1_000_000);

    fn raw(key: &Key, timestamp: &str, body: &str) -> RawNotice {
        let signature = key.sign(timestamp, "n", body.as_bytes());
        let headers = [(TIMESTAMP, timestamp), (NONCE, "n"), (SIGNATURE, &signature)];
        RawNotice {
            headers: headers.iter().map(|(n, v)| (n.to_lowercase(), (*v).to_owned())).collect(),
            body: body.into(),
            wall: WALL,
        }
    }

    fn read(raw: &RawNotice) -> Result<Notice, ChannelError> {
        SandboxChannel::new(&Sandbox::new("https://pay.example", key())).read(raw)
    }

    fn body(kind: &str, data: &str) -> String {
        format!(r#"{{"id":"1","type":"{kind}","created":1,"data":{{{data}}}}}"#)
    }

    #[test]
    fn a_signed_notice_says_what_was_paid() {
        let data = r#""out_no":"p7-dw-1","txn":"sb1","amount":5,"currency":"CNY","paid_at":3"#;
        let notice = read(&raw(&key(), "1000000", &body(PAID, data))).unwrap();
        let expected = paid(&bill_no(1), "sb1".into(), Money::fen(5), Timestamp::from_ms(3));
        assert_eq!(notice, Notice::Paid(expected));
    }

    #[test]
    fn what_is_unsigned_old_or_altered_is_no_notice() {
        let text = body("other", r#""out_no":"x""#);
        assert_eq!(read(&raw(&key(), "1000000", &text)), Ok(Notice::Other));
        assert!(read(&raw(&Key::new([8; 32]), "1000000", &text)).is_err());
        assert!(read(&raw(&key(), "999699", &text)).is_err());
        assert!(read(&raw(&key(), "1000301", &text)).is_err());
        let altered = RawNotice { body: text.replace('x', "y").into(), ..raw(&key(), "1000000", &text) };
        assert!(read(&altered).is_err());
        for missing in 0..3 {
            let mut raw = raw(&key(), "1000000", &text);
            raw.headers.remove(missing);
            assert!(read(&raw).is_err());
        }
    }

    #[test]
    fn a_notice_that_lacks_something_or_names_a_foreign_number_is_refused() {
        for (kind, data) in [
            (PAID, r#""out_no":"p7-dw-1""#),
            (PAID, r#""out_no":"p7-dw-1","txn":"t","amount":5,"currency":"CNY""#),
            (PAID, r#""out_no":"7","txn":"t","amount":5,"currency":"CNY","paid_at":3"#),
            (REFUND_DONE, r#""out_no":"r7-1-1""#),
            (REFUND_DONE, r#""out_no":"p7-1-1","refund":"1","done_at":1"#),
        ] {
            assert!(matches!(
                read(&raw(&key(), "1000000", &body(kind, data))),
                Err(ChannelError::BadNotice(_))
            ));
        }
        assert!(read(&raw(&key(), "1000000", "no JSON")).is_err());
    }

    #[test]
    fn the_service_reads_its_receipts() {
        let channel = SandboxChannel::new(&Sandbox::new("https://pay.example", key()));
        assert_eq!(channel.receipt(true).status, 200);
        assert_eq!(channel.receipt(false).status, 500);
    }
}
