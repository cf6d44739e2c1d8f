//! Where a server is whose certificate has another name.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Address;

/// Resolves every name to where this address is.
pub(super) struct At(pub(super) Address);

impl Resolve for At {
    fn resolve(&self, _: Name) -> Resolving {
        let host = self.0.host();
        Box::pin(async move {
            let found: Addrs = Box::new(tokio::net::lookup_host((host, 0)).await?);
            Ok(found)
        })
    }
}
