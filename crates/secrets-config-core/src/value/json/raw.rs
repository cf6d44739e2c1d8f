//! JSON that is read without leaving copies of its texts behind.

use std::{cell::RefCell, fmt, vec};

use serde_core::{
    de::{
        Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{SHAPE, refused};
use crate::value::{Error, de::Value, list::Item};

/// One JSON value as it is written. `serde_json` finds where it begins and ends; what is in a text is decoded here, into
/// buffers that are wiped.
#[derive(Clone, Copy)]
pub(in crate::value) struct Raw<'a> {
    written: &'a RawValue,
    /// How many lists and maps may still be inside of each other.
    room: u8,
}

impl<'a> Raw<'a> {
    /// As deep as `serde_json` goes.
    const DEPTH: u8 = 128;

    pub(super) fn parse(text: &'a str) -> Result<Self, Error> {
        let written = serde_json::from_str(text).map_err(|error| refused(&error))?;
        Ok(Self { written, room: Self::DEPTH })
    }

    /// Returns the values of an array.
    pub(super) fn items(self) -> Result<Vec<Self>, Error> {
        let items: Vec<_> = self.read()?;
        let room = self.room_inside()?;
        Ok(items.into_iter().map(|written| Self { written, room }).collect())
    }

    /// Returns the keys and values of an object, in their order.
    pub(super) fn pairs(self) -> Result<Vec<(Self, Self)>, Error> {
        let Pairs(pairs) = self.read()?;
        let room = self.room_inside()?;
        let raw = |written| Self { written, room };
        Ok(pairs.into_iter().map(|(key, value)| (raw(key), raw(value))).collect())
    }

    /// Returns what a text in quotes stands for.
    pub(super) fn text(self) -> Result<Zeroizing<String>, Error> {
        let written = self.as_str();
        let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inside.and_then(unescape).ok_or_else(|| Error::invalid(SHAPE))
    }

    /// Returns it as an item, which is read as if it were a text of its own.
    pub(super) fn into_item(self) -> Result<Item<'a>, Error> {
        Ok(match self.first() {
            b'"' => Item::Text(self.text()?),
            b'n' | b'[' | b'{' => Item::Tree(self),
            _ => Item::Literal(Zeroizing::new(self.as_str().to_owned())),
        })
    }

    fn read<T: Deserialize<'a>>(self) -> Result<T, Error> {
        serde_json::from_str(self.as_str()).map_err(|error| refused(&error))
    }

    fn as_str(self) -> &'a str {
        self.written.get()
    }

    fn first(self) -> u8 {
        self.as_str().as_bytes().first().copied().unwrap_or_default()
    }

    fn room_inside(self) -> Result<u8, Error> {
        self.room.checked_sub(1).ok_or_else(|| Error::invalid("JSON that is not as deep"))
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let written = self.as_str();
        if let Ok(number) = written.parse() {
            visitor.visit_u64(number)
        } else if let Ok(number) = written.parse() {
            visitor.visit_i64(number)
        } else {
            visitor.visit_f64(written.parse().map_err(|_| Error::invalid(SHAPE))?)
        }
    }
}

impl<'de> Deserializer<'de> for Raw<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.first() {
            b'n' => visitor.visit_unit(),
            b't' => visitor.visit_bool(true),
            b'f' => visitor.visit_bool(false),
            b'"' => visitor.visit_str(&self.text()?),
            b'[' => {
                let mut items = Items(self.items()?.into_iter());
                let value = visitor.visit_seq(&mut items)?;
                if items.0.len() > 0 { Err(Error::invalid(SHAPE)) } else { Ok(value) }
            }
            b'{' => {
                let mut entries = Entries { pairs: self.pairs()?.into_iter(), value: None };
                let value = visitor.visit_map(&mut entries)?;
                if entries.pairs.len() > 0 { Err(Error::invalid(SHAPE)) } else { Ok(value) }
            }
            _ => self.number(visitor),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.as_str().parse() {
            Ok(number) => visitor.visit_i128(number),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.as_str().parse() {
            Ok(number) => visitor.visit_u128(number),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.first() {
            b'"' => visitor.visit_bytes(self.text()?.as_bytes()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.first() == b'n' { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.first() == b'"' {
            return visitor.visit_enum(Variant { name: Key(self), content: None });
        }
        match self.pairs()?[..] {
            [(name, content)] => visitor.visit_enum(Variant { name: Key(name), content: Some(content) }),
            _ => Err(Error::invalid("an object with one key, the name of a variant")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string unit unit_struct seq tuple tuple_struct map struct
        identifier
    }
}

/// A key, which is a text in quotes whatever its type is: a number is read from what is between them.
struct Key<'a>(Raw<'a>);

macro_rules! from_between_the_quotes {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            Value::item(&mut self.0.text()?, &RefCell::new(None)).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Error;

    from_between_the_quotes! {
        deserialize_bool deserialize_char deserialize_f32 deserialize_f64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.0.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant { name: self, content: None })
    }

    forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of an array that are not read yet.
struct Items<'a>(vec::IntoIter<Raw<'a>>);

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        // A buffer of the right size does not leave copies of its items behind as it grows.
        Some(self.0.len())
    }
}

/// The pairs of an object that are not read yet.
struct Entries<'a> {
    pairs: vec::IntoIter<(Raw<'a>, Raw<'a>)>,
    value: Option<Raw<'a>>,
}

impl<'de> MapAccess<'de> for &mut Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::invalid(SHAPE))?;
        seed.deserialize(value)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len())
    }
}

