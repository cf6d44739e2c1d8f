//! A value that does not show itself and wipes itself.

mod read;
mod source;

use std::fmt;

use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_core::ser::{Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub use self::source::{SecretSource, SourceError};
pub(crate) use self::{read::NAME, source::NAME as SOURCE};

/// What stands in place of a secret wherever it would be shown.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Holds a secret: shown nowhere, wiped from memory when dropped.
///
/// [`expose_secret`](Secret::expose_secret) is the one way to the value, so a search for that word finds
/// every use. `Debug` and `Serialize` give `[REDACTED]`, there is no `Display`, and equality takes the same
/// time wherever two values of equal length differ.
///
/// `T` can wipe itself. A type that cannot, such as `url::Url`, leaves copies of its text behind while it is parsed:
/// keep its text as a `Secret<String>`, ask for the rule `url`, or one of your own, and parse it where it is used.
///
/// # Examples
///
/// ```
/// use secrets_config_core::Secret;
///
/// let password = Secret::new(String::from("correct horse"));
/// assert_eq!(format!("{password:?}"), "[REDACTED]");
/// assert_eq!(password.expose_secret(), "correct horse");
/// ```
pub struct Secret<T: Zeroize>(SecretBox<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(SecretBox::new(Box::new(value)))
    }

    /// Returns the secret itself. Keep the borrow short and do not copy it into a plain `String`.
    #[must_use]
    pub fn expose_secret(&self) -> &T {
        self.0.expose_secret()
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self::new(self.expose_secret().clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T: Zeroize + AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.expose_secret().as_ref().ct_eq(other.expose_secret().as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Secret<T> {}

impl<T: Zeroize> ExposeSecret<T> for Secret<T> {
    fn expose_secret(&self) -> &T {
        self.0.expose_secret()
    }
}

impl<T: Zeroize> From<SecretBox<T>> for Secret<T> {
    fn from(secret: SecretBox<T>) -> Self {
        Self(secret)
    }
}

impl<T: Zeroize> From<Secret<T>> for SecretBox<T> {
    fn from(secret: Secret<T>) -> Self {
        secret.0
    }
}

impl From<SecretString> for Secret<String> {
    fn from(secret: SecretString) -> Self {
        Self::new(secret.expose_secret().to_owned())
    }
}

impl From<Secret<String>> for SecretString {
    fn from(secret: Secret<String>) -> Self {
        secret.expose_secret().as_str().into()
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl<T: Zeroize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "hunter2-canary";

    #[test]
    fn no_form_shows_the_value() {
        let secret = Secret::from(CANARY);
        assert_eq!(format!("{secret:?} {secret:#?}"), "[REDACTED] [REDACTED]");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"[REDACTED]\"");
    }

    #[test]
    fn a_refused_input_is_not_quoted() {
        let error = serde_json::from_str::<Secret<u32>>(&format!("\"{CANARY}\"")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }

    #[test]
    fn equality_compares_the_values() {
        assert_eq!(Secret::from(CANARY), Secret::from(CANARY));
        assert_ne!(Secret::from(CANARY), Secret::from("hunter2-canarz"));
        assert_ne!(Secret::from(CANARY), Secret::from("hunter2"));
    }

    #[test]
    fn a_clone_holds_the_same_secret() {
        let secret = Secret::from(CANARY);
        assert_eq!(secret.clone().expose_secret(), CANARY);
    }
}
