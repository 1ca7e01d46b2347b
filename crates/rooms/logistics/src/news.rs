//! Tells shoppers where their parcels are.

use kernel::{Ctx, Scope, ShopperId};
use push::NewNotice;
use store::{Tx, p};

use crate::{
    Error, Stage, StageReached, TrackGrew, directory,
    door::shops_of,
    parcel::{self, one},
    public_track::number_end,
    sql,
    stage::Trouble,
    waybill::{self, Waybill},
};

/// Puts a notice into the shopper's inbox when a parcel of an order gets further.
pub(crate) async fn tell_parcel(tx: &mut Tx, ctx: &Ctx, reached: &StageReached) -> Result<(), Error> {
    if reached.late {
        return Ok(()); // the shopper knows that it is further on
    }
    let key = p![reached.shop, reached.parcel];
    let Some(parcel) = one(tx, sql::parcel::SELECT, key).await?.filter(|p| p.dropped_at.is_none()) else {
        return Ok(());
    };
    let words = Words {
        stage: reached.stage,
        carrier: directory::name_of(&parcel.delivery_id),
        waybill_id: &parcel.waybill_id,
        goods: &parcel.goods,
    };
    tell(tx, ctx, reached.shopper, reached.parcel.0, &words, Some(format!("/parcels/{}", parcel.id))).await
}

/// The same for a waybill that a mini program made for an order of its own. A parcel of an order has its own news.
pub(crate) async fn tell_waybill(tx: &mut Tx, ctx: &Ctx, grew: &TrackGrew) -> Result<(), Error> {
    let Some(waybill) = waybill::one(tx, sql::waybill::BY_KEY, p![grew.app, grew.waybill]).await? else {
        return Ok(());
    };
    let Some(shopper) = waybill.shopper else { return Ok(()) };
    if grew.news.iter().all(|news| news.late) || has_parcel(tx, &waybill).await? {
        return Ok(());
    }
    let goods = waybill.order(tx.vault())?.goods().to_owned();
    for news in grew.news.iter().filter(|news| !news.late) {
        let words = Words {
            stage: news.stage,
            carrier: directory::name_of(&waybill.delivery_id),
            waybill_id: &waybill.waybill_id,
            goods: &goods,
        };
        tell(tx, ctx, shopper, waybill.key.0, &words, None).await?;
    }
    Ok(())
}

async fn has_parcel(tx: &mut Tx, waybill: &Waybill) -> Result<bool, Error> {
    for shop in shops_of(tx, waybill.app, waybill.shop).await? {
        if !parcel::by_number(tx, shop, &waybill.delivery_id, &waybill.waybill_id).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    shopper: ShopperId,
    subject: i64,
    words: &Words<'_>,
    link: Option<String>,
) -> Result<(), Error> {
    let Some((title, body)) = words.written() else { return Ok(()) };
    let notice = NewNotice {
        kind: StageReached::KIND_OF_NOTICE,
        subject,
        dedupe: words.stage.number(),
        title: title.to_owned(),
        body,
        link,
    };
    push::tell(tx, &ctx.as_system(Scope::Shopper(shopper)), &notice).await?;
    Ok(())
}

impl StageReached {
    const KIND_OF_NOTICE: &'static str = "logistics.parcel";
}

/// What a notice is made of.
struct Words<'a> {
    stage: Stage,
    carrier: &'a str,
    waybill_id: &'a str,
    goods: &'a str,
}

impl Words<'_> {
    /// Title and text; `None` for a stage that is no news.
    fn written(&self) -> Option<(&'static str, String)> {
        let (title, what) = match self.stage {
            Stage::Created => return None,
            Stage::PickedUp => ("快递已揽收", "已由快递员揽收"),
            Stage::InTransit => ("快递运输中", "正在运输途中"),
            Stage::OutForDelivery => ("快递派送中", "正在派送，请留意查收"),
            Stage::Signed => ("快递已签收", "已签收"),
            Stage::Returned => ("快递已退回", "已退回寄件人"),
            Stage::Failed(trouble) => trouble_in_words(trouble),
        };
        let goods = if self.goods.is_empty() { "您的快件" } else { self.goods };
        let number = number_end(self.waybill_id);
        Some((title, format!("{goods}{what}。{}，运单尾号{number}。", self.carrier)))
    }
}

const fn trouble_in_words(trouble: Trouble) -> (&'static str, &'static str) {
    match trouble {
        Trouble::PickupFailed => ("快递揽收失败", "揽收失败，商家会尽快处理"),
        Trouble::HeldUp => ("快递滞留", "在途中滞留"),
        Trouble::Problem => ("快递异常", "运输出现异常，商家会尽快处理"),
        Trouble::SigningFailed => ("快递签收失败", "未能成功签收，请与快递员联系"),
        Trouble::Refused => ("快递被拒收", "已被拒收"),
        Trouble::Cancelled => ("快递已取消", "的运单已取消"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stage: Stage, goods: &str) -> Option<(&'static str, String)> {
        Words { stage, carrier: "顺丰速运", waybill_id: "SF1234567890123", goods }.written()
    }

    #[test]
    fn a_notice_names_goods_carrier_and_the_end_of_the_number() {
        let (title, body) = written(Stage::PickedUp, "杨梅 2 斤").unwrap();
        assert_eq!(title, "快递已揽收");
        assert_eq!(body, "杨梅 2 斤已由快递员揽收。顺丰速运，运单尾号0123。");
        let (_, body) = written(Stage::Signed, "").unwrap();
        assert_eq!(body, "您的快件已签收。顺丰速运，运单尾号0123。");
    }

    #[test]
    fn every_stage_but_the_first_is_news() {
        assert_eq!(written(Stage::Created, ""), None);
        for trouble in [
            Trouble::PickupFailed,
            Trouble::HeldUp,
            Trouble::Problem,
            Trouble::SigningFailed,
            Trouble::Refused,
            Trouble::Cancelled,
        ] {
            assert!(written(Stage::Failed(trouble), "").is_some());
        }
    }
}
