//! What a picture is: known by its bytes, not by what its sender says.

use image::{ImageError, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::{fmt, io::Cursor, str::FromStr};

use crate::Error;

/// Most bytes of a picture: 10 MB.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Most pixels of either side.
pub const MAX_SIDE: u32 = 8192;

/// The formats that are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
}

/// Format, ending of its keys, content type.
const FORMATS: [(Format, &str, &str); 4] = [
    (Format::Png, "png", "image/png"),
    (Format::Jpeg, "jpg", "image/jpeg"),
    (Format::WebP, "webp", "image/webp"),
    (Format::Gif, "gif", "image/gif"),
];

impl Format {
    /// The ending of keys.
    pub const fn ending(self) -> &'static str {
        FORMATS[self as usize].1
    }

    /// The content type that it is served with.
    pub const fn content_type(self) -> &'static str {
        FORMATS[self as usize].2
    }

    fn of_ending(ending: &str) -> Option<Self> {
        FORMATS.iter().find(|(_, e, _)| *e == ending).map(|(format, ..)| *format)
    }
}

/// The name of a stored object: the SHA-256 of its bytes in hexadecimal, a dot, the ending of its format.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    hash: String,
    format: Format,
}

/// The folder under which keys are served.
const FOLDER: &str = "/media/";
const HASH_DIGITS: usize = 64;

impl Key {
    /// The key of these bytes.
    pub fn of(bytes: &[u8], format: Format) -> Self {
        Self { hash: hex::encode(Sha256::digest(bytes)), format }
    }

    /// The format.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The path under which it is served, which stored data carry.
    pub fn path(&self) -> String {
        format!("{FOLDER}{self}")
    }

    /// The key in a path `/media/{key}`.
    pub fn of_path(path: &str) -> Option<Self> {
        path.strip_prefix(FOLDER)?.parse().ok()
    }

    /// Where the object lies: in one of 256 folders.
    pub(crate) fn location(&self) -> object_store::path::Path {
        let folder = self.hash.get(..2).unwrap_or_default();
        format!("{folder}/{self}").into()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.hash, self.format.ending())
    }
}

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (hash, ending) = text.split_once('.').ok_or(Error::NotFound)?;
        let format = Format::of_ending(ending).ok_or(Error::NotFound)?;
        let digits = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hash.len() == HASH_DIGITS && digits {
            Ok(Self { hash: hash.to_owned(), format })
        } else {
            Err(Error::NotFound)
        }
    }
}

/// What the header of a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its key.
    pub key: Key,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Picture {
    /// Reads the header of `bytes`; nothing else is decoded.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        let reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Error::NotPicture)?;
        let (format, (width, height)) = match reader.format() {
            Some(ImageFormat::Png) => (Format::Png, sides(reader)?),
            Some(ImageFormat::Jpeg) => (Format::Jpeg, sides(reader)?),
            Some(ImageFormat::WebP) => (Format::WebP, sides(reader)?),
            Some(ImageFormat::Gif) => (Format::Gif, gif_sides(bytes).ok_or(Error::NotPicture)?),
            _ => return Err(Error::NotPicture),
        };
        if width == 0 || height == 0 {
            return Err(Error::NotPicture);
        }
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(Error::TooManyPixels);
        }
        Ok(Self { key: Key::of(bytes, format), width, height })
    }
}

fn sides(mut reader: ImageReader<Cursor<&[u8]>>) -> Result<(u32, u32), Error> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    reader.into_dimensions().map_err(|e| match e {
        ImageError::Limits(_) => Error::TooManyPixels,
        _ => Error::NotPicture,
    })
}

/// The logical screen of a GIF: two little-endian numbers after its six-byte signature.
fn gif_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(u16::from_le_bytes(pair)))
    };
    Some((side(6)?, side(8)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, RgbImage};
    use proptest::prelude::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::new(width, height)).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn each_format_is_known_by_its_bytes() {
        let cases = [
            (ImageFormat::Png, Format::Png),
            (ImageFormat::Jpeg, Format::Jpeg),
            (ImageFormat::WebP, Format::WebP),
        ];
        for (encoding, format) in cases {
            let picture = Picture::read(&encoded(3, 2, encoding)).unwrap();
            assert_eq!((picture.key.format(), picture.width, picture.height), (format, 3, 2));
        }
        let gif = Picture::read(b"GIF89a\x03\x00\x02\x00\x00\x00\x00;").unwrap();
        assert_eq!((gif.key.format(), gif.width, gif.height), (Format::Gif, 3, 2));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let cut = &encoded(3, 2, ImageFormat::Png)[..20];
        for bytes in
            [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a\x03", b"GIF89a\0\0\0\0", cut]
        {
            assert!(matches!(Picture::read(bytes), Err(Error::NotPicture)), "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_that_is_too_wide_is_refused_by_its_header() {
        let wide = encoded(MAX_SIDE + 1, 1, ImageFormat::Png);
        assert!(matches!(Picture::read(&wide), Err(Error::TooManyPixels)));
        let gif = Picture::read(b"GIF89a\xff\xff\x02\x00\x00\x00\x00;");
        assert!(matches!(gif, Err(Error::TooManyPixels)));
        assert!(Picture::read(&encoded(MAX_SIDE, 1, ImageFormat::Png)).is_ok());
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_before_it_is_read() {
        assert!(matches!(Picture::read(&vec![0; MAX_BYTES + 1]), Err(Error::TooLarge)));
    }

    #[test]
    fn a_key_is_read_back_only_in_its_exact_form() {
        let key = Key::of(b"x", Format::Jpeg);
        assert_eq!(Key::of_path(&key.path()), Some(key.clone()));
        let upper = key.to_string().to_uppercase();
        for wrong in ["", "../x.png", "ab.png", &upper, &format!("{key}.png"), &format!("{}.svg", key.hash)] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_has_sides_within_the_limits(
            start in prop::sample::select(vec![&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"GIF87a", b"RIFF\0\0\0\0WEBP"]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            if let Ok(picture) = Picture::read(&[start, &rest].concat()) {
                prop_assert!((1..=MAX_SIDE).contains(&picture.width) && (1..=MAX_SIDE).contains(&picture.height));
            }
        }
    }
}
