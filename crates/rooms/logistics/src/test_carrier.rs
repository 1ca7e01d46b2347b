//! The sandbox carrier `TEST`: gives waybills at once, moves them only when told (`docs/wire/express.md`, Sandbox).

use futures::future::{BoxFuture, ready};
use hmac::{Hmac, KeyInit, Mac};
use kernel::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    Carrier, CarrierAccount, CarrierError, CarrierPush, IssuedWaybill, LabelDatum, PushedTracks, Standing,
    Step, WaybillName, WaybillRequest, carrier::UNKNOWN_CUSTOMER,
};

/// Its id.
pub const ID: &str = "TEST";
/// Its only customer account, which needs no binding.
pub const BIZ_ID: &str = "test_biz_id";
/// The number of its only service.
pub const SERVICE_TYPE: i64 = 1;
/// The name of its only service.
pub const SERVICE_NAME: &str = "test_service_name";
/// The header that signs a push: the hexadecimal HMAC-SHA-256 of the body.
pub const SIGNATURE_HEADER: &str = "x-kaidian-signature";
/// Sandbox waybills of an application on a day.
pub const A_DAY: i64 = 10;

/// The carrier. It keeps nothing: whatever it says follows from what it is asked.
pub struct TestCarrier {
    secret: Option<String>,
}

impl TestCarrier {
    /// The carrier; pushes are signed with `secret`, without one none is taken.
    pub const fn new(secret: Option<String>) -> Self {
        Self { secret }
    }
}

/// A push: a waybill with steps, times in Unix seconds.
#[derive(Deserialize)]
struct Pushed {
    waybill_id: String,
    steps: Vec<PushedStep>,
}

#[derive(Deserialize)]
struct PushedStep {
    action_time: i64,
    action_type: i64,
    action_msg: String,
    lat: Option<f64>,
    lng: Option<f64>,
}

impl From<PushedStep> for Step {
    fn from(s: PushedStep) -> Self {
        Self {
            lat: s.lat,
            lng: s.lng,
            ..Self::new(Timestamp::from_secs(s.action_time), s.action_type, s.action_msg)
        }
    }
}

impl Carrier for TestCarrier {
    fn id(&self) -> &'static str {
        ID
    }

    fn create_waybill<'a>(
        &'a self,
        request: &'a WaybillRequest<'a>,
    ) -> BoxFuture<'a, Result<IssuedWaybill, CarrierError>> {
        Box::pin(ready(known(request.account).map(|()| issue(request))))
    }

    fn cancel<'a>(&'a self, waybill: &'a WaybillName<'a>) -> BoxFuture<'a, Result<(), CarrierError>> {
        Box::pin(ready(known(waybill.account)))
    }

    fn query<'a>(&'a self, _waybill_id: &'a str) -> BoxFuture<'a, Result<Vec<Step>, CarrierError>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn parse_push(&self, push: &CarrierPush) -> Result<PushedTracks, CarrierError> {
        let secret = self.secret.as_deref().ok_or(CarrierError::BadSignature)?;
        let signature = push.headers.get(SIGNATURE_HEADER).ok_or(CarrierError::BadSignature)?;
        let signature = hex::decode(signature).map_err(|_| CarrierError::BadSignature)?;
        let mac = mac(secret, &push.body).ok_or(CarrierError::BadSignature)?;
        mac.verify_slice(&signature).map_err(|_| CarrierError::BadSignature)?;
        let pushed: Pushed =
            serde_json::from_slice(&push.body).map_err(|e| CarrierError::BadPush(e.to_string()))?;
        let steps = pushed.steps.into_iter().map(Step::from).collect();
        Ok(PushedTracks {
            tracks: vec![(pushed.waybill_id, steps)],
            receipt: r#"{"errcode":0,"errmsg":"ok"}"#.to_owned(),
            content_type: "application/json",
        })
    }

    fn check_account<'a>(
        &'a self,
        account: &'a CarrierAccount,
    ) -> BoxFuture<'a, Result<Standing, CarrierError>> {
        Box::pin(ready(known(account).map(|()| Standing::Good { quota: None })))
    }
}

fn known(account: &CarrierAccount) -> Result<(), CarrierError> {
    if account.biz_id == BIZ_ID {
        return Ok(());
    }
    Err(CarrierError::Refused { code: UNKNOWN_CUSTOMER, message: "unknown customer code".to_owned() })
}

