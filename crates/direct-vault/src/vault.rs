//! The application's handle.

use secrets_config_core::{DbCredentials, Rotating};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    Builder, Error, Status, VaultSettings,
    driver::{Command, Driver},
};

/// A connection to Vault that keeps its token and leases alive in the background.
///
/// The work is done by one task, which ends with [`shutdown`](Self::shutdown), or at once when the handle is dropped:
/// then nothing is revoked, and the leases end by their own time.
#[derive(Debug)]
pub struct Vault {
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<Status>,
    driver: Driving,
    #[cfg(feature = "vaultrs")]
    borrowers: Rotating<Option<crate::driver::Loan>>,
}

impl Vault {
    /// Returns a builder for the Vault of `settings`.
    pub fn builder(settings: VaultSettings) -> Builder {
        Builder::new(settings)
    }

    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        status: watch::Receiver<Status>,
        driver: Driver,
    ) -> Self {
        Self {
            commands,
            status,
            #[cfg(feature = "vaultrs")]
            borrowers: driver.borrowers(),
            driver: Driving(tokio::spawn(driver.run())),
        }
    }

    /// Leases a database login from `path`, such as `database/creds/app-role`.
    ///
    /// The login is renewed, and replaced before it or the token that made it ends. Whoever holds a generation of it
    /// (`rotating_pool` does so for its connections) keeps the old login from being revoked.
    ///
    /// # Errors
    ///
    /// What waiting does not cure, in the first attempt: [`Error::Denied`], [`Error::NotFound`], [`Error::Malformed`].
    /// A Vault that cannot answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not undo the request: a login that was made is held until shutdown.
    pub async fn database(&self, path: &str) -> Result<Rotating<DbCredentials>, Error> {
        let (reply, answer) = oneshot::channel();
        let path = path.trim_matches('/').to_owned();
        self.commands.send(Command::Lease { path, reply }).await.map_err(|_| Error::Stopped)?;
        answer.await.unwrap_or(Err(Error::Stopped))
    }

    /// Returns a client for the functions of the crate `vaultrs` 0.8, with the token in use: for the key-value engine,
    /// transit, PKI, identity and whatever else it knows.
    ///
    /// It goes through this crate's connections: its TLS, its timeouts (30 s for a request), the namespace, and no
    /// redirect to another origin. To make one is cheap: take one for each piece of work, and it has the newest token.
    /// The token of one that is kept is not revoked while it lives, but ends by its own time.
    ///
    /// ```no_run
    /// # async fn service(vault: direct_vault::Vault) -> Result<(), Box<dyn std::error::Error>> {
    /// let signature = vaultrs::transit::data::sign(&vault.vaultrs()?, "transit", "key", "aGVsbG8=", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] if the work in the background has ended.
    ///
    /// # Security
    ///
    /// What `vaultrs` does with a request is its own. It keeps the token as plain text, which is wiped when the client
    /// is dropped; copies of it in requests are not. These show secrets:
    ///
    /// - `{:?}` of its answers, such as `AuthInfo` or `GenerateCredentialsResponse`;
    /// - `{:?}` of its errors, which may hold a whole body, and the sources of `kv2::read`'s, which quote a value of
    ///   another type than was asked for. Print the error itself with `{}` and no source of it;
    /// - the log of `pki::issuer::import` at level `INFO`, which holds the private key. Filter with `vaultrs=warn`.
    ///
    /// It logs each failure at level `ERROR`, several times, with path and Vault's messages.
    #[cfg(feature = "vaultrs")]
    pub fn vaultrs(&self) -> Result<crate::VaultrsClient, Error> {
        crate::VaultrsClient::new(self.borrowers.current().hold()).ok_or(Error::Stopped)
    }

    /// Returns a view of what is going on that follows every change.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Revokes every lease and the token, and ends the work in the background. Takes at most five seconds, also when
    /// Vault does not answer: the leases then end by their own time.
    ///
    /// Close the pools first: their logins end here.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the revocation where it is; what is left ends by its own time.
    pub async fn shutdown(mut self) {
        if self.commands.send(Command::Shutdown).await.is_ok() {
            // A task that panicked has nothing left to give back.
            let _ended = (&mut self.driver.0).await;
        }
    }
}

/// The driver's task, which does not outlive its owner.
#[derive(Debug)]
struct Driving(JoinHandle<()>);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}
