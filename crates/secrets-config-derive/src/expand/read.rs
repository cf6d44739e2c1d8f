//! The code that reads the fields.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, Path, Type, spanned::Spanned};

use super::{at, check, kind, local, name_of, rule};
use crate::model::{Field, Format, Leaf, Role, Shape, Variant};

/// Reads every field into a variable, then looks at the rules that need several of them.
pub(super) fn fields(private: &Path, fields: &[Field], schema: &TokenStream) -> TokenStream {
    let reads = fields.iter().enumerate().map(|(index, each)| field(private, index, each, schema));
    let rules = fields.iter().enumerate().map(|(index, each)| match &each.role {
        Role::Leaf(leaf) => rule::across(fields, index, leaf, schema),
        Role::Nested { .. } => TokenStream::new(),
    });
    quote!(#(#reads)* #(#rules)*)
}

/// Fills the fields from the variables; one that is missing ends it here.
pub(super) fn sets(fields: &[Field]) -> TokenStream {
    let sets = fields.iter().enumerate().map(|(index, field)| {
        let (name, local) = (&field.ident, local(index));
        quote!(#name: #local?)
    });
    quote!(#(#sets),*)
}

/// Reads which variant is meant, then its fields.
pub(super) fn variants(private: &Path, variants: &[Variant]) -> TokenStream {
    let schema = quote!(<Self as #private::Config>::SCHEMA);
    let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
    let default = super::option(variants.iter().position(|variant| variant.is_default).as_ref());
    let arms = variants.iter().enumerate().map(|(index, variant)| {
        let ident = &variant.ident;
        let read = match &variant.shape {
            Shape::Unit => quote!(::core::option::Option::Some(Self::#ident)),
            Shape::Newtype(ty) => {
                quote_spanned!(at(ty.span())=> __scope.nested::<#ty>("", "").map(Self::#ident))
            }
            Shape::Named(named) => {
                let reads = fields(private, named, &quote!(#schema.variant(#index)));
                let sets = sets(named);
                quote! {
                    #reads
                    ::core::option::Option::Some(Self::#ident { #sets })
                }
            }
        };
        quote!(::core::option::Option::Some(#index) => { #read })
    });
    quote! {
        let __variant = __scope.field(
            const { #schema.field(0) },
            |__text, _| #private::one_of(__text, &[#(#names),*]),
            || #default,
        );
        let __settings = match __variant {
            #(#arms)*
            _ => ::core::option::Option::None,
        };
    }
}

fn field(private: &Path, index: usize, field: &Field, schema: &TokenStream) -> TokenStream {
    let (ty, local) = (&field.ty, local(index));
    match &field.role {
        Role::Nested { prefix } => {
            let name = name_of(&field.ident);
            quote_spanned!(at(ty.span())=> let #local = __scope.nested::<#ty>(#name, #prefix);)
        }
        Role::Leaf(leaf) => {
            let constant = check::field_constant(schema, index);
            let value = value(private, ty, leaf, &constant);
            let rules = rule::calls(private, ty, leaf, &local, &constant);
            quote!(let #local = #value; #rules)
        }
    }
}

fn value(private: &Path, ty: &Type, leaf: &Leaf, constant: &TokenStream) -> TokenStream {
    let parse = match &leaf.format {
        Format::Plain { .. } => quote!(#private::plain),
        Format::Encoded(_) => quote!(#private::encoded),
        Format::Json => quote!(#private::json),
        Format::Parsed(parser) => {
            let convert = kind(private, ty, "convert");
            quote_spanned! {at(parser.span())=>
                |__text, _| #private::parsed(#parser(__text.as_str())).map(#convert)
            }
        }
    };
    let absent = match &leaf.default {
        Some(default) => {
            let default = default_value(private, ty, default);
            quote!(|| ::core::option::Option::Some(#default))
        }
        // `None` for an `Option`; any other type is required, and this is not asked for.
        None => kind(private, ty, "nothing"),
    };
    quote_spanned!(at(ty.span())=> __scope.field::<#ty>(#constant, #parse, #absent))
}

/// A text in quotes becomes the field's kind of text; any other expression is taken as it is.
fn default_value(private: &Path, ty: &Type, default: &Expr) -> TokenStream {
    match default {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            quote_spanned!(at(ty.span())=> <#ty as #private::TextDefault>::text_default(#text))
        }
        other => quote_spanned!(at(other.span())=> { let __default: #ty = #other; __default }),
    }
}
