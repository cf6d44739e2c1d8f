//! Files that change while the process runs: those of TLS, and what the service logs in with.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use super::Driver;
use crate::{
    Error, ServerSettings,
    client::{Client, TlsFiles},
};

/// How often is looked. The files are small and in memory.
pub(super) const EVERY: Duration = Duration::from_secs(2);

/// How Vault is connected to.
#[derive(Clone)]
pub(crate) struct Connection {
    settings: ServerSettings,
    files: TlsFiles,
}

/// What a look found.
pub(super) enum Look {
    /// Whether there is something else to log in with.
    Login(bool),
    /// A client with the files as they are now, if they have changed and Vault answers it.
    Tls(Result<Option<Box<(Client, TlsFiles)>>, Error>),
}

impl Connection {
    pub(crate) fn new(settings: ServerSettings, files: TlsFiles) -> Self {
        Self { settings, files }
    }

    pub(super) fn max_retries(&self) -> Option<u32> {
        self.settings.max_retries
    }

    /// Whether there is a file to be read again.
    fn has_files(&self) -> bool {
        let tls = &self.settings.tls;
        self.settings.addr.is_https()
            && (tls.client_cert.is_some()
                || (!tls.skip_verify
                    && tls.cacert_bytes.is_none()
                    && (tls.cacert.is_some() || tls.capath.is_some())))
    }

    /// A new set-up counts when Vault has answered with it.
    async fn look(self) -> Look {
        let look = async {
            let files = TlsFiles::read(&self.settings.tls)?;
            if files == self.files {
                return Ok(None);
            }
            let client = Client::new(&self.settings, &files)?;
            client.health().await?;
            Ok(Some(Box::new((client, files))))
        };
        Look::Tls(look.await)
    }
}

impl Driver {
    /// Looks at the files, unless that is still going on.
    pub(super) fn look_at_files(&self) {
        if !self.looks.is_empty() {
            return;
        }
        if self.connection.has_files() {
            self.looks.push(self.connection.clone().look().boxed());
        }
        // During an outage nobody would log in with it.
        if self.is_refused && !self.engine.is_outage() {
            let login = Arc::clone(&self.login);
            let look: BoxFuture<'static, Look> =
                async move { Look::Login(login.has_changed().await) }.boxed();
            self.looks.push(look);
        }
    }

    pub(super) fn take_in_look(&mut self, look: Look) {
        match look {
            Look::Login(false) => {}
            Look::Login(true) => {
                tracing::info!("what the service logs in with has changed");
                self.engine.login_changed(self.clock.now());
            }
            Look::Tls(Ok(None)) => self.tls_error = None,
            Look::Tls(Ok(Some(renewed))) => {
                let (client, files) = *renewed;
                tracing::info!("TLS files have changed and are in use");
                self.tls_error = None;
                self.client = client;
                #[cfg(feature = "vaultrs")]
                self.lend();
                self.connection.files = files;
            }
            Look::Tls(Err(error)) => {
                self.say(&error);
                self.last_error = Some(Arc::new(error.clone()));
                self.tls_error = Some(error);
            }
        }
    }
}
