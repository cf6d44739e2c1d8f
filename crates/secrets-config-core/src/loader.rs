//! Reads a settings struct from its sources.

mod scrub;

use std::{fmt, marker::PhantomData, ops::Deref, path::PathBuf};

use self::scrub::Scrub;
use crate::{
    Config, Provided, Report, Warning,
    layer::{DirectoryLayer, DotenvLayer, Environment, Layer, Pairs},
    scope::Scope,
};

/// Reads a settings struct from sources in the caller's order: a later source wins.
///
/// # Examples
///
/// ```
/// # use secrets_config_core::{Config, Report};
/// # fn load<Settings: Config>() -> Result<Settings, Report> {
/// let settings = Settings::loader().dotenv(".env").secrets_dir("/run/secrets/app").env().load()?;
/// # Ok(settings)
/// # }
/// ```
#[must_use = "a loader does nothing until `load` is called"]
pub struct Loader<T> {
    layers: Vec<Box<dyn Layer>>,
    scrub: Option<Scrub>,
    settings: PhantomData<fn() -> T>,
}

impl<T: Config> Loader<T> {
    pub(crate) fn new() -> Self {
        Self { layers: Vec::new(), scrub: None, settings: PhantomData }
    }

    /// Adds the process environment. Variables are read by name; nothing else of it is copied.
    pub fn env(self) -> Self {
        self.with(Environment)
    }

    /// Adds a `.env` file for local development; it need not be there. The process environment is not written to.
    ///
    /// Where `KUBERNETES_SERVICE_HOST` is set, or `APP_ENV` says production, such a file is a problem: what it holds
    /// belongs into a Secret.
    pub fn dotenv(self, path: impl Into<PathBuf>) -> Self {
        self.with(DotenvLayer::new(path.into(), false))
    }

    /// Adds a `.env` file in which `$NAME` and `${NAME}` stand for earlier keys of the file or for variables of the
    /// process environment.
    pub fn dotenv_expanded(self, path: impl Into<PathBuf>) -> Self {
        self.with(DotenvLayer::new(path.into(), true))
    }

    /// Adds a directory with a file for each variable, as Kubernetes mounts a Secret: `DB_PASSWORD`, `db_password` or
    /// `db-password`. A nested struct may be a sub-directory. A directory that is not there holds nothing.
    pub fn secrets_dir(self, path: impl Into<PathBuf>) -> Self {
        self.with(DirectoryLayer::new(path.into()))
    }

    /// Adds pairs of name and text, for tests and for sources of your own.
    pub fn pairs<K: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with(Pairs::new(pairs))
    }

    /// Adds a figment: TOML, YAML or JSON files, and profiles. A value is found by its field's place in the struct.
    ///
    /// figment holds values as plain texts, which it does not wipe: secrets are better off elsewhere.
    #[cfg(feature = "figment")]
    pub fn figment(self, figment: ::figment::Figment) -> Self {
        self.with(crate::layer::FigmentLayer::new(figment))
    }

    fn with(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    /// Reads every field.
    ///
    /// # Errors
    ///
    /// A [`Report`] of every problem there is, not only the first.
    pub fn load(mut self) -> Result<T, Report> {
        let scrub = self.scrub.take();
        let mut scope = Scope::open(&mut self.layers, T::SCHEMA);
        let settings = T::read(&mut scope);
        let result = scope.finish(settings);
        if let Some(scrub) = scrub {
            scrub.run(T::SCHEMA);
        }
        result
    }

    /// Reads every field and tells for each where its value came from.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with_origins(mut self) -> Result<Loaded<T>, Report> {
        let scrub = self.scrub.take();
        let mut scope = Scope::open(&mut self.layers, T::SCHEMA).recording();
        let settings = T::read(&mut scope);
        let (provided, warnings) = (scope.take_provided(), scope.take_warnings());
        let result = scope.finish(settings);
        if let Some(scrub) = scrub {
            scrub.run(T::SCHEMA);
        }
        Ok(Loaded { settings: result?, provided, warnings })
    }
}

impl<T> fmt::Debug for Loader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader").field("sources", &self.layers.len()).finish()
    }
}

/// Settings together with the origin of each value. Derefs to the settings.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    settings: T,
    provided: Vec<Provided>,
    warnings: Vec<Warning>,
}

impl<T> Loaded<T> {
    /// Returns the settings without their origins.
    pub fn into_inner(self) -> T {
        self.settings
    }

    /// Returns where each value came from, in the order of the struct.
    #[must_use]
    pub fn provided(&self) -> &[Provided] {
        &self.provided
    }

    /// Returns what works today and should be changed: old names that were used.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.settings
    }
}
