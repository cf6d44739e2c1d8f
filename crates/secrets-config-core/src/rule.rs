//! Rules that a value keeps to besides its type.

mod contains;
mod length;
mod range;
#[cfg(feature = "validator")]
mod validator;

use std::fmt;

pub use self::{
    contains::{Contains, contains, does_not_contain},
    length::{Length, length},
    range::{Range, range},
};

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
    /// The text holds another one.
    Contains {
        /// The other text.
        pattern: &'static str,
    },
    /// The text does not hold another one.
    DoesNotContain {
        /// The other text.
        pattern: &'static str,
    },
    /// The value is that of another field.
    MustMatch {
        /// The other field's variable, without prefixes.
        other: &'static str,
    },
    /// A function of the user's own accepts the value.
    Custom {
        /// The function, as written.
        function: &'static str,
    },
    /// The `validator` crate accepts the value as this.
    Valid {
        /// `an email address`, say.
        what: &'static str,
    },
}

impl fmt::Display for Rule {
    #[inline]
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
            Self::Contains { pattern } => write!(f, "a text with {pattern:?} in it"),
            Self::DoesNotContain { pattern } => write!(f, "a text without {pattern:?} in it"),
            Self::MustMatch { other } => write!(f, "the same as {other}"),
            Self::Custom { function } => write!(f, "what `{function}` accepts"),
            Self::Valid { what } => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
