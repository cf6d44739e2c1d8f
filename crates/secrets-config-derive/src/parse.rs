//! From the tokens to the model.

use syn::{Data, DataStruct, DeriveInput, Fields, LitStr, Path, parse_quote, spanned::Spanned};

use crate::{
    attribute::{self, OnField, OnStruct},
    errors::Errors,
    model::{Field, Leaf, Role, Settings},
};

pub(crate) fn settings(input: &DeriveInput) -> syn::Result<Settings> {
    let mut errors = Errors::default();
    let on_struct = OnStruct::read(&input.attrs, &mut errors);
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return errors.fail(syn::Error::new_spanned(
            &input.ident,
            "`Config` is derived for structs with named fields: each field's name is its variable's",
        ));
    };
    let fields = fields.named.iter().filter_map(|field| read_field(field, &mut errors)).collect();
    let prefix = on_struct.prefix.and_then(|prefix| errors.take(variable_name(&prefix, true)));
    errors.finish(Settings {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        crate_path: on_struct.crate_path.unwrap_or_else(default_crate_path),
        prefix: prefix.unwrap_or_default(),
        fields,
    })
}

/// Returns where `secrets_config` is, as far as the input says so, whatever else is wrong with it.
pub(crate) fn crate_path(input: &DeriveInput) -> Path {
    OnStruct::read(&input.attrs, &mut Errors::default()).crate_path.unwrap_or_else(default_crate_path)
}

fn default_crate_path() -> Path {
    parse_quote!(::secrets_config)
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
            let prefix = match &on_field.prefix {
                Some(prefix) if nested.is_none() => {
                    errors.push(syn::Error::new_spanned(
                        prefix,
                        "`flatten` adds no prefix; use `nested, prefix = ..`",
                    ));
                    String::new()
                }
                Some(prefix) => errors.take(variable_name(prefix, true))?,
                None if nested.is_some() => format!("{}_", attribute::screaming(&ident)),
                None => String::new(),
            };
            Role::Nested { prefix }
        }
    };
    Some(Field { ident, ty: field.ty.clone(), role })
}

fn leaf(ident: &syn::Ident, field: &syn::Field, on_field: OnField, errors: &mut Errors) -> Role {
    if let Some(prefix) = &on_field.prefix {
        errors.push(syn::Error::new_spanned(
            prefix,
            "`prefix` goes with `nested`; to rename the variable use `env`",
        ));
    }
    let (variable, variable_span) = match &on_field.env {
        Some(env) => (errors.take(variable_name(env, false)).unwrap_or_default(), env.span()),
        None => (attribute::screaming(ident), field.span()),
    };
    Role::Leaf(Box::new(Leaf {
        variable,
        variable_span,
        doc: attribute::doc(&field.attrs),
        default: on_field.default,
        file: on_field.file.is_some(),
        rules: on_field.rules,
    }))
}

fn refuse_on_nested(on_field: &OnField, errors: &mut Errors) {
    let refused = [
        (on_field.env.as_ref().map(Spanned::span), "`env`"),
        (on_field.default.as_ref().map(Spanned::span), "`default`"),
        (on_field.file, "`file`"),
        (on_field.validate, "`validate`"),
    ];
    for (span, name) in refused {
        if let Some(span) = span {
            let message = format!("{name} is for a field that one variable fills, not for a nested struct");
            errors.push(syn::Error::new(span, message));
        }
    }
}

/// Returns a name that the environment can hold.
fn variable_name(name: &LitStr, may_be_empty: bool) -> syn::Result<String> {
    let text = name.value();
    if text.is_empty() && !may_be_empty {
        return Err(syn::Error::new_spanned(name, "a variable's name cannot be empty"));
    }
    if text.contains(['=', '\0']) {
        return Err(syn::Error::new_spanned(name, "a variable's name holds neither `=` nor NUL"));
    }
    Ok(text)
}
