//! Whom to believe that they are Vault, and how the service proves who it is.

mod anybody;
mod refusal;

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier,
    client::WantsClientCert,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use zeroize::Zeroizing;

use self::anybody::Anybody;
pub(super) use self::refusal::refusal;
use crate::{Address, Error, TlsSettings};

/// What the settings of TLS name, read at one time.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct TlsFiles {
    trust: Trust,
    /// Certificate and key, with where they are.
    identity: Option<Identity>,
}

#[derive(Clone, Eq, PartialEq)]
enum Trust {
    /// Whom the system trusts.
    System,
    Authorities(Vec<Pem>),
    Anybody,
}

/// PEM, and where it is from.
#[derive(Clone, Eq, PartialEq)]
struct Pem {
    place: String,
    text: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Eq, PartialEq)]
struct Identity {
    cert: Pem,
    key: Pem,
}

impl TlsFiles {
    /// Reads what the settings name.
    pub(crate) fn read(settings: &TlsSettings) -> Result<Self, Error> {
        let trust = match settings {
            _ if settings.skip_verify => Trust::Anybody,
            TlsSettings { cacert_bytes: Some(bytes), .. } => {
                let text = Zeroizing::new(bytes.clone().into_bytes());
                Trust::Authorities(vec![Pem { place: "VAULT_CACERT_BYTES".to_owned(), text }])
            }
            TlsSettings { cacert: Some(path), .. } => Trust::Authorities(vec![Pem::read(path)?]),
            TlsSettings { capath: Some(path), .. } => Trust::Authorities(read_directory(path)?),
            _ => Trust::System,
        };
        let identity = match (&settings.client_cert, &settings.client_key) {
            (Some(cert), Some(key)) => Some(Identity { cert: Pem::read(cert)?, key: Pem::read(key)? }),
            (None, None) => None,
            (Some(path), None) | (None, Some(path)) => {
                return Err(refused(path.display(), "a certificate and its key go together"));
            }
        };
        Ok(Self { trust, identity })
    }

    /// Returns whose signature on Vault's certificate is believed, as a message goes on after `with` or `by`.
    pub(super) fn authority(&self) -> String {
        match &self.trust {
            Trust::System => "the system's certificates".to_owned(),
            Trust::Anybody => "anybody".to_owned(),
            Trust::Authorities(pems) => {
                let places: Vec<_> = pems.iter().map(|pem| pem.place.as_str()).collect();
                format!("the CA in {}", places.join(", "))
            }
        }
    }

    /// Returns the TLS set-up.
    ///
    /// The provider of cryptography is named here, so that no process-wide default is needed or touched. reqwest wants a
    /// set-up even for plain HTTP, where nobody is trusted: a machine without certificates can still use it.
    pub(super) fn config(&self, address: &Address) -> Result<ClientConfig, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(self.authority(), error))?;
        if !address.is_https() {
            return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
        }
        let builder = self.believing(builder)?;
        match &self.identity {
            None => Ok(builder.with_no_client_auth()),
            Some(identity) => identity.shown(builder),
        }
    }

    fn believing(
        &self,
        builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
        match &self.trust {
            Trust::System => {
                builder.with_platform_verifier().map_err(|error| refused(self.authority(), error))
            }
            Trust::Authorities(pems) => Ok(builder.with_root_certificates(roots(pems)?)),
            Trust::Anybody => {
                let anybody = Anybody::new(builder.crypto_provider());
                Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(anybody)))
            }
        }
    }
}

impl Identity {
    fn shown(&self, builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> Result<ClientConfig, Error> {
        let chain = self.cert.certificates()?;
        // What the parser says of a key may quote it.
        let key = PrivateKeyDer::from_pem_slice(&self.key.text)
            .map_err(|_| refused(&self.key.place, "there is no private key in it that can be used"))?;
        builder.with_client_auth_cert(chain, key).map_err(|error| refused(&self.cert.place, error))
    }
}

impl Pem {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads TLS files; keys are wiped")]
    fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read(path).map_err(|error| refused(path.display(), error))?;
        Ok(Self { place: path.display().to_string(), text: Zeroizing::new(text) })
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&self.text)
            .collect::<Result<_, _>>()
            .map_err(|error| refused(&self.place, error))?;
        if certificates.is_empty() {
            return Err(refused(&self.place, "there is no certificate in it"));
        }
        Ok(certificates)
    }
}

fn roots(pems: &[Pem]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for pem in pems {
        for certificate in pem.certificates()? {
            roots.add(certificate).map_err(|error| refused(&pem.place, error))?;
        }
    }
    Ok(roots)
}

/// Reads every file of the directory that is not hidden, as Kubernetes hides its own.
fn read_directory(path: &Path) -> Result<Vec<Pem>, Error> {
    let failed = |error| refused(path.display(), error);
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        files.extend((!is_hidden && entry.path().is_file()).then(|| entry.path()));
    }
    files.sort_unstable();
    if files.is_empty() {
        return Err(refused(path.display(), "there is no file in it"));
    }
    files.iter().map(|path| Pem::read(path)).collect()
}

fn refused(file: impl Display, reason: impl Display) -> Error {
    Error::Tls { file: file.to_string(), reason: reason.to_string() }
}
