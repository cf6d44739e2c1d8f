//! A certificate authority, and files of what it signs.

use std::{fs, net::IpAddr, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
};
use testkit::Tls;

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// The authority's certificate, as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes the authority's certificate.
    pub fn write(&self, path: &Path) {
        fs::write(path, self.pem()).unwrap();
    }

    /// Writes a server's certificate and key, for a DNS name or 127.0.0.1.
    #[expect(clippy::must_use_candidate, reason = "the files are what counts")]
    pub fn write_server(&self, directory: &Path, dns_name: Option<&str>) -> Tls {
        let names = dns_name.map(|name| vec![name.to_owned()]).unwrap_or_default();
        let mut params = CertificateParams::new(names).unwrap();
        if dns_name.is_none() {
            params.subject_alt_names.push(SanType::IpAddress(IpAddr::from([127, 0, 0, 1])));
        }
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        let (cert, key) = (directory.join("server.pem"), directory.join("server-key.pem"));
        self.write_signed(params, &cert, &key);
        Tls { cert, key, client_ca: None }
    }

    /// Writes a client's certificate and key.
    pub fn write_client(&self, cert: &Path, key: &Path) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "app");
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
        self.write_signed(params, cert, key);
    }

    fn write_signed(&self, params: CertificateParams, cert: &Path, key: &Path) {
        let pair = KeyPair::generate().unwrap();
        fs::write(cert, params.signed_by(&pair, &self.issuer).unwrap().pem()).unwrap();
        fs::write(key, pair.serialize_pem()).unwrap();
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}
