//! Lists: items split at commas.

use std::cell::RefCell;

use serde_core::de::{DeserializeSeed, SeqAccess};
use zeroize::Zeroizing;

use super::{Error, de::Value};

/// The items of one text, in order.
pub(super) struct Items<'a> {
    rest: Option<&'a str>,
    index: usize,
    error: &'a RefCell<Option<Error>>,
}

impl<'a> Items<'a> {
    pub(super) fn new(text: &'a str, error: &'a RefCell<Option<Error>>) -> Self {
        let text = text.trim_ascii();
        let items = text.strip_suffix(',').unwrap_or(text);
        Self { rest: (!text.is_empty()).then_some(items), index: 0, error }
    }

    fn next_item(&mut self) -> Option<Result<&'a str, Error>> {
        let rest = self.rest?;
        let (item, rest) = match rest.split_once(',') {
            Some((item, rest)) => (item, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        let (item, index) = (item.trim_ascii(), self.index);
        self.index += 1;
        if item.is_empty() {
            return Some(Err(Error::invalid("items that are not empty, separated by commas").at(index)));
        }
        Some(Ok(item))
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let index = self.index;
        let Some(item) = self.next_item() else { return Ok(None) };
        let mut text = Zeroizing::new(item?.to_owned());
        seed.deserialize(Value::new(&mut text, self.error)).map(Some).map_err(|error| {
            if let Some(first) = self.error.borrow_mut().as_mut() {
                first.index.get_or_insert(index);
            }
            error.at(index)
        })
    }
}
