//! What those who use a credential say about it.

use std::{collections::BTreeMap, future::pending};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use secrets_config_core::rotating::Request;

use super::{Driver, lease::Lease};
use crate::engine::LeaseKey;

/// Waits until somebody says of a credential that it does not work any more.
///
/// # Cancel safety
///
/// Cancel safe: what was said and not returned is returned by the next call.
pub(super) async fn doubted(leases: &mut BTreeMap<LeaseKey, Lease>) -> (LeaseKey, Request) {
    let each = leases.iter_mut().filter_map(|(key, lease)| Some((key, lease.doubts.as_mut()?)));
    let mut each: FuturesUnordered<_> =
        each.map(|(key, doubts)| doubts.next().map(|request| (*key, request))).collect();
    match each.next().await {
        Some(request) => request,
        None => pending().await,
    }
}

impl Driver {
    pub(super) fn take_in_doubt(&mut self, key: LeaseKey, request: Request) {
        let now = self.clock.now();
        let Some(lease) = self.leases.get(&key) else { return };
        let (role, generation) = (lease.path.as_str(), lease.generation());
        match request {
            Request::Replacement { generation: useless } => {
                // What is said of an earlier one is not said of this one.
                if generation == Some(useless) && self.engine.useless(now, key) {
                    tracing::warn!(role, generation, "a credential is of no use to those who have it");
                }
            }
            _ => {
                tracing::debug!(role, generation, "a credential is in doubt");
                self.engine.doubted(now, key);
            }
        }
    }
}
