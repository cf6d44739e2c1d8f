//! Whom to believe that they are Vault.

use std::{error::Error as StdError, io, path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{Address, Error};

/// Returns whose signature on Vault's certificate is believed, as a message goes on after `with` or `by`.
pub(super) fn authority(cacert: Option<&Path>) -> String {
    cacert.map_or_else(
        || "the system's certificates".to_owned(),
        |path| format!("the CA in {}", path.display()),
    )
}

/// Returns why Vault's certificate was refused, if that is what went wrong.
pub(super) fn refusal(error: &(dyn StdError + 'static), authority: &str) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
            return Some(match reason {
                // A CA that was made anew under its old name is known, but the signature is not its own.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    format!("Vault's certificate is not signed by {authority}")
                }
                reason => format!("Vault's certificate is refused with {authority}: {reason}"),
            });
        }
        // What an `io::Error` wraps is not its source.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// Returns the TLS set-up: the certificate authority in `cacert` alone, or those the system trusts.
///
/// The provider of cryptography is named here, so that no process-wide default is needed or touched. reqwest wants a
/// set-up even for plain HTTP, where nobody is trusted: a machine without certificates can still use it.
pub(super) fn config(address: &Address, cacert: Option<&Path>) -> Result<ClientConfig, Error> {
    let authority = authority(cacert);
    let refused = |reason: &dyn StdError| Error::Tls { file: authority.clone(), reason: reason.to_string() };
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(&error))?;
    if !address.is_https() {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let Some(path) = cacert else {
        let builder = builder.with_platform_verifier().map_err(|error| refused(&error))?;
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| refused(&error))? {
        let certificate = certificate.map_err(|error| refused(&error))?;
        roots.add(certificate).map_err(|error| refused(&error))?;
    }
    if roots.is_empty() {
        return Err(Error::Tls { file: authority, reason: "there is no certificate in it".to_owned() });
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
