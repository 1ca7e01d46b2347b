//! What is sent: the event in its envelope, in the endpoint's mode and format, and the query that signs it.

use kernel::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{AesKey, Error, Format, Mode, crypto, xml};

/// An endpoint as the sender knows it, with its secrets open.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) aes_key: Option<AesKey>,
    pub(crate) appid: String,
    pub(crate) mode: Mode,
    pub(crate) format: Format,
    pub(crate) version: i64,
}

/// A push whose delivery was taken up.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) push: kernel::PushId,
    pub(crate) series: i64,
    pub(crate) attempt: i64,
    pub(crate) event: String,
    pub(crate) to_user: String,
    pub(crate) from_user: String,
    pub(crate) at: Timestamp,
    pub(crate) body: String,
}

/// The chance that goes into one request.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    /// Up to ten digits.
    pub(crate) nonce: String,
    /// Goes before the encrypted message.
    pub(crate) salt: [u8; 16],
}

/// A request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// Writes the push as `route` wants it, signed at the wall time `wall`.
pub(crate) fn seal(route: &Route, push: &Claimed, fresh: &Fresh, wall: Timestamp) -> Result<Sealed, Error> {
    let timestamp = wall.secs().to_string();
    let mut query = signed(route, &timestamp, &fresh.nonce);
    query.push(("openid", push.from_user.clone()));
    let mut fields = event(push)?;
    if let (Mode::Compatible | Mode::Safe, Some(key)) = (route.mode, &route.aes_key) {
        let plain = text(route.format, &fields)?;
        let encrypt = crypto::encrypt(key, fresh.salt, plain.as_bytes(), &route.appid);
        let msg_signature = crypto::msg_signature(&route.token, &timestamp, &fresh.nonce, &encrypt);
        query.extend([("encrypt_type", "aes".to_owned()), ("msg_signature", msg_signature)]);
        if route.mode == Mode::Safe {
            fields.0.retain(|(name, _)| name == "ToUserName");
        }
        fields.0.push(("Encrypt".to_owned(), encrypt.into()));
    }
    let content_type = match route.format {
        Format::Json => "application/json; charset=utf-8",
        Format::Xml => "text/xml; charset=utf-8",
    };
    Ok(Sealed { query, content_type, body: text(route.format, &fields)? })
}

/// The query of the URL check: the same signature, and the text to be echoed.
pub(crate) fn check_query(
    route: &Route,
    echo: &str,
    fresh: &Fresh,
    wall: Timestamp,
) -> Vec<(&'static str, String)> {
    let mut query = signed(route, &wall.secs().to_string(), &fresh.nonce);
    query.push(("echostr", echo.to_owned()));
    query
}

fn signed(route: &Route, timestamp: &str, nonce: &str) -> Vec<(&'static str, String)> {
    vec![
        ("signature", crypto::signature(&route.token, timestamp, nonce)),
        ("timestamp", timestamp.to_owned()),
        ("nonce", nonce.to_owned()),
    ]
}

