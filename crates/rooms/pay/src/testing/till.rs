//! A channel in memory, which can be told what to answer.

use futures::future::BoxFuture;
use kernel::{Money, Scope, ShopId, Timestamp};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use crate::{
    AskRefund, BillNews, BillNo, Channel, ChannelError, Collected, Notice, Paid, Prepaid, Prepay, RawNotice,
    Receipt, RefundNews, RefundNo,
};

/// A channel in memory. What is queued in `answers` comes before what it would say by itself.
pub(crate) struct Till {
    name: &'static str,
    pub(crate) bills: Mutex<BTreeMap<String, BillNews>>,
    pub(crate) refunds: Mutex<BTreeMap<String, RefundNews>>,
    pub(crate) answers: Mutex<VecDeque<Result<RefundNews, ChannelError>>>,
    pub(crate) down: Mutex<Option<ChannelError>>,
    refuses_prepay: Mutex<Option<&'static str>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Till {
    pub(crate) fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            bills: Mutex::default(),
            refunds: Mutex::default(),
            answers: Mutex::default(),
            down: Mutex::default(),
            refuses_prepay: Mutex::default(),
            asked: Mutex::default(),
        })
    }

    /// The payer pays; nobody is told. Whatever the bill is for, its money as if it were for a payment.
    pub(crate) fn pay(&self, bill: &BillNo, amount: i64) -> Paid {
        let collected = Collected {
            bill: *bill,
            channel: self.name.into(),
            channel_txn: format!("{}:{bill}", self.name),
            amount: Money::fen(amount),
            paid_at: Timestamp::from_ms(1_000),
        };
        self.bills.lock().unwrap().insert(bill.to_string(), BillNews::Paid(collected.clone()));
        let Collected { channel, channel_txn, amount, paid_at, .. } = collected;
        Paid { shop: ShopId(bill.scope.key()), payment: bill.payment, channel, channel_txn, amount, paid_at }
    }

    /// Refuses the next bill.
    pub(crate) fn refuse_prepay(&self, why: &'static str) {
        *self.refuses_prepay.lock().unwrap() = Some(why);
    }

    fn up(&self, what: String) -> Result<(), ChannelError> {
        self.asked.lock().unwrap().push(what);
        self.down.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl From<Paid> for Collected {
    fn from(paid: Paid) -> Self {
        let Paid { shop, payment, channel, channel_txn, amount, paid_at } = paid;
        let bill = BillNo { scope: Scope::Shop(shop), payment, attempt: 1 };
        Self { bill, channel, channel_txn, amount, paid_at }
    }
}

impl Channel for Till {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepay<'a>(&'a self, ask: &'a Prepay) -> BoxFuture<'a, Result<Prepaid, ChannelError>> {
        Box::pin(async move {
            self.up(format!("prepay {}", ask.bill))?;
            if let Some(why) = self.refuses_prepay.lock().unwrap().take() {
                return Err(ChannelError::Refused(why.into()));
            }
            self.bills.lock().unwrap().entry(ask.bill.to_string()).or_insert(BillNews::Waiting);
            Ok(Prepaid { cashier_url: format!("https://{}/{}", self.name, ask.bill) })
        })
    }

    /// The test's notices are JSON of [`Paid`], or `refund NUMBER` for one that is done; the header `sign` says who
    /// signed.
    fn parse_notice<'a>(&'a self, raw: &'a RawNotice) -> BoxFuture<'a, Result<Notice, ChannelError>> {
        Box::pin(async move {
            if raw.header("sign") != Some(self.name) {
                return Err(ChannelError::BadNotice("not signed"));
            }
            let text = std::str::from_utf8(&raw.body).map_err(|_| ChannelError::BadNotice("no text"))?;
            match text.strip_prefix("refund ") {
                Some(no) => {
                    let no: RefundNo = no.parse().map_err(|_| ChannelError::BadNotice("no refund"))?;
                    Ok(Notice::Refund(no, done()))
                }
                None => serde_json::from_str::<Paid>(text)
                    .map(|paid| Notice::Paid(paid.into()))
                    .map_err(|_| ChannelError::BadNotice("no JSON")),
            }
        })
    }

    fn receipt(&self, taken: bool) -> Receipt {
        Receipt { status: if taken { 200 } else { 500 }, content_type: "text/plain", body: String::new() }
    }

    fn query<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("query {bill}"))?;
            Ok(self.bills.lock().unwrap().get(&bill.to_string()).cloned().unwrap_or(BillNews::Unknown))
        })
    }

    fn close<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("close {bill}"))?;
            let mut bills = self.bills.lock().unwrap();
            let Some(news) = bills.get_mut(&bill.to_string()) else { return Ok(BillNews::Unknown) };
            if *news == BillNews::Waiting {
                *news = BillNews::Closed;
            }
            Ok(news.clone())
        })
    }

    fn refund<'a>(&'a self, ask: &'a AskRefund) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("refund {}", ask.refund))?;
            let said = self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Ok(done()))?;
            self.refunds.lock().unwrap().insert(ask.refund.to_string(), said.clone());
            Ok(said)
        })
    }

    fn query_refund<'a>(&'a self, refund: &'a RefundNo) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async move {
            self.up(format!("query_refund {refund}"))?;
            if let Some(said) = self.answers.lock().unwrap().pop_front() {
                return said;
            }
            Ok(self.refunds.lock().unwrap().get(&refund.to_string()).cloned().unwrap_or(RefundNews::Unknown))
        })
    }
}

pub(crate) fn done() -> RefundNews {
    RefundNews::Done { channel_refund: "r1".into(), at: Timestamp::from_ms(2_000) }
}
