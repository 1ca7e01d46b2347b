//! A payment channel in memory, which does as it is told.

use futures::future::BoxFuture;
use kernel::{Money, Timestamp};
use pay::{
    AskRefund, BillNews, BillNo, Channel, ChannelError, Collected, Notice, Prepaid, Prepay, RawNotice,
    Receipt, RefundNews, RefundNo,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::op::Mood;

/// Its name.
pub(super) const TILL: &str = "till";

/// The till.
pub(super) struct Till {
    /// Each with the sum that it asks for.
    bills: Mutex<HashMap<BillNo, (BillNews, i64)>>,
    mood: Mutex<Mood>,
}

impl Till {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { bills: Mutex::default(), mood: Mutex::new(Mood::Pays) })
    }

    /// How it answers refunds from now on.
    pub(super) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The shopper pays what the bill asks for, and nobody is told; false where it is over.
    pub(super) fn pay(&self, bill: BillNo) -> bool {
        match self.bills.lock().unwrap().get_mut(&bill) {
            Some((news @ BillNews::Waiting, amount)) => {
                *news = BillNews::Paid(collected(bill, 0, *amount));
                true
            }
            _ => false,
        }
    }

    /// What a bill asks for.
    pub(super) fn asked(&self, bill: BillNo) -> Option<i64> {
        self.bills.lock().unwrap().get(&bill).map(|(_, amount)| *amount)
    }
}

/// Money for a bill; `txn` 0 is the transaction of its own cashier.
fn collected(bill: BillNo, txn: u8, amount: i64) -> Collected {
    Collected {
        bill,
        channel: TILL.into(),
        channel_txn: format!("{bill}-{txn}"),
        amount: Money::fen(amount),
        paid_at: Timestamp::from_ms(1_000),
    }
}

/// A callback that tells of money.
pub(super) fn told_paid(bill: &BillNo, txn: u8, amount: i64) -> Vec<u8> {
    format!("paid {bill} {txn} {amount}").into_bytes()
}

/// A callback that tells how a refund ended.
pub(super) fn told_refund(no: &RefundNo, well: bool) -> Vec<u8> {
    format!("{} {no}", if well { "done" } else { "failed" }).into_bytes()
}

fn done() -> RefundNews {
    RefundNews::Done { channel_refund: "r".into(), at: Timestamp::from_ms(2_000) }
}

fn failed() -> RefundNews {
    RefundNews::Failed { reason: "the account is closed".into() }
}

impl Channel for Till {
    fn name(&self) -> &'static str {
        TILL
    }

    fn prepay<'a>(&'a self, ask: &'a Prepay) -> BoxFuture<'a, Result<Prepaid, ChannelError>> {
        self.bills.lock().unwrap().entry(ask.bill).or_insert((BillNews::Waiting, ask.amount.minor));
        Box::pin(async { Ok(Prepaid { cashier_url: format!("https://till.example/{}", ask.bill) }) })
    }

    fn parse_notice<'a>(&'a self, raw: &'a RawNotice) -> BoxFuture<'a, Result<Notice, ChannelError>> {
        Box::pin(async {
            let text = std::str::from_utf8(&raw.body).unwrap();
            let words: Vec<&str> = text.split(' ').collect();
            Ok(match words[..] {
                ["done", no] => Notice::Refund(no.parse().unwrap(), done()),
                ["failed", no] => Notice::Refund(no.parse().unwrap(), failed()),
                ["paid", bill, txn, amount] => {
                    let (txn, amount) = (txn.parse().unwrap(), amount.parse().unwrap());
                    Notice::Paid(collected(bill.parse().unwrap(), txn, amount))
                }
                _ => panic!("no notice of the till: {text}"),
            })
        })
    }

    fn receipt(&self, taken: bool) -> Receipt {
        Receipt { status: if taken { 200 } else { 500 }, content_type: "text/plain", body: String::new() }
    }

    fn query<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        let news = self.bills.lock().unwrap().get(bill).map_or(BillNews::Unknown, |(news, _)| news.clone());
        Box::pin(async { Ok(news) })
    }

    fn close<'a>(&'a self, bill: &'a BillNo) -> BoxFuture<'a, Result<BillNews, ChannelError>> {
        let mut bills = self.bills.lock().unwrap();
        let news = bills.get_mut(bill).map_or(BillNews::Unknown, |(news, _)| {
            if *news == BillNews::Waiting {
                *news = BillNews::Closed;
            }
            news.clone()
        });
        Box::pin(async { Ok(news) })
    }

    fn refund<'a>(&'a self, _: &'a AskRefund) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        let answer = match *self.mood.lock().unwrap() {
            Mood::Pays => Ok(done()),
            Mood::Promises => Ok(RefundNews::Pending),
            Mood::Refuses => Err(ChannelError::Refused("the account is closed".into())),
            Mood::Sleeps => Err(ChannelError::Unavailable("asleep".into())),
        };
        Box::pin(async { answer })
    }

    fn query_refund<'a>(&'a self, _: &'a RefundNo) -> BoxFuture<'a, Result<RefundNews, ChannelError>> {
        Box::pin(async { Ok(RefundNews::Pending) })
    }
}
