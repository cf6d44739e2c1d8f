//! The functions of `vaultrs`, with our transport and our token.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "vaultrs/leases.rs"]
mod leases;
#[path = "vaultrs/rotation.rs"]
mod rotation;
#[path = "vaultrs/secrecy.rs"]
mod secrecy;
#[path = "vaultrs/transport.rs"]
mod transport;
