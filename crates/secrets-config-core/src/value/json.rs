//! JSON in a variable.

use serde_core::de::{DeserializeOwned, Deserializer as _, Visitor};

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
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = deserializer.deserialize_seq(visitor).map_err(|error| refused(&error, ""))?;
    deserializer.end().map_err(|error| refused(&error, ""))?;
    Ok(value)
}

/// Gives a JSON object to a type that takes a map.
pub(super) fn map<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = deserializer.deserialize_map(visitor).map_err(|error| refused(&error, ""))?;
    deserializer.end().map_err(|error| refused(&error, ""))?;
    Ok(value)
}

/// serde_json's own messages quote the text; its kind and place do not.
fn refused(error: &serde_json::Error, at: &str) -> Error {
    use serde_json::error::Category;

    let place = format!("line {}, column {}", error.line(), error.column());
    Error::invalid(match error.classify() {
        Category::Data => format!("JSON of the right shape{at} (wrong at {place})"),
        Category::Eof => "JSON to its end (the text stops before)".to_owned(),
        Category::Syntax | Category::Io => format!("JSON (malformed at {place})"),
    })
}
