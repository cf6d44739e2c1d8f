//! What is sent to log in.

use std::fmt;

use secrets_config_core::Secret;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// The names and texts of a login's body. Texts that are no secrets are treated as such.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Proof(Vec<(&'static str, Secret<String>)>);

impl Proof {
    pub(super) fn new(texts: impl IntoIterator<Item = (&'static str, Secret<String>)>) -> Self {
        Self(texts.into_iter().collect())
    }

    /// Returns how long the texts are together.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|(name, text)| name.len() + text.expose_secret().len()).sum()
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof")
    }
}

/// The texts themselves: it is made for the body of the request.
impl Serialize for Proof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in &self.0 {
            map.serialize_entry(name, text.expose_secret())?;
        }
        map.end()
    }
}
