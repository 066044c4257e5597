//! The configuration file. Unknown keys are refused, so that a slip of the pen is not silently a default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use renkei_care::Deadlines;
use renkei_care::subscription::Hosts;
use serde::Deserialize;

use crate::cli::Place;

const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Folder of the data; relative to where the program is started.
    pub(crate) data: Option<PathBuf>,
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) map: Map,
    pub(crate) mail: Mail,
    /// How long each step of a referral may take.
    pub(crate) deadlines: Deadlines,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Subscriptions {
    /// Hosts that machine clients may be told at: `["hooks.example.jp", "hooks.example.jp:8443"]`.
    hosts: Vec<String>,
    /// Further ones that have addresses of a private network.
    private_hosts: Vec<String>,
}

impl Subscriptions {
    pub(crate) fn hosts(&self) -> Hosts {
        Hosts::new(&self.hosts, &self.private_hosts)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Map {
    /// Whether visitors may look at maps on the tiles of the Geospatial Information Authority of Japan: their browsers then
    /// ask its server, which learns their addresses and what they look at.
    pub(crate) gsi_tiles: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    listen: Option<SocketAddr>,
    /// How people reach the server: `https://renkei.example.jp`. With https, cookies travel over TLS only.
    pub(crate) base_url: Option<String>,
    /// PEM files, read again on SIGHUP. Both or none.
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    /// Reverse proxies whose word about the client's address is believed: `["10.0.0.0/8"]`.
    pub(crate) trusted_proxies: renkei_web::Proxies,
    /// Whether `/metrics` answers other machines.
    pub(crate) open_metrics: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// `postgres://…`; without it the embedded database in the data folder.
    pub(crate) url: Option<String>,
    /// PEM file of the certificates to trust on the way to it, instead of the system's.
    pub(crate) root_certificates: Option<PathBuf>,
}

/// The server that takes mails. Without one, none are written.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mail {
    /// `smtp.example.jp`; without it no mails are sent.
    pub(crate) server: Option<String>,
    /// Without it that of the security: 587, 465, 25.
    pub(crate) port: Option<u16>,
    pub(crate) security: MailSecurity,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// `Renkei <renkei@example.jp>`
    pub(crate) from: Option<String>,
}

/// How the way to the mail server is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailSecurity {
    #[default]
    Starttls,
    Tls,
    /// Only to this machine.
    None,
}

/// Without the password.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("server", &self.server)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// The URL may hold a password.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.as_ref().map(|_| "postgres://…");
        f.debug_struct("Database")
            .field("url", &url)
            .field("root_certificates", &self.root_certificates)
            .finish()
    }
}

/// Certificate and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{path}: cannot be read: {1}", path = .0.display())]
    Read(PathBuf, std::io::Error),
    #[error("{path}: {1}", path = .0.display())]
    Parse(PathBuf, Box<toml::de::Error>),
    #[error("[server] needs both tls_certificate and tls_key, or neither")]
    HalfTls,
    #[error("[server] base_url must begin with http:// or https:// and end without a slash: {0}")]
    BaseUrl(String),
}

impl Config {
    /// The file of the command line, else all defaults.
    pub(crate) fn load(place: &Place) -> Result<Self, ConfigError> {
        let Some(path) = &place.config else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read(path.clone(), error))?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)
            .map_err(|error| ConfigError::Parse(path.to_owned(), Box::new(error)))?;
        config.server.tls()?;
        if let Some(url) = &config.server.base_url {
            let host = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.ends_with('/')) {
                return Err(ConfigError::BaseUrl(url.clone()));
            }
        }
        Ok(config)
    }

    /// The folder: of the command line, else of the file, else this one.
    pub(crate) fn folder(&self, place: &Place, default: &str) -> PathBuf {
        let folder = place.data.as_ref().or(self.data.as_ref());
        folder.cloned().unwrap_or_else(|| PathBuf::from(default))
    }
}

impl Server {
    pub(crate) fn listen(&self, asked: Option<SocketAddr>) -> SocketAddr {
        asked.or(self.listen).unwrap_or(LISTEN)
    }

    /// Whether a proxy has the TLS: people come by https, and this server's neighbours are known.
    pub(crate) fn behind_proxy(&self) -> bool {
        let https = |url: &String| url.starts_with("https://");
        !self.trusted_proxies.is_empty() && self.base_url.as_ref().is_some_and(https)
    }

    pub(crate) fn tls(&self) -> Result<Option<Tls>, ConfigError> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Ok(Some(Tls {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (None, None) => Ok(None),
            _ => Err(ConfigError::HalfTls),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("renkei.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_names_every_setting() {
        let example = include_str!("../renkei.example.toml");
        let config = parse(example).unwrap();
        assert_eq!(
            config.deadlines,
            Deadlines::default(),
            "the example shows the defaults"
        );
        assert!(!config.map.gsi_tiles, "nobody outside is asked by default");
        // Every line that is commented out is a setting too.
        let all: String = example
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let config = parse(&all).unwrap();
        assert!(
            config.server.tls().unwrap().is_some()
                && config.data.is_some()
                && !config.server.trusted_proxies.is_empty()
                && config.database.url.is_some()
                && config.database.root_certificates.is_some()
                && config.subscriptions.hosts.len() == 2
                && config.subscriptions.private_hosts.len() == 1
                && config.mail.server.is_some()
                && config.mail.from.is_some()
                && config.mail.password.is_some()
                && config.map.gsi_tiles
        );
        assert_eq!(
            config.server.base_url.as_deref(),
            Some("https://renkei.example.jp")
        );
    }

    #[test]
    fn the_readme_shows_a_configuration_that_works() {
        let readme = include_str!("../../../README.md");
        let (_, shown) = readme.split_once("```toml\n").unwrap();
        let (shown, _) = shown.split_once("```").unwrap();
        let config = parse(shown).unwrap();
        assert!(config.server.tls().unwrap().is_some());
        assert_eq!(config.deadlines, Deadlines::default());
    }

    #[test]
    fn slips_are_refused() {
        for (text, said) in [
            (
                "[server]\nlisten_on = \"127.0.0.1:1\"",
                "unknown field `listen_on`",
            ),
            ("[servers]", "unknown field `servers`"),
            ("[deadlines]\nreply_day = 3", "unknown field `reply_day`"),
            ("[server]\ntls_key = \"a.pem\"", "needs both"),
            (
                "[server]\ntrusted_proxies = [\"proxy.example\"]",
                "is no network",
            ),
            (
                "[server]\nbase_url = \"renkei.example.jp\"",
                "base_url must begin",
            ),
            (
                "[server]\nbase_url = \"https://renkei.example.jp/\"",
                "base_url must begin",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let config = parse("[database]\nurl = \"postgres://renkei:geheim@db/renkei\"").unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }
}
