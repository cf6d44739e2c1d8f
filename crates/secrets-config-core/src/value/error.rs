//! The error of parsing a value, which cannot hold the value.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use serde_core::de::{self, Expected, Unexpected};
use zeroize::Zeroizing;

use crate::Kind;

/// Says what was expected. What was found is dropped on the way in.
///
/// It is one pointer, since every type that is read passes it on in a `Result`.
#[derive(Clone, Debug)]
pub struct Error(Box<Refusal>);

/// What an [`Error`] says.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: Kind,
    pub(crate) expected: Option<Cow<'static, str>>,
    /// What the type itself said. It may quote its input: wiped, and never shown for a secret.
    pub(crate) message: Option<Zeroizing<String>>,
    /// Index of the item in a list.
    pub(crate) index: Option<usize>,
    /// Where in a text of some length. It tells of the text, so it is not shown of a secret.
    pub(crate) place: Option<String>,
    /// What to do about it.
    pub(crate) hint: Option<Cow<'static, str>>,
}

impl Error {
    pub(crate) fn invalid(expected: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, Some(expected.into()), None)
    }

    pub(crate) fn out_of_range(expected: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::OutOfRange, Some(expected.into()), None)
    }

    #[cold]
    fn new(kind: Kind, expected: Option<Cow<'static, str>>, message: Option<Zeroizing<String>>) -> Self {
        Self(Box::new(Refusal { kind, expected, message, index: None, place: None, hint: None }))
    }

    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.index.get_or_insert(index);
        self
    }

    pub(crate) fn with_hint(mut self, hint: Option<impl Into<Cow<'static, str>>>) -> Self {
        self.0.hint = hint.map(Into::into);
        self
    }

    #[cfg(feature = "json")]
    pub(crate) fn with_place(mut self, place: Option<String>) -> Self {
        self.0.place = place;
        self
    }

    /// Leaves it to the field's own words what is expected.
    pub(crate) fn without_expected(mut self) -> Self {
        self.0.expected = None;
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    pub(crate) fn into_refusal(self) -> Refusal {
        *self.0
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Kind::Invalid, None, Some(to_text(&message)))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid(expected.to_string())
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid(expected.to_string())
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::invalid(expected.to_string())
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Self::invalid(one_of(variants))
    }

    fn unknown_field(_: &str, fields: &'static [&'static str]) -> Self {
        Self::invalid(format!("the keys {}", fields.join(", ")))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0.expected.as_deref().unwrap_or("another value"))
    }
}

impl std::error::Error for Error {}

pub(crate) fn one_of(variants: &[&str]) -> String {
    match variants {
        [] => "no value at all".to_owned(),
        [only] => (*only).to_owned(),
        many => format!("one of {}", many.join(", ")),
    }
}

/// Formats into a buffer of the right size from the start: one that grows leaves copies behind.
fn to_text(message: &impl fmt::Display) -> Zeroizing<String> {
    struct Length(usize);
    impl Write for Length {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0 += piece.len();
            Ok(())
        }
    }
    let mut length = Length(0);
    let mut text = Zeroizing::new(String::new());
    if write!(length, "{message}").is_ok() {
        text.reserve_exact(length.0);
        if write!(text, "{message}").is_err() {
            text.clear();
        }
    }
    text
}
