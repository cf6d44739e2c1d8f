//! The constant that describes a field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, Path, Type, spanned::Spanned};

use super::{at, kind, rule, written};
use crate::model::{Alias, AliasKind, Field, Format, Leaf};

pub(super) fn constant(private: &Path, fields: &[Field], name: &str, ty: &Type, leaf: &Leaf) -> TokenStream {
    let (variable, type_name) = (&leaf.variable, written(ty));
    let (takes, secret) = (takes(private, ty, leaf), kind(private, ty, "SECRET"));
    let secret_items = kind(private, ty, "SECRET_ITEMS");
    let presence = presence(private, ty, leaf);
    let doc = some(!leaf.doc.is_empty(), || {
        let doc = &leaf.doc;
        quote!(.with_doc(#doc))
    });
    let aliases = some(!leaf.aliases.is_empty(), || {
        let aliases = leaf.aliases.iter().map(|Alias { variable, kind, .. }| match kind {
            AliasKind::Equal => quote!(#private::Alias::new(#variable)),
            AliasKind::Deprecated => quote!(#private::Alias::new(#variable).deprecated()),
            AliasKind::Preferred => quote!(#private::Alias::new(#variable).preferred()),
        });
        quote!(.with_aliases(const { &[#(#aliases),*] }))
    });
    let rules = some(!leaf.rules.is_empty(), || {
        let rules = leaf.rules.iter().map(|each| rule::constant(private, fields, ty, each));
        quote!(.with_rules(const { &[#(#rules),*] }))
    });
    let file = some(leaf.file, || quote!(.with_file()));
    let empty = some(leaf.allow_empty, || quote!(.with_empty()));
    let placeholder = some(leaf.allow_placeholder, || quote!(.with_placeholder()));
    let format = format(private, &leaf.format);
    quote! {
        #private::Field::new(#name, #variable, #type_name, #takes)
            .with_presence(#presence)
            .with_secret(#secret)
            .with_secret_items(#secret_items)
            #doc #aliases #rules #file #empty #placeholder #format
    }
}

fn some(wanted: bool, tokens: impl FnOnce() -> TokenStream) -> TokenStream {
    if wanted { tokens() } else { TokenStream::new() }
}

fn takes(private: &Path, ty: &Type, leaf: &Leaf) -> TokenStream {
    match &leaf.format {
        Format::Parsed(parser) => {
            let text = format!("what `{}` takes", written(parser));
            quote!(#private::Takes::Words(#text))
        }
        _ => quote_spanned!(at(ty.span())=> #private::Takes::Type(#private::describe::<#ty>)),
    }
}

fn presence(private: &Path, ty: &Type, leaf: &Leaf) -> TokenStream {
    if let Some(default) = &leaf.default {
        let text = match default {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
            other => written(other),
        };
        return quote!(#private::Presence::Default(#text));
    }
    let optional = kind(private, ty, "OPTIONAL");
    quote!(if #optional { #private::Presence::Optional } else { #private::Presence::Required })
}

fn format(private: &Path, format: &Format) -> TokenStream {
    match format {
        Format::Plain { delimiter: None } | Format::Parsed(_) => TokenStream::new(),
        Format::Plain { delimiter: Some(delimiter) } => {
            quote!(.with_format(#private::Format::Plain { delimiter: #delimiter }))
        }
        Format::Encoded(encoding) => {
            let encoding = format_ident!("{encoding}");
            quote!(.with_format(#private::Format::Encoded(#private::Encoding::#encoding)))
        }
        Format::Json => quote!(.with_format(#private::Format::Json)),
    }
}
