//! Something that works today and will not for ever.

use std::fmt;

/// Says what to change before it stops working.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    used: String,
    instead: String,
}

impl Warning {
    #[inline]
    pub(crate) fn deprecated(used: String, instead: String) -> Self {
        Self { used, instead }
    }

    /// Returns the name that is set.
    #[must_use]
    #[inline]
    pub fn used(&self) -> &str {
        &self.used
    }

    /// Returns the name to set instead.
    #[must_use]
    #[inline]
    pub fn instead(&self) -> &str {
        &self.instead
    }
}

impl fmt::Display for Warning {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is the old name of {}: set that instead", self.used, self.instead)
    }
}
