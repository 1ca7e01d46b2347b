//! The cashier's page: made on the server, without a script, in Chinese and English, for the width of a phone.

use kernel::{Currency, Money};
use maud::{DOCTYPE, Markup, html};

use crate::bill::{Bill, BillState};

/// The style of the pages, served beside them so that the policy may forbid everything inline.
pub(crate) const CSS: &str = "\
:root { color-scheme: light dark; --brand: #07c160; --line: #8884; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif; }
main { max-width: 26rem; margin: 0 auto; padding: 1.25rem; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0 0 .25rem; }
.note { margin: 0 0 1.25rem; opacity: .7; font-size: .85rem; }
.sum { font-size: 2.25rem; font-weight: 600; margin: .5rem 0 0; overflow-wrap: anywhere; }
.what { margin: 0 0 1.25rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; font-size: .85rem; }
dt { opacity: .7; }
dd { margin: 0; overflow-wrap: anywhere; text-align: right; }
button, .button { display: block; width: 100%; min-height: 3rem; margin: 0 0 .75rem; padding: .5rem 1rem;
  border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: inherit; font: inherit;
  text-align: center; text-decoration: none; cursor: pointer; }
button.main, .button.main { background: var(--brand); border-color: var(--brand); color: #fff; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
details { border-top: 1px solid var(--line); margin-top: .5rem; padding-top: .75rem; }
summary { cursor: pointer; margin-bottom: .75rem; }
label { display: block; font-size: .85rem; margin-bottom: .25rem; }
input { width: 100%; min-height: 3rem; margin: 0 0 .75rem; padding: .5rem .75rem; border: 1px solid var(--line);
  border-radius: .5rem; background: transparent; color: inherit; font: inherit; }
";

/// Longest delay that the page offers, in seconds.
pub(crate) const MOST_SECONDS: i64 = 3600;

/// The cashier of a bill.
pub(crate) fn cashier(bill: &Bill) -> Markup {
    frame(&html! {
        h1 { "模拟收银台 " span lang="en" { "Sandbox cashier" } }
        p.note { "不涉及真实资金。" span lang="en" { "No real money moves." } }
        p.sum { (money_text(bill.amount)) }
        p.what { (bill.description) }
        dl {
            dt { "状态 " span lang="en" { "State" } } dd { (state_text(bill.state)) }
            dt { "单号 " span lang="en" { "Bill" } } dd { (bill.bill) }
            dt { "商户单号 " span lang="en" { "Merchant's no." } } dd { (bill.out_no) }
        }
        @if bill.state == BillState::Waiting { (buttons(bill)) } @else {
            a.button.main href=(bill.return_url) { "返回商家 " span lang="en" { "Back to the shop" } }
        }
    })
}

fn buttons(bill: &Bill) -> Markup {
    html! {
        form method="post" action={ "/sandbox/cashier/" (bill.bill) } {
            (button("approve", true, "确认付款", "Pay"))
            (button("decline", false, "拒绝付款", "Decline"))
            details {
                summary { "模拟异常 " span lang="en" { "Make something go wrong" } }
                (button("twice", false, "付款，通知两次", "Pay, notify twice"))
                (button("lose", false, "付款，通知丢失", "Pay, lose the notice"))
                (button("out_of_order", false, "付款，通知乱序", "Pay, notify out of order"))
                label for="seconds" { "延迟秒数 " span lang="en" { "Seconds of delay" } }
                input #seconds type="number" name="seconds" value="10" min="0" max=(MOST_SECONDS);
                (button("delay", false, "付款，延迟通知", "Pay, notify later"))
            }
        }
    }
}

fn button(act: &str, main: bool, chinese: &str, english: &str) -> Markup {
    html! {
        button.main[main] type="submit" name="act" value=(act) { (chinese) " " span lang="en" { (english) } }
    }
}

/// A page that says why there is no cashier.
pub(crate) fn refusal(chinese: &str, english: &str) -> Markup {
    frame(&html! {
        h1 { (chinese) }
        p lang="en" { (english) }
    })
}

fn frame(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "模拟收银台 Sandbox cashier" }
                link rel="stylesheet" href="/sandbox/cashier.css";
            }
            body { main { (body) } }
        }
    }
}

fn state_text(state: BillState) -> Markup {
    let (chinese, english) = match state {
        BillState::Waiting => ("待付款", "Waiting"),
        BillState::Paid => ("已付款", "Paid"),
        BillState::Declined => ("已拒绝", "Declined"),
        BillState::Closed => ("已关闭", "Closed"),
    };
    html! { (chinese) " " span lang="en" { (english) } }
}

/// Currencies without a minor unit (ISO 4217).
const WHOLE: [&str; 5] = ["JPY", "KRW", "VND", "CLP", "ISK"];

/// An amount for people: `¥12.34`, `12.34 USD`, `1234 JPY`.
fn money_text(amount: Money) -> String {
    let units = amount.minor.unsigned_abs();
    let sign = if amount.minor < 0 { "-" } else { "" };
    if WHOLE.contains(&amount.currency.as_str()) {
        return format!("{sign}{units} {}", amount.currency);
    }
    let text = format!("{sign}{}.{:02}", units / 100, units % 100);
    if amount.currency == Currency::CNY { format!("¥{text}") } else { format!("{text} {}", amount.currency) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(state: BillState) -> Bill {
        Bill {
            bill: 5,
            out_no: "p1-2-1".into(),
            amount: Money::fen(1_234),
            description: "<b>杯子</b>".into(),
            notify_url: "http://shop/callbacks/pay/sandbox".into(),
            return_url: "http://shop/return?payment=2&x=\"1".into(),
            state,
            txn: None,
            paid_at: None,
            notices: None,
            refunds: None,
        }
    }

    #[test]
    fn an_amount_is_shown_in_its_own_units() {
        assert_eq!(money_text(Money::fen(1_205)), "¥12.05");
        assert_eq!(money_text(Money::new(5, Currency::USD)), "0.05 USD");
        assert_eq!(money_text(Money::new(500, "JPY".parse().unwrap())), "500 JPY");
    }

    #[test]
    fn the_page_holds_no_script_nothing_inline_and_no_foreign_markup() {
        let html = cashier(&bill(BillState::Waiting)).into_string();
        for forbidden in ["<script", "style=", "onclick", "<b>"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("&lt;b&gt;杯子") && html.contains("¥12.34"));
        for act in ["approve", "decline", "twice", "lose", "out_of_order", "delay"] {
            assert!(html.contains(&format!("value=\"{act}\"")), "{act}");
        }
    }

    #[test]
    fn a_bill_that_is_over_offers_the_way_back_only() {
        for state in [BillState::Paid, BillState::Declined, BillState::Closed] {
            let html = cashier(&bill(state)).into_string();
            assert!(!html.contains("<form") && html.contains("payment=2&amp;x=&quot;1"));
        }
    }
}
