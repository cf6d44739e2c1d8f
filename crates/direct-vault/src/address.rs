//! Where Vault is.

use std::fmt;

use reqwest::Url;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

/// The address of a Vault server: `http` or `https`, a host, and a path if Vault is behind one.
#[derive(Clone, Eq, PartialEq)]
pub struct Address(Url);

impl Address {
    /// What is expected where an address is.
    const EXPECTED: &'static str = "an address with its scheme, such as https://vault.example:8200";

    /// Returns the address in `text`, or nothing if there is none or it holds more than an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut url = Url::parse(text.trim()).ok()?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_plain {
            return None;
        }
        // A base without a slash at its end would lose its last segment when a path is joined to it.
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Some(Self(url))
    }

    /// Returns the URL of an API path such as `sys/health`, which may end in a query.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(&format!("{}v1/{path}", self.0.path()));
        url.set_query(query);
        url
    }

    /// Returns the same address with another host, or nothing if that is no DNS name.
    pub(crate) fn named(&self, name: &str) -> Option<Self> {
        let mut url = self.0.clone();
        url.set_host(Some(name.trim())).ok()?;
        url.domain().is_some().then_some(Self(url))
    }

    /// Returns the host, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> String {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned()
    }

    /// Returns host and port as a request says them.
    pub(crate) fn authority(&self) -> String {
        self.0.authority().to_owned()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Address::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Address, E> {
                Address::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_below_the_address() {
        for (address, expected) in [
            ("http://127.0.0.1:8200", "http://127.0.0.1:8200/v1/sys/health"),
            ("http://127.0.0.1:8200/", "http://127.0.0.1:8200/v1/sys/health"),
            ("https://proxy/vault/", "https://proxy/vault/v1/sys/health"),
            ("http://[::1]:8200", "http://[::1]:8200/v1/sys/health"),
        ] {
            assert_eq!(Address::parse(address).unwrap().join("sys/health").as_str(), expected);
        }
    }

    #[test]
    fn a_query_stays_one() {
        let address = Address::parse("http://vault").unwrap();
        assert_eq!(
            address.join("secret/data/a?version=2").as_str(),
            "http://vault/v1/secret/data/a?version=2"
        );
    }

    #[test]
    fn another_host_is_a_name_and_keeps_port_and_path() {
        let address = Address::parse("https://[::1]:8200/vault").unwrap();
        assert_eq!(address.named("vault.example").unwrap().to_string(), "https://vault.example:8200/vault");
        assert_eq!(address.host(), "::1");
        assert_eq!(address.named("127.0.0.1"), None);
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in
            ["", "vault:8200", "vault", "ftp://vault", "http://", "https://me:pw@vault", "https://vault?x=1"]
        {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
