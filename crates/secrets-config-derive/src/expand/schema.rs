//! The schema, a constant.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

use super::{at, field, kind, name_of};
use crate::model::{Body, Field, Role, Settings, Shape, Variant};

pub(super) fn of(settings: &Settings) -> TokenStream {
    let Settings { ident, private, prefix, body, .. } = settings;
    let name = name_of(ident);
    let entries = match body {
        Body::Struct { fields, .. } => entries(private, fields),
        Body::Enum { tag, variants } => choice(private, &name, tag, variants),
    };
    quote!(&#private::Schema::new(#name, #prefix, const { &[#entries] }))
}

fn entries(private: &Path, fields: &[Field]) -> TokenStream {
    let entries = fields.iter().map(|each| {
        let (name, ty) = (name_of(&each.ident), &each.ty);
        match &each.role {
            Role::Leaf(leaf) => {
                let leaf = field::constant(private, fields, &name, ty, leaf);
                quote!(#private::Entry::Field(#leaf))
            }
            Role::Nested { prefix } => {
                let optional = kind(private, ty, "OPTIONAL");
                quote_spanned! {at(ty.span())=>
                    #private::Entry::Nested {
                        name: #name,
                        prefix: #prefix,
                        optional: #optional,
                        schema: <#ty as #private::Config>::SCHEMA,
                    }
                }
            }
        }
    });
    quote!(#(#entries),*)
}

/// The variable that selects a variant, and what each variant asks for.
fn choice(private: &Path, name: &str, tag: &str, variants: &[Variant]) -> TokenStream {
    let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
    let key = tag.to_lowercase();
    let presence = match variants.iter().find(|variant| variant.is_default) {
        Some(Variant { name, .. }) => quote!(#private::Presence::Default(#name)),
        None => quote!(#private::Presence::Required),
    };
    let variants = variants.iter().map(|variant| {
        let (ident, selected_by) = (name_of(&variant.ident), &variant.name);
        let schema = match &variant.shape {
            Shape::Unit => quote!(const { &#private::Schema::new(#ident, "", &[]) }),
            Shape::Newtype(ty) => quote_spanned!(at(ty.span())=> <#ty as #private::Config>::SCHEMA),
            Shape::Named(fields) => {
                let entries = entries(private, fields);
                quote!(const { &#private::Schema::new(#ident, "", const { &[#entries] }) })
            }
        };
        quote!(#private::Variant::new(#selected_by, #schema))
    });
    quote! {
        #private::Entry::Field(
            #private::Field::new(#key, #tag, #name, #private::Takes::OneOf(&[#(#names),*]))
                .with_presence(#presence),
        ),
        #private::Entry::Choice { variants: const { &[#(#variants),*] } },
    }
}
