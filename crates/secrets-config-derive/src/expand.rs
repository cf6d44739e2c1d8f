//! From the model to the code.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Expr, ExprLit, Ident, Lit, Path, Type, ext::IdentExt, spanned::Spanned};

use crate::model::{Bounds, Field, Leaf, Role, Rule, Settings};

pub(crate) fn settings(settings: &Settings) -> TokenStream {
    let Settings { ident, generics, crate_path, prefix, fields } = settings;
    let name = ident.unraw().to_string();
    let entries = fields.iter().map(|field| entry(settings, field));
    let reads = fields.iter().enumerate().map(|(index, field)| read(settings, index, field));
    let sets = fields.iter().enumerate().map(|(index, field)| {
        let (name, local) = (&field.ident, local(index));
        quote!(#name: #local?)
    });
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let checks = checks(settings);
    quote! {
        #[automatically_derived]
        impl #impl_generics #crate_path::Config for #ident #type_generics #where_clause {
            const SCHEMA: &'static #crate_path::Schema =
                &#crate_path::Schema::new(#name, #prefix, const { &[#(#entries),*] });

            fn read(
                __scope: &mut #crate_path::__private::Scope<'_>,
            ) -> ::core::option::Option<Self> {
                #(#reads)*
                ::core::option::Option::Some(Self { #(#sets),* })
            }
        }
        #checks
    }
}

/// Stands in for the implementation after an error, so that one mistake does not bring ten messages.
pub(crate) fn stand_in(input: &DeriveInput, crate_path: &Path) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #crate_path::Config for #ident #type_generics #where_clause {
            const SCHEMA: &'static #crate_path::Schema = &#crate_path::Schema::new("", "", &[]);

            fn read(_: &mut #crate_path::__private::Scope<'_>) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }
    }
}

fn entry(settings: &Settings, field: &Field) -> TokenStream {
    let crate_path = &settings.crate_path;
    let (name, ty) = (field.ident.unraw().to_string(), &field.ty);
    match &field.role {
        Role::Nested { prefix } => quote_spanned! {ty.span()=>
            #crate_path::Entry::Nested {
                name: #name,
                prefix: #prefix,
                schema: <#ty as #crate_path::Config>::SCHEMA,
            }
        },
        Role::Leaf(leaf) => {
            let Leaf { variable, doc, file, .. } = &**leaf;
            let (type_name, secret) = (type_name(ty), kind(settings, ty, "SECRET"));
            let presence = presence(settings, ty, leaf);
            let rules = leaf.rules.iter().map(|rule| rule_text(settings, ty, rule));
            let expected = quote_spanned!(ty.span()=> #crate_path::__private::expected::<#ty>);
            quote! {
                #crate_path::Entry::Field(#crate_path::Field::new(
                    #name,
                    #variable,
                    #type_name,
                    #doc,
                    #presence,
                    #secret,
                    #file || #secret,
                    const { &[#(#rules),*] },
                    #expected,
                ))
            }
        }
    }
}

fn presence(settings: &Settings, ty: &Type, leaf: &Leaf) -> TokenStream {
    let crate_path = &settings.crate_path;
    if let Some(default) = &leaf.default {
        let text = source_text(default);
        return quote!(#crate_path::Presence::Default(#text));
    }
    let optional = kind(settings, ty, "OPTIONAL");
    quote!(if #optional { #crate_path::Presence::Optional } else { #crate_path::Presence::Required })
}

fn rule_text(settings: &Settings, ty: &Type, rule: &Rule) -> TokenStream {
    let crate_path = &settings.crate_path;
    match rule {
        Rule::Length(bounds) => {
            let Bounds { min, max } = bounds;
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            let unit = quote_spanned!(ty.span()=> <#ty as #crate_path::__private::Length>::UNIT);
            quote!(#crate_path::Rule::Length { min: #min, max: #max, unit: #unit })
        }
        Rule::Range(bounds) => {
            let min = option(bounds.min.as_ref().map(source_text).as_ref());
            let max = option(bounds.max.as_ref().map(source_text).as_ref());
            quote!(#crate_path::Rule::Range { min: #min, max: #max })
        }
    }
}

fn read(settings: &Settings, index: usize, field: &Field) -> TokenStream {
    let (crate_path, ty, local) = (&settings.crate_path, &field.ty, local(index));
    let schema = quote!(const { <Self as #crate_path::Config>::SCHEMA.field(#index) });
    match &field.role {
        Role::Nested { prefix } => {
            let name = field.ident.unraw().to_string();
            quote_spanned!(ty.span()=> let #local = __scope.nested::<#ty>(#name, #prefix);)
        }
        Role::Leaf(leaf) => {
            let value = match &leaf.default {
                None => quote_spanned!(ty.span()=> __scope.field::<#ty>(#schema)),
                Some(default) => {
                    let default = default_value(settings, ty, default);
                    quote_spanned!(ty.span()=> __scope.field_or::<#ty>(#schema, || #default))
                }
            };
            let rules = leaf.rules.iter().enumerate().map(|(rule_index, rule)| {
                let keeps = rule_call(settings, ty, rule);
                quote! {
                    if !#keeps(__value) {
                        __scope.broken(#schema, #rule_index);
                    }
                }
            });
            let rules = (!leaf.rules.is_empty()).then(|| {
                quote! {
                    if let ::core::option::Option::Some(__value) = &#local {
                        #(#rules)*
                    }
                }
            });
            quote!(let #local = #value; #rules)
        }
    }
}

/// A closure that tells whether a value keeps the rule.
fn rule_call(settings: &Settings, ty: &Type, rule: &Rule) -> TokenStream {
    let crate_path = &settings.crate_path;
    let (function, bounds) = match rule {
        Rule::Length(bounds) => ("length", bounds),
        Rule::Range(bounds) => ("range", bounds),
    };
    let function = Ident::new(function, ty.span());
    let (min, max) = (option(bounds.min.as_ref()), option(bounds.max.as_ref()));
    quote_spanned!(ty.span()=> (|__value: &#ty| #crate_path::__private::#function(__value, #min, #max)))
}

/// A text in quotes becomes the field's kind of text; any other expression is taken as it is.
fn default_value(settings: &Settings, ty: &Type, default: &Expr) -> TokenStream {
    let crate_path = &settings.crate_path;
    match default {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            quote_spanned!(ty.span()=> <#ty as #crate_path::__private::TextDefault>::text_default(#text))
        }
        other => quote_spanned!(other.span()=> { let __default: #ty = #other; __default }),
    }
}

/// What is refused at compile time, as constants: those of a generic struct cannot be evaluated here.
fn checks(settings: &Settings) -> TokenStream {
    let Settings { ident, generics, crate_path, fields, .. } = settings;
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        return TokenStream::new();
    }
    let lifetimes = generics.lifetimes().map(|_| quote!('static)).collect::<Vec<_>>();
    let defaults = fields.iter().filter_map(|field| match &field.role {
        Role::Leaf(leaf) => Some((&field.ty, leaf.default.as_ref()?)),
        Role::Nested { .. } => None,
    });
    let refusals = defaults.map(|(ty, default)| {
        let (secret, optional) = (kind(settings, ty, "SECRET"), kind(settings, ty, "OPTIONAL"));
        quote_spanned! {default.span()=>
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
    quote! {
        const _: () = ::core::assert!(
            #crate_path::__private::is_distinct(<#ident<#(#lifetimes),*> as #crate_path::Config>::SCHEMA),
            "two fields of this struct, or of the structs in it, read the same variable",
        );
        #(#refusals)*
    }
}

/// A constant of the field's type that holds through aliases.
fn kind(settings: &Settings, ty: &Type, constant: &str) -> TokenStream {
    let (crate_path, constant) = (&settings.crate_path, Ident::new(constant, Span::call_site()));
    quote! {{
        #[allow(unused_imports, reason = "an inherent constant may win")]
        use #crate_path::__private::Plain as _;
        #crate_path::__private::FieldKind::<#ty>::#constant
    }}
}

fn local(index: usize) -> Ident {
    format_ident!("__field_{index}")
}

fn option(value: Option<&impl quote::ToTokens>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

fn source_text(expr: &Expr) -> String {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        other => tight(&quote!(#other).to_string()),
    }
}

fn type_name(ty: &Type) -> String {
    tight(&quote!(#ty).to_string())
}

/// Takes out the blanks that the compiler's printing of tokens puts in.
fn tight(tokens: &str) -> String {
    let mut text = tokens.to_owned();
    for (loose, close) in
        [(" :: ", "::"), (" < ", "<"), (" <", "<"), ("< ", "<"), (" >", ">"), (" , ", ", "), ("& ", "&")]
    {
        text = text.replace(loose, close);
    }
    text
}
