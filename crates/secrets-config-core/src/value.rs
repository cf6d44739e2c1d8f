//! Turns the text of a variable into a value of the field's type.

mod de;
mod describe;
mod error;
mod list;
mod scalar;

use std::{borrow::Cow, cell::RefCell};

use serde_core::de::DeserializeOwned;
use zeroize::Zeroizing;

pub(crate) use self::error::Error;
use self::{de::Value, describe::Describe};

/// Parses `text` as a `T`, by the type alone: nothing guesses from the text what it might be.
pub(crate) fn parse<T: DeserializeOwned>(text: &mut Zeroizing<String>) -> Result<T, Error> {
    // A type between us and the failed one (`Secret` does) may replace our error by its own: ours wins.
    let first = RefCell::new(None);
    T::deserialize(Value::new(text, &first)).map_err(|last| first.take().unwrap_or(last))
}

/// Returns the value of a field that is not set, for a type that has one: `None`.
pub(crate) fn absent<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(serde_core::de::value::UnitDeserializer::<Error>::new()).ok()
}

/// Says what text a `T` takes: `a whole number from 0 to 65535`.
#[must_use]
pub fn expected<T: DeserializeOwned>() -> Cow<'static, str> {
    let said = RefCell::new(None);
    // The attempt fails by design: what counts is what the type asked for on the way.
    let _refused = T::deserialize(Describe::new(&said)).is_err();
    said.take().unwrap_or(Cow::Borrowed("text"))
}
