//! What the tests of `direct-vault` start from: a real server, set up as an operator would.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test's ground either stands or the test fails"
)]

mod authority;
mod ground;
mod issuer;
mod mounted;
mod pulse;

use std::time::Duration;

use secrets_config::vault::{Status, Vault};
use tokio::time;

pub use authority::Authority;
pub use ground::{Ground, SecretId, server};
pub use issuer::Issuer;
pub use mounted::Mounted;
pub use pulse::Pulse;

/// Nothing that is waited for takes longer than this, unless something is wrong.
pub const SOON: Duration = Duration::from_secs(20);

/// Waits until the status is as wanted.
///
/// # Panics
///
/// When it does not become so in time.
pub async fn until(vault: &Vault, within: Duration, wanted: impl FnMut(&Status) -> bool) -> Status {
    let mut status = vault.status();
    let found = match time::timeout(within, status.wait_for(wanted)).await {
        Ok(found) => Some(found.unwrap().clone()),
        Err(_elapsed) => None,
    };
    found.unwrap_or_else(|| panic!("not within {within:?}: {:?}", vault.status().borrow()))
}
