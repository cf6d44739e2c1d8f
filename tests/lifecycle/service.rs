//! What a service of the simulated Vault is set up with.

use direct_vault::VaultSettings;
use secrets_config_core::Config;
use testkit::FakeVault;

/// Returns its settings: where `server` is, what it logs in with, and `more`.
#[must_use]
pub fn settings(server: &FakeVault, more: &[(&str, &str)]) -> VaultSettings {
    let url = server.url();
    let mut pairs = vec![("VAULT_ADDR", url.as_str()), ("VAULT_ROLE_ID", "a role")];
    let is_in_file = more.iter().any(|(name, _)| *name == "VAULT_SECRET_ID_FILE");
    pairs.extend((!is_in_file).then_some(("VAULT_SECRET_ID", "an id of the role")));
    pairs.extend(more);
    VaultSettings::from_pairs(pairs).unwrap()
}
