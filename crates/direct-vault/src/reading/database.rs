//! A database login with a lease.

use secrets_config_core::{DbCredentials, Secret};
use serde::Deserialize;

use super::{Reader, Reading};

/// Reads what `database/creds/…` gives.
#[derive(Debug)]
pub(crate) struct Database;

impl Reader<DbCredentials> for Database {
    fn read(&mut self, data: &[u8]) -> Option<Reading<DbCredentials>> {
        #[derive(Deserialize)]
        struct Credentials {
            username: String,
            password: Secret<String>,
        }
        let Credentials { username, password } = serde_json::from_slice(data).ok()?;
        Some(Reading::leased(DbCredentials::new(username, password)))
    }

    fn expected(&self) -> &'static str {
        "a database login"
    }
}
