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

/// A deserializer that has no value: it writes down what the type asks for, and refuses.
#[derive(Clone, Copy)]
pub(super) struct Describe<'a> {
    said: &'a RefCell<Option<Cow<'static, str>>>,
    holds_secret: &'a Cell<bool>,
}

impl<'a> Describe<'a> {
    pub(super) fn new(said: &'a RefCell<Option<Cow<'static, str>>>, holds_secret: &'a Cell<bool>) -> Self {
        Self { said, holds_secret }
    }

    /// Looks into the items of a list or a map, then says what that is.
    fn say_of_items<T>(
        self,
        text: impl Into<Cow<'static, str>>,
        look: impl FnOnce(Items<'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // The look is refused by design.
        drop(look(Items(self)));
        self.say(text)
    }

    fn say<T>(self, text: impl Into<Cow<'static, str>>) -> Result<T, Error> {
        self.said.replace(Some(text.into()));
        Err(Error::invalid("nothing: only a description was asked for"))
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
        match refusal.map_err(|error| error.expected) {
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
            self.holds_secret.set(true);
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

/// The items of a list or a map, of which each type is asked what it is.
struct Items<'a>(Describe<'a>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        seed.deserialize(self.0).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        // A seed serves once. Where this text is no key, the type of the value stays unknown.
        let mut key = Zeroizing::new("1".to_owned());
        seed.deserialize(Value::item(&mut key, &RefCell::new(None))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.0)
    }
}
