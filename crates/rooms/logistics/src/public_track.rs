//! What a page that anybody with the link can open may show of a parcel.
//!
//! Carriers write names, phone numbers and places into their words, so none of these words is shown: a step is its
//! moment and the published meaning of its code.

use kernel::{ParcelId, ShopId, Timestamp};
use store::Tx;

use crate::{
    Error, Stage, directory,
    stage::action,
    timeline::{Timeline, timeline},
};

/// A parcel's track without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicTrack {
    /// The carrier's name.
    pub carrier: String,
    /// The last characters of the carrier's number.
    pub number_ends: String,
    /// Where it stands.
    pub stage: Stage,
    /// What happened, the latest first.
    pub steps: Vec<PublicStep>,
}

/// A step without personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicStep {
    /// When.
    pub at: Timestamp,
    /// What, in Chinese.
    pub what: &'static str,
}

/// The public track of a parcel; `None` if there is no such parcel.
pub async fn public_track(tx: &mut Tx, shop: ShopId, parcel: ParcelId) -> Result<Option<PublicTrack>, Error> {
    Ok(timeline(tx, shop, parcel).await?.map(|track| public(&track)))
}

fn public(track: &Timeline) -> PublicTrack {
    let steps = track.steps.iter().rev().map(|step| PublicStep {
        at: step.time,
        what: action(step.action_type).map_or("物流更新", |a| a.name),
    });
    PublicTrack {
        carrier: directory::name_of(&track.delivery_id).to_owned(),
        number_ends: number_end(&track.waybill_id),
        stage: track.stage,
        steps: steps.collect(),
    }
}

/// The last four digits of a carrier's number; of a number with fewer, its last four characters.
pub(crate) fn number_end(waybill_id: &str) -> String {
    let last = |chars: Vec<char>| chars.iter().skip(chars.len().saturating_sub(4)).collect::<String>();
    let digits: Vec<char> = waybill_id.chars().filter(char::is_ascii_digit).collect();
    last(if digits.len() >= 4 { digits } else { waybill_id.chars().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Step;

    #[test]
    fn nothing_of_the_carriers_words_and_little_of_the_number_is_shown() {
        let at = Timestamp::from_secs(1_700_000_000);
        let track = Timeline {
            parcel: ParcelId(1),
            delivery_id: "YD".into(),
            waybill_id: "4312345678901".into(),
            stage: Stage::Signed,
            steps: vec![
                Step {
                    lat: Some(23.0),
                    lng: Some(113.0),
                    ..Step::new(at, 300_002, "【王小明 13800000000】正在派件")
                },
                Step::new(at + 1, 300_003, "已签收，签收人：李雷"),
            ],
        };
        let shown = public(&track);
        assert_eq!((shown.carrier.as_str(), shown.number_ends.as_str()), ("韵达快递", "8901"));
        assert_eq!(shown.steps.iter().map(|s| s.what).collect::<Vec<_>>(), ["已签收", "派送中"]);
        let text = format!("{shown:?}");
        for private in ["王小明", "138", "李雷", "43123", "113"] {
            assert!(!text.contains(private), "{private}");
        }
    }

    #[test]
    fn a_number_ends_in_its_last_digits() {
        assert_eq!(number_end("test_1574836404_waybill_id"), "6404");
        assert_eq!(number_end("AB12"), "AB12");
        assert_eq!(number_end("X"), "X");
    }
}
