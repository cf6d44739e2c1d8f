//! The trait that `#[derive(Config)]` implements.

use std::process;

use crate::{Loader, Report, Schema, scope::Scope};

/// A struct whose fields are filled from variables. Implemented by `#[derive(Config)]`.
pub trait Config: Sized {
    /// What the struct asks for.
    const SCHEMA: &'static Schema;

    #[doc(hidden)]
    fn read(scope: &mut Scope<'_>) -> Option<Self>;

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

    /// Loads the struct from the process environment, or ends the process.
    ///
    /// If anything is wrong the report goes to standard error and the exit status is 78 (`EX_CONFIG` of
    /// `sysexits.h`). Call it first thing in `main`, before anything that wants to be dropped.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "this is what the function is for")]
    fn load_or_exit() -> Self {
        Self::load().unwrap_or_else(|report| {
            eprint!("{report}");
            process::exit(Report::EXIT_STATUS)
        })
    }
}
