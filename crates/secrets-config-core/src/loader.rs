//! Reads a settings struct from its sources.

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{Config, Provided, Report, layer::Layer, scope::Scope};

/// Reads a settings struct from sources in the caller's order: a later source wins.
///
/// # Examples
///
/// ```ignore
/// let settings = Settings::loader().env().load()?;
/// ```
#[must_use = "a loader does nothing until `load` is called"]
pub struct Loader<T> {
    layers: Vec<Layer>,
    settings: PhantomData<fn() -> T>,
}

impl<T: Config> Loader<T> {
    pub(crate) fn new() -> Self {
        Self { layers: Vec::new(), settings: PhantomData }
    }

    /// Adds the process environment. Variables are read by name; nothing else of it is copied.
    pub fn env(self) -> Self {
        self.with(Layer::Environment)
    }

    /// Adds pairs of name and text, for tests and for sources of your own.
    pub fn pairs<K: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with(Layer::pairs(pairs))
    }

    fn with(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Reads every field.
    ///
    /// # Errors
    ///
    /// A [`Report`] of every problem there is, not only the first.
    pub fn load(self) -> Result<T, Report> {
        let mut scope = Scope::new(&self.layers, T::SCHEMA);
        let settings = T::read(&mut scope);
        scope.finish(settings)
    }

    /// Reads every field and tells for each where its value came from.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with_origins(self) -> Result<Loaded<T>, Report> {
        let mut scope = Scope::recording(&self.layers, T::SCHEMA);
        let settings = T::read(&mut scope);
        let provided = scope.take_provided();
        Ok(Loaded { settings: scope.finish(settings)?, provided })
    }
}

impl<T> fmt::Debug for Loader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.layers).finish()
    }
}

/// Settings together with the origin of each value. Derefs to the settings.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    settings: T,
    provided: Vec<Provided>,
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
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.settings
    }
}
