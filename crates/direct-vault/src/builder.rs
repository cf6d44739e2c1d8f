//! How to connect to Vault.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    Error, Status, Vault, VaultSettings,
    client::{Client, Login},
    driver::Driver,
    engine::Engine,
};

/// Starts a [`Vault`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct Builder {
    settings: VaultSettings,
    mount: String,
    lease_max_age: Option<Duration>,
}

impl Builder {
    pub(crate) fn new(settings: VaultSettings) -> Self {
        Self { settings, mount: "approle".to_owned(), lease_max_age: None }
    }

    /// Sets where the AppRole auth method is mounted below `auth/`. The default is `approle`.
    pub fn approle_mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = mount.into().trim_matches('/').to_owned();
        self
    }

    /// Sets the age at which a lease is replaced, though Vault would renew it on. The default is none: a lease is kept
    /// until Vault renews it no longer. A lease that cannot be replaced at that age is renewed on.
    pub fn lease_max_age(mut self, age: Duration) -> Self {
        self.lease_max_age = Some(age);
        self
    }

    /// Logs in and starts the renewal in the background.
    ///
    /// A Vault that is sealed or does not answer is waited for without end, with a line in the log when it begins and
    /// once a minute: a service that crashes until Vault is there helps nobody. Put a timeout around it if yours
    /// must not wait.
    ///
    /// # Errors
    ///
    /// What waiting does not cure: [`Error::LoginRefused`], [`Error::UnusableToken`], [`Error::Tls`],
    /// [`Error::Malformed`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the attempt. A token that was made at that moment is not revoked and ends by its time.
    pub async fn start(self) -> Result<Vault, Error> {
        let client = Client::new(&self.settings)?;
        let app_role = AppRole { mount: self.mount, settings: self.settings };
        let (start, started) = oneshot::channel();
        let (commands, queue) = mpsc::channel(16);
        let (publish, status) = watch::channel(Status::starting());
        let engine = Engine::new(self.lease_max_age, fastrand::Rng::new());
        let driver = Driver::new(engine, client, app_role, start, queue, publish);
        let vault = Vault::new(commands, status, driver);
        started.await.unwrap_or(Err(Error::Stopped))?;
        Ok(vault)
    }
}

/// Who the service is.
pub(crate) struct AppRole {
    mount: String,
    settings: VaultSettings,
}

impl AppRole {
    pub(crate) async fn log_in(&self, client: &Client) -> Result<Login, Error> {
        client.login(&self.mount, &self.settings.role_id, &self.settings.secret_id).await
    }
}
