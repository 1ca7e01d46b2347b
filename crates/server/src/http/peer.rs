//! Who is at the other end: the connection's address, or what a trusted proxy says of it.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Proxies whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpAddr]>);

impl TrustedProxies {
    /// These.
    pub fn of(proxies: &[IpAddr]) -> Self {
        Self(proxies.into())
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }

    /// The address behind the proxies: read from the right, the first that is not one of them. What stands further
    /// left anybody may have written.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
        let mut last = peer;
        for text in named.iter().rev() {
            if !self.trusts(last) {
                break;
            }
            match text.trim().parse::<IpAddr>() {
                Ok(ip) => last = ip,
                Err(_) => break,
            }
        }
        last.to_canonical()
    }
}

/// Middleware: lets [`ConnectInfo`] name the client itself.
pub async fn find_peer(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if let Some(peer) = peer {
        let ip = proxies.behind(peer.ip(), request.headers());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(ip, peer.port())));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn behind(proxies: &[&str], peer: &str, forwarded: &[&str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|p| ip(p)).collect();
        TrustedProxies::of(&proxies).behind(ip(peer), &headers)
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(behind(&[], "9.9.9.9", &["1.1.1.1"]), ip("9.9.9.9"));
        assert_eq!(behind(&["10.0.0.1"], "9.9.9.9", &["1.1.1.1"]), ip("9.9.9.9"));
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        assert_eq!(behind(&["10.0.0.1"], "10.0.0.1", &["6.6.6.6, 1.1.1.1"]), ip("1.1.1.1"));
        let chain = ["6.6.6.6", "1.1.1.1, 10.0.0.2"];
        assert_eq!(behind(&["10.0.0.1", "10.0.0.2"], "10.0.0.1", &chain), ip("1.1.1.1"));
        assert_eq!(behind(&["10.0.0.1"], "10.0.0.1", &["nonsense"]), ip("10.0.0.1"));
        assert_eq!(behind(&["10.0.0.1"], "10.0.0.1", &[]), ip("10.0.0.1"));
    }

    #[test]
    fn an_address_of_version_four_is_one_however_it_is_written() {
        assert_eq!(behind(&["10.0.0.1"], "::ffff:10.0.0.1", &["1.1.1.1"]), ip("1.1.1.1"));
        assert_eq!(behind(&[], "::ffff:9.9.9.9", &[]), ip("9.9.9.9"));
    }
}
