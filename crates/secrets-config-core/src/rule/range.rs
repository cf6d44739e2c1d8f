//! Values that are numbers.

use std::num::NonZero;

use zeroize::Zeroize;

use crate::Secret;

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
    fn what_is_not_there_is_in_every_range() {
        assert!(range(&None::<u16>, Some(1), None));
    }

    #[test]
    fn a_number_that_is_not_one_keeps_no_bound() {
        assert!(!range(&f64::NAN, Some(0.0), None));
    }
}
