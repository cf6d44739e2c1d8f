//! Scalars: surrounding ASCII white space is ignored, everything else counts.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use super::Error;

/// What is expected where a `bool` is.
pub(super) const BOOL: &str = "true or false (or yes/no, on/off, 1/0)";
/// What is expected where a float is.
pub(super) const FLOAT: &str = "a number";

/// A whole number type with its bounds.
pub(super) trait Integer: FromStr + Copy + Display {
    const MIN: Self;
    const MAX: Self;

    fn expected() -> Cow<'static, str> {
        Cow::Owned(format!("a whole number from {} to {}", Self::MIN, Self::MAX))
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Integer for $int {
            const MIN: Self = <$int>::MIN;
            const MAX: Self = <$int>::MAX;
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128);

pub(super) fn boolean(text: &str) -> Result<bool, Error> {
    let word = text.trim_ascii();
    let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(&["true", "t", "yes", "y", "on", "1"]) {
        Ok(true)
    } else if is(&["false", "f", "no", "n", "off", "0"]) {
        Ok(false)
    } else {
        Err(Error::invalid(BOOL))
    }
}

pub(super) fn integer<N: Integer>(text: &str) -> Result<N, Error> {
    let number = text.trim_ascii();
    number.parse().map_err(|_| {
        let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Error::out_of_range(N::expected())
        } else {
            Error::invalid(N::expected())
        }
    })
}

pub(super) fn float<N: FromStr + Into<f64> + Copy>(text: &str) -> Result<N, Error> {
    match text.trim_ascii().parse::<N>() {
        Ok(number) if number.into().is_finite() => Ok(number),
        _ => Err(Error::invalid(FLOAT)),
    }
}

pub(super) fn character(text: &str) -> Result<char, Error> {
    // A single blank is blank, and refused before; around another character it does not count.
    let mut chars = text.trim_ascii().chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Error::invalid("a single character")),
    }
}
