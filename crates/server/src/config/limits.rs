//! `[limits]`

use std::net::IpAddr;

use super::{
    section::section,
    setting::{Size, Span},
};

section! {
    /// How much one request, one address and one credential may ask for.
    Limits "limits." {
        /// The longest body of a request.
        body: Size = "2 MiB";
        /// The longest body of a request that brings a file.
        upload: Size = "10 MiB";
        /// How long a request may take.
        request_timeout: Span = "30 s";
        /// Requests a second from one address (IPv6: from one /64 network), with twice as many at once; 0 for no
        /// limit.
        ip_per_second: u32 = "200";
        /// Requests a second by one credential, with twice as many at once; 0 for no limit.
        credential_per_second: u32 = "200";
        /// Proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<IpAddr> = "";
    }
}
