//! The name of a request in Vault's audit log.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// What an answer says its request is called. No secret: the audit log has it in the clear, beside what it hides of the
/// same request: token, accessor, client's address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct RequestId(String);

impl<'de> Deserialize<'de> for RequestId {
    /// What is no id of Vault's is left out: it is written into a log.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const MOST: usize = 64;
        let id = String::deserialize(deserializer)?;
        let is_one = id.len() <= MOST && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        Ok(if is_one { Self(id) } else { Self::default() })
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_is_left_out() {
        let read = |json: &str| serde_json::from_str::<RequestId>(json).unwrap().to_string();
        let id = "bbffc2a6-e1a1-0ff3-f3c5-d5fc4c5bf870";
        assert_eq!(read(&format!("{id:?}")), id);
        assert_eq!([read(r#""a line\nand another""#), read(&format!("{:?}", "a".repeat(65)))], ["", ""]);
    }
}
