//! Mistakes that only the whole struct shows.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::Ident;

use crate::{
    errors::Errors,
    model::{Body, Field, Leaf, Role, Rule, Settings, Shape, Variant},
};

/// Refuses two fields with one variable, and names of fields that are none. Variables of nested structs are compared by
/// a constant in the expansion.
pub(crate) fn settings(settings: &Settings) -> syn::Result<()> {
    let mut errors = Errors::default();
    match &settings.body {
        Body::Struct { fields, checks } => {
            variables(fields, HashMap::new(), &mut errors);
            references(fields, &mut errors);
            for name in checks.iter().flat_map(|check| &check.fields) {
                reference(fields, name, &mut errors);
            }
        }
        Body::Enum { tag, variants } => {
            names(variants, &mut errors);
            for variant in variants {
                if let Shape::Named(fields) = &variant.shape {
                    let seen = HashMap::from([(tag.as_str(), "the enum's tag".to_owned())]);
                    variables(fields, seen, &mut errors);
                    references(fields, &mut errors);
                }
            }
        }
    }
    errors.finish(())
}

fn leaves(fields: &[Field]) -> impl Iterator<Item = (&Field, &Leaf)> {
    fields.iter().filter_map(|field| match &field.role {
        Role::Leaf(leaf) => Some((field, &**leaf)),
        Role::Nested { .. } => None,
    })
}

/// Refuses a variable that two fields read.
fn variables<'a>(fields: &'a [Field], mut seen: HashMap<&'a str, String>, errors: &mut Errors) {
    let mut claim = |variable: &'a str, field: &Ident, span: Span| {
        if let Some(other) = seen.insert(variable, format!("`{field}`")) {
            let message = format!("{other} and `{field}` read the same variable `{variable}`");
            errors.push(syn::Error::new(span, message));
        }
    };
    for (field, leaf) in leaves(fields) {
        claim(&leaf.variable, &field.ident, leaf.variable_span);
        for alias in &leaf.aliases {
            claim(&alias.variable, &field.ident, alias.span);
        }
    }
}

fn references(fields: &[Field], errors: &mut Errors) {
    for (_, leaf) in leaves(fields) {
        if let Some(condition) = &leaf.required_if {
            leaf_reference(fields, &condition.field, errors);
        }
        for rule in &leaf.rules {
            if let Rule::MustMatch(other) = rule {
                leaf_reference(fields, other, errors);
            }
        }
    }
}

/// As [`reference`], for a rule that compares values.
fn leaf_reference(fields: &[Field], name: &Ident, errors: &mut Errors) {
    reference(fields, name, errors);
    let is_nested = |field: &Field| field.ident == *name && matches!(field.role, Role::Nested { .. });
    if fields.iter().any(is_nested) {
        let message = format!("`{name}` is a nested struct: only a value can be compared");
        errors.push(syn::Error::new(name.span(), message));
    }
}

fn reference(fields: &[Field], name: &Ident, errors: &mut Errors) {
    if !fields.iter().any(|field| field.ident == *name) {
        let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.ident)).collect();
        let message = format!("there is no field `{name}`; there are {}", names.join(", "));
        errors.push(syn::Error::new(name.span(), message));
    }
}

/// Refuses two variants with one name, and two defaults.
fn names(variants: &[Variant], errors: &mut Errors) {
    let mut seen = HashMap::new();
    let mut default = None;
    for variant in variants {
        if let Some(other) = seen.insert(&variant.name, &variant.ident) {
            let message =
                format!("`{other}` and `{}` are both selected by `{}`", variant.ident, variant.name);
            errors.push(syn::Error::new(variant.ident.span(), message));
        }
        if variant.is_default && default.replace(&variant.ident).is_some() {
            errors.push(syn::Error::new(variant.ident.span(), "only one variant can be the default"));
        }
    }
}
