//! How to connect to Vault.

use std::time::Duration;

use tokio::{
    sync::{mpsc, oneshot, watch},
    time,
};

use crate::{
    Error, Status, Vault, VaultSettings,
    client::{Client, TlsFiles},
    driver::{Connection, Driver},
    engine::Engine,
    login::Authenticator,
};

/// Starts a [`Vault`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct Builder {
    settings: VaultSettings,
    lease_max_age: Option<Duration>,
    startup_deadline: Option<Duration>,
    may_skip_verify: bool,
}

impl Builder {
    pub(crate) fn new(settings: VaultSettings) -> Self {
        Self { settings, lease_max_age: None, startup_deadline: None, may_skip_verify: false }
    }

    /// Sets the age at which a lease is replaced, though Vault would renew it on. The default is none: a lease is kept
    /// until Vault renews it no longer. A lease that cannot be replaced at that age is renewed on.
    pub fn lease_max_age(mut self, age: Duration) -> Self {
        self.lease_max_age = Some(age);
        self
    }

    /// Sets how long [`start`](Self::start) waits for a Vault that is sealed or does not answer. The default is without
    /// end: a service that ends because Vault is not there is started again and again, and serves no sooner.
    pub fn startup_deadline(mut self, deadline: Duration) -> Self {
        self.startup_deadline = Some(deadline);
        self
    }

    /// Lets `VAULT_SKIP_VERIFY` have its meaning: whoever answers is believed to be Vault. The default is that the
    /// variable is refused.
    ///
    /// # Security
    ///
    /// Whoever is between the service and Vault then gets what the service logs in with. For a development machine.
    pub fn danger_allow_skip_verify(mut self) -> Self {
        self.may_skip_verify = true;
        self
    }

    /// Logs in and starts the renewal in the background.
    ///
    /// A Vault that is sealed or does not answer is waited for, with a line in the log when it begins and once a minute:
    /// without end, or until the [`startup_deadline`](Self::startup_deadline).
    ///
    /// # Errors
    ///
    /// What waiting does not cure: [`Error::LoginRefused`], [`Error::Source`], [`Error::WrappingTokenUsed`],
    /// [`Error::WrappedElsewhere`], [`Error::UnusableToken`], [`Error::Tls`], [`Error::ServerName`],
    /// [`Error::SkipVerify`], [`Error::Namespace`], [`Error::Malformed`]. By the deadline: [`Error::NotStarted`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the attempt. A token that was made at that moment is not revoked and ends by its time.
    pub async fn start(self) -> Result<Vault, Error> {
        let VaultSettings { server, login } = self.settings;
        if server.tls.skip_verify {
            if !self.may_skip_verify {
                return Err(Error::SkipVerify);
            }
            tracing::warn!("VAULT_SKIP_VERIFY is set: whoever answers is believed to be Vault");
        }
        let files = TlsFiles::read(&server.tls)?;
        let client = Client::new(&server, &files)?;
        let connection = Connection::new(server, files);
        let (start, started) = oneshot::channel();
        let (commands, queue) = mpsc::channel(16);
        let (publish, status) = watch::channel(Status::starting());
        let engine = Engine::new(self.lease_max_age, fastrand::Rng::new());
        let login = Authenticator::new(login);
        let driver = Driver::new(engine, client, connection, login, start, queue, publish);
        let vault = Vault::new(commands, status, driver);
        let started = async { started.await.unwrap_or(Err(Error::Stopped)) };
        match self.startup_deadline {
            None => started.await?,
            Some(deadline) => time::timeout(deadline, started).await.unwrap_or_else(|_elapsed| {
                let source = vault.status().borrow().last_error.clone();
                Err(Error::NotStarted { deadline, source })
            })?,
        }
        Ok(vault)
    }
}

#[cfg(test)]
mod tests {
    use secrets_config_core::Config;

    use super::*;

    /// A port that the system has given to nobody.
    fn nobody() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    #[tokio::test]
    async fn s12_a_start_with_a_deadline_says_what_kept_it() {
        let pairs =
            [("VAULT_ADDR", nobody()), ("VAULT_ROLE_ID", "role".into()), ("VAULT_SECRET_ID", "id".into())];
        let settings = VaultSettings::from_pairs(pairs).unwrap();
        const DEADLINE: Duration = Duration::from_millis(900);
        let error = Vault::builder(settings).startup_deadline(DEADLINE).start().await.unwrap_err();
        assert_eq!(error.to_string(), "no login to Vault within 900ms");
        let Error::NotStarted { source: Some(source), .. } = error else { panic!("{error}") };
        assert!(matches!(*source, Error::Unreachable { .. }), "{source}");
    }
}
