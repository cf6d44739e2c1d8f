//! From the tokens to the model.

mod field;

use syn::{Data, DataEnum, DeriveInput, Fields, LitStr, Path, parse_quote, spanned::Spanned};

use self::field::read_fields;
use crate::{
    attribute::{self, OnStruct, OnVariant},
    errors::Errors,
    model::{Body, Settings, Shape, Variant},
};

pub(crate) fn settings(input: &DeriveInput) -> syn::Result<Settings> {
    let mut errors = Errors::default();
    let mut on_struct = OnStruct::read(&input.attrs, &mut errors);
    let body = match &input.data {
        Data::Struct(data) => match (&data.fields, &on_struct.tag) {
            (Fields::Named(_), Some(tag)) => {
                return errors
                    .fail(syn::Error::new_spanned(tag, "`tag` is for an enum: it selects the variant"));
            }
            (Fields::Named(fields), None) => Body::Struct {
                fields: read_fields(&fields.named, &mut errors),
                checks: std::mem::take(&mut on_struct.checks),
            },
            _ => return errors.fail(not_a_struct(input)),
        },
        Data::Enum(data) => match &on_struct.tag {
            Some(tag) => read_enum(data, tag, &mut errors),
            None => return errors.fail(not_a_struct(input)),
        },
        Data::Union(_) => return errors.fail(not_a_struct(input)),
    };
    if let Some(check) = on_struct.checks.first() {
        errors.push(syn::Error::new_spanned(&check.function, "`check` is for a struct"));
    }
    let prefix = on_struct.prefix.as_ref().and_then(|prefix| errors.take(variable_name(prefix, true)));
    let has_prefix = on_struct.prefix.as_ref().is_some_and(|prefix| !prefix.value().is_empty());
    if let Some(deny) = on_struct.deny_unknown.as_ref().filter(|_| !has_prefix) {
        let message = "`deny_unknown` needs a `prefix`: without one every variable of the machine is unknown";
        errors.push(syn::Error::new_spanned(deny, message));
    }
    errors.finish(Settings {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        private: private(on_struct.crate_path),
        prefix: prefix.unwrap_or_default(),
        deny_unknown: on_struct.deny_unknown.is_some(),
        body,
    })
}

/// Returns where the code finds what it calls, as far as the input says so, whatever else is wrong with it.
pub(crate) fn private_of(input: &DeriveInput) -> Path {
    private(OnStruct::read(&input.attrs, &mut Errors::default()).crate_path)
}

fn private(crate_path: Option<Path>) -> Path {
    let crate_path = crate_path.unwrap_or_else(|| parse_quote!(::secrets_config));
    parse_quote!(#crate_path::__private)
}

fn not_a_struct(input: &DeriveInput) -> syn::Error {
    syn::Error::new_spanned(
        &input.ident,
        "`Config` is derived for structs with named fields, and for enums with `#[config(tag = \"VARIABLE\")]`; \
         an enum without data needs `serde::Deserialize` only",
    )
}

fn read_enum(data: &DataEnum, tag: &LitStr, errors: &mut Errors) -> Body {
    let variants = data.variants.iter().filter_map(|variant| read_variant(variant, errors)).collect();
    Body::Enum { tag: errors.take(variable_name(tag, false)).unwrap_or_default(), variants }
}

fn read_variant(variant: &syn::Variant, errors: &mut Errors) -> Option<Variant> {
    let on_variant = OnVariant::read(&variant.attrs, errors);
    let shape = match &variant.fields {
        Fields::Unit => Shape::Unit,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Shape::Newtype(Box::new(fields.unnamed.first()?.ty.clone()))
        }
        Fields::Named(fields) => Shape::Named(read_fields(&fields.named, errors)),
        Fields::Unnamed(fields) => {
            let message = "a variant holds one struct that derives `Config`, named fields, or nothing";
            errors.push(syn::Error::new(fields.span(), message));
            return None;
        }
    };
    Some(Variant {
        ident: variant.ident.clone(),
        name: on_variant.name.map_or_else(|| attribute::kebab(&variant.ident), |name| name.value()),
        is_default: on_variant.default.is_some(),
        shape,
    })
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
