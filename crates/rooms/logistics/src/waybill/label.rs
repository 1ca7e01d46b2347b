//! The label of a waybill, as HTML to be printed: one part for the parcel, or two, the second for the receiver.

use maud::{DOCTYPE, Markup, html};

use super::{
    code128::bars,
    order::{NewWaybill, Party},
};
use crate::LabelDatum;

/// Which label is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrintType {
    /// For the parcel and for the receiver (`print_type` 0).
    #[default]
    TwoPart,
    /// For the parcel alone (`print_type` 1).
    OnePart,
}

const STYLE: &str = "\
@page{size:100mm 180mm;margin:0}\
body{margin:0;font:12px sans-serif}\
.label{box-sizing:border-box;width:100mm;padding:3mm;border-bottom:1px dashed #000}\
.mark{font-size:24px;font-weight:bold}\
.party{margin:2mm 0}\
.number{text-align:center;letter-spacing:2px}\
svg{display:block;width:100%;height:16mm}";

/// The label as a whole page.
pub(crate) fn label(
    order: &NewWaybill,
    carrier: &str,
    waybill_id: &str,
    data: &[LabelDatum],
    print: PrintType,
) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head { meta charset="utf-8"; title { (waybill_id) } style { (STYLE) } }
            body {
                (parcel_part(order, carrier, waybill_id, data))
                @if print == PrintType::TwoPart { (receiver_part(order, carrier, waybill_id)) }
            }
        }
    };
    page.into_string()
}

fn parcel_part(order: &NewWaybill, carrier: &str, waybill_id: &str, data: &[LabelDatum]) -> Markup {
    html! {
        section.label {
            header { strong { (carrier) } }
            @for datum in data { div.mark { (datum.value) } }
            (barcode(waybill_id))
            (party("收", &order.receiver))
            (party("寄", &order.sender))
            p { "件数 " (order.cargo.count) "　重量 " (order.cargo.weight_kg) " kg" }
            @if let Some(value) = order.insured { p { "保价 " (yuan(value)) } }
            @if !order.custom_remark.is_empty() { p { "备注 " (order.custom_remark) } }
        }
    }
}

fn receiver_part(order: &NewWaybill, carrier: &str, waybill_id: &str) -> Markup {
    html! {
        section.label {
            header { strong { (carrier) } " 收件联" }
            (barcode(waybill_id))
            (party("收", &order.receiver))
            ul { @for line in &order.cargo.lines { li { (line.name) " × " (line.count) } } }
            p { "订单 " (order.order_id) }
        }
    }
}

fn party(role: &str, party: &Party) -> Markup {
    html! {
        div.party {
            strong { (role) } " " (party.name) " " (party.phone())
            @if !party.company.is_empty() { " " (party.company) }
            div { (party.whole_address()) }
        }
    }
}

/// The number as bars; a number that has none in Code 128 stands in digits alone.
fn barcode(waybill_id: &str) -> Markup {
    html! {
        @if let Some((bars, width)) = bars(waybill_id) {
            svg viewBox={ "0 0 " (width) " 10" } preserveAspectRatio="none" {
                @for bar in &bars { rect x=(bar.at) y="0" width=(bar.width) height="10" {} }
            }
        }
        div.number { (waybill_id) }
    }
}

/// Fen as yuan.
fn yuan(fen: i64) -> String {
    format!("¥{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sample_order;

    fn printed(print: PrintType, order: &NewWaybill) -> String {
        let data = [LabelDatum { key: "SF_mark".into(), value: "101- 07-03 509".into() }];
        label(order, "顺丰速运", "123456789", &data, print)
    }

    #[test]
    fn a_label_shows_who_what_and_how_it_is_sorted() {
        let page = printed(PrintType::OnePart, &sample_order());
        for shown in [
            "顺丰速运",
            "123456789",
            "101- 07-03 509",
            "张三",
            "王小蒙",
            "18610000000",
            "易碎物品",
            "¥100.00",
            "<rect",
        ] {
            assert!(page.contains(shown), "{shown}");
        }
        assert_eq!(page.matches("<section").count(), 1);
    }

    #[test]
    fn the_second_part_is_the_receivers() {
        let page = printed(PrintType::TwoPart, &sample_order());
        assert_eq!(page.matches("<section").count(), 2);
        assert!(page.contains("收件联") && page.contains("01234567890123456789"));
    }

    #[test]
    fn texts_of_the_merchant_are_no_markup() {
        let mut order = sample_order();
        order.custom_remark = "<script>alert(1)</script>".into();
        let page = printed(PrintType::TwoPart, &order);
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    }
}
