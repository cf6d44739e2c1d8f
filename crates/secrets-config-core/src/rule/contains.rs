//! Texts that hold another text.

use zeroize::Zeroize;

use crate::Secret;

/// A value that is a text.
#[diagnostic::on_unimplemented(
    message = "`contains` does not apply to `{Self}`",
    note = "it applies to text, alone or in an `Option` or a `Secret`"
)]
pub trait Contains {
    /// Returns whether `pattern` is in the text, or nothing where there is no value.
    fn has(&self, pattern: &str) -> Option<bool>;
}

/// Returns whether `pattern` is in `value`. What is not there keeps every rule.
pub fn contains<T: Contains>(value: &T, pattern: &str) -> bool {
    value.has(pattern).unwrap_or(true)
}

/// Returns whether `pattern` is not in `value`.
pub fn does_not_contain<T: Contains>(value: &T, pattern: &str) -> bool {
    !value.has(pattern).unwrap_or(false)
}

impl Contains for String {
    fn has(&self, pattern: &str) -> Option<bool> {
        Some(self.contains(pattern))
    }
}

impl<T: Contains> Contains for Option<T> {
    fn has(&self, pattern: &str) -> Option<bool> {
        self.as_ref()?.has(pattern)
    }
}

impl<T: Contains + Zeroize> Contains for Secret<T> {
    fn has(&self, pattern: &str) -> Option<bool> {
        self.expose_secret().has(pattern)
    }
}
