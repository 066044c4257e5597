//! Who asks, where a reverse proxy stands between: its word about the client is believed only where the settings name it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use serde::Deserialize;

const FORWARDED: &str = "forwarded";
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses of a network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    /// As IPv6, with IPv4 mapped.
    base: u128,
    /// Leading bits that count, of 128.
    bits: u32,
}

/// What is no network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no network: write it as 10.0.0.0/8 or 2001:db8::/32, or as one address")]
pub struct NoNetwork(String);

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        parse(&text).ok_or(NoNetwork(text))
    }
}

fn parse(text: &str) -> Option<Network> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (own, before) = match address {
        IpAddr::V4(_) => (32, 96),
        IpAddr::V6(_) => (128, 0),
    };
    let bits = bits.unwrap_or(own);
    (bits <= own).then(|| Network {
        base: number(address),
        bits: before + bits,
    })
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let differ = self.base ^ number(address);
        differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
    }
}

/// The reverse proxies of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Proxies(Vec<Network>);

impl From<Vec<Network>> for Proxies {
    fn from(networks: Vec<Network>) -> Self {
        Self(networks)
    }
}

impl Proxies {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Whether this neighbour may come where only proxies may: one of them, or this machine itself.
    pub(crate) fn admits(&self, extensions: &Extensions) -> bool {
        peer(extensions).is_none_or(|peer| self.trusts(peer) || peer.to_canonical().is_loopback())
    }

    /// The client of a request: the neighbour; behind trusted proxies the last address that is none of theirs.
    pub(crate) fn client(&self, request: &Parts) -> Option<IpAddr> {
        let peer = peer(&request.extensions)?;
        if !self.trusts(peer) {
            return Some(peer);
        }
        let told = |name, read: fn(&str) -> Option<IpAddr>| {
            let hops = hops(&request.headers, name);
            (!hops.is_empty()).then(|| self.last_stranger(peer, &hops, read))
        };
        Some(
            match (told(X_FORWARDED_FOR, address), told(FORWARDED, forwarded)) {
                // A proxy sets one of them and hands the client's own other one on.
                (Some(one), Some(other)) if one != other => peer,
                (Some(one), _) | (None, Some(one)) => one,
                (None, None) => peer,
            },
        )
    }

    /// From the nearest hop on. What cannot be read was not written by a proxy that is trusted.
    fn last_stranger(
        &self,
        peer: IpAddr,
        hops: &[&str],
        read: fn(&str) -> Option<IpAddr>,
    ) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.iter().rev() {
            let Some(address) = read(hop) else {
                return nearest;
            };
            nearest = address;
            if !self.trusts(address) {
                return nearest;
            }
        }
        nearest
    }
}

/// Whether a request says that somebody sent it on.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR)
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical())
}

fn hops<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    // What is no text is a hop that cannot be read.
    let lines = headers
        .get_all(name)
        .into_iter()
        .map(|line| line.to_str().unwrap_or("?"));
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let plain = bare.unwrap_or(text).parse::<IpAddr>().ok();
    let address = plain.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address| address.to_canonical())
}

/// One element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`
fn forwarded(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut values = pairs
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"))
        .map(|(_, value)| value.trim().trim_matches('"'));
    address(values.next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies(networks.iter().map(|text| parse(text).unwrap()).collect())
    }

    fn client(trusted: &[&str], peer: &str, headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer: IpAddr = peer.parse().unwrap();
        let request = request.extension(ConnectInfo(SocketAddr::new(peer, 1)));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        proxies(trusted).client(&parts).unwrap().to_string()
    }

    #[test]
    fn networks() {
        let ten = parse("10.0.0.0/8").unwrap();
        let holds = |network: Network, text: &str| network.holds(text.parse().unwrap());
        assert!(holds(ten, "10.200.3.4") && holds(ten, "::ffff:10.1.1.1"));
        assert!(!holds(ten, "11.0.0.1") && !holds(ten, "::1"));
        assert!(holds(parse("0.0.0.0/0").unwrap(), "203.0.113.9"));
        assert!(!holds(parse("0.0.0.0/0").unwrap(), "2001:db8::1"));
        assert!(holds(parse("::/0").unwrap(), "2001:db8::1"));
        assert!(holds(parse("192.0.2.7").unwrap(), "192.0.2.7"));
        assert!(!holds(parse("192.0.2.7").unwrap(), "192.0.2.8"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::1/129", "proxy.example"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let spoofed = [("x-forwarded-for", "1.1.1.1")];
        assert_eq!(client(&[], "192.0.2.9", &spoofed), "192.0.2.9");
        assert_eq!(client(&["10.0.0.0/8"], "192.0.2.9", &spoofed), "192.0.2.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &spoofed), "1.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_last_stranger_is_the_client() {
        let trusted = ["10.0.0.0/8"];
        for (headers, expected) in [
            // What the client wrote itself stands before.
            (
                vec![("x-forwarded-for", "1.1.1.1, 203.0.113.5, 10.0.0.2")],
                "203.0.113.5",
            ),
            (
                vec![
                    ("x-forwarded-for", "1.1.1.1"),
                    ("x-forwarded-for", "203.0.113.5"),
                ],
                "203.0.113.5",
            ),
            (vec![("x-forwarded-for", "203.0.113.5:4711")], "203.0.113.5"),
            (vec![("x-forwarded-for", "nonsense, 10.0.0.2")], "10.0.0.2"),
            (vec![("x-forwarded-for", "nonsense")], "10.0.0.1"),
            (
                vec![(
                    "forwarded",
                    r#"for=1.1.1.1, For="[2001:db8::1]:4711";proto=https"#,
                )],
                "2001:db8::1",
            ),
            (vec![("forwarded", "for=unknown")], "10.0.0.1"),
            (
                vec![
                    ("forwarded", "for=1.1.1.1"),
                    ("x-forwarded-for", "203.0.113.5"),
                ],
                "10.0.0.1",
            ),
            (
                vec![
                    ("forwarded", "for=203.0.113.5"),
                    ("x-forwarded-for", "203.0.113.5"),
                ],
                "203.0.113.5",
            ),
        ] {
            assert_eq!(
                client(&trusted, "10.0.0.1", &headers),
                expected,
                "{headers:?}"
            );
        }
    }
}
