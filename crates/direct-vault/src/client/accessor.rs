//! A token's accessor, as far as it may be written down.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// The first eight bytes of an accessor's SHA-256, in hexadecimal. Whoever may list accessors finds the token by it; whoever
/// reads it in a log learns nothing: an accessor is 24 random characters, and may be used to revoke the token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AccessorHash(String);

impl AccessorHash {
    fn of(accessor: &str) -> Self {
        const BYTES: usize = 8;
        let hash = digest(&SHA256, accessor.as_bytes());
        Self(hash.as_ref().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads an accessor. A batch token has an empty one.
    pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let accessor = Zeroizing::new(String::deserialize(deserializer)?);
        Ok((!accessor.is_empty()).then(|| Self::of(&accessor)))
    }
}

impl fmt::Display for AccessorHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Auth {
        #[serde(deserialize_with = "AccessorHash::read")]
        accessor: Option<AccessorHash>,
    }

    #[test]
    fn it_is_what_sha256sum_begins_with() {
        let read = |json| serde_json::from_str::<Auth>(json).unwrap().accessor.map(|hash| hash.to_string());
        assert_eq!(read(r#"{"accessor": "abc"}"#).as_deref(), Some("ba7816bf8f01cfea"));
        assert_eq!(read(r#"{"accessor": ""}"#), None);
    }
}
