//! A token, ready to be sent.

use std::fmt;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrets_config_core::Secret;
use zeroize::Zeroizing;

/// A Vault token as the header it is sent in: marked sensitive, and wiped when the last copy is dropped.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Token(HeaderValue);

impl Token {
    /// Returns nothing if `token` cannot be in a header.
    pub(crate) fn new(token: &Secret<String>) -> Option<Self> {
        let bytes = Zeroizing::new(token.expose_secret().as_bytes().to_vec());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(bytes)).ok()?;
        header.set_sensitive(true);
        Some(Self(header))
    }

    /// Returns the token as text, which its owner is to wipe.
    #[cfg(feature = "vaultrs")]
    pub(crate) fn text(&self) -> Option<String> {
        std::str::from_utf8(self.0.as_bytes()).ok().map(str::to_owned)
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}
