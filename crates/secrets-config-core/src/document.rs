//! What a settings struct asks for, as documents: made from the struct, so never behind it.
//!
//! | document | from | is |
//! | --- | --- | --- |
//! | [`Help`] | `Settings::help()` | a table for a terminal |
//! | [`EnvExample`] | `Settings::env_example()` | the text of a `.env.example` |
//! | [`Markdown`] | `Settings::markdown()` | a table for a README |
//! | [`JsonSchema`] | `Settings::json_schema()` | a JSON Schema of the variables |
//!
//! Each is shown by its `Display`. A document that is committed stays true by one test, which fails with the
//! lines that differ once the struct has moved on:
//!
//! ```
//! # use secrets_config_core::{Config, document::Drift};
//! # fn env_example_is_current<Settings: Config>(committed: &str) -> Result<(), Drift> {
//! // the body of a test that returns `Result<(), Drift>`; `committed` is `include_str!("../.env.example")`
//! Settings::env_example().check(committed)
//! # }
//! ```
//!
//! No document holds a value of a secret, not even a default.

mod drift;
mod env_example;
mod fallback;
mod help;
mod json;
mod json_schema;
mod markdown;
mod setting;

pub use self::{
    drift::Drift, env_example::EnvExample, help::Help, json_schema::JsonSchema, markdown::Markdown,
};
