//! Where deliveries may go: addresses of hosts that the configuration names.

use renkei_base::Fault;

/// Characters of an address.
const CHARS: usize = 500;

/// The hosts that deliveries may go to. Without any, there are no subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// `hooks.example.jp` (port 443), `hooks.example.jp:8443`
    names: Vec<String>,
    /// Those of them that may have addresses of a private network.
    inside: Vec<String>,
    /// Whether this machine itself may be told, and without TLS: the sample region.
    here: bool,
}

/// An address, taken apart. Only what this reads is ever connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub tls: bool,
    /// In small letters.
    pub host: String,
    pub port: u16,
    /// With its query, beginning with a slash.
    pub path: String,
    /// Whether the host may have an address of a private network.
    pub inside: bool,
}

impl Hosts {
    pub fn new(names: &[String], inside: &[String]) -> Self {
        let small = |list: &[String]| list.iter().map(|one| one.to_ascii_lowercase()).collect();
        let mut hosts = Self {
            names: small(names),
            inside: small(inside),
            here: false,
        };
        hosts.names.extend(hosts.inside.clone());
        hosts
    }

    /// With this machine, without TLS: for the sample region alone.
    #[must_use]
    pub fn and_here(mut self) -> Self {
        self.here = true;
        self
    }

    /// The address, if deliveries may go there.
    ///
    /// # Errors
    /// A fault of `Subscription.channel.endpoint`.
    pub fn allowed(&self, address: &str) -> Result<Endpoint, Fault> {
        let fault = |key: &'static str| Fault::new("Subscription.channel.endpoint", key);
        let mut endpoint = parse(address).ok_or_else(|| fault("fault-endpoint-shape"))?;
        if self.here && matches!(endpoint.host.as_str(), "localhost" | "127.0.0.1") {
            endpoint.inside = true;
            return Ok(endpoint);
        }
        if !endpoint.tls {
            return Err(fault("fault-endpoint-https"));
        }
        if !names(&self.names, &endpoint) {
            return Err(fault("fault-endpoint-host"));
        }
        endpoint.inside = names(&self.inside, &endpoint);
        Ok(endpoint)
    }
}

fn names(list: &[String], endpoint: &Endpoint) -> bool {
    let with_port = format!("{}:{}", endpoint.host, endpoint.port);
    list.iter()
        .any(|one| *one == with_port || (endpoint.port == 443 && *one == endpoint.host))
}

/// `https://host[:port][/path][?query]`: no user, no fragment, no address in brackets.
fn parse(address: &str) -> Option<Endpoint> {
    let plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\^`{|}#@".contains(c);
    if address.len() > CHARS || !address.chars().all(plain) {
        return None;
    }
    let (tls, rest) = match address.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, address.strip_prefix("http://")?),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
        None => (authority, if tls { 443 } else { 80 }),
    };
    let named = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if host.is_empty() || host.len() > 253 || !host.chars().all(named) {
        return None;
    }
    Some(Endpoint {
        tls,
        host: host.to_ascii_lowercase(),
        port,
        path: match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        },
        inside: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(hosts: &Hosts, address: &str) -> String {
        match hosts.allowed(address) {
            Ok(to) => format!(
                "{} {} {} {} {}",
                to.tls, to.host, to.port, to.path, to.inside
            ),
            Err(fault) => fault.key,
        }
    }

    #[test]
    fn only_named_hosts_by_https() {
        let names = [
            "Hooks.example.jp".to_owned(),
            "b.example.jp:8443".to_owned(),
        ];
        let hosts = Hosts::new(&names, &["emr.local".to_owned()]);
        for (address, expected) in [
            (
                "https://hooks.example.jp/a?b=c",
                "true hooks.example.jp 443 /a?b=c false",
            ),
            (
                "https://HOOKS.example.jp",
                "true hooks.example.jp 443 / false",
            ),
            (
                "https://b.example.jp:8443?x",
                "true b.example.jp 8443 /?x false",
            ),
            ("https://emr.local/", "true emr.local 443 / true"),
            ("https://b.example.jp/", "fault-endpoint-host"),
            ("https://hooks.example.jp:22/", "fault-endpoint-host"),
            (
                "https://hooks.example.jp.evil.example/",
                "fault-endpoint-host",
            ),
            ("https://x.hooks.example.jp/", "fault-endpoint-host"),
            ("http://hooks.example.jp/", "fault-endpoint-https"),
            ("http://localhost/", "fault-endpoint-https"),
            ("https://localhost/", "fault-endpoint-host"),
            (
                "https://hooks.example.jp@evil.example/",
                "fault-endpoint-shape",
            ),
            (
                "https://evil.example#hooks.example.jp",
                "fault-endpoint-shape",
            ),
            ("https://[::1]/", "fault-endpoint-shape"),
            ("https://hooks.example.jp/a b", "fault-endpoint-shape"),
            ("https://hooks.example.jp\r\n/x", "fault-endpoint-shape"),
            ("https://", "fault-endpoint-shape"),
            ("ftp://hooks.example.jp/", "fault-endpoint-shape"),
            ("https://例え.jp/", "fault-endpoint-shape"),
        ] {
            assert_eq!(said(&hosts, address), expected, "{address}");
        }
        let sample = Hosts::default().and_here();
        assert_eq!(
            said(&sample, "http://127.0.0.1:9000/x"),
            "false 127.0.0.1 9000 /x true"
        );
        assert_eq!(said(&sample, "http://10.0.0.1/"), "fault-endpoint-https");
    }
}
