//! The link to a parcel's page, for whoever it is handed to.

use kernel::{ParcelId, ShopId};
use store::Vault;
use subtle::ConstantTimeEq;

/// What the seal of a link is derived for.
const PURPOSE: &str = "logistics.link";

/// The path of a parcel's page. The seal (128 bits) can't be guessed.
pub fn tracking_path(vault: &Vault, shop: ShopId, parcel: ParcelId) -> String {
    format!("/t/{shop}.{parcel}.{}", seal(vault, shop, parcel))
}

fn seal(vault: &Vault, shop: ShopId, parcel: ParcelId) -> String {
    let of = [shop.0.to_be_bytes(), parcel.0.to_be_bytes()].concat();
    let seal = vault.derive(PURPOSE, &of);
    let (half, _) = seal.split_at(16);
    half.iter().fold(String::new(), |text, b| text + &format!("{b:02x}"))
}

/// The parcel that a link's last part opens, if its seal is right.
pub fn parcel_of_link(vault: &Vault, token: &str) -> Option<(ShopId, ParcelId)> {
    let mut parts = token.splitn(3, '.');
    let shop = parts.next()?.parse().ok()?;
    let parcel = parts.next()?.parse().ok()?;
    let right = seal(vault, shop, parcel);
    bool::from(right.as_bytes().ct_eq(parts.next()?.as_bytes())).then_some((shop, parcel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_parcel_and_no_other() {
        let vault = Vault::new(&[1; 32]);
        let path = tracking_path(&vault, ShopId(7), ParcelId(8));
        let token = path.strip_prefix("/t/").unwrap();
        assert_eq!(parcel_of_link(&vault, token), Some((ShopId(7), ParcelId(8))));
        assert_eq!(parcel_of_link(&vault, &token.replace("7.8.", "7.9.")), None);
        assert_eq!(parcel_of_link(&vault, "7.8."), None);
        assert_eq!(parcel_of_link(&Vault::new(&[2; 32]), token), None);
    }
}
