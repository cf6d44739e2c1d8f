//! A database login.

use std::fmt;

use crate::Secret;

/// Holds a database login. The password is a [`Secret`]; the name of a database user is none.
#[derive(Clone)]
pub struct DbCredentials {
    username: String,
    password: Secret<String>,
}

impl DbCredentials {
    /// Returns the login of `username`.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Secret<String>>) -> Self {
        Self { username: username.into(), password: password.into() }
    }

    /// Returns the name of the database user.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the password.
    #[must_use]
    pub fn password(&self) -> &Secret<String> {
        &self.password
    }
}

impl fmt::Debug for DbCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbCredentials")
            .field("username", &self.username)
            .field("password", &self.password)
            .finish()
    }
}
