//! Rules over several fields, and what is refused at compile time.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, Type, spanned::Spanned};

use super::{at, kind, local, written};
use crate::model::{Body, Check, Field, Leaf, Role, Settings, Shape};

/// The constant of the field at `index`, found by the compiler.
pub(super) fn field_constant(schema: &TokenStream, index: usize) -> TokenStream {
    quote!(const { #schema.field(#index) })
}

/// Calls the user's functions with the fields they name, when those are good.
pub(super) fn calls(private: &Path, checks: &[Check], fields: &[Field], schema: &TokenStream) -> TokenStream {
    let calls = checks.iter().map(|check| {
        let (function, rule) = (&check.function, written(&check.function));
        let given: Vec<usize> = match check.fields.as_slice() {
            [] => (0..fields.len()).collect(),
            names => {
                names.iter().filter_map(|name| fields.iter().position(|field| field.ident == *name)).collect()
            }
        };
        let locals: Vec<_> = given.iter().map(|index| local(*index)).collect();
        let constants = given
            .iter()
            .filter(|index| matches!(fields[**index].role, Role::Leaf(_)))
            .map(|index| field_constant(schema, *index));
        let nested = given.iter().filter_map(|index| match &fields[*index].role {
            Role::Nested { .. } => Some(&fields[*index].ty),
            Role::Leaf(_) => None,
        });
        quote_spanned! {at(function.span())=>
            if let (#(::core::option::Option::Some(#locals),)*) = (#(&#locals,)*) {
                __scope.crossed(&[#(#constants),*], &[#(<#nested as #private::Config>::SCHEMA),*], #rule, #function(#(#locals),*));
            }
        }
    });
    quote!(#(#calls)*)
}

/// What is refused at compile time, as constants: those of a generic struct cannot be evaluated here.
pub(super) fn constants(settings: &Settings) -> TokenStream {
    let Settings { ident, generics, private, body, .. } = settings;
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        return TokenStream::new();
    }
    let lifetimes: Vec<_> = generics.lifetimes().map(|_| quote!('static)).collect();
    let fields: Vec<&Field> = match body {
        Body::Struct { fields, .. } => fields.iter().collect(),
        Body::Enum { variants, .. } => variants
            .iter()
            .filter_map(|variant| match &variant.shape {
                Shape::Named(fields) => Some(fields),
                Shape::Unit | Shape::Newtype(_) => None,
            })
            .flatten()
            .collect(),
    };
    let refusals = fields.iter().filter_map(|field| match &field.role {
        Role::Leaf(leaf) => Some(refusals(private, &fields, &field.ty, leaf)),
        Role::Nested { .. } => None,
    });
    let schema = quote!(<#ident<#(#lifetimes),*> as #private::Config>::SCHEMA);
    quote! {
        const _: () = ::core::assert!(
            #private::is_distinct::<{ #private::count_names(#schema) }>(#schema),
            "two fields of this struct, or of the structs in it, read the same variable: \
             by its name, an alias, or the `_FILE` of a secret",
        );
        #(#refusals)*
    }
}

fn refusals(private: &Path, fields: &[&Field], ty: &Type, leaf: &Leaf) -> TokenStream {
    let (secret, optional) = (kind(private, ty, "SECRET"), kind(private, ty, "OPTIONAL"));
    let default = leaf.default.as_ref().map(|default| {
        quote_spanned! {at(default.span())=>
            const _: () = ::core::assert!(
                !#secret,
                "a secret has no default: a service that starts with a known secret is worse than one that does not",
            );
            const _: () = ::core::assert!(
                !#optional,
                "an `Option` that has a default is never `None`: drop the one or the other",
            );
        }
    });
    let required_if = leaf.required_if.as_ref().map(|condition| {
        let other = fields.iter().find(|field| field.ident == condition.field);
        let secret = other.map(|other| kind(private, &other.ty, "SECRET"));
        quote_spanned! {at(condition.field.span())=>
            const _: () = ::core::assert!(
                !#secret,
                "`required_if` compares with a value that stands in the source: no secret does",
            );
            const _: () = ::core::assert!(
                #optional,
                "`required_if` is for an `Option`: any other field is always required",
            );
        }
    });
    quote!(#default #required_if)
}
