//! A JSON value that keeps the order it was written in.

use std::fmt;

use serde_core::ser::{Serialize, SerializeMap, Serializer};

pub(super) enum Json {
    True,
    Number(usize),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    #[inline]
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::True => f.write_str("true"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write_text(f, text),
            Self::List(items) => write_items(f, depth, ['[', ']'], items, |f, item| item.write(f, depth + 1)),
            Self::Object(members) => write_items(f, depth, ['{', '}'], members, |f, (key, value)| {
                write_text(f, key)?;
                f.write_str(": ")?;
                value.write(f, depth + 1)
            }),
        }
    }
}

impl fmt::Display for Json {
    /// Writes what `serde_json::to_string_pretty` would, so that a file may come from either.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::True => serializer.serialize_bool(true),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

fn write_items<T>(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    [open, close]: [char; 2],
    items: &[T],
    mut write_item: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    if items.is_empty() {
        return write!(f, "{open}{close}");
    }
    let mut before = open;
    for item in items {
        write!(f, "{before}\n{:indent$}", "", indent = 2 * (depth + 1))?;
        write_item(f, item)?;
        before = ',';
    }
    write!(f, "\n{:indent$}{close}", "", indent = 2 * depth)
}

#[inline]
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_serde_json_writes_it() {
        let json = Json::Object(vec![
            ("a \"b\"\\".to_owned(), Json::text("\u{1}\u{8}\u{c}\n\r\t ä€\u{7f}")),
            ("none".to_owned(), Json::List(vec![])),
            ("nothing".to_owned(), Json::Object(vec![])),
            ("some".to_owned(), Json::List(vec![Json::True, Json::Number(7)])),
        ]);
        assert_eq!(json.to_string(), serde_json::to_string_pretty(&json).unwrap());
    }
}
