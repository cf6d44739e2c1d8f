//! The deserializer that a type asks for its value.

use std::{
    cell::RefCell,
    fmt::{self, Write},
    path::Path,
};

use serde_core::{
    de::{
        self, Deserializer, EnumAccess, Expected, IntoDeserializer, VariantAccess, Visitor,
        value::SeqDeserializer,
    },
    forward_to_deserialize_any,
};
use zeroize::Zeroizing;

use super::{
    Error, duration,
    list::{List, Pairs},
    scalar, url,
};
use crate::{secret, suggest::closest};

/// The text of one value.
///
/// Text goes to a visitor as an owned `String`, moved and not copied, so that a `Secret<String>` is the only
/// place it is ever in.
pub(super) struct Value<'a> {
    text: &'a mut Zeroizing<String>,
    /// What lists and maps are split at; nothing for an item of one.
    delimiter: Option<&'a str>,
    /// The file that holds the text and nothing else.
    file: Option<&'a Path>,
    /// It stood without quotes where texts have them, and so is none.
    is_literal: bool,
    error: &'a RefCell<Option<Error>>,
}

impl<'a> Value<'a> {
    pub(super) fn new(
        text: &'a mut Zeroizing<String>,
        delimiter: Option<&'a str>,
        file: Option<&'a Path>,
        error: &'a RefCell<Option<Error>>,
    ) -> Self {
        Self { text, delimiter, file, is_literal: false, error }
    }

    /// An item of a list, which is no list itself.
    pub(super) fn item(text: &'a mut Zeroizing<String>, error: &'a RefCell<Option<Error>>) -> Self {
        Self { text, delimiter: None, file: None, is_literal: false, error }
    }

    /// A number or a truth value of a JSON list.
    #[cfg(feature = "json")]
    pub(super) fn literal(text: &'a mut Zeroizing<String>, error: &'a RefCell<Option<Error>>) -> Self {
        Self { is_literal: true, ..Self::item(text, error) }
    }

    fn is_text(&self) -> Result<(), Error> {
        if self.is_literal { Err(Error::invalid("a text in quotes")) } else { Ok(()) }
    }

    fn list(&self) -> Result<List<'_>, Error> {
        #[cfg(feature = "json")]
        if self.text.trim_ascii_start().starts_with('[') {
            return List::json(self.text, self.error);
        }
        Ok(List::split(self.text, self.delimiter()?, self.error))
    }

    #[inline]
    fn pairs(&self) -> Result<Pairs<'_>, Error> {
        #[cfg(feature = "json")]
        if self.text.trim_ascii_start().starts_with('{') {
            return Pairs::json(self.text, self.error);
        }
        Pairs::split(self.text, self.delimiter()?, self.error)
    }

    fn delimiter(&self) -> Result<&'a str, Error> {
        self.delimiter.ok_or_else(|| Error::invalid("a list whose items are no lists, or JSON"))
    }

    /// Passes `result` on and remembers the first error there was.
    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.inspect_err(|error| {
            self.error.borrow_mut().get_or_insert_with(|| error.clone());
        })
    }
}

macro_rules! scalars {
    ($($method:ident $visit:ident $parse:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let parsed = $parse(self.text);
            self.note(parsed.and_then(|value| visitor.$visit(value)))
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Error;

    scalars! {
        deserialize_bool visit_bool scalar::boolean;
        deserialize_i8 visit_i8 scalar::integer::<i8>;
        deserialize_i16 visit_i16 scalar::integer::<i16>;
        deserialize_i32 visit_i32 scalar::integer::<i32>;
        deserialize_i64 visit_i64 scalar::integer::<i64>;
        deserialize_i128 visit_i128 scalar::integer::<i128>;
        deserialize_u8 visit_u8 scalar::integer::<u8>;
        deserialize_u16 visit_u16 scalar::integer::<u16>;
        deserialize_u32 visit_u32 scalar::integer::<u32>;
        deserialize_u64 visit_u64 scalar::integer::<u64>;
        deserialize_u128 visit_u128 scalar::integer::<u128>;
        deserialize_f32 visit_f32 scalar::float::<f32>;
        deserialize_f64 visit_f64 scalar::float::<f64>;
        deserialize_char visit_char scalar::character;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.note(self.is_text())?;
        let text = std::mem::take(&mut **self.text);
        self.note(visitor.visit_string(text))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let bytes = std::mem::take(&mut **self.text).into_bytes();
        self.note(visitor.visit_byte_buf(bytes))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.file.and_then(Path::to_str).filter(|_| name == secret::SOURCE) {
            Some(path) => visitor.visit_seq(SeqDeserializer::new(std::iter::once(path))),
            None => visitor.visit_newtype_struct(self),
        }
    }

    /// Types that take any text ask for an owned one. One that borrows it parses it, and blanks around it do not count.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.note(self.is_text())?;
        let text = self.text.trim_ascii();
        if Says::matches(&visitor, url::EXPECTING) {
            self.note(url::check(text))?;
        }
        self.note(visitor.visit_str(text))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut list = self.note(self.list())?;
        let result = visitor.visit_seq(&mut list).and_then(|value| list.end().map(|()| value));
        self.note(result)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let pairs = self.note(self.pairs())?;
        self.note(visitor.visit_map(pairs))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if fields != duration::FIELDS {
            return self.note(Err(Error::invalid(
                "a type that is read from one text, or `#[config(json)]` on the field",
            )));
        }
        let parts = duration::parse(self.text).and_then(|time| {
            visitor
                .visit_seq(SeqDeserializer::new([time.as_secs(), u64::from(time.subsec_nanos())].into_iter()))
        });
        self.note(parts)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = self.text.trim_ascii();
        let result = visitor.visit_enum(Variant(name)).map_err(|error| {
            let close = closest(name, variants.iter().copied());
            error.with_hint(close.map(|close| format!("did you mean {close}?")))
        });
        self.note(result)
    }

    forward_to_deserialize_any! {
        string unit unit_struct identifier ignored_any
    }
}

/// A variant without data, by its name.
struct Variant<'a>(&'a str);

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: de::DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: de::value::StrDeserializer<'_, Error> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: de::DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(Error::invalid("the name of a variant without data"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::invalid("the name of a variant without data"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(Error::invalid("the name of a variant without data"))
    }
}

/// Compares what a visitor says it expects, without a buffer.
struct Says<'a> {
    rest: Option<&'a str>,
}

impl Says<'_> {
    fn matches(visitor: &impl Expected, text: &str) -> bool {
        let mut says = Says { rest: Some(text) };
        let expected: &dyn Expected = visitor;
        write!(says, "{expected}").is_ok() && says.rest == Some("")
    }
}

impl Write for Says<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.rest = self.rest.and_then(|rest| rest.strip_prefix(piece));
        Ok(())
    }
}
