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

#[cfg(feature = "json")]
pub(crate) use self::json::has_item;
use self::{de::Value, describe::Describe, encoding::Bytes};
pub use self::{describe::Notes, encoding::Encoding, error::Error};
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

/// How a text is written, and where.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub(crate) format: Format,
    /// The file that holds the text and nothing else, for a type that reads it again.
    pub(crate) file: Option<&'a Path>,
}

/// Parses `text` as a `T`, by type alone: nothing guesses from the text what it might be.
///
/// # Errors
///
/// Says what was expected.
pub fn plain<T: DeserializeOwned>(text: &mut Zeroizing<String>, written: Written<'_>) -> Result<T, Error> {
    let delimiter = match written.format {
        Format::Plain { delimiter } => Some(delimiter),
        _ => None,
    };
    // A type between us and the failed one (`Secret` does) may replace our error by its own: ours wins.
    let first = RefCell::new(None);
    let value = Value::new(text, delimiter, written.file, &first);
    T::deserialize(value).map_err(|last| first.take().unwrap_or(last))
}

/// Decodes `text` and gives the bytes to a `T`.
///
/// # Errors
///
/// Says what was expected.
pub fn encoded<T: DeserializeOwned>(text: &mut Zeroizing<String>, written: Written<'_>) -> Result<T, Error> {
    let mut bytes = match written.format {
        Format::Encoded(encoding) => encoding.decode(text)?,
        _ => Zeroizing::new(std::mem::take(&mut **text).into_bytes()),
    };
    T::deserialize(Bytes(&mut bytes)).map_err(Error::without_expected)
}

/// Parses `text` as JSON.
///
/// # Errors
///
/// Says what was expected, and where it was not.
#[cfg(feature = "json")]
pub fn json<T: DeserializeOwned>(text: &mut Zeroizing<String>, _: Written<'_>) -> Result<T, Error> {
    json::parse(text)
}

/// Returns the index of the name that `text` is.
///
/// # Errors
///
/// Says what names there are.
#[inline]
pub fn one_of(text: &str, names: &[&str]) -> Result<usize, Error> {
    let name = text.trim_ascii();
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let close = closest(name, names.iter().copied());
        Error::invalid(error::one_of(names)).with_hint(close.map(|close| format!("did you mean {close}?")))
    })
}

/// Takes what the user's own parser said.
///
/// # Errors
///
/// Holds what the parser said is wrong.
pub fn parsed<T, E: fmt::Display>(result: Result<T, E>) -> Result<T, Error> {
    result.map_err(Error::custom)
}

/// What text a field takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Takes {
    /// What its type says of itself: this is [`describe`] for that type.
    Type(fn(&Notes)),
    /// What these words say.
    Words(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
}

impl Takes {
    /// Says what text is right: `a whole number from 0 to 65535`.
    pub(crate) fn expected(self) -> Cow<'static, str> {
        match self {
            Self::Type(describe) => {
                let notes = Notes::default();
                describe(&notes);
                notes.expected.take().unwrap_or(Cow::Borrowed("text"))
            }
            Self::Words(words) => Cow::Borrowed(words),
            Self::OneOf(names) => Cow::Owned(error::one_of(names)),
        }
    }

    /// Returns whether there is a `Secret` in the type, however deep, or may be one.
    pub(crate) fn holds_secret(self) -> bool {
        let Self::Type(describe) = self else { return false };
        let notes = Notes::default();
        describe(&notes);
        // An item of a tuple is asked when those before it have been passed; one that cannot be asked may be a secret.
        notes.holds_secret.get()
            || (1..notes.len.get()).any(|item| {
                let notes = Notes::of_item(item);
                describe(&notes);
                notes.holds_secret.get() || !notes.has_reached_item.get()
            })
    }
}

/// Asks a type what it takes.
pub fn describe<T: DeserializeOwned>(notes: &Notes) {
    // The attempt fails by design: what counts is what the type asked for on the way.
    let _refused = T::deserialize(Describe(notes)).is_err();
}
