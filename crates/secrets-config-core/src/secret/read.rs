//! Reading a secret from any format.

use std::{fmt, marker::PhantomData};

use serde_core::de::{
    Deserialize, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::{EnumAccessDeserializer, MapAccessDeserializer, SeqAccessDeserializer},
};
use zeroize::Zeroize;

use super::Secret;

/// The name by which a deserializer of ours knows a secret, wherever in a type it is.
pub(crate) const NAME: &str = "$secrets_config::Secret";

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    /// Reads a `T`. The format's own error may quote its input, so it is replaced.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_newtype_struct(NAME, Reader(PhantomData)) {
            Ok(value) => Ok(Self::new(value)),
            Err(_) => Err(D::Error::custom("invalid value for a secret")),
        }
    }
}

/// Reads a `T` from whatever a format makes of a newtype: itself in most, its content in some.
struct Reader<T>(PhantomData<T>);

macro_rules! content {
    ($($method:ident $content:ty;)*) => {$(
        fn $method<E: Error>(self, content: $content) -> Result<T, E> {
            T::deserialize(content.into_deserializer())
        }
    )*};
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }

    content! {
        visit_bool bool;
        visit_i64 i64;
        visit_i128 i128;
        visit_u64 u64;
        visit_u128 u128;
        visit_f64 f64;
        visit_char char;
        visit_str &str;
        visit_string String;
        visit_bytes &[u8];
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        T::deserialize(().into_deserializer())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, pairs: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(pairs))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<T, A::Error> {
        T::deserialize(EnumAccessDeserializer::new(variant))
    }
}