fn issue(request: &WaybillRequest<'_>) -> IssuedWaybill {
    let datum = |key: &str, value: String| LabelDatum { key: format!("{ID}_{key}"), value };
    let order = request.order;
    IssuedWaybill {
        waybill_id: format!("{}_{}_waybill_id", order.order_id, request.at.secs()),
        label_data: vec![
            datum("bagAddr", order.receiver.city.clone()),
            datum("mark", sort_code(&order.receiver.whole_address())),
        ],
    }
}

/// A code in the form that carriers print large: the same for the same address.
fn sort_code(address: &str) -> String {
    let hash = Sha256::digest(address.as_bytes());
    let part = |at: usize, most: u32| hash.get(at).map_or(0, |byte| u32::from(*byte)) * 7 % most;
    format!("{:03}- {:02}-{:02} {:03}", part(0, 1000), part(1, 100), part(2, 100), part(3, 1000))
}

fn mac(secret: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}

/// The signature of a push's body, for whoever plays the sandbox carrier.
pub fn sign(secret: &str, body: &[u8]) -> Option<String> {
    mac(secret, body).map(|mac| hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sandbox_order;

    fn push(signature: &str, body: &str) -> CarrierPush {
        let headers = [(SIGNATURE_HEADER.to_owned(), signature.to_owned())].into();
        CarrierPush { headers, query: String::new(), body: body.into() }
    }

    const BODY: &str = r#"{"waybill_id":"w","steps":[{"action_time":1574850455,"action_type":300002,"action_msg":"开始派送"}]}"#;

    #[tokio::test]
    async fn a_waybill_is_named_after_order_and_moment() {
        let account =
            CarrierAccount { biz_id: BIZ_ID.into(), password: String::new(), remark: String::new() };
        let order = sandbox_order("test201911271429000");
        let at = Timestamp::from_secs(1_574_836_404);
        let request = WaybillRequest { account: &account, order: &order, service_name: SERVICE_NAME, at };
        let issued = TestCarrier::new(None).create_waybill(&request).await.unwrap();
        assert_eq!(issued.waybill_id, "test201911271429000_1574836404_waybill_id");
        assert_eq!(issued.label_data[0].key, "TEST_bagAddr");
        assert_eq!(issued.label_data[0].value, order.receiver.city);
        assert_eq!(issued.label_data[1].value.len(), "101- 07-03 509".len());
    }

    #[tokio::test]
    async fn it_knows_one_customer() {
        let account = CarrierAccount { biz_id: "xyz".into(), password: String::new(), remark: String::new() };
        let refused = TestCarrier::new(None).check_account(&account).await;
        assert!(matches!(refused, Err(CarrierError::Refused { code: UNKNOWN_CUSTOMER, .. })));
    }

    #[test]
    fn a_signed_push_is_read() {
        let read =
            TestCarrier::new(Some("s".into())).parse_push(&push(&sign("s", BODY.as_bytes()).unwrap(), BODY));
        let (waybill, steps) = &read.unwrap().tracks[0];
        assert_eq!(waybill, "w");
        assert_eq!(*steps, [Step::new(Timestamp::from_secs(1_574_850_455), 300_002, "开始派送")]);
    }

    #[test]
    fn a_push_of_somebody_else_is_refused() {
        let good = sign("s", BODY.as_bytes()).unwrap();
        let refused = |secret: Option<&str>, push: &CarrierPush| {
            TestCarrier::new(secret.map(str::to_owned)).parse_push(push) == Err(CarrierError::BadSignature)
        };
        assert!(refused(Some("other"), &push(&good, BODY)));
        assert!(refused(None, &push(&good, BODY)));
        assert!(refused(Some("s"), &push(&good, &BODY.replace("300002", "300003"))));
        assert!(refused(Some("s"), &push("no hex", BODY)));
        assert!(refused(Some("s"), &CarrierPush { body: BODY.into(), ..CarrierPush::default() }));
        let unreadable =
            TestCarrier::new(Some("s".into())).parse_push(&push(&sign("s", b"{}").unwrap(), "{}"));
        assert!(matches!(unreadable, Err(CarrierError::BadPush(_))));
    }
}
