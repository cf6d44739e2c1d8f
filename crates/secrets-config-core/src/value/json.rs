//! JSON in a variable.

use serde_core::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Error, list::Item};

/// Parses a whole text as JSON. The error says where in the value it went wrong, not what was there.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refused(error.inner(), (path != ".").then_some(path))
    })?;
    deserializer.end().map_err(|error| refused(&error, None))?;
    Ok(value)
}

/// Reads the items of a JSON array. Each is read as it would be from a text of its own.
pub(super) fn items(text: &str) -> Result<Vec<Item>, Error> {
    serde_json::from_str(text).map_err(|error| refused(&error, None))
}

/// Reads the pairs of a JSON object, in their order, the same key as often as it is there.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, Item)>, Error> {
    let Pairs(pairs) = serde_json::from_str(text).map_err(|error| refused(&error, None))?;
    Ok(pairs)
}

/// What is in a list or a map and no text by itself.
pub(super) fn tree<'de, T: serde_core::de::DeserializeSeed<'de>>(
    seed: T,
    tree: Value,
) -> Result<T::Value, Error> {
    seed.deserialize(tree).map_err(|error| refused(&error, None))
}

/// The messages of `serde_json` quote the text; its kind and place do not.
fn refused(error: &serde_json::Error, path: Option<String>) -> Error {
    use serde_json::error::Category;

    let expected = match error.classify() {
        Category::Data => "JSON of the right shape",
        Category::Eof => "JSON to its end: the text stops before",
        Category::Syntax | Category::Io => "JSON",
    };
    let at = (error.line() > 0).then(|| format!("line {}, column {}", error.line(), error.column()));
    let place = [path, at].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Error::invalid(expected).with_place((!place.is_empty()).then_some(place))
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self::Text(Zeroizing::new(text)),
            Value::Number(number) => Self::Literal(Zeroizing::new(number.to_string())),
            Value::Bool(flag) => Self::Literal(Zeroizing::new(flag.to_string())),
            tree @ (Value::Null | Value::Array(_) | Value::Object(_)) => Self::Tree(tree),
        })
    }
}

struct Pairs(Vec<(String, Item)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
