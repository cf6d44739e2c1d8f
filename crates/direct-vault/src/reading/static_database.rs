//! A database login that Vault keeps and changes the password of.

use std::time::Duration;

use secrets_config_core::{DbCredentials, Secret};
use serde::Deserialize;

use super::{Reader, Reading};

/// Somebody may have the password changed at any time, and tells nobody: look this often at least.
const LONGEST: Duration = Duration::from_secs(10);
/// A change is due, and Vault may say so before it is made: look this often.
const DUE: Duration = Duration::from_secs(2);
/// For this many looks.
const DUE_LOOKS: u32 = 10;

/// Reads what `database/static-creds/…` gives, and decides when to look again.
///
/// `ttl` alone would mislead: it is 0 while Vault makes the change, and with a schedule it starts anew before the change
/// is made. Whether there was one is in `last_vault_rotation` and the password.
#[derive(Debug, Default)]
pub(crate) struct StaticDatabase {
    last_rotation: Option<String>,
    /// The look that comes is for a change.
    is_due: bool,
    /// How many looks have waited for it in vain.
    waited: u32,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: Secret<String>,
    #[serde(default)]
    last_vault_rotation: String,
    #[serde(default)]
    ttl: u64,
}

impl Reader<DbCredentials> for StaticDatabase {
    fn read(&mut self, data: &[u8]) -> Option<Reading<DbCredentials>> {
        let Credentials { username, password, last_vault_rotation, ttl } =
            serde_json::from_slice(data).ok()?;
        let mark = [username.as_str(), "\0", password.expose_secret()].concat();
        let again = self.again(last_vault_rotation, Duration::from_secs(ttl));
        Some(Reading {
            value: DbCredentials::new(username, password),
            mark: Some(Secret::new(mark.into_bytes())),
            again,
        })
    }

    fn expected(&self) -> &'static str {
        "a database login"
    }
}

impl StaticDatabase {
    /// Returns how long to wait until the next look.
    fn again(&mut self, rotation: String, ttl: Duration) -> Duration {
        if self.last_rotation.replace(rotation) != self.last_rotation {
            (self.is_due, self.waited) = (false, 0);
        }
        if self.is_due {
            self.waited += 1;
        }
        // Vault counts in whole seconds.
        let change = ttl.saturating_add(Duration::from_secs(1));
        let is_near = change <= LONGEST;
        self.is_due = (self.is_due || is_near) && self.waited < DUE_LOOKS;
        match (self.is_due, is_near) {
            (false, _) => LONGEST,
            (true, true) => change,
            (true, false) => DUE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns after how many seconds each look follows, given rotation and ttl at each.
    fn pauses(looks: &[(&str, u64)]) -> Vec<u64> {
        let mut role = StaticDatabase::default();
        let again =
            |(rotation, ttl): &(&str, u64)| role.again((*rotation).to_owned(), Duration::from_secs(*ttl));
        looks.iter().map(again).map(|pause| pause.as_secs()).collect()
    }

    #[test]
    fn a_change_is_looked_for_when_it_is_due() {
        assert_eq!(pauses(&[("1", 3600), ("1", 3590), ("1", 4), ("2", 3600)]), [10, 10, 5, 10]);
    }

    #[test]
    fn a_ttl_of_nothing_is_looked_at_again_in_a_second() {
        assert_eq!(pauses(&[("1", 4), ("1", 0), ("1", 0), ("2", 3600)]), [5, 1, 1, 10]);
    }

    #[test]
    fn a_ttl_that_starts_anew_before_the_change_is_not_believed() {
        assert_eq!(pauses(&[("1", 4), ("1", 3600), ("1", 3598), ("2", 3596)]), [5, 2, 2, 10]);
    }

    #[test]
    fn a_change_that_never_comes_is_not_waited_for_in_a_hurry() {
        let looks: Vec<_> = std::iter::once(("1", 4)).chain([("1", 0); 30]).collect();
        assert_eq!(pauses(&looks)[1..10], [1; 9]);
        assert_eq!(pauses(&looks)[10..], [10; 21]);
    }
}
