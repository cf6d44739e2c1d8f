//! A secret that may be another one the next time it is needed.

use std::{
    fmt,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};

use serde_core::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

use super::Secret;
use crate::layer::{self, Text};

/// The name by which our deserializer knows a source. It then gives a list with the path of the file, if there is one.
pub(crate) const NAME: &str = "$secrets_config::SecretSource";

/// Says where a secret is read each time it is needed: from a file or a function, or it is always the same.
///
/// As a field of settings it is filled as a [`Secret`] is. If its text stands in a file (named by `NAME_FILE`, or in a
/// secrets directory) the file is remembered and read again at each [`read`](Self::read), so that a Secret which
/// Kubernetes swaps under the running process is followed.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), secrets_config_core::SourceError> {
/// use secrets_config_core::{Secret, SecretSource};
///
/// let fixed = SecretSource::from(Secret::from("correct horse"));
/// assert_eq!(fixed.read().await?.expose_secret(), "correct horse");
///
/// let mounted = SecretSource::file("/var/run/secrets/app/secret-id");
/// let fetched = SecretSource::function(|| async { Ok::<_, std::io::Error>(Secret::from("fetched")) });
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SecretSource(Place);

#[derive(Clone)]
enum Place {
    Fixed(Secret<String>),
    File(PathBuf),
    Function(Function),
}

type Function = Arc<dyn Fn() -> Answer + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Result<Secret<String>, SourceError>> + Send>>;

impl SecretSource {
    /// Returns a source that reads `path` each time. The content is at most 1 MiB of UTF-8; the line break that ends a
    /// single line is none of it.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// Returns a source that calls `function` each time.
    ///
    /// # Examples
    ///
    /// A file, and another source while it cannot be read:
    ///
    /// ```
    /// use secrets_config_core::SecretSource;
    ///
    /// fn with_fallback(file: SecretSource, fallback: SecretSource) -> SecretSource {
    ///     SecretSource::function(move || {
    ///         let (file, fallback) = (file.clone(), fallback.clone());
    ///         async move {
    ///             match file.read().await {
    ///                 Ok(secret) => Ok(secret),
    ///                 Err(_unreadable) => fallback.read().await,
    ///             }
    ///         }
    ///     })
    /// }
    /// ```
    ///
    /// # Security
    ///
    /// What the function's error says is shown and logged: it must not hold the secret.
    #[must_use]
    pub fn function<F, A, E>(function: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<Secret<String>, E>> + Send + 'static,
        E: fmt::Display,
    {
        let call = move || -> Answer {
            let answer = function();
            Box::pin(async move { answer.await.map_err(|error| SourceError::function(&error)) })
        };
        Self(Place::Function(Arc::new(call)))
    }

    /// Returns the secret as it is now.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds nothing; the function fails.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, if the function is.
    pub async fn read(&self) -> Result<Secret<String>, SourceError> {
        match &self.0 {
            Place::Fixed(secret) => Ok(secret.clone()),
            Place::File(path) => read_file(path),
            Place::Function(function) => function().await,
        }
    }

    /// Returns the file that is read, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Fixed(_) | Place::Function(_) => None,
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Fixed(secret) => fmt::Debug::fmt(secret, f),
            Place::File(path) => f.debug_tuple("File").field(path).finish(),
            Place::Function(_) => f.write_str("Function"),
        }
    }
}

impl From<Secret<String>> for SecretSource {
    fn from(secret: Secret<String>) -> Self {
        Self(Place::Fixed(secret))
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = SecretSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<SecretSource, D::Error> {
                Secret::deserialize(deserializer).map(SecretSource::from)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut path: A) -> Result<SecretSource, A::Error> {
                let path: Option<String> = path.next_element()?;
                path.map(SecretSource::file).ok_or_else(|| A::Error::custom("invalid value for a secret"))
            }
        }
        deserializer.deserialize_newtype_struct(NAME, Reader)
    }
}

/// Says why a source gives no secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceError {
    path: Option<PathBuf>,
    reason: String,
}

impl SourceError {
    fn function(error: &impl fmt::Display) -> Self {
        Self { path: None, reason: error.to_string() }
    }

    /// Returns the file that cannot be read, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "file {}: {}", path.display(), self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for SourceError {}

fn read_file(path: &Path) -> Result<Secret<String>, SourceError> {
    let failed = |reason: String| SourceError { path: Some(path.to_owned()), reason };
    match layer::read_file(path) {
        Ok(Text::Unicode(mut text)) if !text.chars().all(char::is_whitespace) => {
            Ok(Secret::new(std::mem::take(&mut *text)))
        }
        Ok(Text::Unicode(_)) => Err(failed("there is nothing in it".to_owned())),
        Ok(Text::NotUnicode) => Err(failed("it is not UTF-8".to_owned())),
        Err(error) => Err(failed(error.hint())),
    }
}
