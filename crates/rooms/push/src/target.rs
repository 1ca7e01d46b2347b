//! Which addresses a push may go to: a merchant names the URL, but the request starts inside our own network.
//!
//! Names are resolved here and nowhere else, and the connection is made to the very address that was checked, so a
//! name that changes its address in between gains nothing.

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address is not of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not of the public internet")]
pub(crate) struct Forbidden;

/// The name has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address")]
pub(crate) struct Unknown;

/// Where pushes may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// The public internet.
    Public,
    /// This machine too: for whoever tries things on their own.
    PublicAndLoopback,
    /// Everywhere: in tests, and inside a closed network where every merchant is trusted.
    All,
}

/// Keeps requests to where they may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard(pub(crate) Targets);

impl Guard {
    fn admits(self, ip: IpAddr) -> bool {
        match self.0 {
            Targets::Public => is_public(ip),
            Targets::PublicAndLoopback => ip.is_loopback() || is_public(ip),
            Targets::All => true,
        }
    }

    /// Checks a URL whose host is an address and not a name; names are checked when they are resolved.
    pub(crate) fn check(self, url: &Url) -> Result<(), Forbidden> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Forbidden);
        }
        let host = url.host_str().unwrap_or_default();
        let literal = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        match literal.parse::<IpAddr>() {
            Ok(ip) if !self.admits(ip) => Err(Forbidden),
            _ => Ok(()),
        }
    }

    /// The addresses of a name that are admitted.
    fn filter(
        self,
        found: Vec<SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        if found.is_empty() {
            return Err(Unknown.into());
        }
        let admitted: Vec<SocketAddr> = found.into_iter().filter(|a| self.admits(a.ip())).collect();
        if admitted.is_empty() { Err(Forbidden.into()) } else { Ok(admitted) }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            // Port 0 stands for the URL's own.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Unknown)?;
            let admitted = guard.filter(found.collect())?;
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the public internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// The special-purpose blocks of IPv4 (RFC 6890 and its registry): network and length of its prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // this machine
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, where clouds keep their metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    SPECIAL_V4.iter().all(|(network, length)| {
        let beyond = 32 - length;
        ip.to_bits() >> beyond != network.to_bits() >> beyond
    })
}

/// Only global unicast (2000::/3), without the blocks that lead elsewhere. Loopback, ULA, link-local, multicast,
/// IPv4-mapped and NAT64 addresses lie outside it.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let global = first & 0xe000 == 0x2000;
    let elsewhere = match first {
        0x2001 => second < 0x200 || second == 0xdb8, // protocol assignments with Teredo, documentation
        0x2002 => true,                              // 6to4 carries an IPv4 address
        0x3fff => second < 0x1000,                   // documentation
        _ => false,
    };
    global && !elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STRICT: Guard = Guard(Targets::Public);
    const OPEN: Guard = Guard(Targets::All);
    const DEMO: Guard = Guard(Targets::PublicAndLoopback);

    fn check(guard: Guard, url: &str) -> Result<(), Forbidden> {
        guard.check(&Url::parse(url).unwrap())
    }

    /// Forbidden literal forms, among them those that a URL parser turns into an address.
    const FORBIDDEN: &[&str] = &[
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.255.255.254:8080/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://100.127.255.255/",
        "http://192.0.0.8/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://198.51.100.1/",
        "http://203.0.113.1/",
        "http://224.0.0.1/",
        "http://239.255.255.255/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "https://[::1]:8443/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::1]/",
        "http://[fc00::1]/",
        "http://[fd12:3456::1]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
        "http://[2001::1]/",
        "http://[2001:db8::1]/",
        "http://[2002:7f00:1::]/",
        "http://[3fff:1::1]/",
    ];

    const PUBLIC: &[&str] = &[
        "http://8.8.8.8/",
        "https://1.1.1.1:8443/push",
        "http://100.63.255.255/",
        "http://100.128.0.1/",
        "http://172.15.0.1/",
        "http://172.32.0.1/",
        "http://192.169.0.1/",
        "http://223.255.255.255/",
        "http://[2400:3200::1]/",
        "http://[2606:4700:4700::1111]/",
        "http://merchant.example/push",
    ];

    #[test]
    fn addresses_within_are_refused_in_every_spelling() {
        for url in FORBIDDEN {
            assert_eq!(check(STRICT, url), Err(Forbidden), "{url}");
            assert_eq!(check(OPEN, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn addresses_of_the_public_internet_and_names_pass() {
        for url in PUBLIC {
            assert_eq!(check(STRICT, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn with_loopback_this_machine_and_no_other_is_reached() {
        for url in FORBIDDEN {
            let host = Url::parse(url).unwrap().host_str().unwrap().to_owned();
            let here = host.starts_with("127.") || host == "[::1]";
            assert_eq!(check(DEMO, url).is_ok(), here, "{url}");
        }
        for url in PUBLIC {
            assert_eq!(check(DEMO, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn other_schemes_are_refused_whatever_is_allowed() {
        for url in ["ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "unix:/run/x"] {
            assert_eq!(check(OPEN, url), Err(Forbidden), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_within_is_refused_when_it_is_resolved() {
        let resolve = async |guard: Guard| guard.resolve("localhost".parse().unwrap()).await;
        let refused = resolve(STRICT).await.err().unwrap();
        assert!(refused.downcast_ref::<Forbidden>().is_some(), "{refused}");
        assert!(resolve(OPEN).await.unwrap().count() > 0);
        assert!(resolve(DEMO).await.unwrap().count() > 0);
    }

    #[test]
    fn of_several_addresses_only_the_public_ones_are_used() {
        let of = |ips: &[&str]| -> Vec<SocketAddr> {
            ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
        };
        assert_eq!(STRICT.filter(of(&["10.0.0.1", "8.8.8.8"])).unwrap(), of(&["8.8.8.8"]));
        assert!(STRICT.filter(of(&["10.0.0.1", "::1"])).is_err());
        assert!(OPEN.filter(vec![]).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_standard_library_calls_special_is_not_public(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let special = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
                || ip.is_broadcast() || ip.is_documentation() || ip.is_unspecified();
            prop_assert!(!(special && is_public_v4(ip)), "{ip}");
        }

        #[test]
        fn no_special_address_of_ipv6_is_public(bits: u128) {
            let ip = Ipv6Addr::from_bits(bits);
            let special = ip.is_loopback() || ip.is_multicast() || ip.is_unique_local()
                || ip.is_unicast_link_local() || ip.is_unspecified() || ip.to_ipv4().is_some();
            prop_assert!(!(special && is_public_v6(ip)), "{ip}");
        }

        #[test]
        fn no_mapped_address_is_public(bits: u32) {
            prop_assert!(!is_public_v6(Ipv4Addr::from_bits(bits).to_ipv6_mapped()));
        }
    }
}
