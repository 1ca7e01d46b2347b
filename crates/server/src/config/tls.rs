//! `[tls]`

use std::path::PathBuf;

use super::section::section;

section! {
    /// HTTPS without a proxy in front. Both files, or neither.
    Tls "tls." {
        /// The certificate with its chain, in PEM.
        cert: Option<PathBuf> = "";
        /// The certificate's private key, in PEM.
        key: Option<PathBuf> = "";
    }
}
