//! Lists and maps in one text: items split at a delimiter and trimmed, or JSON.

use std::{cell::RefCell, collections::HashSet};

use serde_core::de::{DeserializeSeed, MapAccess, SeqAccess};
use zeroize::Zeroizing;

use super::{Error, de::Value};

/// What is expected where a map is.
pub(super) const PAIRS: &str = "pairs of key=value, separated by commas";

/// One item of a list, or one value of a map.
pub(super) enum Item<'a> {
    /// A piece of the whole text.
    Piece(&'a str),
    /// A text in quotes, as it is without them.
    #[cfg(feature = "json")]
    Text(Zeroizing<String>),
    /// A number or a truth value, which is no text: it stood without quotes.
    #[cfg(feature = "json")]
    Literal(Zeroizing<String>),
    #[cfg(feature = "json")]
    Tree(super::json::Raw<'a>),
}

impl Item<'_> {
    /// Reads the item. Its error carries the index.
    fn read<'de, T: DeserializeSeed<'de>>(
        self,
        seed: T,
        index: usize,
        error: &RefCell<Option<Error>>,
    ) -> Result<T::Value, Error> {
        let read = match self {
            Self::Piece(piece) => seed.deserialize(Value::item(&mut Zeroizing::new(piece.to_owned()), error)),
            #[cfg(feature = "json")]
            Self::Text(mut text) => seed.deserialize(Value::item(&mut text, error)),
            #[cfg(feature = "json")]
            Self::Literal(mut text) => seed.deserialize(Value::literal(&mut text, error)),
            #[cfg(feature = "json")]
            Self::Tree(tree) => super::json::tree(seed, tree),
        };
        read.map_err(|last| {
            let first = error.take();
            error.replace(first.map(|first| first.at(index)));
            last.at(index)
        })
    }
}

/// The pieces of a text between delimiters. One delimiter at the end is allowed.
struct Pieces<'a> {
    rest: Option<&'a str>,
    delimiter: &'a str,
    index: usize,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str, delimiter: &'a str) -> Self {
        let text = text.trim_ascii();
        let items = text.strip_suffix(delimiter).unwrap_or(text);
        Self { rest: (!text.is_empty()).then_some(items), delimiter, index: 0 }
    }

    /// Returns how many there are at most.
    fn len(&self) -> usize {
        let (mut count, mut rest) = (0, self.rest);
        while let Some(text) = rest {
            count += 1;
            rest = cut(text, self.delimiter).1;
        }
        count
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<&'a str, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (piece, rest) = cut(self.rest?, self.delimiter);
        self.rest = rest;
        self.index += 1;
        let piece = piece.trim_ascii();
        if piece.is_empty() {
            let expected = format!("items that are not empty, separated by `{}`", self.delimiter);
            return Some(Err(Error::invalid(expected).at(self.index - 1)));
        }
        Some(Ok(piece))
    }
}

/// Cuts off what is before the first delimiter. It is nearly always a comma, for which a search is set up in no time.
fn cut<'a>(text: &'a str, delimiter: &str) -> (&'a str, Option<&'a str>) {
    let at = match *delimiter.as_bytes() {
        [delimiter] => text.bytes().position(|byte| byte == delimiter),
        _ => text.find(delimiter),
    };
    at.map_or((text, None), |at| (&text[..at], Some(&text[at + delimiter.len()..])))
}

/// The items of a list.
pub(super) struct List<'a> {
    source: Source<'a>,
    index: usize,
    error: &'a RefCell<Option<Error>>,
}

enum Source<'a> {
    Split(Pieces<'a>),
    #[cfg(feature = "json")]
    Json(std::vec::IntoIter<Item<'a>>),
}

impl<'a> List<'a> {
    pub(super) fn split(text: &'a str, delimiter: &'a str, error: &'a RefCell<Option<Error>>) -> Self {
        Self { source: Source::Split(Pieces::new(text, delimiter)), index: 0, error }
    }

    #[cfg(feature = "json")]
    pub(super) fn json(text: &'a str, error: &'a RefCell<Option<Error>>) -> Result<Self, Error> {
        Ok(Self { source: Source::Json(super::json::items(text)?.into_iter()), index: 0, error })
    }

    /// Refuses items that the type did not take.
    pub(super) fn end(&self) -> Result<(), Error> {
        match &self.source {
            Source::Split(Pieces { rest: None, .. }) => Ok(()),
            #[cfg(feature = "json")]
            Source::Json(items) if items.len() == 0 => Ok(()),
            _ => Err(Error::invalid(format!("{} items and no more", self.index))),
        }
    }

    fn len(&self) -> usize {
        match &self.source {
            Source::Split(pieces) => pieces.len(),
            #[cfg(feature = "json")]
            Source::Json(items) => items.len(),
        }
    }

    fn next(&mut self) -> Option<Result<Item<'a>, Error>> {
        match &mut self.source {
            Source::Split(pieces) => pieces.next().map(|piece| piece.map(Item::Piece)),
            #[cfg(feature = "json")]
            Source::Json(items) => items.next().map(Ok),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        item?.read(seed, index, self.error).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        // A buffer of the right size does not leave copies of its items behind as it grows.
        Some(self.len())
    }
}

/// The pairs of a map.
pub(super) struct Pairs<'a> {
    pairs: std::vec::IntoIter<(Zeroizing<String>, Item<'a>)>,
    value: Option<Item<'a>>,
    index: usize,
    error: &'a RefCell<Option<Error>>,
}

impl<'a> Pairs<'a> {
    #[inline]
    pub(super) fn split(
        text: &'a str,
        delimiter: &'a str,
        error: &'a RefCell<Option<Error>>,
    ) -> Result<Self, Error> {
        let pair = |(index, piece): (usize, Result<&'a str, Error>)| {
            let (key, value) = piece?.split_once('=').ok_or_else(|| Error::invalid(PAIRS).at(index))?;
            Ok((Zeroizing::new(key.trim_ascii().to_owned()), Item::Piece(value.trim_ascii())))
        };
        Self::new(Pieces::new(text, delimiter).enumerate().map(pair).collect::<Result<_, Error>>()?, error)
    }

    #[cfg(feature = "json")]
    pub(super) fn json(text: &'a str, error: &'a RefCell<Option<Error>>) -> Result<Self, Error> {
        Self::new(super::json::pairs(text)?, error)
    }

    #[inline]
    fn new(
        pairs: Vec<(Zeroizing<String>, Item<'a>)>,
        error: &'a RefCell<Option<Error>>,
    ) -> Result<Self, Error> {
        let mut seen = HashSet::new();
        for (index, (key, _)) in pairs.iter().enumerate() {
            if key.is_empty() {
                return Err(Error::invalid(PAIRS).at(index));
            }
            if !seen.insert(key.as_str()) {
                return Err(Error::invalid("keys that differ").at(index));
            }
        }
        Ok(Self { pairs: pairs.into_iter(), value: None, index: 0, error })
    }
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        Item::Piece(&key).read(seed, self.index, self.error).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::invalid(PAIRS))?;
        let index = self.index;
        self.index += 1;
        value.read(seed, index, self.error)
    }
}
