//! `[media]`

use super::{
    section::section,
    setting::{HttpUrl, Secret, Setting},
};

section! {
    /// Where pictures are kept.
    Media "media." {
        /// `local` for the folder `DATA/media`, `s3` for a bucket.
        store: Kind = "local";
        /// The bucket's name.
        s3_bucket: Option<String> = "";
        /// The region.
        s3_region: String = "us-east-1";
        /// The address of a service other than Amazon's.
        s3_endpoint: Option<HttpUrl> = "";
        /// The access key's name.
        s3_access_key: Option<String> = "";
        /// The access key's secret.
        s3_secret_key: Option<Secret> = "";
    }
}

impl Media {
    /// Name, access key and secret of the bucket, when all are given.
    pub fn bucket(&self) -> Option<(&str, &str, &str)> {
        let secret = self.s3_secret_key.as_ref()?.0.as_str();
        Some((self.s3_bucket.as_deref()?, self.s3_access_key.as_deref()?, secret))
    }
}

/// A kind of store for pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Local,
    /// An S3 bucket.
    S3,
}

impl Setting for Kind {
    const SHAPE: &'static str = "local or s3";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            "s3" => Ok(Self::S3),
            _ => Err(format!("must be {}", Self::SHAPE)),
        }
    }
}
