//! The address that a payer's browser is sent back to: whoever has it may read how the payment stands, without a login.

use kernel::{PaymentId, ShopId};
use store::Vault;
use subtle::ConstantTimeEq;

/// What the seal of a link is derived for.
const PURPOSE: &str = "pay.return";

/// The path of a payment's return page. Ids can be guessed, the seal (128 bits) can't.
pub(crate) fn return_link(vault: &Vault, shop: ShopId, payment: PaymentId) -> String {
    format!("/pay/return?payment={shop}.{payment}.{}", seal(vault, shop, payment))
}

/// The payment that a return page was asked for, if the link was made here: the value of its parameter `payment`.
pub fn returned(vault: &Vault, token: &str) -> Option<(ShopId, PaymentId)> {
    let mut parts = token.splitn(3, '.');
    let shop = parts.next()?.parse().ok()?;
    let payment = parts.next()?.parse().ok()?;
    let right = seal(vault, shop, payment);
    bool::from(right.as_bytes().ct_eq(parts.next()?.as_bytes())).then_some((shop, payment))
}

fn seal(vault: &Vault, shop: ShopId, payment: PaymentId) -> String {
    let of = [shop.0.to_be_bytes(), payment.0.to_be_bytes()].concat();
    let seal = vault.derive(PURPOSE, &of);
    let (half, _) = seal.split_at(16);
    half.iter().fold(String::new(), |text, b| text + &format!("{b:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_payment_and_no_other() {
        let vault = Vault::new(&[1; 32]);
        let path = return_link(&vault, ShopId(7), PaymentId(8));
        let token = path.strip_prefix("/pay/return?payment=").unwrap();
        assert_eq!(returned(&vault, token), Some((ShopId(7), PaymentId(8))));
        for wrong in [token.replace("7.8.", "7.9."), "8".into(), "7.8.".into(), "7.8".into(), String::new()] {
            assert_eq!(returned(&vault, &wrong), None, "{wrong}");
        }
        assert_eq!(returned(&Vault::new(&[2; 32]), token), None);
    }
}
