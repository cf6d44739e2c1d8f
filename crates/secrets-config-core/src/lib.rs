//! The engine under [`secrets-config`](https://docs.rs/secrets-config): applications depend on that crate.
//!
//! It holds the [`Secret`] type, the [`Schema`] that `#[derive(Config)]` writes, the sources a value can
//! come from, the [`Loader`] that reads them, the [`Report`] of everything that is wrong, and, with the
//! feature `rotating`, the [`Rotating`] value that changes while the process runs.

mod config;
pub mod document;
mod field;
#[cfg(fuzzing)]
pub mod fuzz;
mod layer;
mod loader;
mod origin;
mod placeholder;
mod problem;
#[cfg(feature = "process")]
pub mod process;
mod report;
mod rule;
mod schema;
mod scope;
mod secret;
mod suggest;
mod value;
mod warning;

#[cfg(feature = "rotating")]
mod credentials;
#[cfg(feature = "rotating")]
pub mod rotating;

pub use crate::{
    config::Config,
    loader::{Loaded, Loader},
    origin::Origin,
    problem::{Kind, Problem},
    report::Report,
    rule::Rule,
    schema::{Alias, Entry, Field, Presence, Schema, Variant},
    scope::Provided,
    secret::{Secret, SecretSource, SourceError},
    value::{Encoding, Format},
    warning::Warning,
};
#[cfg(feature = "rotating")]
pub use crate::{credentials::DbCredentials, rotating::Rotating};

/// What the code written by `#[derive(Config)]` reaches; not part of the API.
#[doc(hidden)]
pub mod __private {
    #[cfg(fuzzing)]
    pub use crate::fuzz;
    #[cfg(feature = "validator")]
    pub use validator;

    #[cfg(feature = "json")]
    pub use crate::value::json;

    pub use crate::{
        Alias, Config, Encoding, Entry, Field, Format, Presence, Rule, Schema, Variant,
        field::{FieldKind, Plain, TextDefault},
        rule::{Contains, Length, Range, contains, does_not_contain, length, range},
        schema::{count_names, is_distinct},
        scope::Scope,
        value::{Error, Notes, Takes, describe, encoded, one_of, parsed, plain},
    };
}
