//! Bytes written as text.

use serde_core::{
    de::{Deserializer, SeqAccess, Visitor, value::U8Deserializer},
    forward_to_deserialize_any,
};
use zeroize::Zeroizing;

use super::Error;

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// RFC 4648, section 4. The padding may be left out.
    Base64,
    /// RFC 4648, section 5: `-` and `_` instead of `+` and `/`. The padding may be left out.
    Base64Url,
    /// Two hexadecimal digits a byte, in either case.
    Hex,
}

impl Encoding {
    #[inline]
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Base64 => "bytes in base64",
            Self::Base64Url => "bytes in base64url",
            Self::Hex => "bytes in hexadecimal",
        }
    }

    /// Decodes `text`; surrounding white space is ignored.
    #[inline]
    pub(super) fn decode(self, text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let text = text.trim_ascii();
        let decoded = match self {
            Self::Base64 => decode_base64(text, b'+', b'/'),
            Self::Base64Url => decode_base64(text, b'-', b'_'),
            Self::Hex => decode_hex(text),
        };
        decoded.ok_or_else(|| Error::invalid(self.expected()))
    }
}

#[inline]
fn decode_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    for pair in pairs {
        bytes.push(digit(pair[0])? << 4 | digit(pair[1])?);
    }
    Some(bytes)
}

#[inline]
fn decode_base64(text: &str, plus: u8, slash: u8) -> Option<Zeroizing<Vec<u8>>> {
    let symbols = text.trim_end_matches('=');
    let padding = text.len() - symbols.len();
    let has_right_padding = padding == 0 || (padding <= 2 && text.len() % 4 == 0);
    if !has_right_padding || symbols.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(symbols.len() / 4 * 3 + 2));
    let (mut bits, mut held) = (0_u32, 0);
    for symbol in symbols.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            _ if symbol == plus => 62,
            _ if symbol == slash => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    // Bits that are left over must be zero, or two texts would be one value.
    (bits == 0).then_some(bytes)
}

/// Gives bytes to a type: all at once if it asks for bytes, one after the other if it is a list.
pub(super) struct Bytes<'a>(pub(super) &'a mut Zeroizing<Vec<u8>>);

impl<'de> Deserializer<'de> for Bytes<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_byte_buf(std::mem::take(&mut **self.0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut each = Each { bytes: self.0, next: 0 };
        let value = visitor.visit_seq(&mut each)?;
        if each.next < each.bytes.len() {
            return Err(Error::invalid(format!("{} bytes and no more", each.next)));
        }
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
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

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple_struct map struct enum identifier ignored_any
    }
}

struct Each<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut Each<'_> {
    type Error = Error;

    fn next_element_seed<T: serde_core::de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(byte) = self.bytes.get(self.next) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(U8Deserializer::new(*byte)).map(Some)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.bytes.len() - self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
        encoding.decode(text).ok().map(|bytes| bytes.to_vec())
    }

    #[test]
    fn base64_is_read_with_and_without_padding() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zg", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob")]
        {
            assert_eq!(decode(Encoding::Base64, text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode(Encoding::Base64, "+/+/"), decode(Encoding::Base64Url, "-_-_"));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in ["Z", "Zg=", "Zg===", "Zh==", "Z g=", "-_-_", "Zg==Zg==", "ä"] {
            assert_eq!(decode(Encoding::Base64, text), None, "{text}");
        }
    }

    #[test]
    fn hexadecimal_is_read_in_either_case() {
        assert_eq!(decode(Encoding::Hex, "00fFA1"), Some(vec![0, 255, 161]));
        for text in ["0", "0x00", "zz", "0ä"] {
            assert_eq!(decode(Encoding::Hex, text), None, "{text}");
        }
    }
}
