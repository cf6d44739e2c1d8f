//! Facts about a field's type that hold through aliases and re-exports.

use std::{borrow::Cow, ffi::OsString, marker::PhantomData, path::PathBuf, sync::Arc};

use zeroize::Zeroize;

use crate::{Secret, SecretSource};

/// Tells a `Secret` and an `Option` from every other type at compile time.
///
/// The inherent constants below are found before those of [`Plain`], which every type has.
#[derive(Debug)]
pub struct FieldKind<T>(PhantomData<T>);

/// What holds for a type that is neither a secret nor optional.
pub trait Plain {
    /// Whether the type is a `Secret`, or an `Option` or a `Vec` of them.
    const SECRET: bool = false;
    /// Whether the type is a `Vec` of secrets.
    const SECRET_ITEMS: bool = false;
    /// Whether the type is an `Option`.
    const OPTIONAL: bool = false;

    /// The type itself.
    type Value;

    /// Returns the value of a field that is not set, if the type has one.
    #[must_use]
    fn nothing() -> Option<Self::Value> {
        None
    }

    /// Makes the field's value of what the user's own parser gave.
    #[must_use]
    fn convert<U>(parsed: U) -> Self::Value
    where
        Self::Value: From<U>,
    {
        parsed.into()
    }
}

impl<T> Plain for FieldKind<T> {
    type Value = T;
}

impl<T: Zeroize> FieldKind<Secret<T>> {
    /// See [`Plain`].
    pub const SECRET: bool = true;
}

impl<T: Zeroize> FieldKind<Vec<Secret<T>>> {
    /// See [`Plain`].
    pub const SECRET_ITEMS: bool = true;
    /// See [`Plain`].
    pub const SECRET: bool = true;
}

impl<T: Zeroize> FieldKind<Option<Vec<Secret<T>>>> {
    /// See [`Plain`].
    pub const SECRET_ITEMS: bool = true;
    /// See [`Plain`].
    pub const SECRET: bool = true;
}

impl<T: Zeroize> FieldKind<Option<Secret<T>>> {
    /// See [`Plain`].
    pub const SECRET: bool = true;

    /// See [`Plain`].
    #[must_use]
    pub fn convert(parsed: impl IntoOptionalSecret<T>) -> Option<Secret<T>> {
        parsed.into_optional_secret()
    }
}

/// What a parser for an `Option<Secret<T>>` may give: the value bare, as a secret, or maybe not at all.
pub trait IntoOptionalSecret<T: Zeroize> {
    /// Returns the field's value.
    fn into_optional_secret(self) -> Option<Secret<T>>;
}

impl<T: Zeroize> IntoOptionalSecret<T> for T {
    fn into_optional_secret(self) -> Option<Secret<T>> {
        Some(Secret::new(self))
    }
}

impl<T: Zeroize> IntoOptionalSecret<T> for Secret<T> {
    fn into_optional_secret(self) -> Option<Self> {
        Some(self)
    }
}

impl<T: Zeroize> IntoOptionalSecret<T> for Option<Secret<T>> {
    fn into_optional_secret(self) -> Self {
        self
    }
}

impl FieldKind<SecretSource> {
    /// See [`Plain`].
    pub const SECRET: bool = true;
}

impl FieldKind<Option<SecretSource>> {
    /// See [`Plain`].
    pub const SECRET: bool = true;
}

impl<T> FieldKind<Option<T>> {
    /// See [`Plain`].
    pub const OPTIONAL: bool = true;

    /// See [`Plain`].
    #[must_use]
    pub fn nothing() -> Option<Option<T>> {
        Some(None)
    }
}

/// A type for which `default = "text"` may stand.
#[diagnostic::on_unimplemented(
    message = "a text in quotes is no default for `{Self}`",
    note = "write an expression of that type, without quotes: `default = 3000`"
)]
pub trait TextDefault {
    /// Returns the default.
    fn text_default(text: &'static str) -> Self;
}

macro_rules! texts {
    ($($text:ty)*) => {$(
        impl TextDefault for $text {
            fn text_default(text: &'static str) -> Self {
                text.into()
            }
        }
    )*};
}

texts!(String PathBuf OsString Box<str> Arc<str> Cow<'static, str>);