/// A variant of an enum, by its name, with what it holds.
struct Variant<'a> {
    name: Key<'a>,
    content: Option<Raw<'a>>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Error> {
        Ok((seed.deserialize(self.name)?, Content(self.content)))
    }
}

/// What a variant holds.
struct Content<'a>(Option<Raw<'a>>);

impl<'a> Content<'a> {
    fn get(self) -> Result<Raw<'a>, Error> {
        self.0.ok_or_else(|| Error::invalid(SHAPE))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0 {
            None => Ok(()),
            Some(content) => <()>::deserialize(content),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.get()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.get()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.get()?.deserialize_any(visitor)
    }
}

struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
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

/// Returns what stands between two quotes, with nothing escaped. Room for all of it is there from the start: what is
/// escaped is never shorter.
fn unescape(written: &str) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(written.len()));
    let mut rest = written;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut characters = escaped.chars();
        let character = match characters.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (character, after) = unicode(characters.as_str())?;
                characters = after.chars();
                character
            }
            other => other,
        };
        text.push(character);
        rest = characters.as_str();
    }
    text.push_str(rest);
    Some(text)
}

/// Returns the character of `XXXX`, or of `XXXX\uXXXX` where one such number is not enough, and what comes after it.
fn unicode(digits: &str) -> Option<(char, &str)> {
    let number = |digits: &str| u16::from_str_radix(digits.get(..4)?, 16).ok();
    let first = number(digits)?;
    let rest = &digits[4..];
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, rest));
    }
    let second = number(rest.strip_prefix("\\u")?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, &rest[6..]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize, Serialize)]
    enum Shape {
        Unit,
        New(u8),
        Tuple(i64, String),
        Struct { deep: Option<Box<Self>>, map: BTreeMap<u16, bool>, wide: (u128, f64, char) },
    }

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
        T::deserialize(Raw::parse(text)?)
    }

    proptest! {
        #[test]
        fn a_text_is_read_as_it_was_written(text: String) {
            let written = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(&read::<String>(&written).unwrap(), &text);
            let ascii: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(&read::<String>(&format!("\"{ascii}\"")).unwrap(), &text);
        }
    }

    #[test]
    fn every_shape_is_read_as_serde_json_reads_it() {
        let map = BTreeMap::from([(7, true), (65535, false)]);
        for shape in [
            Shape::Unit,
            Shape::New(255),
            Shape::Tuple(-1, "a\"\n".to_owned()),
            Shape::Struct { deep: Some(Box::new(Shape::Unit)), map, wide: (u128::MAX, -0.5, 'ß') },
        ] {
            assert_eq!(read::<Shape>(&serde_json::to_string(&shape).unwrap()).unwrap(), shape);
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        for text in ["300", "-1", "1.5", "\"1\"", "null", "[1]", "{}", "tru", "1 2"] {
            assert!(read::<u8>(text).is_err(), "{text}");
        }
        for text in [r#""\ud800""#, r#""\ud800\u0041""#, r#""\u12"#, "1", "\"a"] {
            assert!(read::<String>(text).is_err(), "{text}");
        }
        for text in ["[1]", "[1,2,3]", r#"{"a":1}"#] {
            assert!(read::<(u8, u8)>(text).is_err(), "{text}");
        }
        for text in [r#""New""#, r#"{"Unit":1}"#, r#"{"New":1,"Unit":null}"#, r#"{"Other":1}"#, "1"] {
            assert!(read::<Shape>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        #[derive(Debug, serde::Deserialize)]
        struct Deep(#[expect(dead_code, reason = "how deep it goes is of interest")] Vec<Self>);
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read::<Deep>(&nested(100)).is_ok());
        assert!(read::<Deep>(&nested(200)).is_err());
    }
}
