//! The rules of `#[validate(..)]`, in the words of the `validator` crate.

use syn::{Expr, Ident, LitStr, Token, meta::ParseNestedMeta};

use super::{expression, name, once, path, text, unknown};
use crate::model::{Bounds, Rule};

const ACCEPTED: &[&str] = &[
    "contains",
    "credit_card",
    "custom",
    "does_not_contain",
    "email",
    "ip",
    "length",
    "must_match",
    "range",
    "regex",
    "url",
];

pub(super) fn read(meta: &ParseNestedMeta<'_>) -> syn::Result<Rule> {
    match name(meta).as_str() {
        "length" => bounds(meta).map(Rule::Length),
        "range" => bounds(meta).map(Rule::Range),
        "contains" => pattern(meta).map(Rule::Contains),
        "does_not_contain" => pattern(meta).map(Rule::DoesNotContain),
        "must_match" => other(meta).map(Rule::MustMatch),
        "custom" => function(meta, "function").map(Rule::Custom),
        "email" => of_validator(meta, Rule::Email),
        "url" => of_validator(meta, Rule::Url),
        "ip" => of_validator(meta, Rule::Ip),
        "credit_card" => of_validator(meta, Rule::CreditCard),
        "regex" => function(meta, "path").and_then(|path| of_validator(meta, Rule::Regex(path))),
        other => Err(unknown(meta, other, "validate", "on a field", ACCEPTED)),
    }
}

fn of_validator(meta: &ParseNestedMeta<'_>, rule: Rule) -> syn::Result<Rule> {
    if cfg!(feature = "validator") {
        return Ok(rule);
    }
    Err(meta.error(format!("the rule `{}` needs the feature `validator` of secrets-config", name(meta))))
}

fn bounds(meta: &ParseNestedMeta<'_>) -> syn::Result<Bounds> {
    let mut bounds = Bounds::default();
    meta.parse_nested_meta(|bound| match name(&bound).as_str() {
        "min" => once(&mut bounds.min, &bound, expression(bound.value()?)?),
        "max" => once(&mut bounds.max, &bound, expression(bound.value()?)?),
        "equal" => {
            let exactly: Expr = expression(bound.value()?)?;
            once(&mut bounds.min, &bound, exactly.clone())?;
            once(&mut bounds.max, &bound, exactly)
        }
        other => Err(unknown(&bound, other, &name(meta), "here", &["equal", "max", "min"])),
    })?;
    if bounds.min.is_none() && bounds.max.is_none() {
        return Err(meta.error(format!("`{}` without a bound: give it `min`, `max` or both", name(meta))));
    }
    Ok(bounds)
}

/// `contains = "@"`, `contains("@")` or `contains(pattern = "@")`.
fn pattern(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    if meta.input.peek(Token![=]) {
        return text(meta).map(|text| text.value());
    }
    let content;
    syn::parenthesized!(content in meta.input);
    if content.peek(Ident) {
        let key: Ident = content.parse()?;
        if key != "pattern" {
            return Err(syn::Error::new(
                key.span(),
                format!("`{}` has no `{key}` here; it has `pattern`", name(meta)),
            ));
        }
        content.parse::<Token![=]>()?;
    }
    content.parse::<LitStr>().map(|text| text.value())
}

/// `must_match(other = "field")`, with or without quotes.
fn other(meta: &ParseNestedMeta<'_>) -> syn::Result<Ident> {
    let path = function(meta, "other")?;
    path.require_ident().cloned()
}

/// `custom(function = path)`, with or without quotes.
fn function(meta: &ParseNestedMeta<'_>, key: &str) -> syn::Result<syn::Path> {
    if meta.input.peek(Token![=]) {
        return path(meta);
    }
    let mut found = None;
    meta.parse_nested_meta(|item| match name(&item).as_str() {
        given if given == key => once(&mut found, &item, path(&item)?),
        other => Err(unknown(&item, other, &name(meta), "here", &[key])),
    })?;
    found.ok_or_else(|| meta.error(format!("`{}` needs `{key} = ..`", name(meta))))
}
