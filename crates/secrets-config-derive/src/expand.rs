//! From the model to the code.

mod check;
mod field;
mod read;
mod rule;
mod schema;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, Ident, Path, Type, ext::IdentExt};

use crate::model::{Body, Settings};

pub(crate) fn settings(settings: &Settings) -> TokenStream {
    let Settings { ident, generics, private, .. } = settings;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let schema = schema::of(settings);
    let read = match &settings.body {
        Body::Struct { fields, checks } => {
            let schema = quote!(<Self as #private::Config>::SCHEMA);
            let reads = read::fields(private, fields, &schema);
            let sets = read::sets(fields);
            let checks = check::calls(private, checks, fields, &schema);
            quote! {
                #reads
                #checks
                let __settings = ::core::option::Option::Some(Self { #sets });
            }
        }
        Body::Enum { variants, .. } => read::variants(private, variants),
    };
    let (names, deny_unknown) = if settings.deny_unknown {
        let names = quote!(<Self as #private::Config>::deny_unknown(__scope););
        let deny_unknown = quote! {
            fn deny_unknown(__scope: &mut #private::Scope<'_>) {
                __scope.deny_unknown(<Self as #private::Config>::SCHEMA);
            }
        };
        (names, deny_unknown)
    } else {
        Default::default()
    };
    let constants = check::constants(settings);
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Config for #ident #type_generics #where_clause {
            const SCHEMA: &'static #private::Schema = #schema;

            fn read(
                __scope: &mut #private::Scope<'_>,
            ) -> ::core::option::Option<Self> {
                #names
                #read
                __settings
            }

            #deny_unknown
        }
        #constants
    }
}

/// Stands in for the implementation after an error, so that one mistake does not bring ten messages.
pub(crate) fn stand_in(input: &DeriveInput, private: &Path) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Config for #ident #type_generics #where_clause {
            const SCHEMA: &'static #private::Schema = &#private::Schema::new("", "", &[]);

            fn read(_: &mut #private::Scope<'_>) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }
    }
}

/// A constant of the type that holds through aliases.
fn kind(private: &Path, ty: &Type, constant: &str) -> TokenStream {
    let constant = Ident::new(constant, Span::call_site());
    quote! {{
        #[allow(unused_imports, reason = "an inherent constant may win")]
        use #private::Plain as _;
        #private::FieldKind::<#ty>::#constant
    }}
}

/// Where a message points, without the hygiene of that place: it may be inside of a macro of the user's, which does not
/// see our variables.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// The variable that holds what was read of the field at `index`.
fn local(index: usize) -> Ident {
    format_ident!("__field_{index}")
}

fn option(value: Option<&impl quote::ToTokens>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// The tokens as a person writes them, without the blanks that the compiler's printing puts in.
fn written(tokens: &impl quote::ToTokens) -> String {
    let mut text = quote!(#tokens).to_string();
    for (loose, close) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" , ", ", "),
        ("& ", "&"),
    ] {
        text = text.replace(loose, close);
    }
    text
}

fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}