/// The members of a document, in the order of the published samples: the envelope first.
struct Fields(Vec<(String, Value)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The envelope's fields and the event's own behind them; where both have a name, the envelope's counts.
fn event(push: &Claimed) -> Result<Fields, Error> {
    let own: Map<String, Value> = serde_json::from_str(&push.body).map_err(Error::Encoding)?;
    let mut fields: Vec<(String, Value)> = [
        ("ToUserName", Value::from(push.to_user.as_str())),
        ("FromUserName", push.from_user.as_str().into()),
        ("CreateTime", push.at.secs().into()),
        ("MsgType", "event".into()),
        ("Event", push.event.as_str().into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for (name, value) in own {
        if !fields.iter().any(|(taken, _)| *taken == name) {
            fields.push((name, value));
        }
    }
    Ok(Fields(fields))
}

fn text(format: Format, fields: &Fields) -> Result<String, Error> {
    match format {
        Format::Json => serde_json::to_string(fields).map_err(Error::Encoding),
        Format::Xml => Ok(xml::document(fields.0.iter().map(|(name, value)| (name.as_str(), value)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn route(mode: Mode, format: Format) -> Route {
        Route {
            url: "http://merchant.test/wx".into(),
            token: "AAAAA".into(),
            aes_key: AesKey::parse(&"A".repeat(43)),
            appid: "wxba5fad812f8e6fb9".into(),
            mode,
            format,
            version: 1,
        }
    }

    fn sealed(mode: Mode, format: Format) -> Sealed {
        let push = Claimed {
            push: 7.into(),
            series: 1,
            attempt: 1,
            event: "channels_ec_order_pay".into(),
            to_user: "gh_1".into(),
            from_user: "o1".into(),
            at: Timestamp::from_ms(1_714_112_445_678),
            body: json!({"order_info": {"order_id": "37", "pay_time": 5}}).to_string(),
        };
        let fresh = Fresh { nonce: "415670741".into(), salt: *b"a8eedb185eb2fecf" };
        seal(&route(mode, format), &push, &fresh, Timestamp::from_secs(1_714_036_504)).unwrap()
    }

    fn of(sealed: &Sealed, name: &str) -> Option<String> {
        sealed.query.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone())
    }

    const PLAIN: &str = r#"{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1714112445,"MsgType":"event","Event":"channels_ec_order_pay","order_info":{"order_id":"37","pay_time":5}}"#;

    #[test]
    fn a_plain_push_is_the_event_in_its_envelope_and_signed() {
        let sealed = sealed(Mode::Plain, Format::Json);
        assert_eq!(sealed.body, PLAIN);
        assert_eq!(of(&sealed, "signature"), Some(crypto::signature("AAAAA", "1714036504", "415670741")));
        assert_eq!(of(&sealed, "openid").as_deref(), Some("o1"));
        assert_eq!(of(&sealed, "encrypt_type"), None);
        assert_eq!(of(&sealed, "msg_signature"), None);
    }

    fn check_encrypted(sealed: &Sealed, encrypt: &str) -> Vec<u8> {
        assert_eq!(of(sealed, "encrypt_type").as_deref(), Some("aes"));
        assert_eq!(
            of(sealed, "msg_signature"),
            Some(crypto::msg_signature("AAAAA", "1714036504", "415670741", encrypt))
        );
        let opened = crypto::decrypt(&AesKey::parse(&"A".repeat(43)).unwrap(), encrypt).unwrap();
        assert_eq!(opened.appid, "wxba5fad812f8e6fb9");
        opened.message
    }

    #[test]
    fn the_compatible_mode_sends_both_and_the_safe_one_only_the_cipher_text() {
        for (mode, members) in [(Mode::Compatible, 7), (Mode::Safe, 2)] {
            let sealed = sealed(mode, Format::Json);
            let got: Map<String, Value> = serde_json::from_str(&sealed.body).unwrap();
            assert_eq!(got.len(), members);
            assert_eq!(got["ToUserName"], "gh_1");
            let message = check_encrypted(&sealed, got["Encrypt"].as_str().unwrap());
            assert_eq!(String::from_utf8(message).unwrap(), PLAIN);
        }
    }

    #[test]
    fn xml_is_encrypted_as_xml() {
        let sealed = sealed(Mode::Safe, Format::Xml);
        assert_eq!(sealed.content_type, "text/xml; charset=utf-8");
        let encrypt = sealed
            .body
            .strip_prefix("<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[")
            .and_then(|s| s.strip_suffix("]]></Encrypt></xml>"))
            .unwrap();
        let message = String::from_utf8(check_encrypted(&sealed, encrypt)).unwrap();
        assert_eq!(
            message,
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>\
             <CreateTime>1714112445</CreateTime><MsgType><![CDATA[event]]></MsgType>\
             <Event><![CDATA[channels_ec_order_pay]]></Event>\
             <order_info><order_id><![CDATA[37]]></order_id><pay_time>5</pay_time></order_info></xml>"
        );
    }

    #[test]
    fn the_check_carries_the_text_to_be_echoed() {
        let fresh = Fresh { nonce: "1514711492".into(), salt: [0; 16] };
        let route = route(Mode::Safe, Format::Json);
        let query = check_query(&route, "echo me", &fresh, Timestamp::from_secs(1_714_036_504));
        let expected = [
            ("signature", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
            ("timestamp", "1714036504"),
            ("nonce", "1514711492"),
            ("echostr", "echo me"),
        ];
        assert_eq!(query, expected.map(|(n, v)| (n, v.to_owned())));
    }
}
