//! Asks a type what text it takes.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

use serde_core::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::{
    Error,
    de::Value,
    duration,
    error::one_of,
    list,
    scalar::{self, Integer},
    url,
};
use crate::secret;

/// What a type said of itself.
#[derive(Debug, Default)]
pub struct Notes {
    pub(super) expected: RefCell<Option<Cow<'static, str>>>,
    pub(super) holds_secret: Cell<bool>,
    /// How many items a tuple has.
    pub(super) len: Cell<usize>,
    /// Which item of a list, a map or a tuple is asked.
    item: usize,
    pub(super) has_reached_item: Cell<bool>,
}

impl Notes {
    pub(super) fn of_item(item: usize) -> Self {
        Self { item, ..Self::default() }
    }
}

/// A deserializer that has no value: it writes down what the type asks for, and refuses.
#[derive(Clone, Copy)]
pub(super) struct Describe<'a>(pub(super) &'a Notes);

impl Describe<'_> {
    fn say<T>(self, text: impl Into<Cow<'static, str>>) -> Result<T, Error> {
        self.0.expected.replace(Some(text.into()));
        Err(Error::invalid("nothing: only a description was asked for"))
    }

    /// Looks into the items of a list or a map, then says what that is.
    fn say_of_items<'a, T>(
        &'a self,
        text: impl Into<Cow<'static, str>>,
        look: impl FnOnce(Items<'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // The look is refused by design.
        drop(look(Items { notes: self.0, index: 0 }));
        self.say(text)
    }
}

macro_rules! say {
    ($($method:ident $text:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            self.say($text)
        }
    )*};
}

impl<'de> Deserializer<'de> for Describe<'_> {
    type Error = Error;

    say! {
        deserialize_bool scalar::BOOL;
        deserialize_i8 i8::expected();
        deserialize_i16 i16::expected();
        deserialize_i32 i32::expected();
        deserialize_i64 i64::expected();
        deserialize_i128 i128::expected();
        deserialize_u8 u8::expected();
        deserialize_u16 u16::expected();
        deserialize_u32 u32::expected();
        deserialize_u64 u64::expected();
        deserialize_u128 u128::expected();
        deserialize_f32 scalar::FLOAT;
        deserialize_f64 scalar::FLOAT;
        deserialize_char "a single character";
        deserialize_any "text";
        deserialize_unit "text";
        deserialize_ignored_any "text";
        deserialize_identifier "text";
    }

    /// A type that takes a string often says more in what its visitor expects: `IPv4 address`.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let refusal: Result<V::Value, Error> = visitor.visit_unit();
        match refusal.map_err(|error| error.into_refusal().expected) {
            Err(Some(expected)) if expected == url::EXPECTING => self.say(url::EXPECTED),
            Err(Some(expected)) if expected != "a string" => self.say(expected),
            _ => self.say("text"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.say("text")
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.say("text")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Error> {
        self.say("text")
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == secret::NAME {
            self.0.holds_secret.set(true);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.say_of_items("a list, its items separated by commas", |items| visitor.visit_seq(items))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.say_of_items(list::PAIRS, |items| visitor.visit_map(items))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.0.len.set(len);
        self.say_of_items(format!("{len} items separated by commas"), |items| visitor.visit_seq(items))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.say(if fields == duration::FIELDS { duration::EXPECTED } else { "JSON" })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.say(one_of(variants))
    }
}

/// The items of a list or a map, one of which is asked what it is.
struct Items<'a> {
    notes: &'a Notes,
    index: usize,
}

impl Items<'_> {
    /// Gives an item that is not asked a text that many types take.
    fn pass<'de, T: DeserializeSeed<'de>>(seed: T) -> Result<T::Value, Error> {
        let mut text = Zeroizing::new("1".to_owned());
        seed.deserialize(Value::item(&mut text, &RefCell::new(None)))
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.index += 1;
        if self.index <= self.notes.item {
            return Self::pass(seed).map(Some);
        }
        self.notes.has_reached_item.set(true);
        seed.deserialize(Describe(self.notes)).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        Self::pass(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.notes.has_reached_item.set(true);
        seed.deserialize(Describe(self.notes))
    }
}
