//! The application's handle.

use secrets_config_core::{DbCredentials, Rotating};
use serde::de::DeserializeOwned;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    Builder, Error, Status, VaultSettings,
    driver::{Command, Driver, Followed, Kind, Once, Slot},
    kv::{Kv1, Kv2},
    path,
    reading::{self, Reader},
};

/// A connection to Vault that keeps its token and leases alive in the background.
///
/// Calls wait for a Vault that cannot answer, without end or as often as `VAULT_MAX_RETRIES` says.
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
    /// It is let go of when nobody can see it any more: within two seconds after the last handle and the last holder of
    /// the newest generation are dropped it is no longer renewed, and is revoked in the background.
    ///
    /// # Errors
    ///
    /// What waiting does not cure, in the first attempt: [`Error::Denied`], [`Error::NotFound`],
    /// [`Error::NotLeased`], [`Error::Unfit`], [`Error::Malformed`], [`Error::Path`]. A Vault that cannot answer is waited
    /// for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not undo the request: a login that was made is revoked when its answer comes.
    pub async fn database(&self, path: &str) -> Result<Rotating<DbCredentials>, Error> {
        self.hold(path.to_owned(), Kind::Leased, reading::Database).await
    }

    /// Reads a database login that Vault keeps and changes the password of, from `path`, such as
    /// `database/static-creds/app`.
    ///
    /// It is read again when its password is due to change, and every ten seconds, since it can be changed at any time.
    /// A new password is a new generation; sessions that were opened with the old one live on in the database. Once the
    /// last handle and the last holder of the newest generation are dropped, it is read no more.
    ///
    /// # Errors
    ///
    /// What waiting does not cure, in the first attempt: [`Error::Denied`], [`Error::NotFound`], [`Error::Unfit`],
    /// [`Error::Leased`] (the path of a dynamic role), [`Error::Path`]. A Vault that cannot answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn static_database(&self, path: &str) -> Result<Rotating<DbCredentials>, Error> {
        self.read_again(path.to_owned(), reading::StaticDatabase::default()).await
    }

    /// Leases anything else that Vault makes when `path` is read, such as `aws/creds/app` or `rabbitmq/creds/app`, until
    /// nobody can see it any more, as with [`database`](Self::database).
    ///
    /// `T` is the `data` of the answer. Its secrets are to be [`Secret`](secrets_config_core::Secret)s, which are not
    /// shown and are wiped:
    ///
    /// ```no_run
    /// # async fn service(vault: direct_vault::Vault) -> Result<(), direct_vault::Error> {
    /// use secrets_config_core::Secret;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct AwsKey {
    ///     access_key: String,
    ///     secret_key: Secret<String>,
    /// }
    ///
    /// let key = vault.lease::<AwsKey>("aws/creds/app").await?;
    /// println!("as {}", key.current().access_key);
    /// # drop(key.current().secret_key.clone());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What waiting does not cure, in the first attempt: [`Error::Denied`], [`Error::NotFound`], [`Error::NotLeased`],
    /// [`Error::Unfit`], [`Error::Malformed`], [`Error::Path`]. A Vault that cannot answer is waited for.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not undo the request: a lease that was made is revoked when its answer comes.
    pub async fn lease<T>(&self, path: &str) -> Result<Rotating<T>, Error>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        self.hold(path.to_owned(), Kind::Leased, reading::Leased).await
    }

    /// Returns the key-value engine, version 2, that is mounted at `mount`, such as `secret`.
    #[must_use]
    pub fn kv2<'a>(&'a self, mount: &'a str) -> Kv2<'a> {
        Kv2::new(self, mount)
    }

    /// Returns the key-value engine, version 1, that is mounted at `mount`, such as `kv`.
    #[must_use]
    pub fn kv1<'a>(&'a self, mount: &'a str) -> Kv1<'a> {
        Kv1::new(self, mount)
    }

    /// Returns a client for the functions of the crate `vaultrs` 0.8, with the token in use: for the key-value engine,
    /// transit, PKI, identity and whatever else it knows.
    ///
    /// It goes through this crate's connections: its TLS, its timeouts (30 s for a request), the namespace, and no
    /// redirect to another origin. To make one is cheap: take one for each piece of work, and it has the newest token.
    /// The token of one that is kept is not revoked while it lives, but ends by its own time. What was made with a client
    /// that is dropped, leases and tokens of its own, goes with its token when that is replaced: in a service with one
    /// lease at each replacement of the lease.
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
        let loan = self.borrowers.current().hold();
        Some(loan)
            .filter(|_| !self.commands.is_closed())
            .and_then(crate::VaultrsClient::new)
            .ok_or(Error::Stopped)
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

    /// Reads `path` once.
    pub(crate) async fn read_once<T: Send + 'static>(
        &self,
        path: String,
        reader: impl Reader<T> + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(path, Kind::Read, Once::new(reader, reply)).await?;
        answer.await.unwrap_or(Err(Error::Stopped))
    }

    /// Reads `path` again and again.
    pub(crate) async fn read_again<T: Send + Sync + 'static>(
        &self,
        path: String,
        reader: impl Reader<T> + 'static,
    ) -> Result<Rotating<T>, Error> {
        self.hold(path, Kind::Read, reader).await
    }

    async fn hold<T: Send + Sync + 'static>(
        &self,
        path: String,
        kind: Kind,
        reader: impl Reader<T> + 'static,
    ) -> Result<Rotating<T>, Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(path, kind, Followed::new(reader, reply)).await?;
        answer.await.unwrap_or(Err(Error::Stopped))
    }

    async fn ask(&self, path: String, kind: Kind, slot: impl Slot + 'static) -> Result<(), Error> {
        let command = Command::Hold { path: path::checked(&path)?, kind, slot: Box::new(slot) };
        self.commands.send(command).await.map_err(|_| Error::Stopped)
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
