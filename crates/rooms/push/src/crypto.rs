//! Signature and cipher of pushes (`docs/wire/push.md`). Public, so that tests of other crates can play the
//! receiver.

use aes::{
    Aes256,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding},
};
use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use sha1::{Digest, Sha1};

/// Padding goes to blocks of 32 bytes although the cipher's block has 16.
const PAD_BLOCK: usize = 32;
/// Random bytes before the message.
const SALT_BYTES: usize = 16;
/// Bytes of the message's length.
const LENGTH_BYTES: usize = 4;
/// Characters of an EncodingAESKey.
const KEY_CHARS: usize = 43;

/// Many keys in use have bits set after the 32nd byte; a strict decoder would refuse them.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A cipher text that can't be opened: not base64, another key, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cipher text can't be opened")]
pub struct Unreadable;

/// The AES key behind an EncodingAESKey.
#[derive(Clone, PartialEq, Eq)]
pub struct AesKey([u8; 32]);

impl std::fmt::Debug for AesKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AesKey")
    }
}

impl AesKey {
    /// Reads an EncodingAESKey: 43 characters of base64. `None` for anything else.
    pub fn parse(encoding_aes_key: &str) -> Option<Self> {
        if encoding_aes_key.len() != KEY_CHARS {
            return None;
        }
        LENIENT.decode(encoding_aes_key).ok()?.try_into().ok().map(Self)
    }

    /// The initialisation vector: the first 16 bytes of the key.
    fn iv(&self) -> [u8; 16] {
        let mut iv = [0; 16];
        iv.copy_from_slice(&self.0[..16]);
        iv
    }
}

/// What was encrypted, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The message.
    pub message: Vec<u8>,
    /// The appid behind it.
    pub appid: String,
}

/// `signature`: lower-case hex SHA-1 of token, timestamp and nonce, sorted as bytes and joined.
pub fn signature(token: &str, timestamp: &str, nonce: &str) -> String {
    sorted_digest([token, timestamp, nonce])
}

/// `msg_signature`: like [`signature`], over the cipher text too.
pub fn msg_signature(token: &str, timestamp: &str, nonce: &str, encrypt: &str) -> String {
    sorted_digest([token, timestamp, nonce, encrypt])
}

fn sorted_digest<const N: usize>(mut parts: [&str; N]) -> String {
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// Encrypts `message` for `appid` behind the random bytes `salt`; the result is base64.
pub fn encrypt(key: &AesKey, salt: [u8; 16], message: &[u8], appid: &str) -> String {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut plain = [salt.as_slice(), &length, message, appid.as_bytes()].concat();
    let pad = PAD_BLOCK - plain.len() % PAD_BLOCK;
    // 1 to 32, so it fits a byte.
    plain.extend(std::iter::repeat_n(u8::try_from(pad).unwrap_or_default(), pad));
    let cipher = cbc::Encryptor::<Aes256>::new(&key.0.into(), &key.iv().into());
    STANDARD.encode(cipher.encrypt_padded_vec::<NoPadding>(&plain))
}

/// Opens what [`encrypt`] made.
pub fn decrypt(key: &AesKey, encrypt: &str) -> Result<Opened, Unreadable> {
    let text = LENIENT.decode(encrypt).map_err(|_| Unreadable)?;
    let cipher = cbc::Decryptor::<Aes256>::new(&key.0.into(), &key.iv().into());
    let plain = cipher.decrypt_padded_vec::<NoPadding>(&text).map_err(|_| Unreadable)?;
    let plain = unpadded(&plain).ok_or(Unreadable)?;
    let (_, rest) = plain.split_at_checked(SALT_BYTES).ok_or(Unreadable)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(Unreadable)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Unreadable)?;
    let (message, appid) = rest.split_at_checked(length).ok_or(Unreadable)?;
    let appid = String::from_utf8(appid.to_vec()).map_err(|_| Unreadable)?;
    Ok(Opened { message: message.to_vec(), appid })
}

