//! The configuration: a small TOML file, each value of which a variable of the environment overrides. Everything has a default.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::ServerError;

/// How the server runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address people type, such as `https://shop.example`; empty: taken from each request.
    pub public_url: String,
    /// Whether a proxy in front says who the visitor is (`X-Forwarded-For`) and whether the line is encrypted.
    pub is_behind_proxy: bool,
    /// Host name to shop slug: these shops stand at `/` of their own name.
    pub hosts: BTreeMap<String, String>,
    /// Outgoing mail; absent: none is sent.
    pub smtp: Option<SmtpConfig>,
    /// The most requests answered at once; further ones are asked to come again.
    pub requests_max: usize,
    /// How long a request may take, seconds.
    pub request_seconds_max: u64,
    /// The most devices in step at once.
    pub sync_sessions_max: usize,
    /// Connections for reading, per shop.
    pub readers_per_shop: usize,
    /// Memory for rendered pages, MiB; about ten thousand product pages fit the default.
    pub page_cache_mib: usize,
    /// How long a checkout keeps its goods, minutes.
    pub reservation_minutes: i64,
    /// Log lines as JSON.
    pub json_logs: bool,
}

/// Where mail goes out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// User name; empty: none.
    #[serde(default)]
    pub user: String,
    /// Password; better in `TRADEPOST_SMTP_PASSWORD`.
    #[serde(default)]
    pub password: String,
    /// The sender: `Shop <orders@shop.example>`.
    pub from: String,
}

/// How a mail server's line is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// Encrypted after a greeting (port 587).
    #[default]
    StartTls,
    /// Encrypted from the first byte (port 465).
    Tls,
    /// Not at all: for a relay on this machine.
    None,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            is_behind_proxy: false,
            hosts: BTreeMap::new(),
            smtp: None,
            requests_max: 512,
            request_seconds_max: 20,
            sync_sessions_max: 1000,
            readers_per_shop: 4,
            page_cache_mib: 128,
            reservation_minutes: 15,
            json_logs: false,
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and then the environment.
    pub fn load(file: Option<&Path>, environment: &BTreeMap<String, String>) -> Result<Self, ServerError> {
        let mut config = match file {
            Some(file) => Self::read(file)?,
            None => Self::default(),
        };
        config.take_environment(environment)?;
        config.public_url = config.public_url.trim_end_matches('/').to_owned();
        Ok(config)
    }

    fn read(file: &Path) -> Result<Self, ServerError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| ServerError::Config(format!("{} cannot be read: {error}", file.display())))?;
        toml::from_str(&text).map_err(|error| ServerError::Config(format!("{}: {error}", file.display())))
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) -> Result<(), ServerError> {
        for (name, value) in environment {
            match name.as_str() {
                "TRADEPOST_PUBLIC_URL" => self.public_url.clone_from(value),
                "TRADEPOST_BEHIND_PROXY" => self.is_behind_proxy = yes_or_no(name, value)?,
                "TRADEPOST_JSON_LOGS" => self.json_logs = yes_or_no(name, value)?,
                "TRADEPOST_REQUESTS_MAX" => self.requests_max = number(name, value)?,
                "TRADEPOST_PAGE_CACHE_MIB" => self.page_cache_mib = number(name, value)?,
                "TRADEPOST_READERS_PER_SHOP" => self.readers_per_shop = number(name, value)?,
                "TRADEPOST_SMTP_PASSWORD" => {
                    if let Some(smtp) = &mut self.smtp {
                        smtp.password.clone_from(value);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn yes_or_no(name: &str, value: &str) -> Result<bool, ServerError> {
    match value {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" | "" => Ok(false),
        _ => Err(ServerError::Config(format!("{name} is neither yes nor no: {value}"))),
    }
}

fn number(name: &str, value: &str) -> Result<usize, ServerError> {
    value.parse().map_err(|_| ServerError::Config(format!("{name} is not a whole number: {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        std::fs::write(&file, "public_url = \"https://one.example/\"\nrequests_max = 9\n[hosts]\n\"a.example\" = \"tea\"\n")
            .unwrap();
        let environment = BTreeMap::from([("TRADEPOST_PUBLIC_URL".to_owned(), "https://two.example/".to_owned())]);
        let config = Config::load(Some(&file), &environment).unwrap();
        assert_eq!(config.public_url, "https://two.example");
        assert_eq!(config.requests_max, 9);
        assert_eq!(config.hosts.get("a.example").map(String::as_str), Some("tea"));
    }

    #[test]
    fn a_mistyped_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        std::fs::write(&file, "publik_url = \"x\"\n").unwrap();
        assert!(matches!(Config::load(Some(&file), &BTreeMap::new()), Err(ServerError::Config(_))));
    }
}
