//! Whom to believe that they are Vault.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{Address, Error};

/// Returns the TLS set-up: the certificate authority in `cacert` alone, or those the system trusts.
///
/// The provider of cryptography is named here, so that no process-wide default is needed or touched. reqwest wants a
/// set-up even for plain HTTP, where nobody is trusted: a machine without certificates can still use it.
pub(super) fn config(address: &Address, cacert: Option<&Path>) -> Result<ClientConfig, Error> {
    let source =
        cacert.map_or_else(|| "the system's certificates".to_owned(), |path| path.display().to_string());
    let refused =
        |reason: &dyn std::error::Error| Error::Tls { file: source.clone(), reason: reason.to_string() };
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
        return Err(Error::Tls { file: source, reason: "there is no certificate in it".to_owned() });
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
