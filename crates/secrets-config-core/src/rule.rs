//! Rules that a value keeps to besides its type.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    num::NonZero,
};

use zeroize::Zeroize;

use crate::Secret;

/// A rule as the schema has it. Its `Display` says what is expected: `at least 32 characters`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// The value's length has bounds.
    Length {
        /// The least length.
        min: Option<usize>,
        /// The greatest length.
        max: Option<usize>,
        /// What is counted: `characters`, `items`.
        unit: &'static str,
    },
    /// The number has bounds, written here as they stand in the source.
    Range {
        /// The least value.
        min: Option<&'static str>,
        /// The greatest value.
        max: Option<&'static str>,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length { min: Some(min), max: Some(max), unit } if min == max => {
                write!(f, "exactly {min} {unit}")
            }
            Self::Length { min: Some(min), max: Some(max), unit } => write!(f, "{min} to {max} {unit}"),
            Self::Length { min: Some(min), max: None, unit } => write!(f, "at least {min} {unit}"),
            Self::Length { min: None, max: Some(max), unit } => write!(f, "at most {max} {unit}"),
            Self::Length { min: None, max: None, unit } => write!(f, "any number of {unit}"),
            Self::Range { min: Some(min), max: Some(max) } => write!(f, "a number from {min} to {max}"),
            Self::Range { min: Some(min), max: None } => write!(f, "a number of at least {min}"),
            Self::Range { min: None, max: Some(max) } => write!(f, "a number of at most {max}"),
            Self::Range { min: None, max: None } => f.write_str("any number"),
        }
    }
}

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

/// A value that is a number.
#[diagnostic::on_unimplemented(
    message = "`range` does not apply to `{Self}`",
    note = "it applies to numbers, alone or in an `Option` or a `Secret`"
)]
pub trait Range {
    /// The plain number, in which the bounds are written.
    type Number: PartialOrd + Copy;

    /// Returns the number, or nothing where there is no value.
    fn number(&self) -> Option<Self::Number>;
}

/// Returns whether `value` is within the bounds. What is not there keeps every rule.
pub fn range<T: Range>(value: &T, min: Option<T::Number>, max: Option<T::Number>) -> bool {
    value
        .number()
        .is_none_or(|number| min.is_none_or(|min| min <= number) && max.is_none_or(|max| number <= max))
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Range for $number {
            type Number = Self;

            fn number(&self) -> Option<Self> {
                Some(*self)
            }
        }
    )*};
}

macro_rules! non_zero_numbers {
    ($($number:ty)*) => {$(
        impl Range for NonZero<$number> {
            type Number = $number;

            fn number(&self) -> Option<$number> {
                Some(self.get())
            }
        }
    )*};
}

numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);
non_zero_numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl<T: Range> Range for Option<T> {
    type Number = T::Number;

    fn number(&self) -> Option<T::Number> {
        self.as_ref()?.number()
    }
}

impl<T: Range + Zeroize> Range for Secret<T> {
    type Number = T::Number;

    fn number(&self) -> Option<T::Number> {
        self.expose_secret().number()
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
    fn what_is_not_there_keeps_every_rule() {
        assert!(length(&None::<String>, Some(1), None));
        assert!(range(&None::<u16>, Some(1), None));
    }

    #[test]
    fn a_number_that_is_not_one_keeps_no_bound() {
        assert!(!range(&f64::NAN, Some(0.0), None));
    }

    #[test]
    fn bounds_read_as_a_person_says_them() {
        let length = |min, max| Rule::Length { min, max, unit: "characters" }.to_string();
        assert_eq!(length(Some(32), None), "at least 32 characters");
        assert_eq!(length(None, Some(8)), "at most 8 characters");
        assert_eq!(length(Some(4), Some(8)), "4 to 8 characters");
        assert_eq!(length(Some(4), Some(4)), "exactly 4 characters");
        let range = |min, max| Rule::Range { min, max }.to_string();
        assert_eq!(range(Some("1"), Some("10")), "a number from 1 to 10");
    }
}
