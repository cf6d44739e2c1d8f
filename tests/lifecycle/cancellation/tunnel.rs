//! TLS in front of the simulated Vault, which speaks none.

use std::{
    fs,
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, LazyLock},
};

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tempfile::NamedTempFile;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer},
};

pub(crate) struct Tunnel {
    pub(crate) url: String,
    /// The certificates that a client is to believe.
    authorities: NamedTempFile,
    _acceptor: JoinSet<()>,
}

/// Keys take longer to make than all that is done with them.
static OURS: LazyLock<CertifiedKey<KeyPair>> = LazyLock::new(certificate);
static ANOTHER: LazyLock<CertifiedKey<KeyPair>> = LazyLock::new(certificate);

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed([Ipv4Addr::LOCALHOST.to_string()]).unwrap()
}

impl Tunnel {
    /// Opens one to the server at this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let authorities = NamedTempFile::new().unwrap();
        fs::write(authorities.path(), OURS.cert.pem()).unwrap();
        let mut acceptor = JoinSet::new();
        acceptor.spawn(accept(listener, tls(), server));
        Self { url, authorities, _acceptor: acceptor }
    }

    pub(crate) fn authorities(&self) -> &Path {
        self.authorities.path()
    }

    /// Puts another authority beside the one there is.
    pub(crate) fn add_authority(&self) {
        fs::write(self.authorities(), OURS.cert.pem() + &ANOTHER.cert.pem()).unwrap();
    }
}

fn tls() -> TlsAcceptor {
    let key = PrivatePkcs8KeyDer::from(OURS.signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![OURS.cert.der().clone()], key.into()).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, server: String) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let (tls, server) = (tls.clone(), server.clone());
        connections.spawn(async move {
            if let (Ok(mut inner), Ok(mut outer)) =
                (TcpStream::connect(server).await, tls.accept(stream).await)
            {
                // However it ends, both sides are closed.
                let _closed = copy_bidirectional(&mut outer, &mut inner).await;
            }
        });
    }
}
