//! Openids: what an application knows a shopper by.
//!
//! An openid is the shopper's id, enciphered under the master key for one application: the same shopper looks different
//! to each, nobody outside can link them or make one up, and no row is needed either way. Layout: `o` and 20 bytes in
//! base64url: a tag of 12 bytes over application and shopper, then the shopper's id, hidden by 8 bytes that follow
//! from application and tag.
//!
//! The applications of a demo are the exception: their ids are counted from its seed, and so that the same seed gives the
//! same openids, these hang on no key. Nothing in a demo is anybody's secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AppId, Ctx, ShopperId};
use sha2::{Digest, Sha256};
use store::{Tx, Vault, p};

use crate::{Error, secret, sql};

const TAG_BYTES: usize = 12;
const ID_BYTES: usize = 8;

/// The openid of a shopper at an application: 28 characters, the same each time.
pub fn openid_of(vault: &Vault, app: AppId, shopper: ShopperId) -> String {
    let tag = tag(vault, app, shopper);
    let hidden = shopper.0.to_be_bytes();
    let hidden = mask(vault, app, &tag, hidden);
    format!("o{}", URL_SAFE_NO_PAD.encode([tag.as_slice(), &hidden].concat()))
}

/// The shopper that an openid means, if it was made for this application.
fn shopper_in(vault: &Vault, app: AppId, openid: &str) -> Option<ShopperId> {
    let bytes = URL_SAFE_NO_PAD.decode(openid.strip_prefix('o')?).ok()?;
    let (seen, hidden) = bytes.split_at_checked(TAG_BYTES)?;
    let seen: [u8; TAG_BYTES] = seen.try_into().ok()?;
    let hidden: [u8; ID_BYTES] = hidden.try_into().ok()?;
    let shopper = ShopperId(i64::from_be_bytes(mask(vault, app, &seen, hidden)));
    secret::same(&seen, &tag(vault, app, shopper)).then_some(shopper)
}

fn tag(vault: &Vault, app: AppId, shopper: ShopperId) -> [u8; TAG_BYTES] {
    let of = [app.0.to_be_bytes(), shopper.0.to_be_bytes()].concat();
    first(&derive(vault, app, "identity openid tag", &of))
}

/// Hides the id, or uncovers it: the same either way.
fn mask(vault: &Vault, app: AppId, tag: &[u8; TAG_BYTES], id: [u8; ID_BYTES]) -> [u8; ID_BYTES] {
    let of = [app.0.to_be_bytes().as_slice(), tag].concat();
    let pad: [u8; ID_BYTES] = first(&derive(vault, app, "identity openid id", &of));
    let mut out = id;
    for (byte, pad) in out.iter_mut().zip(pad) {
        *byte ^= pad;
    }
    out
}

/// Ids below this are counted from a seed (`kernel::IdGen::seeded`); the clock's are above it.
const SEEDED_BELOW: i64 = 1 << 40;

fn derive(vault: &Vault, app: AppId, purpose: &str, of: &[u8]) -> [u8; 32] {
    if (0..SEEDED_BELOW).contains(&app.0) {
        return Sha256::new().chain_update(purpose).chain_update(of).finalize().into();
    }
    vault.derive(purpose, of)
}

/// The first `N` of 32 bytes.
fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    out
}

/// The openid of a shopper at an application.
pub async fn openid(tx: &mut Tx, _: &Ctx, app: AppId, shopper: ShopperId) -> Result<String, Error> {
    Ok(openid_of(tx.vault(), app, shopper))
}

/// The shopper with this openid at this application, if there is one.
pub async fn shopper_of_openid(
    tx: &mut Tx,
    app: AppId,
    openid: &str,
) -> Result<Option<ShopperId>, store::Error> {
    let Some(shopper) = shopper_in(tx.vault(), app, openid) else { return Ok(None) };
    let there = tx.opt(sql::shopper::PHONE, p![shopper], |_| Ok(())).await?;
    Ok(there.map(|()| shopper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vault() -> Vault {
        Vault::new(&[7; 32])
    }

    proptest! {
        #[test]
        fn an_openid_leads_back_to_its_shopper_at_its_application_alone(
            app in SEEDED_BELOW..i64::MAX, other in 1..i64::MAX, shopper in 1..i64::MAX,
        ) {
            prop_assume!(app != other);
            let (vault, shopper) = (vault(), ShopperId(shopper));
            let openid = openid_of(&vault, AppId(app), shopper);
            prop_assert_eq!(openid.len(), 28);
            prop_assert_eq!(shopper_in(&vault, AppId(app), &openid), Some(shopper));
            prop_assert_eq!(shopper_in(&vault, AppId(other), &openid), None);
            prop_assert_eq!(&openid, &openid_of(&vault, AppId(app), shopper));
            prop_assert_ne!(&openid, &openid_of(&Vault::new(&[8; 32]), AppId(app), shopper));
        }

        #[test]
        fn openids_of_a_demo_follow_from_its_ids_alone(app in 1..SEEDED_BELOW, shopper in 1..SEEDED_BELOW) {
            let (app, shopper) = (AppId(app), ShopperId(shopper));
            let openid = openid_of(&vault(), app, shopper);
            prop_assert_eq!(&openid, &openid_of(&Vault::new(&[8; 32]), app, shopper));
            prop_assert_eq!(shopper_in(&vault(), app, &openid), Some(shopper));
            prop_assert_eq!(shopper_in(&vault(), AppId(app.0 + 1), &openid), None);
        }

        #[test]
        fn what_nobody_made_is_no_openid(text in "o?[A-Za-z0-9_-]{0,40}") {
            prop_assert_eq!(shopper_in(&vault(), AppId(1), &text), None);
        }
    }
}
