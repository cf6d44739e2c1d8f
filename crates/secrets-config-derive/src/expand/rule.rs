//! The rules of one field, and those that look at another one.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprLit, Ident, Lit, Path, Type, spanned::Spanned};

use super::{at, check::field_constant, local, option, written};
use crate::model::{Field, Leaf, Role, Rule};

/// The rule as the schema has it.
pub(super) fn constant(private: &Path, fields: &[Field], ty: &Type, rule: &Rule) -> TokenStream {
    match rule {
        Rule::Length(bounds) => {
            let (min, max) = (option(bounds.min.as_ref()), option(bounds.max.as_ref()));
            let unit = quote_spanned!(at(ty.span())=> <#ty as #private::Length>::UNIT);
            quote!(#private::Rule::Length { min: #min, max: #max, unit: #unit })
        }
        Rule::Range(bounds) => {
            let min = option(bounds.min.as_ref().map(source).as_ref());
            let max = option(bounds.max.as_ref().map(source).as_ref());
            quote!(#private::Rule::Range { min: #min, max: #max })
        }
        Rule::Contains(pattern) => quote!(#private::Rule::Contains { pattern: #pattern }),
        Rule::DoesNotContain(pattern) => quote!(#private::Rule::DoesNotContain { pattern: #pattern }),
        Rule::MustMatch(other) => {
            let other =
                fields.iter().find(|field| field.ident == *other).and_then(|field| match &field.role {
                    Role::Leaf(leaf) => Some(leaf.variable.as_str()),
                    Role::Nested { .. } => None,
                });
            quote!(#private::Rule::MustMatch { other: #other })
        }
        Rule::Custom(function) => {
            let function = written(function);
            quote!(#private::Rule::Custom { function: #function })
        }
        Rule::Email => valid(private, "an email address"),
        Rule::Url => valid(private, "a URL"),
        Rule::Ip => valid(private, "an IP address"),
        Rule::CreditCard => valid(private, "the number of a credit card"),
        Rule::Regex(path) => valid(private, &format!("a text that matches `{}`", written(path))),
    }
}

/// What is done with a good value: each rule is asked.
pub(super) fn calls(
    private: &Path,
    ty: &Type,
    leaf: &Leaf,
    local: &Ident,
    field: &TokenStream,
) -> TokenStream {
    let calls: Vec<_> = leaf
        .rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| call(private, ty, rule, index, field))
        .collect();
    if calls.is_empty() {
        return TokenStream::new();
    }
    quote! {
        if let ::core::option::Option::Some(__value) = &#local {
            #(#calls)*
        }
    }
}

fn call(private: &Path, ty: &Type, rule: &Rule, index: usize, field: &TokenStream) -> Option<TokenStream> {
    let keeps = match rule {
        Rule::Length(bounds) => {
            let (min, max) = (option(bounds.min.as_ref()), option(bounds.max.as_ref()));
            quote_spanned!(at(ty.span())=> #private::length::<#ty>(__value, #min, #max))
        }
        Rule::Range(bounds) => {
            let (min, max) = (option(bounds.min.as_ref()), option(bounds.max.as_ref()));
            quote_spanned!(at(ty.span())=> #private::range::<#ty>(__value, #min, #max))
        }
        Rule::Contains(pattern) => {
            quote_spanned!(at(ty.span())=> #private::contains::<#ty>(__value, #pattern))
        }
        Rule::DoesNotContain(pattern) => {
            quote_spanned!(at(ty.span())=> #private::does_not_contain::<#ty>(__value, #pattern))
        }
        Rule::Email => validator(private, ty, "ValidateEmail", "validate_email", None),
        Rule::Url => validator(private, ty, "ValidateUrl", "validate_url", None),
        Rule::Ip => validator(private, ty, "ValidateIp", "validate_ip", None),
        Rule::CreditCard => validator(private, ty, "ValidateCreditCard", "validate_credit_card", None),
        Rule::Regex(path) => validator(private, ty, "ValidateRegex", "validate_regex", Some(path)),
        Rule::Custom(function) => {
            return Some(quote_spanned! {at(function.span())=>
                __scope.judged(#field, #index, #function(__value));
            });
        }
        Rule::MustMatch(_) => return None,
    };
    Some(quote! {
        if !#keeps {
            __scope.broken(#field, #index);
        }
    })
}

/// A call of the `validator` crate's trait, on what is behind an `Option`.
fn validator(private: &Path, ty: &Type, name: &str, method: &str, argument: Option<&Path>) -> TokenStream {
    let (name, method) = (Ident::new(name, at(ty.span())), Ident::new(method, at(ty.span())));
    let argument = argument.map(|path| quote!(&*#path));
    quote_spanned!(at(ty.span())=> #private::validator::#name::#method(__value, #argument))
}

/// Rules that need another field as well: they are asked when both are good.
pub(super) fn across(fields: &[Field], index: usize, leaf: &Leaf, schema: &TokenStream) -> TokenStream {
    let find = |name: &Ident| fields.iter().position(|field| field.ident == *name);
    let (this, constant) = (local(index), field_constant(schema, index));
    let matches = leaf.rules.iter().enumerate().filter_map(|(rule, each)| {
        let Rule::MustMatch(other) = each else { return None };
        let other = local(find(other)?);
        Some(quote! {
            if let (::core::option::Option::Some(__this), ::core::option::Option::Some(__other)) = (&#this, &#other) {
                if __this != __other {
                    __scope.broken(#constant, #rule);
                }
            }
        })
    });
    let needed = leaf.required_if.as_ref().and_then(|condition| {
        let at = find(&condition.field)?;
        let Role::Leaf(other_leaf) = &fields[at].role else { return None };
        let (other, variable) = (local(at), &other_leaf.variable);
        let (value, text) = (&condition.value, source(&condition.value));
        Some(quote! {
            if let (::core::option::Option::Some(::core::option::Option::None), ::core::option::Option::Some(__other)) =
                (&#this, &#other)
            {
                if *__other == #value {
                    __scope.needed(#constant, #variable, #text);
                }
            }
        })
    });
    quote!(#(#matches)* #needed)
}

fn valid(private: &Path, what: &str) -> TokenStream {
    quote!(#private::Rule::Valid { what: #what })
}

/// An expression as a person wrote it.
fn source(expr: &Expr) -> String {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        other => written(other),
    }
}
