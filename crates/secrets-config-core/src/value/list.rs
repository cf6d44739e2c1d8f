//! Lists and maps in one text: items split at a delimiter, trimmed.

use std::{cell::RefCell, collections::HashSet};

use serde_core::de::{DeserializeSeed, MapAccess, SeqAccess};
use zeroize::Zeroizing;

use super::{Error, de::Value};

/// The items of one text, in order. One delimiter at the end is allowed.
struct Items<'a> {
    rest: Option<&'a str>,
    delimiter: &'a str,
    index: usize,
}

impl<'a> Items<'a> {
    fn new(text: &'a str, delimiter: &'a str) -> Self {
        let text = text.trim_ascii();
        let items = text.strip_suffix(delimiter).unwrap_or(text);
        Self { rest: (!text.is_empty()).then_some(items), delimiter, index: 0 }
    }

    /// Returns the next item and its index.
    fn next(&mut self) -> Option<Result<(&'a str, usize), Error>> {
        let (item, rest) = match self.rest?.split_once(self.delimiter) {
            Some((item, rest)) => (item, Some(rest)),
            None => (self.rest?, None),
        };
        self.rest = rest;
        let (item, index) = (item.trim_ascii(), self.index);
        self.index += 1;
        if item.is_empty() {
            let expected = format!("items that are not empty, separated by `{}`", self.delimiter);
            return Some(Err(Error::invalid(expected).at(index)));
        }
        Some(Ok((item, index)))
    }
}

/// A list of items.
pub(super) struct List<'a> {
    items: Items<'a>,
    error: &'a RefCell<Option<Error>>,
}

impl<'a> List<'a> {
    pub(super) fn new(text: &'a str, delimiter: &'a str, error: &'a RefCell<Option<Error>>) -> Self {
        Self { items: Items::new(text, delimiter), error }
    }

    /// Refuses items that the type did not take.
    pub(super) fn end(&self) -> Result<(), Error> {
        match self.items.rest {
            None => Ok(()),
            Some(_) => Err(Error::invalid(format!("{} items and no more", self.items.index))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let (item, index) = item?;
        read_item(seed, item, index, self.error).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        // A buffer of the right size does not leave copies of its items behind as it grows.
        self.items.rest.map_or(Some(0), |rest| Some(rest.matches(self.items.delimiter).count() + 1))
    }
}

/// Pairs of `key=value`.
pub(super) struct Pairs<'a> {
    items: Items<'a>,
    seen: HashSet<&'a str>,
    value: Option<(&'a str, usize)>,
    error: &'a RefCell<Option<Error>>,
}

impl<'a> Pairs<'a> {
    pub(super) const EXPECTED: &'static str = "pairs of key=value, separated by commas";

    pub(super) fn new(text: &'a str, delimiter: &'a str, error: &'a RefCell<Option<Error>>) -> Self {
        Self { items: Items::new(text, delimiter), seen: HashSet::new(), value: None, error }
    }
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let (item, index) = item?;
        let (key, value) = item.split_once('=').ok_or_else(|| Error::invalid(Self::EXPECTED).at(index))?;
        let key = key.trim_ascii();
        if !self.seen.insert(key) {
            return Err(Error::invalid("keys that differ").at(index));
        }
        self.value = Some((value.trim_ascii(), index));
        read_item(seed, key, index, self.error).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (value, index) = self.value.take().ok_or_else(|| Error::invalid(Self::EXPECTED))?;
        read_item(seed, value, index, self.error)
    }
}

/// Reads one item, whose error carries its index.
fn read_item<'de, T: DeserializeSeed<'de>>(
    seed: T,
    item: &str,
    index: usize,
    error: &RefCell<Option<Error>>,
) -> Result<T::Value, Error> {
    let mut text = Zeroizing::new(item.to_owned());
    seed.deserialize(Value::item(&mut text, error)).map_err(|last| {
        if let Some(first) = error.borrow_mut().as_mut() {
            first.index.get_or_insert(index);
        }
        last.at(index)
    })
}
