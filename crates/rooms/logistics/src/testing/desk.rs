//! A carrier that can be told what to do.

use futures::future::BoxFuture;
use std::{collections::VecDeque, sync::Mutex};

use crate::{
    Carrier, CarrierAccount, CarrierError, CarrierPush, IssuedWaybill, LabelDatum, PushedTracks, Standing,
    Step, WaybillName, WaybillRequest,
};

/// A carrier that answers as it is told, and otherwise as the published samples have it.
pub(crate) struct Desk {
    id: &'static str,
    every: Option<i64>,
    answers: Mutex<VecDeque<CarrierError>>,
    pub(crate) standing: Mutex<Standing>,
    pub(crate) tracks: Mutex<Vec<Step>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Desk {
    pub(crate) fn new(id: &'static str) -> Self {
        Self {
            id,
            every: None,
            answers: Mutex::default(),
            standing: Mutex::new(Standing::Good { quota: Some(210) }),
            tracks: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    pub(crate) fn asked_every(id: &'static str, every: i64) -> Self {
        Self { every: Some(every), ..Self::new(id) }
    }

    /// The next call fails like this.
    pub(crate) fn fail(&self, error: CarrierError) {
        self.answers.lock().unwrap().push_back(error);
    }

    pub(crate) fn refuse(&self, code: i64, message: &str) {
        self.fail(CarrierError::Refused { code, message: message.into() });
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn answer<T>(&self, call: String, answer: T) -> Result<T, CarrierError> {
        self.asked.lock().unwrap().push(call);
        self.answers.lock().unwrap().pop_front().map_or(Ok(answer), Err)
    }
}

impl Carrier for Desk {
    fn id(&self) -> &'static str {
        self.id
    }

    fn create_waybill<'a>(
        &'a self,
        request: &'a WaybillRequest<'a>,
    ) -> BoxFuture<'a, Result<IssuedWaybill, CarrierError>> {
        let datum =
            |key: &str, value: &str| LabelDatum { key: format!("{}_{key}", self.id), value: value.into() };
        let issued = IssuedWaybill {
            waybill_id: "123456789".into(),
            label_data: vec![datum("bagAddr", "广州"), datum("mark", "101- 07-03 509")],
        };
        let call = format!("create {} {}", request.account.password, request.order.order_id);
        Box::pin(async move { self.answer(call, issued) })
    }

    fn cancel<'a>(&'a self, waybill: &'a WaybillName<'a>) -> BoxFuture<'a, Result<(), CarrierError>> {
        Box::pin(async move { self.answer(format!("cancel {}", waybill.waybill_id), ()) })
    }

    fn query<'a>(&'a self, waybill_id: &'a str) -> BoxFuture<'a, Result<Vec<Step>, CarrierError>> {
        let steps = self.tracks.lock().unwrap().clone();
        Box::pin(async move { self.answer(format!("query {waybill_id}"), steps) })
    }

    fn parse_push(&self, _: &CarrierPush) -> Result<PushedTracks, CarrierError> {
        Err(CarrierError::BadSignature)
    }

    fn check_account<'a>(
        &'a self,
        account: &'a CarrierAccount,
    ) -> BoxFuture<'a, Result<Standing, CarrierError>> {
        let standing = self.standing.lock().unwrap().clone();
        Box::pin(async move { self.answer(format!("check {}", account.biz_id), standing) })
    }

    fn query_every_ms(&self) -> Option<i64> {
        self.every
    }
}
