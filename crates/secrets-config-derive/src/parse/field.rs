//! One field.

use proc_macro2::Span;
use syn::{Token, punctuated::Punctuated, spanned::Spanned};

use super::variable_name;
use crate::{
    attribute::{self, OnField},
    errors::Errors,
    model::{Alias, Field, Format, Leaf, Role},
};

pub(super) fn read_fields(fields: &Punctuated<syn::Field, Token![,]>, errors: &mut Errors) -> Vec<Field> {
    fields.iter().filter_map(|field| read_field(field, errors)).collect()
}

fn read_field(field: &syn::Field, errors: &mut Errors) -> Option<Field> {
    let ident = field.ident.clone()?;
    let on_field = OnField::read(&field.attrs, errors);
    let role = match (on_field.nested, on_field.flatten) {
        (Some(_), Some(flatten)) => {
            errors.push(syn::Error::new(flatten, "`nested` and `flatten` exclude each other"));
            return None;
        }
        (None, None) => leaf(&ident, field, on_field, errors),
        (nested, _) => {
            refuse_on_nested(&on_field, errors);
            Role::Nested { prefix: nested_prefix(&ident, &on_field, nested, errors) }
        }
    };
    Some(Field { ident, ty: field.ty.clone(), role })
}

fn nested_prefix(
    ident: &syn::Ident,
    on_field: &OnField,
    nested: Option<Span>,
    errors: &mut Errors,
) -> String {
    match &on_field.prefix {
        Some(prefix) if nested.is_none() => {
            let message = "`flatten` adds no prefix; use `nested, prefix = ..`";
            errors.push(syn::Error::new_spanned(prefix, message));
            String::new()
        }
        Some(prefix) => errors.take(variable_name(prefix, true)).unwrap_or_default(),
        None if nested.is_some() => format!("{}_", attribute::screaming(ident)),
        None => String::new(),
    }
}

fn leaf(ident: &syn::Ident, field: &syn::Field, on_field: OnField, errors: &mut Errors) -> Role {
    if let Some(prefix) = &on_field.prefix {
        let message = "`prefix` goes with `nested`; to rename the variable use `env`";
        errors.push(syn::Error::new_spanned(prefix, message));
    }
    let (variable, variable_span) = match &on_field.env {
        Some(env) => (errors.take(variable_name(env, false)).unwrap_or_default(), env.span()),
        None => (attribute::screaming(ident), field.span()),
    };
    let format = format(&on_field, errors);
    let aliases = on_field.aliases.iter().filter_map(|(name, kind)| {
        let variable = errors.take(variable_name(name, false))?;
        Some(Alias { variable, span: name.span(), kind: *kind })
    });
    Role::Leaf(Box::new(Leaf {
        variable,
        variable_span,
        aliases: aliases.collect(),
        doc: attribute::doc(&field.attrs),
        default: on_field.default,
        file: on_field.file.is_some(),
        allow_empty: on_field.allow_empty.is_some(),
        allow_placeholder: on_field.allow_placeholder.is_some(),
        format,
        required_if: on_field.required_if,
        rules: on_field.rules,
    }))
}

/// One of `delimiter`, `encoding`, `json` and `parse`.
fn format(on_field: &OnField, errors: &mut Errors) -> Format {
    let given = [
        on_field.delimiter.as_ref().map(Spanned::span),
        on_field.encoding.as_ref().map(Spanned::span),
        on_field.json,
        on_field.parse.as_ref().map(Spanned::span),
    ];
    if let Some(second) = given.into_iter().flatten().nth(1) {
        let message = "`delimiter`, `encoding`, `json` and `parse` exclude each other";
        errors.push(syn::Error::new(second, message));
    }
    if let Some(encoding) = &on_field.encoding {
        return match encoding.value().as_str() {
            "base64" => Format::Encoded("Base64"),
            "base64url" => Format::Encoded("Base64Url"),
            "hex" => Format::Encoded("Hex"),
            _ => {
                let message = "an encoding is `base64`, `base64url` or `hex`";
                errors.push(syn::Error::new_spanned(encoding, message));
                Format::Encoded("Hex")
            }
        };
    }
    if let Some(json) = on_field.json {
        if !cfg!(feature = "json") {
            errors.push(syn::Error::new(json, "`json` needs the feature `json` of secrets-config"));
            return Format::Plain { delimiter: None };
        }
        return Format::Json;
    }
    if let Some(parser) = &on_field.parse {
        return Format::Parsed(parser.clone());
    }
    if let Some(delimiter) = on_field.delimiter.as_ref().filter(|delimiter| delimiter.value().is_empty()) {
        errors.push(syn::Error::new_spanned(delimiter, "a delimiter cannot be empty"));
    }
    Format::Plain { delimiter: on_field.delimiter.as_ref().map(syn::LitStr::value) }
}

fn refuse_on_nested(on_field: &OnField, errors: &mut Errors) {
    let alias = on_field.aliases.first().map(|(alias, _)| alias.span());
    let refused = [
        (on_field.env.as_ref().map(Spanned::span), "`env`"),
        (alias, "`alias`"),
        (on_field.default.as_ref().map(Spanned::span), "`default`"),
        (on_field.file, "`file`"),
        (on_field.allow_empty, "`allow_empty`"),
        (on_field.allow_placeholder, "`allow_placeholder`"),
        (on_field.delimiter.as_ref().map(Spanned::span), "`delimiter`"),
        (on_field.encoding.as_ref().map(Spanned::span), "`encoding`"),
        (on_field.json, "`json`"),
        (on_field.parse.as_ref().map(Spanned::span), "`parse`"),
        (on_field.required_if.as_ref().map(|condition| condition.field.span()), "`required_if`"),
        (on_field.validate, "`validate`"),
    ];
    for (span, name) in refused {
        if let Some(span) = span {
            let message = format!("{name} is for a field that one variable fills, not for a nested struct");
            errors.push(syn::Error::new(span, message));
        }
    }
}
