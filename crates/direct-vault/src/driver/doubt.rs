//! What those who use a credential say about it.

use futures_util::FutureExt;
use secrets_config_core::rotating::RefreshRequests;

use super::Driver;
use crate::engine::LeaseKey;

/// Somebody says that the credential does not work any more.
pub(super) struct Doubt {
    key: LeaseKey,
    requests: RefreshRequests,
}

impl Driver {
    pub(super) fn take_in_doubt(&mut self, Doubt { key, requests }: Doubt) {
        let Some(lease) = self.leases.get(&key) else { return };
        tracing::debug!(role = lease.path, generation = lease.generation(), "a credential is in doubt");
        self.engine.doubted(self.clock.now(), key);
        self.listen_for_doubt(key, requests);
    }

    pub(super) fn listen_for_doubt(&self, key: LeaseKey, mut requests: RefreshRequests) {
        let doubt = async move {
            requests.next().await;
            Doubt { key, requests }
        };
        self.doubts.push(doubt.boxed());
    }
}
