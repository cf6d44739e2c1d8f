//! Typed, validated settings for services on Kubernetes, and secrets that never show themselves.
//!
//! An operator syncs Vault into a Kubernetes Secret and the pod reads environment variables. One derive turns them
//! into a struct: every problem is reported at once, at start, and no byte of a secret is ever printed.
//!
//! ```
//! use secrets_config::{Config, Secret};
//!
//! #[derive(Debug, Config)]
//! struct Settings {
//!     /// Password of the application's database role.
//!     db_password: Secret<String>,
//!     #[validate(length(min = 32))]
//!     jwt_secret: Secret<String>,
//!     #[config(default = 3000)]
//!     port: u16,
//! }
//!
//! # let signing_key = "0123456789abcdef0123456789abcdef";
//! let settings = Settings::loader()
//!     .pairs([("DB_PASSWORD", "correct horse"), ("JWT_SECRET", signing_key)])
//!     .load()?;
//! assert_eq!(settings.port, 3000);
//! assert!(format!("{settings:?}").contains("db_password: [REDACTED]"));
//! # Ok::<(), secrets_config::Report>(())
//! ```
//!
//! In a service, `Settings::load_or_exit()` reads the process environment, or prints the report and exits with
//! status 78. The derive's own page, [`derive@Config`], lists every attribute.
//!
//! # What is where
//!
//! | to | see |
//! | --- | --- |
//! | fill a struct | [`Config`], [`Loader`] |
//! | hold a secret | [`Secret`] |
//! | show or handle what is wrong | [`Report`], [`Problem`], [`Kind`] |
//! | know where a value came from | [`Loaded`], [`Provided`], [`Origin`] |
//! | read what a struct asks for | [`Schema`] |
//! | write help, `.env.example`, a README table, a JSON Schema | [`document`] |
#![cfg_attr(feature = "process", doc = "| keep others from reading the process | [`process`] |")]
#![cfg_attr(feature = "rotating", doc = "| follow a value that changes | [`Rotating`], [`rotating`] |")]
#![cfg_attr(feature = "_pool", doc = "| swap the login of a live pool | [`pool`] |")]
#![cfg_attr(feature = "direct-vault", doc = "| log in to Vault and hold leases | [`vault`] |")]
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! | --- | --- |
//! | `json` | JSON in a variable: `#[config(json)]`, lists and maps that begin with a bracket |
//! | `figment` | figment's files and profiles as a source |
//! | `validator` | the rules `email`, `url`, `ip`, `credit_card`, `regex` |
//! | `process` | `process::harden`: no core dumps, no memory for others to read |
//! | `rotating` | values that change while the process runs |
//! | `sqlx-postgres`, `sqlx-mysql` | `sqlx` pools whose login changes; need Rust 1.94. `rotating-pool` is the first |
//! | `deadpool-postgres`, `bb8-postgres` | the same for the pools of those crates |
//! | `direct-vault` | login to Vault, renewal, leases |
//! | `metrics` | counters and gauges of `vault`, for a recorder of the crate `metrics` |
//! | `vaultrs` | a client for the engines that the crate `vaultrs` knows |
//! | `full` | all of them but `vaultrs`, which brings 40 crates |

#[cfg(feature = "direct-vault")]
pub use direct_vault as vault;
#[cfg(feature = "_pool")]
pub use rotating_pool as pool;
#[doc(hidden)]
pub use secrets_config_core::__private;
#[cfg(feature = "process")]
pub use secrets_config_core::process;
pub use secrets_config_core::{
    Alias, Config, Encoding, Entry, Field, Format, Kind, Loaded, Loader, Origin, Presence, Problem, Provided,
    Report, Rule, Schema, Secret, SecretSource, SourceError, Variant, Warning, document,
};
#[cfg(feature = "rotating")]
pub use secrets_config_core::{DbCredentials, Rotating, rotating};
pub use secrets_config_derive::Config;
