//! The attributes, as written.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, Ident, LitStr, Path,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream},
    spanned::Spanned,
};

use crate::{
    errors::Errors,
    model::{Bounds, Rule},
};

/// What `#[config(..)]` says on a struct.
#[derive(Default)]
pub(crate) struct OnStruct {
    pub(crate) prefix: Option<LitStr>,
    pub(crate) crate_path: Option<Path>,
}

/// What `#[config(..)]` and `#[validate(..)]` say on a field.
#[derive(Default)]
pub(crate) struct OnField {
    pub(crate) env: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) file: Option<Span>,
    pub(crate) nested: Option<Span>,
    pub(crate) flatten: Option<Span>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) validate: Option<Span>,
}

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attributes, "config", errors, |meta| match name(&meta).as_str() {
            "prefix" => once(&mut read.prefix, &meta, text(&meta)?),
            "crate" => once(&mut read.crate_path, &meta, value(&meta)?),
            other => Err(unknown(&meta, other, "config", "on a struct", &["crate", "prefix"])),
        });
        read
    }
}

impl OnField {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attributes, "config", errors, |meta| match name(&meta).as_str() {
            "env" => once(&mut read.env, &meta, text(&meta)?),
            "default" => once(&mut read.default, &meta, value(&meta)?),
            "file" => once(&mut read.file, &meta, meta.path.span()),
            "nested" => once(&mut read.nested, &meta, meta.path.span()),
            "flatten" => once(&mut read.flatten, &meta, meta.path.span()),
            "prefix" => once(&mut read.prefix, &meta, text(&meta)?),
            other => {
                let accepted = ["default", "env", "file", "flatten", "nested", "prefix"];
                Err(unknown(&meta, other, "config", "on a field", &accepted))
            }
        });
        each(attributes, "validate", errors, |meta| {
            read.validate.get_or_insert(meta.path.span());
            match name(&meta).as_str() {
                "length" => read.rules.push(Rule::Length(bounds(&meta)?)),
                "range" => read.rules.push(Rule::Range(bounds(&meta)?)),
                other => return Err(unknown(&meta, other, "validate", "on a field", &["length", "range"])),
            }
            Ok(())
        });
        read
    }
}

/// Calls `read` for each item of each attribute named `attribute`; one bad item does not hide the next attribute.
fn each(
    attributes: &[Attribute],
    attribute: &str,
    errors: &mut Errors,
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
        let mut bad = Vec::new();
        let parsed = found.parse_nested_meta(|meta| {
            let input = meta.input;
            if let Err(error) = read(meta) {
                bad.push(error);
                skip_item(input)?;
            }
            Ok(())
        });
        bad.into_iter().for_each(|error| errors.push(error));
        let _gathered = errors.take(parsed);
    }
}

/// Skips what is left of an item, up to the next comma.
fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(syn::Token![,]) {
        let _skipped: proc_macro2::TokenTree = input.parse()?;
    }
    Ok(())
}

fn bounds(meta: &ParseNestedMeta<'_>) -> syn::Result<Bounds> {
    let mut bounds = Bounds::default();
    meta.parse_nested_meta(|bound| match name(&bound).as_str() {
        "min" => once(&mut bounds.min, &bound, value(&bound)?),
        "max" => once(&mut bounds.max, &bound, value(&bound)?),
        other => Err(unknown(&bound, other, &name(meta), "here", &["max", "min"])),
    })?;
    if bounds.min.is_none() && bounds.max.is_none() {
        return Err(meta.error(format!("`{}` without a bound: give it `min`, `max` or both", name(meta))));
    }
    Ok(bounds)
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.require_ident().map(|ident| ident.unraw().to_string()).unwrap_or_default()
}

fn value<T: Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    meta.value()?.parse()
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let expr: Expr = value(meta)?;
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Ok(text),
        other => Err(syn::Error::new_spanned(other, "expected a text in quotes")),
    }
}

fn once<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> syn::Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error(format!("`{}` is given twice", name(meta)))),
    }
}

fn unknown(
    meta: &ParseNestedMeta<'_>,
    found: &str,
    attribute: &str,
    place: &str,
    accepted: &[&str],
) -> syn::Error {
    let accepted = accepted.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    meta.error(format!("`{attribute}` has no `{found}` {place}; it has {accepted}"))
}

/// Returns the first line of the doc comment that says something.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        })
        .find_map(|block| block.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned))
        .unwrap_or_default()
}

/// Returns `ident` as a variable is named: in capitals.
pub(crate) fn screaming(ident: &Ident) -> String {
    ident.unraw().to_string().to_uppercase()
}
