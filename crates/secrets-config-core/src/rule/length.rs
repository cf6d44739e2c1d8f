//! Values with a length.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use zeroize::Zeroize;

use crate::Secret;

/// A value with a length.
#[diagnostic::on_unimplemented(
    message = "`length` does not apply to `{Self}`",
    note = "it applies to text and collections, alone or in an `Option` or a `Secret`"
)]
pub trait Length {
    /// What is counted.
    const UNIT: &'static str;

    /// Returns the length, or nothing where there is no value.
    fn length(&self) -> Option<usize>;
}

/// Returns whether the length of `value` is within the bounds. What is not there keeps every rule.
pub fn length<T: Length>(value: &T, min: Option<usize>, max: Option<usize>) -> bool {
    value
        .length()
        .is_none_or(|length| min.is_none_or(|min| min <= length) && max.is_none_or(|max| length <= max))
}

impl Length for String {
    const UNIT: &'static str = "characters";

    fn length(&self) -> Option<usize> {
        Some(self.chars().count())
    }
}

macro_rules! collections {
    ($([$($generic:ident),*] $collection:ty;)*) => {$(
        impl<$($generic),*> Length for $collection {
            const UNIT: &'static str = "items";

            fn length(&self) -> Option<usize> {
                Some(self.len())
            }
        }
    )*};
}

collections! {
    [T] Vec<T>;
    [T] BTreeSet<T>;
    [K, V] BTreeMap<K, V>;
    [T, S] HashSet<T, S>;
    [K, V, S] HashMap<K, V, S>;
}

impl<T: Length> Length for Option<T> {
    const UNIT: &'static str = T::UNIT;

    fn length(&self) -> Option<usize> {
        self.as_ref()?.length()
    }
}

impl<T: Length + Zeroize> Length for Secret<T> {
    const UNIT: &'static str = T::UNIT;

    fn length(&self) -> Option<usize> {
        self.expose_secret().length()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(length(&"äöü".to_owned(), Some(3), Some(3)));
        assert!(!length(&Secret::from("äöü"), Some(4), None));
    }

    #[test]
    fn what_is_not_there_has_every_length() {
        assert!(length(&None::<String>, Some(1), None));
    }
}