/// The text without its padding: 1 to 32 bytes, each of that number.
fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let pad = usize::from(*plain.last()?);
    let (text, padding) = plain.split_at_checked(plain.len().checked_sub(pad)?)?;
    let good = (1..=PAD_BLOCK).contains(&pad) && padding.iter().all(|b| usize::from(*b) == pad);
    good.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUSHED: &str = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv\
ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8\
EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
    const REPLIED: &str =
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==";

    fn key(text: &str) -> AesKey {
        AesKey::parse(text).unwrap()
    }

    fn key_of_as() -> AesKey {
        key(&"A".repeat(KEY_CHARS))
    }

    /// The random bytes before a message.
    fn salt_of(key: &AesKey, encrypt: &str) -> [u8; 16] {
        let text = STANDARD.decode(encrypt).unwrap();
        let cipher = cbc::Decryptor::<Aes256>::new(&key.0.into(), &key.iv().into());
        cipher.decrypt_padded_vec::<NoPadding>(&text).unwrap()[..16].try_into().unwrap()
    }

    #[test]
    fn the_published_signatures_of_the_url_check_come_out() {
        assert_eq!(
            signature("AAAAA", "1714036504", "1514711492"),
            "f464b24fc39322e44b38aa78f5edd27bd1441696"
        );
        assert_eq!(signature("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78");
    }

    #[test]
    fn the_published_push_is_signed_opened_and_made_again() {
        assert_eq!(
            msg_signature("AAAAA", "1714112445", "415670741", PUSHED),
            "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
        );
        let opened = decrypt(&key_of_as(), PUSHED).unwrap();
        assert_eq!((opened.message.len(), opened.appid.as_str()), (167, "wxba5fad812f8e6fb9"));
        let event: serde_json::Value = serde_json::from_slice(&opened.message).unwrap();
        assert_eq!(event["Event"], "debug_demo");
        assert_eq!(&salt_of(&key_of_as(), PUSHED), b"a8eedb185eb2fecf");
        let again = encrypt(&key_of_as(), *b"a8eedb185eb2fecf", &opened.message, &opened.appid);
        assert_eq!(again, PUSHED);
    }

    #[test]
    fn the_published_reply_is_signed_opened_and_made_again() {
        assert_eq!(
            msg_signature("AAAAA", "1713424427", "415670741", REPLIED),
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
        );
        let message = b"{\"demo_resp\":\"good luck\"}";
        let opened = decrypt(&key_of_as(), REPLIED).unwrap();
        assert_eq!(opened, Opened { message: message.to_vec(), appid: "wxba5fad812f8e6fb9".into() });
        assert_eq!(encrypt(&key_of_as(), *b"707722b803182950", message, "wxba5fad812f8e6fb9"), REPLIED);
    }

    #[test]
    fn the_published_message_in_chinese_comes_out() {
        let key = key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
        let made = encrypt(&key, *b"aaaabbbbccccdddd", "我是中文abcd123".as_bytes(), "wxb11529c136998cb6");
        assert_eq!(
            made,
            "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
        );
    }

    #[test]
    fn the_published_echo_text_is_signed_and_opened() {
        let key = key("kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR");
        let text = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==";
        assert_eq!(
            msg_signature("123456", "1411443780", "437374425", text),
            "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"
        );
        let opened = decrypt(&key, text).unwrap();
        assert_eq!(opened.message, b"5927782489442352469");
        assert_eq!(opened.appid, "wx49f0ab532d5d035a");
    }

    #[test]
    fn keys_with_bits_after_the_last_byte_are_read_and_others_refused() {
        assert!(AesKey::parse("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C").is_some());
        for bad in ["", "short", &"A".repeat(42), &"A".repeat(44), &"*".repeat(43), &"é".repeat(21)] {
            assert_eq!(AesKey::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_can_t_be_opened_is_refused() {
        let good = encrypt(&key_of_as(), [7; 16], b"hello", "wx1");
        let other = key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
        assert_eq!(decrypt(&other, &good), Err(Unreadable));
        for bad in ["", "?", "AAAA", &good[..good.len() - 8], &STANDARD.encode([0; 64])] {
            assert_eq!(decrypt(&key_of_as(), bad), Err(Unreadable), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_encrypted_opens_again(message: Vec<u8>, salt: [u8; 16], appid in "[a-z0-9]{0,40}") {
            let key = key("kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR");
            let text = encrypt(&key, salt, &message, &appid);
            prop_assert_eq!(decrypt(&key, &text), Ok(Opened { message, appid }));
        }

        #[test]
        fn no_text_whatever_makes_opening_panic(text: Vec<u8>) {
            let _ = decrypt(&key_of_as(), &STANDARD.encode(text));
        }
    }
}
