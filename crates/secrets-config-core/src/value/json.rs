//! JSON in a variable.

mod raw;

use serde_core::de::{DeserializeOwned, DeserializeSeed};
use zeroize::Zeroizing;

pub(super) use self::raw::Raw;
use super::{Error, holds_secret, list::Item};

/// Parses a whole text as JSON. The error says where in the value it went wrong, not what was there.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    if holds_secret::<T>() {
        // `serde_json` decodes a text with escapes in a buffer that it does not wipe.
        return T::deserialize(Raw::parse(text)?);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refused(error.inner(), (path != ".").then_some(path))
    })?;
    deserializer.end().map_err(|error| refused(&error, None))?;
    Ok(value)
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
fn refused(error: &serde_json::Error, path: Option<String>) -> Error {
    use serde_json::error::Category;

    let expected = match error.classify() {
        Category::Data => SHAPE,
        Category::Eof => "JSON to its end: the text stops before",
        Category::Syntax | Category::Io => "JSON",
    };
    let at = (error.line() > 0).then(|| format!("line {}, column {}", error.line(), error.column()));
    let place = [path, at].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Error { place: (!place.is_empty()).then_some(place), ..Error::invalid(expected) }
}

/// What is expected of JSON that is well formed.
const SHAPE: &str = "JSON of the right shape";
