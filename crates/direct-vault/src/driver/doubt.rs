//! What those who use a credential say about it.

use std::{collections::BTreeMap, future::pending};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};

use super::{Driver, lease::Lease};
use crate::engine::LeaseKey;

/// Waits until somebody says of a credential that it does not work any more.
///
/// # Cancel safety
///
/// Cancel safe: what was said and not returned is returned by the next call.
pub(super) async fn doubted(leases: &mut BTreeMap<LeaseKey, Lease>) -> LeaseKey {
    let each = leases.iter_mut().filter_map(|(key, lease)| Some((key, lease.doubts.as_mut()?)));
    let mut each: FuturesUnordered<_> = each.map(|(key, doubts)| doubts.next().map(|()| *key)).collect();
    match each.next().await {
        Some(key) => key,
        None => pending().await,
    }
}

impl Driver {
    pub(super) fn take_in_doubt(&mut self, key: LeaseKey) {
        let Some(lease) = self.leases.get(&key) else { return };
        tracing::debug!(role = lease.path, generation = lease.generation(), "a credential is in doubt");
        self.engine.doubted(self.clock.now(), key);
    }
}
