//! Turns the text of a variable into a value of the field's type.

mod de;
mod describe;
mod duration;
mod encoding;
mod error;
#[cfg(feature = "json")]
mod json;
mod list;
mod scalar;
mod url;

use std::{borrow::Cow, cell::RefCell, fmt, path::Path};

use serde_core::de::{DeserializeOwned, Error as _};
use zeroize::Zeroizing;

pub use self::encoding::Encoding;
pub(crate) use self::error::Error;
use self::{
    de::Value,
    describe::{Describe, Notes},
    encoding::Bytes,
};
use crate::suggest::closest;

/// How a value is written as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// As its type is written. The items of lists and maps are split at the delimiter.
    Plain {
        /// What stands between two items.
        delimiter: &'static str,
    },
    /// As bytes.
    Encoded(Encoding),
    /// As JSON.
    #[cfg(feature = "json")]
    Json,
}

impl Format {
    /// Items of lists and maps are split at commas.
    #[doc(hidden)]
    pub const PLAIN: Self = Self::Plain { delimiter: "," };

    /// Says what is expected, where that does not depend on the type.
    pub(crate) fn expected(self) -> Option<&'static str> {
        match self {
            Self::Plain { .. } => None,
            Self::Encoded(encoding) => Some(encoding.expected()),
            #[cfg(feature = "json")]
            Self::Json => Some("JSON"),
        }
    }
}

/// Parses `text` as a `T`, by type and format alone: nothing guesses from the text what it might be. `file` is where the
/// text is read, for a type that reads it again.
pub(crate) fn parse<T: DeserializeOwned>(
    text: &mut Zeroizing<String>,
    format: Format,
    file: Option<&Path>,
) -> Result<T, Error> {
    match format {
        Format::Plain { delimiter } => {
            // A type between us and the failed one (`Secret` does) may replace our error by its own: ours wins.
            let first = RefCell::new(None);
            T::deserialize(Value::new(text, delimiter, &first).in_file(file)).map_err(|last| first.take().unwrap_or(last))
        }
        Format::Encoded(encoding) => {
            let mut bytes = encoding.decode(text)?;
            T::deserialize(Bytes(&mut bytes)).map_err(|error| Error { expected: None, ..error })
        }
        #[cfg(feature = "json")]
        Format::Json => json::parse(text),
    }
}

/// Returns the index of the name that `text` is.
pub(crate) fn one_of(text: &str, names: &[&str]) -> Result<usize, Error> {
    let name = text.trim_ascii();
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let close = closest(name, names.iter().copied());
        Error::invalid(error::one_of(names)).with_hint(close.map(|close| format!("did you mean {close}?")))
    })
}

/// Calls the user's own parser.
pub(crate) fn parse_with<T, E: fmt::Display>(
    text: &str,
    parser: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Error> {
    parser(text).map_err(Error::custom)
}

/// Turns what the user's parser gave into the field's value.
pub fn convert<T, U: From<T>>(value: T) -> U {
    value.into()
}

/// Returns the value of a field that is not set, for a type that has one: `None`.
pub(crate) fn absent<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(serde_core::de::value::UnitDeserializer::<Error>::new()).ok()
}

/// Says what text a `T` takes: `a whole number from 0 to 65535`.
#[must_use]
pub fn expected<T: DeserializeOwned>() -> Cow<'static, str> {
    let notes = describe::<T>(Notes::default());
    notes.expected.take().unwrap_or(Cow::Borrowed("text"))
}

/// Returns whether there is a `Secret` in the type, however deep, or may be one.
#[must_use]
pub fn holds_secret<T: DeserializeOwned>() -> bool {
    let notes = describe::<T>(Notes::default());
    // An item of a tuple is asked when those before it have been passed; one that cannot be asked may be a secret.
    notes.holds_secret.get()
        || (1..notes.len.get()).any(|item| {
            let notes = describe::<T>(Notes::of_item(item));
            notes.holds_secret.get() || !notes.has_reached_item.get()
        })
}

fn describe<T: DeserializeOwned>(notes: Notes) -> Notes {
    // The attempt fails by design: what counts is what the type asked for on the way.
    let _refused = T::deserialize(Describe(&notes)).is_err();
    notes
}

/// Says what text an enum takes that derives `Config`.
#[must_use]
pub fn expected_by(variants: &[&str]) -> Cow<'static, str> {
    Cow::Owned(error::one_of(variants))
}
