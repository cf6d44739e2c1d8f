//! JSON in a variable.

use serde_core::de::{DeserializeOwned, Deserializer as _, Visitor};
use serde_json::de::IoRead;

use super::Error;

/// Parses a whole text as JSON. The error says where in the value it went wrong, not what was there.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let at = if path == "." { String::new() } else { format!(" at {path}") };
        refused(error.inner(), &at)
    })?;
    deserializer.end().map_err(|error| refused(&error, ""))?;
    Ok(value)
}

/// Gives a JSON array to a type that takes a list.
pub(super) fn list<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Error> {
    whole(text, |deserializer| deserializer.deserialize_seq(visitor))
}

/// Gives a JSON object to a type that takes a map.
pub(super) fn map<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Error> {
    whole(text, |deserializer| deserializer.deserialize_map(visitor))
}

/// Reads to the end of the text. As a reader it can be shorter-lived than what the type may borrow for.
fn whole<T>(
    text: &str,
    read: impl FnOnce(&mut serde_json::Deserializer<IoRead<&[u8]>>) -> serde_json::Result<T>,
) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_reader(text.as_bytes());
    let value = read(&mut deserializer).map_err(|error| refused(&error, ""))?;
    deserializer.end().map_err(|error| refused(&error, ""))?;
    Ok(value)
}

/// The messages of `serde_json` quote the text; its kind and place do not.
fn refused(error: &serde_json::Error, at: &str) -> Error {
    use serde_json::error::Category;

    let place = format!("line {}, column {}", error.line(), error.column());
    Error::invalid(match error.classify() {
        Category::Data => format!("JSON of the right shape{at} (wrong at {place})"),
        Category::Eof => "JSON to its end (the text stops before)".to_owned(),
        Category::Syntax | Category::Io => format!("JSON (malformed at {place})"),
    })
}
