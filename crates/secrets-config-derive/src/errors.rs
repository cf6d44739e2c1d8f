//! Several mistakes, shown together.

/// Gathers errors. [`finish`](Errors::finish) or [`fail`](Errors::fail) ends it.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Returns the value of `result`, or gathers its error.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn finish<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }

    /// Returns everything gathered, with `last` at its end.
    pub(crate) fn fail<T>(mut self, last: syn::Error) -> syn::Result<T> {
        self.push(last.clone());
        Err(self.0.unwrap_or(last))
    }
}
