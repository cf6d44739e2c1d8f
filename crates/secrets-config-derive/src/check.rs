//! Mistakes that only the whole struct shows.

use std::collections::HashMap;

use crate::{
    errors::Errors,
    model::{Role, Settings},
};

/// Refuses two fields with one variable. Those of nested structs are compared by a constant in the expansion.
pub(crate) fn settings(settings: &Settings) -> syn::Result<()> {
    let mut errors = Errors::default();
    let mut seen = HashMap::new();
    for field in &settings.fields {
        let Role::Leaf(leaf) = &field.role else { continue };
        if let Some(other) = seen.insert(&leaf.variable, &field.ident) {
            let message =
                format!("`{}` and `{other}` read the same variable `{}`", field.ident, leaf.variable);
            errors.push(syn::Error::new(leaf.variable_span, message));
        }
    }
    errors.finish(())
}
