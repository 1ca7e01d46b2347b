//! A wire request that succeeded and comes again: it never meets a fault, and has no second effect where the reference
//! does not say that it is done again.

use super::wire::{Wire, errcode, flaw};

/// The end of a path that is done again when it is asked again, and why.
const DONE_AGAIN: [(&str, &str); 12] = [
    ("printer/update", "the same printer is said again, later"),
    ("merchant/address/add", "an address has no key: this is another"),
    ("merchant/address/update", "the same address is said again, later"),
    ("order/address/update", "the same address is said again, and pushed again"),
    ("order/delivery/send", "while something is left to send, the same again is a further part of it"),
    ("order/deliveryinfo/update", "the parcel is replaced by another like it"),
    ("order/merchantnotes/update", "the same note is said again, and pushed again"),
    ("order/price/update", "the same price is said again, and pushed again"),
    ("product/add", "the merchant's own number of a product need not be the only one"),
    ("product/auditfree", "the same edit is made again"),
    ("product/stock/update", "a difference is added again"),
    ("product/update", "the same edit is made again"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_request_that_comes_again_meets_no_fault_and_has_no_second_effect() {
    let mut wire = Wire::open().await;
    let mut repeated = 0;
    for facts in wire.served().await {
        let base = wire.find(&facts).await;
        if errcode(&base.told) != Some(0) {
            continue;
        }
        repeated += 1;
        let first = wire.house.ask(&base.ask).await;
        let fits = flaw(&facts, &first).is_none() && errcode(&first) == Some(0);
        wire.expect(fits, &facts, &format!("the first time: {}", first.text));
        let after = wire.house.tables.fingerprint();
        for _ in 0..2 {
            let again = wire.house.ask(&base.ask).await;
            let wrong = flaw(&facts, &again);
            wire.expect(wrong.is_none(), &facts, &format!("again: {wrong:?} {}", again.text));
            let now = wire.house.tables.fingerprint();
            let is_done_again = DONE_AGAIN.iter().any(|(end, _)| facts.path.ends_with(end));
            let differing: Vec<_> = now.iter().filter(|table| !after.contains(table)).collect();
            wire.expect(
                is_done_again || now == after,
                &facts,
                &format!("{} was repeated as {}, and changed {differing:?}", first.text, again.text),
            );
        }
        wire.house.tables.restore();
    }
    assert!(repeated >= 30, "only {repeated} routes were asked rightly");
    wire.close("wire repeats");
}
