//! The trait that `#[derive(Config)]` implements.

use crate::{
    Loader, Report, Schema,
    document::{EnvExample, Help, JsonSchema, Markdown},
    scope::Scope,
};

/// A struct whose fields are filled from variables. Implemented by `#[derive(Config)]`.
pub trait Config: Sized {
    /// What the struct asks for.
    const SCHEMA: &'static Schema;

    #[doc(hidden)]
    fn read(scope: &mut Scope<'_>) -> Option<Self>;

    #[doc(hidden)]
    fn deny_unknown(scope: &mut Scope<'_>) {
        let _every_name_is_allowed = scope;
    }

    /// Returns a loader without a source.
    fn loader() -> Loader<Self> {
        Loader::new()
    }

    /// Loads the struct from the process environment.
    ///
    /// # Errors
    ///
    /// A [`Report`] of every problem there is, not only the first.
    fn load() -> Result<Self, Report> {
        Self::loader().env().load()
    }

    /// Loads the struct from pairs of name and text and nothing else: for tests.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, Report> {
        Self::loader().pairs(pairs).load()
    }

    /// Loads the struct from the process environment, or ends the process: see [`Report::exit`].
    ///
    /// Call it first thing in `main`, before anything that wants to be dropped. Old names that are used are told on
    /// standard error.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "this is what the function is for")]
    fn load_or_exit() -> Self {
        let loaded = Self::loader().env().load_with_origins().unwrap_or_else(|report| report.exit());
        for warning in loaded.warnings() {
            eprintln!("warning: {warning}");
        }
        loaded.into_inner()
    }

    /// Returns a table of the variables for a terminal.
    #[must_use]
    fn help() -> Help {
        Help::new(Self::SCHEMA)
    }

    /// Returns the text of a `.env.example`.
    #[must_use]
    fn env_example() -> EnvExample {
        EnvExample::new(Self::SCHEMA)
    }

    /// Returns a table of the variables for a README.
    #[must_use]
    fn markdown() -> Markdown {
        Markdown::new(Self::SCHEMA)
    }

    /// Returns a JSON Schema of the variables.
    #[must_use]
    fn json_schema() -> JsonSchema {
        JsonSchema::new(Self::SCHEMA)
    }
}

/// A nested struct that is there only if one of its variables is set, and then as a whole.
impl<T: Config> Config for Option<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn read(scope: &mut Scope<'_>) -> Option<Self> {
        scope.group()
    }
}
