//! What can go wrong with a file.

use kernel::{Denied, Fault, Kind};

use crate::picture::{MAX_BYTES, MAX_SIDE};

/// Why a file was not stored or not found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More bytes than [`MAX_BYTES`].
    #[error("a picture has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Not a picture of a known format, or its header is damaged.
    #[error("this is not a PNG, JPEG, WebP or GIF picture")]
    NotPicture,
    /// Wider or higher than [`MAX_SIDE`] pixels.
    #[error("a picture is at most {MAX_SIDE} pixels wide and high")]
    TooManyPixels,
    /// The request has no file where one is expected, or it was cut off.
    #[error("the request carries no readable file part")]
    NoFile,
    /// The address does not point to a picture of this platform.
    #[error("the address is not one of a picture stored here")]
    NotOurs,
    /// No such file.
    #[error("there is no such file")]
    NotFound,
    /// The place where objects lie does not answer.
    #[error("files can't be stored or read now; try again")]
    Unavailable(#[source] object_store::Error),
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLarge | Self::NotPicture | Self::TooManyPixels | Self::NoFile | Self::NotOurs => {
                Kind::Invalid
            }
            Self::NotFound => Kind::NotFound,
            Self::Unavailable(_) => Kind::Unavailable,
            Self::Denied(e) => e.kind(),
            Self::Store(e) => e.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "media.too_large",
            Self::NotPicture => "media.not_a_picture",
            Self::TooManyPixels => "media.too_many_pixels",
            Self::NoFile => "media.no_file",
            Self::NotOurs => "media.not_ours",
            Self::NotFound => "media.not_found",
            Self::Unavailable(_) => "media.unavailable",
            Self::Denied(e) => e.code(),
            Self::Store(e) => e.code(),
        }
    }
}
