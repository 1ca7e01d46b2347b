//! A token and a key for a shop's pushes: they follow from the master key, and mean nothing until somebody sets a
//! push URL with them.

use kernel::ShopId;
use store::Vault;

/// What tokens and keys are made of.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The letters whose last two bits, of six in base64, are zero: 43 of them carry 258 bits, and a key has 256.
const LAST: &[u8; 16] = b"AEIMQUYcgkosw048";

/// 32 letters and digits.
pub(super) fn token(vault: &Vault, shop: ShopId) -> String {
    letters(&vault.derive("demo.push.token", &shop.0.to_be_bytes())).collect()
}

/// 43 letters and digits, which are 32 bytes in base64.
pub(super) fn aes_key(vault: &Vault, shop: ShopId) -> String {
    let of = shop.0.to_be_bytes();
    let (head, tail) = (vault.derive("demo.push.key", &of), vault.derive("demo.push.key.tail", &of));
    let last = tail.last().map(|byte| pick(LAST, *byte));
    letters(&head).chain(letters(&tail).take(10)).chain(last).collect()
}

fn letters(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().map(|byte| pick(LETTERS, *byte))
}

fn pick(from: &[u8], byte: u8) -> char {
    from.get(usize::from(byte) % from.len()).map_or('A', |letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_have_the_form_that_push_asks_for_and_differ_by_shop() {
        let vault = Vault::new(&[7; 32]);
        for shop in (1..200).map(ShopId) {
            let (token, key) = (token(&vault, shop), aes_key(&vault, shop));
            assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(key.len() == 43 && key.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(push::AesKey::parse(&key).is_some());
        }
        assert_ne!(aes_key(&vault, ShopId(1)), aes_key(&vault, ShopId(2)));
        assert_ne!(token(&vault, ShopId(1)), token(&Vault::new(&[8; 32]), ShopId(1)));
    }
}
