//! Why a certificate was refused.

use std::{error::Error as StdError, io};

use rustls::CertificateError;

/// Returns why Vault's certificate was refused, or ours by Vault, if that is what went wrong.
pub(in crate::client) fn refusal(error: &(dyn StdError + 'static), authority: &str) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref() {
            // A CA that was made anew under its old name is known, but the signature is not its own.
            Some(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            )) => {
                return Some(format!("Vault's certificate is not signed by {authority}"));
            }
            Some(rustls::Error::InvalidCertificate(reason)) => {
                return Some(format!("Vault's certificate is refused with {authority}: {reason}"));
            }
            Some(rustls::Error::AlertReceived(alert)) => {
                return Some(format!(
                    "Vault refuses the TLS connection ({alert:?}): check VAULT_CLIENT_CERT"
                ));
            }
            _ => {}
        }
        // What an `io::Error` wraps is not its source.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
