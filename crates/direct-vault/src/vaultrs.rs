//! A client of the crate `vaultrs` with our transport and our token.

use std::fmt;

use rustify::clients::reqwest::Client as Http;
use vaultrs::{
    api::EndpointMiddleware,
    client::{Client, VaultClientSettings},
};
use zeroize::Zeroize;

use crate::driver::{Borrowed, Loan};

/// What every function of `vaultrs` 0.8 takes as its client. See [`Vault::vaultrs`](crate::Vault::vaultrs).
///
/// The token is not revoked while this lives, and is wiped from it at the end.
pub struct VaultrsClient {
    http: Http,
    middle: EndpointMiddleware,
    settings: VaultClientSettings,
    _borrowed: Borrowed,
}

impl VaultrsClient {
    /// Returns nothing if there is no token yet.
    pub(crate) fn new(borrowed: Borrowed) -> Option<Self> {
        let Loan { client, token } = borrowed.as_ref().as_ref()?;
        let url = client.target().join("");
        let namespace = client.namespace().and_then(|name| Some(name.to_str().ok()?.to_owned()));
        let middle = EndpointMiddleware {
            token: token.text()?,
            // It is put before the path, which begins with that of the address therefore.
            version: url.path().trim_matches('/').to_owned(),
            wrap: None,
            namespace: namespace.clone(),
        };
        // Read by nobody but users of the trait. The files and the token are not among them on purpose.
        let settings = VaultClientSettings {
            address: url.clone(),
            ca_certs: Vec::new(),
            identity: None,
            timeout: None,
            token: String::new(),
            verify: true,
            version: 1,
            wrapping: false,
            namespace,
            proxy: None,
        };
        let http = Http::new(&url.origin().ascii_serialization(), client.http().clone());
        Some(Self { http, middle, settings, _borrowed: borrowed })
    }
}

impl Client for VaultrsClient {
    fn http(&self) -> &Http {
        &self.http
    }

    fn middle(&self) -> &EndpointMiddleware {
        &self.middle
    }

    fn settings(&self) -> &VaultClientSettings {
        &self.settings
    }

    fn set_token(&mut self, token: &str) {
        self.middle.token.zeroize();
        self.middle.token = token.to_owned();
    }
}

impl fmt::Debug for VaultrsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.settings.address.as_str();
        f.debug_struct("VaultrsClient").field("address", &address).finish_non_exhaustive()
    }
}

impl Drop for VaultrsClient {
    fn drop(&mut self) {
        self.middle.token.zeroize();
    }
}
