//! JSON in a variable.

mod raw;

use serde_core::de::{DeserializeOwned, DeserializeSeed};
use zeroize::Zeroizing;

pub(super) use self::raw::Raw;
use super::{Error, list::Item};

/// Parses a whole text as JSON. The error says where in the value it went wrong, not what was there.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let raw = Raw::parse(text)?;
    // Following the path means to copy each key on the way: only for what has failed.
    T::deserialize(raw).map_err(|_| Error::invalid(SHAPE).with_place(path_to_failure::<T>(raw)))
}

fn path_to_failure<T: DeserializeOwned>(raw: Raw<'_>) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, T>(raw).err()?;
    Some(error.path().to_string()).filter(|path| path != ".")
}

/// Reads the items of a JSON array. Each is read as it would be from a text of its own.
pub(super) fn items(text: &str) -> Result<Vec<Item<'_>>, Error> {
    Raw::parse(text)?.items()?.into_iter().map(Raw::into_item).collect()
}

/// Reads the pairs of a JSON object, in their order, the same key as often as it is there.
pub(super) fn pairs(text: &str) -> Result<Vec<(Zeroizing<String>, Item<'_>)>, Error> {
    let pairs = Raw::parse(text)?.pairs()?.into_iter();
    pairs.map(|(key, value)| Ok((key.text()?, value.into_item()?))).collect()
}

/// What is in a list or a map and no text by itself.
pub(super) fn tree<'de, T: DeserializeSeed<'de>>(seed: T, tree: Raw<'_>) -> Result<T::Value, Error> {
    seed.deserialize(tree).map_err(|_| Error::invalid(SHAPE))
}

/// Whether one of the texts in an array is what `is` looks for. What is no array has none.
pub(crate) fn has_item(text: &str, is: fn(&str) -> bool) -> bool {
    let items = items(text).unwrap_or_default();
    items.iter().any(|item| matches!(item, Item::Text(text) if is(text)))
}

/// The messages of `serde_json` quote the text; its kind and place do not.
fn refused(error: &serde_json::Error) -> Error {
    use serde_json::error::Category;

    let expected = match error.classify() {
        Category::Data => SHAPE,
        Category::Eof => "JSON to its end: the text stops before",
        Category::Syntax | Category::Io => "JSON",
    };
    let place = (error.line() > 0).then(|| format!("line {}, column {}", error.line(), error.column()));
    Error::invalid(expected).with_place(place)
}

/// What is expected of JSON that is well formed.
const SHAPE: &str = "JSON of the right shape";
